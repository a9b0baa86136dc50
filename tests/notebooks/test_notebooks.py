"""The notebooks run from top to bottom on a release, show what they claim, and are kept clean."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from dx_pipeline.paths import Paths
from dx_pipeline.report.notebooks import render

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))

#: what readers should find in the outputs: ranks and effects as published and computed by the methods
SHOWN = {
    "01_quick_start": ["province_rankings"],
    "02_hai_duong_and_thai_nguyen": [
        "Hải Dương 14, 14, 13, 26, 19",
        "Thái Nguyên 12, 8, 8, 16, 6",
        "-49.74",  # foundation 2022, Hải Dương minus Thái Nguyên
        "-16.5",  # own effect on the rank 2022-2023
        "29.5",  # effect of the others
        "54.6",  # points gained
    ],
    "03_how_firm_is_a_rank": ["box25", "benefit_of_the_doubt"],
    "04_source_of_a_figure": ["figures in conflict", "@misc{", "stated_change_contradicts"],
}


def texts(notebook: nbformat.NotebookNode) -> str:
    """All text a reader sees in the outputs."""
    found = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            found.append(output.get("text", ""))
            found.append(output.get("data", {}).get("text/plain", ""))
    return "\n".join(found)


def test_there_are_four() -> None:
    assert {path.stem for path in NOTEBOOKS} == set(SHOWN)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_on_a_release(
    path: Path, released: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DX_ROOT", str(released))
    before = Paths(released).published.resolve().stat().st_mtime_ns
    notebook = nbformat.read(path, as_version=4)
    at = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=60, kernel_name="python3", resources=at).execute()
    shown = texts(notebook)
    for expected in SHOWN[path.stem]:
        assert expected in shown
    warnings = [
        output for cell in notebook.cells for output in cell.get("outputs", []) if output.get("name") == "stderr"
    ]
    assert not warnings
    assert Paths(released).published.resolve().stat().st_mtime_ns == before


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_outputs(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
    assert notebook.metadata.kernelspec.name == "python3"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_names_no_machine(path: Path) -> None:
    assert not re.search(r"/(home|Users|root|work|tmp|mnt)/|[A-Z]:\\\\|localhost|127\.0\.0\.1", path.read_text("utf-8"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_has_small_cells_and_a_vietnamese_summary(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    assert any(cell.source.startswith("**Tóm tắt.**") for cell in cells)
    assert max(cell.source.count("\n") for cell in cells) < 25


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_needs_polars_matplotlib_and_this_project_only(path: Path) -> None:
    code = "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code")
    imported = set(re.findall(r"^(?:import|from) (\w+)", code, re.MULTILINE))
    assert imported - sys.stdlib_module_names <= {"dx_pipeline", "matplotlib", "polars"}


def test_no_line_is_drawn_across_a_change_of_the_indicator_set() -> None:
    text = (FOLDER / "02_hai_duong_and_thai_nguyen.ipynb").read_text("utf-8")
    assert "if year not in broken" in text
    assert "dotted" not in text


def test_a_page_of_a_notebook_loads_nothing_and_runs_nothing() -> None:
    code = {"cell_type": "code", "source": "'<b>'", "outputs": [{"data": {"text/plain": "'<b>'"}}]}
    image = {"cell_type": "code", "source": "plot", "outputs": [{"data": {"image/png": "AAAA", "text/plain": "fig"}}]}
    told = {"cell_type": "markdown", "source": "# Title\n\n<script>x</script>"}
    page = render(nbformat.from_dict({"cells": [told, code, image]}), "01 & 02")
    assert "<script" not in page
    assert "default-src 'none'" in page
    assert "&lt;b&gt;" in page
    assert 'src="data:image/png;base64,AAAA"' in page
    assert "<h1>Title</h1>" in page
