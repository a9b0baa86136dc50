"""Texts exist in both languages with the same places to fill, and numbers follow each language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import dx_pipeline.report
from dx_pipeline.language.numbers import write_number
from dx_pipeline.language.words import catalogue
from dx_pipeline.report.reference_pages import entries
from dx_pipeline.report.wording import Wording

TEMPLATES = Path(dx_pipeline.report.__file__).parent / "templates"


@pytest.mark.parametrize(
    ("value", "kind", "vietnamese", "english"),
    [
        (0.6383, "score", "0,6383", "0.6383"),
        (-16.5, "places", "+16,5", "+16.5"),
        (29.5, "places", "\N{MINUS SIGN}29,5", "\N{MINUS SIGN}29.5"),
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
    assert Wording("en").text("js.rank_of", name="<b>") == "Rank, &lt;b&gt;"


def test_the_list_of_terms_is_complete_and_its_words_are_used() -> None:
    """Each term has both words and both meanings, stands once, and the catalogue of words uses it."""
    known = entries("term")
    for language in ("vi", "en"):
        names = [term[language] for term in known]
        assert len(names) == len(set(names))
        said = " ".join(texts[language].lower() for texts in catalogue().values())
        unused = [term[language] for term in known if term[language].lower() not in said]
        assert len(unused) <= 6, unused
    assert all(set(term) == {"vi", "en", "meaning_vi", "meaning_en"} and all(term.values()) for term in known)


def test_every_text_has_both_languages_and_the_same_places() -> None:
    for key, texts in catalogue().items():
        assert set(texts) == {"vi", "en"}, key
        places = [set(re.findall(r"\{(\w+)\}", texts[language])) for language in ("vi", "en")]
        assert places[0] == places[1], key


def test_vietnamese_texts_hold_no_english_word_of_the_trade() -> None:
    wrong = re.compile(r"\b(broken|own|others|endowments|inferred|score|rank|peer|edition)\b", re.IGNORECASE)
    for key, texts in catalogue().items():
        assert not wrong.search(re.sub(r"\{\w+\}", "", texts["vi"])), (key, texts["vi"])
