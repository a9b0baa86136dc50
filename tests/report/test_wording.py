"""Texts exist in both languages with the same places to fill, and numbers follow each language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import dx_pipeline.report
from dx_pipeline.language.numbers import write_number
from dx_pipeline.language.words import catalogue
from dx_pipeline.report.wording import Wording

TEMPLATES = Path(dx_pipeline.report.__file__).parent / "templates"


@pytest.mark.parametrize(
    ("value", "kind", "vietnamese", "english"),
    [
        (0.6383, "score", "0,6383", "0.6383"),
        (-16.5, "places", "−16,5", "−16.5"),
        (29.5, "places", "+29,5", "+29.5"),
        (-0.00001, "points_change", "0,0", "0.0"),
        (1234.5, "points", "1.234,5", "1,234.5"),
        (100000, "count", "100.000", "100,000"),
        (20221, "seed", "20221", "20221"),
        (0.385, "percent", "38,5\N{NO-BREAK SPACE}%", "38.5\N{NO-BREAK SPACE}%"),
        (0.25, "whole_percent", "25\N{NO-BREAK SPACE}%", "25\N{NO-BREAK SPACE}%"),
        (0.00015, "error", "±0,00015", "±0.00015"),
        (65.84, "plain", "65,84", "65.84"),
        (3000.0, "plain", "3.000", "3,000"),
    ],
)
def test_numbers_are_written_as_each_language_writes_them(value, kind, vietnamese, english) -> None:
    assert write_number(value, kind, "vi") == vietnamese
    assert write_number(value, kind, "en") == english


def test_every_text_exists_in_both_languages_with_the_same_places() -> None:
    for key, texts in catalogue().items():
        assert set(texts) == {"vi", "en"}, key
        assert texts["vi"].strip(), key
        assert texts["en"].strip(), key
        places = [sorted(re.findall(r"\{(\w+)\}", texts[language])) for language in ("vi", "en")]
        assert places[0] == places[1], key


def test_every_text_of_the_templates_exists() -> None:
    used = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES.glob("*.j2"))
    named = set(re.findall(r"text\('([a-z0-9_.]+)'[,)]", used))
    assert len(named) > 100
    assert named <= set(catalogue())


def test_what_is_filled_in_is_escaped() -> None:
    assert Wording("en").text("compare.rank", name="<b>") == "Rank of &lt;b&gt;"
