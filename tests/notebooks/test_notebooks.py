"""The notebooks run from top to bottom on a release, show what they claim, and are kept clean."""

from __future__ import annotations

import html
import json
import os
import re
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from dx_pipeline.paths import Paths
from dx_pipeline.report.notebooks import Cell, executed, render

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


def test_each_release_has_the_executed_notebooks(released: Path) -> None:
    """Every cell ran, the pages show what they claim, and they are part of the release."""
    folder = Paths(released).marts / "site" / "notebooks"
    assert {page.stem for page in folder.glob("*.html")} == set(SHOWN)
    for name, told in SHOWN.items():
        page = html.unescape((folder / f"{name}.html").read_text(encoding="utf-8"))
        cells = json.loads((FOLDER / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
        assert page.count('<pre class="code"') == sum(cell["cell_type"] == "code" for cell in cells), name
        assert "Error: " not in page, name
        assert "data:image/png" in page, name
        for expected in told:
            assert expected in page, (name, expected)


def test_a_cell_that_fails_shows_its_error_and_ends_the_page(tmp_path: Path) -> None:
    written = [{"cell_type": "code", "source": [text]} for text in ("print(1)\n2 + 2", "1 / 0", "print('after')")]
    source = tmp_path / "a.ipynb"
    source.write_text(json.dumps({"cells": written}), encoding="utf-8")
    cells = executed(source)
    assert [cell.texts for cell in cells] == [["1\n", "4"], ["ZeroDivisionError: division by zero"]]
    assert [cell.failed for cell in cells] == [False, True]
    undrawn = "import matplotlib.pyplot as plt\nplt.figure().text(0, None, 'no place')"
    source.write_text(json.dumps({"cells": [{"cell_type": "code", "source": [undrawn]}]}), encoding="utf-8")
    (cell,) = executed(source)
    assert (cell.failed, cell.figures) == (True, [])
    assert "TypeError: " in cell.texts[0]


@pytest.mark.skipif(not os.environ.get("DX_SOAK"), reason="long: make soak")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_in_jupyter(
    path: Path, released: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DX_ROOT", str(released))
    notebook = nbformat.read(path, as_version=4)
    at = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=60, kernel_name="python3", resources=at).execute()
    shown = texts(notebook)
    for expected in SHOWN[path.stem]:
        assert expected in shown
    assert not [out for cell in notebook.cells for out in cell.get("outputs", []) if out.get("name") == "stderr"]


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
    told = Cell("markdown", "# Title\n\n<script>x</script>")
    page = render([told, Cell("code", "'<b>'", ["'<b>'"]), Cell("code", "plot", [], [b"\0\0\0"])], "01 & 02")
    assert "<script" not in page
    assert "default-src 'none'" in page
    assert "&lt;b&gt;" in page
    assert 'src="data:image/png;base64,AAAA"' in page
    assert "<h1>Title</h1>" in page
