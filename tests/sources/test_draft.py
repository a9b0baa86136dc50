"""What `dx source draft` proposes for files as they are really published gives their figures, as it is."""

from __future__ import annotations

import tomllib
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from dx_pipeline.conform.reference import load_reference, reference_tables
from dx_pipeline.conform.source_check import check_source, draft_for
from dx_pipeline.sources.errors import SourceError
from tests.sources import more_shapes  # noqa: F401  adds its shapes
from tests.sources.shapes import every_shape

REFERENCE = Path(__file__).resolve().parents[2] / "data" / "reference"
KNOWN = reference_tables(REFERENCE)
TODAY = date(2026, 11, 27)


def counted(figures) -> Counter:
    return Counter((edition, province, round(value, 6)) for edition, province, value in figures)


def outcome(folder: Path, file: str, data: bytes, wanted, reference) -> str:
    """What is wrong with the figures of a draft, or an empty text."""
    (folder / file).write_bytes(data)
    (folder / "source.toml").write_text(draft_for(folder / file, KNOWN, TODAY).text, encoding="utf-8")
    found = check_source(folder, reference)
    if found.problems:
        return "; ".join(map(str, found.problems))
    figures = found.figures.filter(found.figures["value"].is_not_null()).select("edition", "province_id", "value")
    lost, more = counted(wanted) - counted(figures.rows()), counted(figures.rows()) - counted(wanted)
    return f"lost {list(lost)[:3]}, not in the file {list(more)[:3]}" if lost or more else ""


def test_a_draft_gives_the_figures_of_every_shape_without_a_change(tmp_path):
    reference = load_reference(REFERENCE)
    wrong = {}
    shapes = list(every_shape())
    for name, (file, data, wanted) in shapes:
        folder = tmp_path / name
        folder.mkdir()
        said = outcome(folder, file, data, wanted, reference)
        if said:
            wrong[name] = said
    assert len(shapes) >= 40
    assert not wrong, "\n".join(f"{name}: {said}" for name, said in wrong.items())


def test_a_draft_says_what_it_guessed_and_names_other_files_of_the_folder(tmp_path):
    (tmp_path / "a.csv").write_text("Tỉnh;Điểm\nHà Nội;0,5\nHải Dương;0,25\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("x", encoding="utf-8")
    draft = draft_for(tmp_path / "a.csv", KNOWN, TODAY)
    declared = tomllib.loads(draft.text)
    assert declared["not_read"] == ["b.csv"]
    assert declared["decimal"] == ","
    assert draft.doubts == ["no year stands in the file: set `edition`"]
    assert "# no year stands in the file" in draft.text


def test_a_file_without_provinces_is_refused_with_what_it_begins_with(tmp_path):
    (tmp_path / "a.csv").write_text("x,y\n1,2\n", encoding="utf-8")
    with pytest.raises(SourceError, match="a table with two provinces and figures, found none; it begins with"):
        draft_for(tmp_path / "a.csv", KNOWN, TODAY)
