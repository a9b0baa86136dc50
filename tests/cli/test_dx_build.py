"""`dx run` hands over to the refresh job; `dx status` tells what cannot be relied on."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from types import SimpleNamespace

import pytest
from dx_answers import Dx, DxIn

from dx_pipeline.orchestration.state import Reason, end
from dx_pipeline.paths import Paths


@dataclass
class Ended:
    """How a refresh ended, as the job tells it."""

    release: str | None = "2.0.1-00000000"
    unchanged: bool = False
    reasons: tuple[Reason, ...] = ()
    skipped: str = ""

    @property
    def failures(self) -> list[str]:
        return [str(reason) for reason in self.reasons]


def refreshing_as(ended: Ended, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        sys.modules, "dx_pipeline.orchestration.run", SimpleNamespace(refresh=lambda paths, full: ended)
    )


def test_a_run_that_succeeds_is_quiet_but_for_its_summary(
    dx_in: DxIn, own_release: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    refreshing_as(Ended(), monkeypatch)
    answer = dx_in(own_release.root, "run")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.splitlines()[-1].startswith("release 2.0.0: ")


def test_a_run_that_changes_nothing_says_so(dx_in: DxIn, own_release: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    refreshing_as(Ended(unchanged=True), monkeypatch)
    assert "nothing new was published" in dx_in(own_release.root, "run").out


def test_a_run_that_fails_says_why_and_ends_with_1(
    dx_in: DxIn, own_release: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    refreshing_as(Ended(reasons=(Reason(where="check provinces.row_counts", message="64 rows"),)), monkeypatch)
    answer = dx_in(own_release.root, "run")
    assert answer.code == 1
    assert "- check provinces.row_counts: 64 rows" in answer.err
    found = dx_in(own_release.root, "run", "--json")
    assert found.code == 1
    assert found.json["failures"] == ["check provinces.row_counts: 64 rows"]


def test_status_of_a_sound_project(dx: Dx) -> None:
    answer = dx("status")
    assert answer.code == 0
    assert answer.out.startswith("release   2.0.0, 2026-01-05T02:00:00Z")
    assert "checks    none failed" in answer.out
    keys = {"release", "built_at", "age_days", "sources", "failed_checks", "last_failure", "ok"}
    assert keys <= set(dx("status", "--json").json)


def test_a_lost_current_is_not_taken_for_no_release(dx_in: DxIn, own_release: Paths) -> None:
    name = (own_release.marts / "current").readlink().name
    (own_release.marts / "current").unlink()
    told = f"no release is current; on disk: {name}. `dx run` or `dx rollback {name}` restores it."
    answer = dx_in(own_release.root, "status")
    assert (answer.code, answer.out.splitlines()[0]) == (1, f"release   {told}")
    assert dx_in(own_release.root, "status", "--json").json["kept"] == [name]
    answer = dx_in(own_release.root, "rank")
    assert (answer.code, answer.err) == (1, f"dx: {told}\n")
    assert name in dx_in(own_release.root, "--lang", "vi").out
    assert dx_in(own_release.root, "rollback", name).code == 0
    assert dx_in(own_release.root, "status").code == 0


def test_status_has_one_language_and_says_so(dx: Dx) -> None:
    answer = dx("status", "--lang", "vi")
    assert (answer.code, "status` speaks English only" in answer.err) == (2, True)


def test_status_names_what_is_wrong_with_the_sources(dx_in: DxIn, own_release: Paths) -> None:
    files = sorted((own_release.raw / "dti_component_scores").glob("*.csv"))
    with files[1].open("a", encoding="utf-8") as file:
        file.write("one more row\n")
    (own_release.raw / "notes.txt").write_text("who put this here?", encoding="utf-8")
    answer = dx_in(own_release.root, "status", "--json")
    assert answer.code == 1
    sources = answer.json["sources"]
    assert sources["changed"] == [f"dti_component_scores/{files[1].name}"]
    assert sources["undeclared"] == ["notes.txt"]
    assert "of no source of the manifest" in dx_in(own_release.root, "status").out
    (own_release.raw / "nso_population" / "notes.txt").write_text("and this?", encoding="utf-8")
    sources = dx_in(own_release.root, "status", "--json").json["sources"]
    assert "data/raw/nso_population/notes.txt" in sources["error"]
    assert sources["changed"] == [f"dti_component_scores/{files[1].name}"], "one bad source hides nothing of the others"
    files[0].unlink()
    answer = dx_in(own_release.root, "status", "--json")
    assert answer.code == 1
    assert files[0].name in str(answer.json["sources"]["missing"]) + str(answer.json["sources"]["error"])


def test_status_tells_a_source_nobody_looked_at_for_a_year(dx_in: DxIn, own_release: Paths) -> None:
    declaration = own_release.raw / "papi_subdimensions" / "source.toml"
    lines = declaration.read_text(encoding="utf-8").splitlines()
    lines = ['retrieved_on = "2020-01-01"' if line.startswith("retrieved_on") else line for line in lines]
    declaration.write_text("\n".join(lines), encoding="utf-8")
    answer = dx_in(own_release.root, "status", "--json")
    assert answer.code == 0
    assert [stale["source_id"] for stale in answer.json["sources"]["stale"]] == ["papi_subdimensions"]


def test_status_tells_that_the_last_run_failed(dx_in: DxIn, own_release: Paths) -> None:
    reason = Reason(where="raw/x", message="expected sha256 a, found b", hint="Look at the file.")
    end(own_release, "failed", [reason], door="schedule")
    answer = dx_in(own_release.root, "status")
    assert answer.code == 1
    assert "raw/x: expected sha256 a, found b" in answer.out
    assert "what to do: Look at the file." in answer.out
    end(own_release, "unchanged", door="ui")
    assert dx_in(own_release.root, "status").code == 0
