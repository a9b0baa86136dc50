"""Texts that a reader takes for the same are the same; others are not."""

import unicodedata

from dx_pipeline.text import compatible, other_letters, plain

SAME = [
    ("Kinh tế số", unicodedata.normalize("NFD", "Kinh tế số"), "composed or not"),
    ("Đà Nẵng", "Ðà Nẵng", "Icelandic eth"),
    ("Kinh tế số", "Kinh\u00a0tế  số ", "no-break and doubled spaces"),
    ("Kinh tế số", "Kinh tế\r\nsố", "line break"),
    ("Bà Rịa - Vũng Tàu", "Bà Rịa \u2013 Vũng Tàu", "dash"),
    ("Hải Dương", "Hải\u200b Dương\ufeff", "zero width"),
    ("Area (km2)", "\u200fArea (km2)\u2069", "direction marks"),
    ("a b", "a\u2009b", "thin space"),
]


def test_what_a_reader_cannot_tell_apart_is_the_same():
    assert [why for one, other, why in SAME if plain(one) != plain(other)] == []


def test_what_a_reader_can_tell_apart_stays_apart():
    different = [("Tổng số 1", "Tổng số¹"), ("Kinh tế số", "Kinh te so"), ("1,5", "1.5"), ("2021", "２０２１")]
    assert [pair for pair in different if plain(pair[0]) == plain(pair[1])] == []
    assert plain(None) == plain("\u00a0\u200b") == ""


def test_compatible_reads_full_width_letters_and_takes_a_superscript_for_a_mark():
    assert compatible("Ｈà Ｎội¹") == "Hà Nội*"
    assert compatible("２０２３") == "2023"


def test_letters_of_another_script_are_named():
    assert other_letters("H\u0430 Noi") == "\u0430 (Cyrillic small letter a)"
    assert other_letters("Hà Nội") == other_letters("河内") == ""
