"""Bad input, through the whole job: it stops with a message a person can act on, and the last release stays."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from dx_pipeline.orchestration.run import refresh
from dx_pipeline.paths import Paths
from tests.conftest import declare

#: the release these tests start from is made once, by the worker that runs them all
pytestmark = pytest.mark.xdist_group("released")

COMPONENTS = "dti_component_scores"


@pytest.fixture
def copy(released: Path, tmp_path: Path) -> Path:
    """A copy of the released project, to be spoilt."""
    shutil.copytree(released, tmp_path / "project", symlinks=True)
    return tmp_path / "project"


def edit(root: Path, source_id: str, file: str, change: Callable[[str], str], accept: bool = True) -> None:
    """Change a raw file; with `accept` the new hash is declared, as for a change of the publisher's."""
    path = root / "data" / "raw" / source_id / file
    before = path.read_text(encoding="utf-8")
    path.write_text(change(before), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != before
    if accept:
        declare(root, source_id, file)


def refused(root: Path) -> str:
    """What the job says; nothing of the published release may change."""
    marts = root / "data" / "marts"
    before = (marts / "current").readlink(), (marts / "dti.duckdb").read_bytes()
    outcome = refresh(Paths(root))
    assert outcome.failures
    assert ((marts / "current").readlink(), (marts / "dti.duckdb").read_bytes()) == before
    assert sorted(path.name for path in (marts / "releases").iterdir() if path.is_dir()) == [before[0].name]
    return "\n".join(outcome.failures)


def without_lines(text: str, wanted: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith(wanted))


def test_an_edited_file(copy):
    edit(copy, COMPONENTS, "2023.csv", lambda text: text.replace("0.6929", "0.7929"), accept=False)
    told = refused(copy)
    assert "data/raw/dti_component_scores/2023.csv: expected sha256" in told
    assert "restore it" in told


def test_a_truncated_file(copy):
    edit(copy, "papi_subdimensions", "2023.csv", lambda text: text[:9000], accept=False)
    assert "data/raw/papi_subdimensions/2023.csv: expected sha256" in refused(copy)


def test_a_missing_file(copy):
    (copy / "data" / "raw" / COMPONENTS / "2022.csv").unlink()
    assert "data/raw/dti_component_scores/2022.csv: expected the file that source.toml names, found no file" in refused(
        copy
    )


def test_a_web_page_served_as_csv(copy):
    page = "<!DOCTYPE html><html><body>Trang đang bảo trì</body></html>"
    edit(copy, COMPONENTS, "2024.csv", lambda text: page)
    told = refused(copy)
    assert "data/raw/dti_component_scores/2024.csv: expected a csv table, found a web page (HTML)" in told


def test_a_64th_row(copy):
    edit(copy, COMPONENTS, "2023.csv", lambda text: text.rstrip() + "\nHoàng Sa,0.5,0.5,0.5,0.5,0.5\n")
    told = refused(copy)
    assert "data/raw/dti_component_scores/2023.csv, row 65" in told
    assert "Hoàng Sa" in told


def test_a_province_printed_twice(copy):
    edit(copy, COMPONENTS, "2023.csv", lambda text: text.rstrip() + "\nHải Dương,0.6929,0.7,0.6,0.4,0.5\n")
    told = refused(copy)
    assert "2023.csv, rows [27, 65]: expected one row for hai-duong" in told


def test_a_missing_province(copy):
    edit(copy, COMPONENTS, "2023.csv", lambda text: without_lines(text, "Hải Dương"))
    told = refused(copy)
    assert "expected a row for each of 63 units, found 62; missing hai-duong" in told


def test_a_district_where_a_province_should_be(copy):
    edit(copy, COMPONENTS, "2023.csv", lambda text: text.replace("Phú Yên", "Phù Yên"))
    told = refused(copy)
    assert "Phù Yên" in told
    assert "Phú Yên" in told


def test_a_score_above_one(copy):
    edit(copy, COMPONENTS, "2023.csv", lambda text: text.replace("Hải Dương,0.6929", "Hải Dương,1.2"))
    told = refused(copy)
    assert "2023.csv, row 27, column DTI: expected score 0-1 from 0 to 1, found 1.2 (Hải Dương)" in told


def test_a_renamed_column(copy):
    edit(copy, COMPONENTS, "2023.csv", lambda text: text.replace("Kinh tế số", "Kinh tế", 1))
    assert "expected a header row with" in refused(copy)


@pytest.mark.parametrize("edition", [2022, 2023, 2024])
def test_two_columns_swapped(copy, edition):
    def swap(text: str) -> str:
        head, rest = text.split("\n", 1)
        names = head.split(",")
        names[2], names[3] = names[3], names[2]
        return ",".join(names) + "\n" + rest

    edit(copy, COMPONENTS, f"{edition}.csv", swap)
    assert "check " in refused(copy)


def test_a_rank_that_contradicts_the_scores(copy):
    edit(
        copy,
        "dti_official_ranking",
        "2022.html",
        lambda text: text.replace("<td>13</td><td>Hải Dương", "<td>11</td><td>Hải Dương").replace(
            "<td>11</td><td>Long An", "<td>13</td><td>Long An"
        ),
    )
    told = refused(copy)
    assert "check province_rankings." in told
    assert "hai-duong" in told
    assert "long-an" in told


def test_the_second_transcription_disagrees(copy):
    edit(copy, "dti_overall_scores", "2023.json", lambda text: text.replace("0.6929", "0.6939"))
    told = refused(copy)
    assert "hai-duong" in told
    assert "0.6939" in told


def test_a_source_that_fails_does_not_stop_the_others(copy):
    edit(copy, "pci_scores", "2022.csv", lambda text: text.replace("70.76", "70.77"), accept=False)
    told = refused(copy)
    assert "pci_scores" in told
    assert "dti_" not in told
