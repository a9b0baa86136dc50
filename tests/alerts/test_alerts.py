"""An alert comes once per cause, says what broke, what still works and what to do, and shows no secret."""

from __future__ import annotations

import json
import logging
import socket
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from dx_pipeline.alerts import tell as where
from dx_pipeline.alerts.causes import Cause, Failed, build_causes, fetch_causes, without_secrets
from dx_pipeline.alerts.memory import memory_file, read_memory
from dx_pipeline.alerts.tell import tell, undelivered, write_message
from dx_pipeline.fetch.look import Outcome
from dx_pipeline.fetch.night import Night
from dx_pipeline.fetch.stale import Stale
from dx_pipeline.language.words import Words, same
from dx_pipeline.paths import Paths
from tests.fetch.publisher import publishing

FIRST = datetime(2026, 3, 1, 18, 30, tzinfo=UTC)
DOWN = Outcome("dti_a", "2023.csv", "failed", "https://example.org/a?key=... answers 503", kind="http 503", retry=True)
GONE = Outcome("dti_a", "2023.csv", "failed", "https://example.org/a answers 404", kind="http 404", hint="look there")
CHANGED = Outcome("dti_b", "2023.csv", "waiting", "changed", ("columns added: overall/rank",))


class Box:
    """A channel that keeps what it is sent, or refuses it."""

    def __init__(self) -> None:
        self.got: list[tuple[str, str]] = []
        self.works = True

    def __call__(self, url: str, title: str, body: str) -> bool:
        if self.works:
            self.got.append((title, body))
        return self.works


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Box:
    monkeypatch.setenv("DX_ALERT_URLS", "jsons://hooks.example.org/secret-token")
    monkeypatch.setenv("DX_ALERT_LANGUAGES", "en")
    return Box()


def cause(subject: str = "dti_a/2023.csv", kind: str = "http 503") -> Cause:
    return Cause(subject, kind, same(f"{subject} {kind}"), "it broke", same("all else"), same("wait"))


def nights(paths: Paths, box: Box, *plan: list[Cause]) -> list[list[str]]:
    """Titles sent in each night."""
    sent = []
    for day, causes in enumerate(plan):
        before = len(box.got)
        tell(paths, "fetch", causes, FIRST + timedelta(days=day), box)
        sent.append([title for title, _ in box.got[before:]])
    return sent


def test_a_cause_is_told_once_then_weekly_and_once_more_when_over(tmp_path: Path, box: Box) -> None:
    sent = nights(Paths(tmp_path), box, [], *[[cause()]] * 9, [], [])
    new, still, over = (f"dx-pipeline: 1 problem(s) {what}" for what in ("x", "still there", "solved"))
    assert sent == [[], ["dx-pipeline: 1 new problem(s)"], *[[]] * 6, [still], [], [over], []], new


def test_another_way_of_failing_is_another_cause_and_no_recovery(tmp_path: Path, box: Box) -> None:
    sent = nights(Paths(tmp_path), box, [cause()], [cause(kind="timeout")], [])
    assert [len(one) for one in sent] == [1, 1, 1]
    assert "timeout" in box.got[1][1]
    assert "503" not in box.got[1][1]
    assert sent[2] == ["dx-pipeline: 1 problem(s) solved"]


def test_what_comes_and_goes_does_not_flood(tmp_path: Path, box: Box) -> None:
    sent = nights(Paths(tmp_path), box, *[[cause()], []] * 10)
    assert sum(map(len, sent[:7])) == 4
    assert sum(map(len, sent)) <= 12


def test_many_causes_are_one_message(tmp_path: Path, box: Box) -> None:
    nights(Paths(tmp_path), box, [cause(f"dti_{number}/a.csv") for number in range(30)])
    assert [title for title, _ in box.got] == ["dx-pipeline: 30 new problem(s)"]


def test_domains_do_not_recover_each_other(tmp_path: Path, box: Box) -> None:
    paths = Paths(tmp_path)
    tell(paths, "fetch", [cause()], FIRST, box)
    assert tell(paths, "build", [], FIRST, box) == []
    assert [event.mark for event in tell(paths, "fetch", [], FIRST, box)] == ["recovered"]


