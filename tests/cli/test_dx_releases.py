"""Citing a release, comparing two, restoring one, proving one."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from dx_answers import Dx, DxIn
from dx_release import release

from dx_pipeline.paths import Paths


@pytest.fixture(scope="module")
def two_releases(published: Paths, tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """The published project after one more release, in which one score differs."""
    root = shutil.copytree(published.root, tmp_path_factory.mktemp("two") / "project", symlinks=True)
    where = "edition = 2023 AND unit_system = 63 AND province_id = 'hai-duong'"
    release(Paths(root), datetime(2026, 2, 5, tzinfo=UTC), f"UPDATE province_rankings SET score = 0.7 WHERE {where}")
    return Paths(root)


@pytest.mark.parametrize("address", ["province_rankings", "figure:2023/63/hai-duong/overall/score"])
def test_a_citation_names_release_and_hash(dx: Dx, address: str) -> None:
    answer = dx("cite", address)
    assert answer.code == 0
    assert "release 2.0.0, data sha256:" in answer.out
    assert "@misc{" in answer.out
    assert set(dx("cite", address, "--json").json) == {"address", "release", "citation", "bibtex", "details"}


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("province_ranking", "Did you mean province_rankings"),
        ("figure:2023/63/nowhere/overall/score", "expected figure:<edition>"),
        ("province_rankings:2023", "expected province_rankings:<edition>/<unit_system>/<province_id>"),
    ],
)
def test_an_address_that_leads_nowhere(dx: Dx, address: str, told: str) -> None:
    answer = dx("cite", address)
    assert answer.code == 2
    assert told in answer.err


def test_a_sound_release_is_proved(dx: Dx) -> None:
    answer = dx("verify")
    assert (answer.code, "is as published" in answer.out) == (0, True)
    assert dx("verify", "2.0.0", "--json").json["sound"] is True


def test_a_touched_file_is_named(dx_in: DxIn, own_release: Paths) -> None:
    with (own_release.marts / "csv" / "provinces.csv").open("a", encoding="utf-8") as file:
        file.write("more\n")
    answer = dx_in(own_release.root, "verify")
    assert answer.code == 1
    assert "csv/provinces.csv: was changed" in answer.out


def test_an_unknown_release_lists_those_kept(dx: Dx) -> None:
    answer = dx("verify", "10.9.9")
    assert answer.code == 2
    assert "Kept releases: 2.0.0-" in answer.err


def test_diff_names_the_changed_value(dx_in: DxIn, two_releases: Paths) -> None:
    answer = dx_in(two_releases.root, "diff")
    assert answer.code == 0
    assert "province_rankings" in answer.out
    found = dx_in(two_releases.root, "diff", "2.0.0", "current", "--json").json
    assert found["same_data"] is False
    (change,) = found["changes"]
    assert (change["key"], change["old_value"], change["new_value"]) == ("2023/63/hai-duong", "0.6929", "0.7")


def test_rollback_restores_and_can_be_undone(dx_in: DxIn, two_releases: Paths) -> None:
    root: Path = two_releases.root
    answer = dx_in(root, "rollback", "--json")
    assert answer.code == 0
    assert answer.json["release"].startswith("2.0.0-")
    assert dx_in(root, "rank", "hai-duong", "--edition", "2023", "--json").json["rows"][0]["score"] == 0.6929
    listed = dx_in(root, "rollback", "--list", "--json").json["releases"]
    assert [one["current"] for one in listed] == [True, False]
    assert "is current again" in dx_in(root, "rollback", listed[1]["release"]).out


def test_nothing_to_go_back_to(dx: Dx) -> None:
    for command in ("rollback", "diff"):
        answer = dx(command)
        assert answer.code == 2
        assert "no earlier release" in answer.err
