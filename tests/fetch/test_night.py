"""What one night does with each thing a publisher can do. The declared bytes change only when the new ones are good."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dx_pipeline.errors import BusyError, DxError
from dx_pipeline.fetch.night import fetch_all
from dx_pipeline.fetch.records import read_records
from dx_pipeline.fetch.snapshots import stored
from dx_pipeline.fetch.stale import read_stale
from dx_pipeline.locks import try_lock
from tests.fetch.publisher import (
    SOURCE,
    Publisher,
    Reply,
    csv_reply,
    declared_sha,
    edit_declaration,
    is_whole,
    patient,
    small_project,
    table,
)

FIRST = datetime(2026, 3, 1, 18, 30, tzinfo=UTC)
PAGE = "<!DOCTYPE html><html><head><title>{}</title></head><body>{}</body></html>"


def night(paths, after_days=0, **more):
    more.setdefault("manners", patient())
    return fetch_all(paths, FIRST + timedelta(days=after_days), **more)


def results(found) -> dict[str, str]:
    return {one.file: one.result for one in found.outcomes}


def test_an_unchanged_night_asks_conditionally_and_stores_nothing(tmp_path: Path, publisher: Publisher) -> None:
    paths = small_project(tmp_path, publisher.url)
    first, second = night(paths), night(paths, 1)
    assert results(first) == results(second) == {"2023.csv": "unchanged", "2024.csv": "not yet"}
    asked = publisher.asked_for(f"/{SOURCE}/2023.csv")
    assert "If-None-Match" not in asked[0]
    assert "If-None-Match" in asked[1]
    assert asked[1]["User-Agent"] == "dx-pipeline/test (+test@example.org)"
    assert not list(paths.snapshots.glob("*/*/0*"))
    assert second.lines()[-1] == "2 files: 1 unchanged, 1 not yet. Nothing to build."


def test_a_changed_figure_is_accepted_and_its_hash_declared(tmp_path: Path, publisher: Publisher) -> None:
    paths = small_project(tmp_path, publisher.url)
    new = table(2023, changed={3: "0.9999"})
    publisher.replies[f"/{SOURCE}/2023.csv"] = csv_reply(new)
    found = night(paths)
    assert results(found)["2023.csv"] == "accepted"
    assert "1 figures changed" in found.lines()[0]
    assert (paths.raw / SOURCE / "2023.csv").read_bytes() == new
    assert is_whole(paths)
    text = (paths.raw / SOURCE / "source.toml").read_text(encoding="utf-8")
    assert "# kept by hand" in text
    assert "# assessed year" in text
    assert "retrieved_on = 2026-03-01" in text
    (snapshot,) = stored(paths.snapshots / SOURCE / "2023.csv")
    assert snapshot.read() == new
    assert json.loads((snapshot.folder / "snapshot.json").read_bytes())["headers"]["content-type"] == "text/csv"
    assert results(night(paths, 1))["2023.csv"] == "unchanged"


def test_a_new_edition_is_declared_like_the_one_before(tmp_path: Path, publisher: Publisher) -> None:
    paths = small_project(tmp_path, publisher.url)
    publisher.replies[f"/{SOURCE}/2024.csv"] = csv_reply(table(2024))
    assert results(night(paths))["2024.csv"] == "accepted"
    from dx_pipeline.sources.spec import load_source

    files = {file.path.name: file.edition for file in load_source(paths.raw / SOURCE).files}
    assert files == {"2023.csv": 2023, "2024.csv": 2024}
    assert is_whole(paths)
    assert results(night(paths, 1)) == {"2023.csv": "unchanged", "2024.csv": "unchanged", "2025.csv": "not yet"}


def test_what_is_not_the_file_changes_nothing_and_is_told_by_its_kind(tmp_path: Path, publisher: Publisher) -> None:
    good = table(2023, changed={1: "0.7"})
    html = {"Content-Type": "text/html"}
    cases: dict[str, tuple[Reply, bool, int]] = {
        # kind: (reply, passes by itself, requests in the night)
        "timeout": (csv_reply(good, delay=0.9), True, 4),
        "cut": (csv_reply(good, cut_after=300), True, 4),
        "http 500": (Reply(b"oops", 500), True, 4),
        "http 404": (Reply(b"gone", 404), False, 1),
        "http 403": (Reply(b"no", 403), False, 1),
        "error page": (Reply(PAGE.format("503 Service Unavailable", "").encode(), headers=html), True, 4),
        "login page": (Reply(PAGE.format("Đăng nhập", "<input type='password'>").encode(), headers=html), False, 1),
        "challenge page": (Reply(PAGE.format("Just a moment...", "").encode(), headers=html), True, 4),
        "web page": (Reply(PAGE.format("Trang chủ", "").encode(), headers=html), False, 1),
        "error message": (csv_reply(b'{"error": "database"}'), False, 1),
        "empty": (csv_reply(b"\n"), True, 4),
        "magic": (csv_reply(b"PK\x03\x04\x00\x00"), False, 1),
        "content type": (Reply(good, headers={"Content-Type": "image/png"}), False, 1),
        "size": (csv_reply(table(2023) * 20), False, 1),
        "redirect": (Reply(status=302, headers={"Location": "http://example.org/x.csv"}), False, 1),
    }
    failures = []
    for number, (kind, (reply, passes, requests)) in enumerate(cases.items()):
        paths = small_project(tmp_path / str(number), publisher.url)
        before = declared_sha(paths, "2023.csv")
        publisher.replies[f"/{SOURCE}/2023.csv"] = reply
        publisher.asked.clear()
        found = night(paths)
        one = found.outcomes[0]
        asked = len(publisher.asked_for(f"/{SOURCE}/2023.csv"))
        if (one.result, one.kind, one.retry, asked) != ("failed", kind, passes, requests):
            failures.append((kind, one, asked))
        if declared_sha(paths, "2023.csv") != before or not is_whole(paths) or list(paths.snapshots.glob("*/*/0*")):
            failures.append((kind, "something was taken over"))
    assert not failures


def test_what_changed_its_layout_waits_for_a_person(tmp_path: Path, publisher: Publisher) -> None:
    cases = {
        "a new column": (table(2023, extra="Hạng mới"), "Hạng mới"),
        "one province missing": (table(2023, without=4), "found 62"),
        "truncated": (table(2023)[:700], ""),
        "wrong encoding": (table(2023).decode().encode("utf-16"), ""),
        "another edition": (table(2077), "another edition"),
        "a figure out of range": (table(2023, changed={5: "7.5"}), "7.5"),
        "no figures": (table(2023).splitlines()[0], ""),
    }
    failures = []
    for number, (name, (body, told)) in enumerate(cases.items()):
        paths = small_project(tmp_path / str(number), publisher.url)
        before = declared_sha(paths, "2023.csv")
        publisher.replies[f"/{SOURCE}/2023.csv"] = csv_reply(body)
        one = night(paths).outcomes[0]
        again = night(paths, 1).outcomes[0]
        if one.result != "waiting" or again.result != "waiting" or told not in " ".join(one.problems):
            failures.append((name, one, again))
        if declared_sha(paths, "2023.csv") != before or not is_whole(paths):
            failures.append((name, "something was taken over"))
        if len(list(paths.snapshots.glob("*/2023.csv/0*"))) != 1:
            failures.append((name, "not exactly one snapshot"))
    assert not failures


def test_what_waits_is_judged_again_when_the_declaration_is_mended(tmp_path: Path, publisher: Publisher) -> None:
    paths = small_project(tmp_path, publisher.url)
    publisher.replies[f"/{SOURCE}/2023.csv"] = csv_reply(table(2023, extra="Hạng mới"))
    assert night(paths).outcomes[0].result == "waiting"
    edit_declaration(paths, lambda text: text.replace('province = "Tỉnh"', 'province = "Tỉnh"\nignore = ["Hạng mới"]'))
    assert night(paths, 1).outcomes[0].result == "accepted"
    assert is_whole(paths)


def test_a_source_accepted_by_hand_waits_always(tmp_path: Path, publisher: Publisher) -> None:
    paths = small_project(tmp_path, publisher.url)
    edit_declaration(paths, lambda text: text.replace("pause_seconds", 'accept = "by_hand"\npause_seconds'))
    publisher.replies[f"/{SOURCE}/2023.csv"] = csv_reply(table(2023, changed={1: "0.7"}))
    assert night(paths).outcomes[0].result == "waiting"


def test_retries_grow_and_end(tmp_path: Path, publisher: Publisher) -> None:
    paths = small_project(tmp_path, publisher.url)
    publisher.replies[f"/{SOURCE}/2023.csv"] = [Reply(b"", 503), Reply(b"", 503), csv_reply(table(2023))]
    slept: list[float] = []
    assert night(paths, manners=patient(slept)).outcomes[0].result == "unchanged"
    pauses = [pause for pause in slept if pause > 0]
    assert len(pauses) == 2
    assert 2 <= pauses[0] <= 4
    assert 4 <= pauses[1] <= 6


def test_retry_after_is_obeyed_also_over_nights(tmp_path: Path, publisher: Publisher) -> None:
    paths = small_project(tmp_path, publisher.url)
    path = f"/{SOURCE}/2023.csv"
    publisher.replies[path] = [Reply(b"", 429, {"Retry-After": "30"}), csv_reply(table(2023))]
    slept: list[float] = []
    assert night(paths, manners=patient(slept)).outcomes[0].result == "unchanged"
    assert max(slept) >= 30
    publisher.replies[path] = Reply(b"", 429, {"Retry-After": str(36 * 3600)})
    publisher.asked.clear()
    assert night(paths, 1).outcomes[0].kind == "http 429"
    assert night(paths, 2).outcomes[0].result == "not due"
    assert len(publisher.asked_for(path)) == 1
    publisher.replies[path] = csv_reply(table(2023))
    assert night(paths, 3).outcomes[0].result == "unchanged"


def test_one_broken_source_stops_no_other(tmp_path: Path, publisher: Publisher) -> None:
    names = ("dti_broken", "dti_fine", "dti_refusing")
    paths = small_project(tmp_path, publisher.url, *names)
    publisher.replies = {"/dti_fine/2023.csv": csv_reply(table(2023, changed={0: "0.9"}))}
    (paths.raw / "dti_broken" / "source.toml").write_text("[fetch\n", encoding="utf-8")
    publisher.replies["/dti_refusing/2023.csv"] = Reply(b"", 403)
    found = {(one.source_id, one.file): one for one in night(paths).outcomes}
    assert found["dti_broken", "source.toml"].kind == "declaration"
    assert found["dti_fine", "2023.csv"].result == "accepted"
    assert found["dti_refusing", "2023.csv"].kind == "http 403"


def test_robots_txt_is_obeyed(tmp_path: Path, publisher: Publisher) -> None:
    paths = small_project(tmp_path, publisher.url)
    publisher.replies["/robots.txt"] = Reply(b"User-agent: *\nDisallow: /dti_example/\n")
    assert {one.kind for one in night(paths).outcomes} == {"robots"}
    assert not publisher.asked_for(f"/{SOURCE}/2023.csv")
    publisher.replies["/robots.txt"] = Reply(b"User-agent: *\nCrawl-delay: 7\n")
    slept: list[float] = []
    assert night(paths, 1, manners=patient(slept)).outcomes[0].result == "unchanged"
    assert [pause for pause in slept if 6 < pause <= 7]
    publisher.replies["/robots.txt"] = Reply(b"", 500)
    assert night(paths, 2).outcomes[0].kind == "http 500"


def test_a_source_becomes_stale_and_fresh_again(tmp_path: Path, publisher: Publisher) -> None:
    paths = small_project(tmp_path, publisher.url)
    assert not night(paths).stale
    good = publisher.replies.pop(f"/{SOURCE}/2023.csv")
    publisher.replies[f"/{SOURCE}/2023.csv"] = Reply(b"", 500)
    assert not [day for day in range(1, 15) if night(paths, day).stale]
    (stale,) = night(paths, 15).stale
    assert (stale.source_id, stale.last_good_on.isoformat(), stale.limit_days) == (SOURCE, "2026-03-01", 14)
    written = (paths.snapshots / "stale.json").read_bytes()
    assert night(paths, 16).stale == (stale,)
    assert (paths.snapshots / "stale.json").read_bytes() == written
    for damaged in (b'{"dti_example": 3}', written.replace(b"2026-03-01", b"some day"), b"[]", b"{"):
        (paths.snapshots / "stale.json").write_bytes(damaged)
        assert read_stale(paths) == {}
        assert [one.source_id for one in night(paths, 16).stale] == [SOURCE]
        assert (paths.snapshots / "stale.json").read_bytes() == written.replace(b"2026-03-16", b"2026-03-17")
    publisher.replies[f"/{SOURCE}/2023.csv"] = good
    assert not night(paths, 17).stale


def test_a_clock_that_was_wrong_does_no_harm(tmp_path: Path, publisher: Publisher) -> None:
    paths = small_project(tmp_path, publisher.url)
    assert night(paths, 3650).outcomes[0].result == "unchanged"
    publisher.replies[f"/{SOURCE}/2023.csv"] = csv_reply(table(2023, changed={2: "0.9"}))
    assert night(paths).outcomes[0].result == "accepted"
    assert not night(paths, -3650).stale


def test_snapshots_are_bounded(tmp_path: Path, publisher: Publisher) -> None:
    paths = small_project(tmp_path, publisher.url)
    for day in range(12):
        publisher.replies[f"/{SOURCE}/2023.csv"] = csv_reply(table(2023, changed={day: "0.9"}))
        assert night(paths, day).outcomes[0].result == "accepted"
    kept = stored(paths.snapshots / SOURCE / "2023.csv")
    assert len(kept) <= 5
    assert kept[-1].sha256 == declared_sha(paths, "2023.csv")


def test_damaged_records_cost_one_full_request(tmp_path: Path, publisher: Publisher) -> None:
    paths = small_project(tmp_path, publisher.url)
    night(paths)
    state = paths.snapshots / SOURCE / "state.json"
    for damage in (b"", b"{", b'{"2023.csv": {"nonsense": 1, "failure": 7}}', b"[]", b"\xff"):
        state.write_bytes(damage)
        assert night(paths, 1).outcomes[0].result == "unchanged", damage
        assert "2023.csv" in read_records(paths, SOURCE)


def test_the_operator_must_be_named_and_two_fetches_do_not_meet(
    tmp_path: Path, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = small_project(tmp_path, publisher.url)
    monkeypatch.delenv("DX_CONTACT", raising=False)
    with pytest.raises(DxError, match="DX_CONTACT is not set"):
        fetch_all(paths, FIRST)
    monkeypatch.setenv("DX_CONTACT", "ops@example.org")
    assert results(fetch_all(paths, FIRST))["2023.csv"] == "unchanged"
    assert "(+ops@example.org)" in publisher.asked[-1][1]["User-Agent"]
    with (paths.snapshots / ".fetch.lock").open() as another:
        assert try_lock(another.fileno())
        with pytest.raises(BusyError):
            fetch_all(paths, FIRST)