def test_a_clock_set_back_neither_floods_nor_silences(tmp_path: Path, box: Box) -> None:
    paths = Paths(tmp_path)
    tell(paths, "fetch", [cause()], FIRST + timedelta(days=3650), box)
    tell(paths, "fetch", [cause()], FIRST, box)
    tell(paths, "fetch", [cause()], FIRST + timedelta(days=1), box)
    tell(paths, "fetch", [cause("dti_b/x.csv")], FIRST + timedelta(days=2), box)
    assert [title.split(": ")[1] for title, _ in box.got] == [
        "1 new problem(s)",
        "1 problem(s) still there",
        "1 new problem(s), 1 problem(s) solved",
    ]


def test_what_cannot_be_delivered_is_kept_and_given_up_after_a_week(tmp_path: Path, box: Box) -> None:
    paths = Paths(tmp_path)
    box.works = False
    tell(paths, "fetch", [cause()], FIRST, box)
    assert undelivered(paths)["waiting"] == 1
    box.works = True
    tell(paths, "build", [], FIRST + timedelta(days=1), box)
    assert len(box.got) == 1
    assert undelivered(paths) == {"waiting": 0, "given_up": None, "channels": 1}
    box.works = False
    tell(paths, "fetch", [cause(kind="cut")], FIRST + timedelta(days=2), box)
    tell(paths, "build", [], FIRST + timedelta(days=10), box)
    assert undelivered(paths)["waiting"] == 0
    assert undelivered(paths)["given_up"] is not None


def test_a_crash_before_sending_loses_nothing_and_damage_is_survived(tmp_path: Path, box: Box) -> None:
    paths = Paths(tmp_path)

    def die(*_: str) -> bool:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tell(paths, "fetch", [cause()], FIRST, die)
    tell(paths, "fetch", [cause()], FIRST, box)
    assert len(box.got) == 1
    for damage in (b"", b"{", b"[]", b'{"causes": 1, "outbox": 2}'):
        memory_file(paths).write_bytes(damage)
        tell(paths, "fetch", [], FIRST, box)
    assert len(box.got) == 1


def test_without_a_channel_nothing_piles_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DX_ALERT_URLS", raising=False)
    paths = Paths(tmp_path)
    assert len(tell(paths, "fetch", [cause()], FIRST)) == 1
    assert read_memory(paths)["outbox"] == []


def test_texts_of_a_night() -> None:
    stale = Stale("dti_c", date(2026, 2, 1), date(2026, 3, 1), 14, "https://example.org/c did not answer in time")
    causes = fetch_causes(Night("", (DOWN, CHANGED), (stale,)), "1.0.2-3f9a0c12")
    from dx_pipeline.alerts.memory import Event

    events = [Event("new", one.key, "2026-03-01", one.headline, one) for one in causes]
    title, body = write_message([*events, Event("recovered", "x", "2026-02-20", Words("dti_d: hỏng", "dti_d: broken"))])
    assert title == "dx-pipeline: 3 sự cố mới, 1 sự cố đã khắc phục"
    assert body.split("\n\n")[4:] == [
        "[NEW] dti_a/2023.csv: could not be fetched (http 503)\n"
        "What broke: https://example.org/a?key=... answers 503\n"
        "What still works: the last good data of this source stay in use; the other sources were looked at; "
        "release 1.0.2-3f9a0c12 is as it was\n"
        "What to do: nothing yet: it is tried again tomorrow night; if it lasts, see docs/runbooks/nightly-failed.md",
        "[NEW] dti_b/2023.csv: the publisher changed the file, somebody has to look\n"
        "What broke: columns added: overall/rank\n"
        "What still works: the last good data of this source stay in use; the other sources were looked at; "
        "release 1.0.2-3f9a0c12 is as it was\n"
        "What to do: run `dx accept` to see it, mend source.toml if needed, then `dx accept dti_b`; "
        "see docs/runbooks/source-changed-layout.md",
        "[NEW] dti_c: stale, last good look on 2026-02-01, limit 14 days\n"
        "What broke: https://example.org/c did not answer in time\n"
        "What still works: the data of that day stay in use and are marked as stale; other sources are fresh; "
        "current release: 1.0.2-3f9a0c12\n"
        "What to do: mend the cause named above; see docs/runbooks/nightly-failed.md",
        "[SOLVED (was there since 2026-02-20)] dti_d: broken",
    ]
    assert body.startswith("[MỚI] dti_a/2023.csv: không tải được (http 503)\nSự cố: ")
    assert "Vẫn dùng được: dữ liệu tốt gần nhất của nguồn vẫn được dùng" in body


def test_texts_of_a_failed_check_name_the_keys() -> None:
    failed = Failed(
        "check province_rankings.row_counts",
        "expected 63 rows, found 62",
        tuple(f"edition 2024, province_id p{number}" for number in range(9)),
        is_check=True,
    )
    from dx_pipeline.alerts.memory import Event

    (one,) = build_causes([failed], "1.0.2-3f9a0c12")
    _, body = write_message([Event("new", one.key, "2026-03-01", one.headline, one)], ["en"])
    assert body == (
        "[NEW] check province_rankings.row_counts did not hold, so nothing was released\n"
        "What broke: expected 63 rows, found 62\n"
        "Failing keys: edition 2024, province_id p0; edition 2024, province_id p1; edition 2024, province_id p2; "
        "edition 2024, province_id p3; edition 2024, province_id p4; +4\n"
        "What still works: release 1.0.2-3f9a0c12 is whole and stays in use\n"
        "What to do: look at the failing keys, mend the source or its declaration, then `dx run`; "
        "see docs/runbooks/nightly-failed.md"
    )
    assert "see docs" in write_message([Event("new", "k", "", same("a"), build_causes([Failed("s", "m")], None)[0])])[1]


def test_permanent_and_transient_ask_for_different_things() -> None:
    (down,) = fetch_causes(Night("", (DOWN,)), None)
    (gone,) = fetch_causes(Night("", (GONE,)), None)
    assert "tried again tomorrow" in down.todo.en
    assert gone.todo.en.startswith("look there; see docs/runbooks")
    assert "(none yet)" in gone.works.en


def test_no_secret_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    assert without_secrets("see https://me:pw@host/a?token=abc&x=1 now") == "see https://host/a?token=...&x=... now"
    assert len(without_secrets("x" * 5000)) == 600
    assert "\x1b" not in without_secrets("a\x1b[31mb")
    monkeypatch.setenv(
        "DX_ALERT_URLS", "json://me:hush@127.0.0.1:1/hush-token mailto://u:hush@127.0.0.1:1?to=a@b.vn x://hush"
    )
    caplog.set_level(logging.DEBUG)
    paths = Paths(tmp_path)
    tell(paths, "fetch", [cause()], FIRST)
    assert undelivered(paths)["waiting"] == 1
    written = caplog.text + "".join(file.read_text() for file in paths.snapshots.glob("*.json"))
    assert "hush" not in written


def test_a_json_webhook_gets_the_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with publishing() as publisher:
        address = publisher.url.removeprefix("http://")
        for url in (f"json://{address}/hook", f"{publisher.url}/hook"):
            monkeypatch.setenv("DX_ALERT_URLS", url)
            publisher.posted.clear()
            tell(Paths(tmp_path / url[:5]), "fetch", [cause()], FIRST)
            (posted,) = publisher.posted
            said = json.loads(posted)
            assert said["title"] == "dx-pipeline: 1 sự cố mới"
            assert "What to do: wait" in said["message"]


def test_slack_and_teams_addresses_are_known_as_such() -> None:
    slack = where._instance("https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ")
    teams = where._instance(
        "https://prod-1.westus.logic.azure.com:443/workflows/643e69f83c8944/triggers/manual/paths/invoke"
        "?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=KODuebWbDGYFr0z0eu"
    )
    assert type(slack).__name__ == "NotifySlack"
    assert type(teams).__name__ == "NotifyWorkflows"


def test_mail_arrives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_take_mail, args=(server, lines), daemon=True).start()
        port = server.getsockname()[1]
        monkeypatch.setenv(
            "DX_ALERT_URLS", f"mailto://127.0.0.1:{port}?from=dx@example.org&to=ops@example.org&mode=insecure"
        )
        paths = Paths(tmp_path)
        tell(paths, "fetch", [cause()], FIRST)
    assert undelivered(paths)["waiting"] == 0
    assert any(b"RCPT TO:<ops@example.org>" in line.replace(b"rcpt", b"RCPT") for line in lines)
    assert any(line.startswith(b"Subject:") for line in lines)


def _take_mail(server: socket.socket, lines: list[bytes]) -> None:
    connection, _ = server.accept()
    with connection, connection.makefile("rwb") as file:

        def say(text: bytes) -> None:
            file.write(text + b"\r\n")
            file.flush()

        say(b"220 test")
        in_data = False
        for line in file:
            lines.append(line.strip())
            if in_data:
                in_data = line != b".\r\n"
                if not in_data:
                    say(b"250 taken")
            elif line.upper().startswith(b"DATA"):
                in_data = True
                say(b"354 go on")
            elif line.upper().startswith(b"QUIT"):
                say(b"221 bye")
                return
            else:
                say(b"250 fine")
