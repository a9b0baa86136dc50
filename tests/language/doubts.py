"""Whether a sentence says every doubt of the figures in it."""

from __future__ import annotations

from collections.abc import Mapping

from dx_pipeline.language.movement import ABOUT, MARKED
from dx_pipeline.language.words import Words
from dx_pipeline.vocabulary import by_code, split


def holds_every_doubt(text: Words, doubts: str | None) -> Mapping[str, bool]:
    """For each doubt code, whether both sentences say it: by its words, its mark, "about", or "not decided"."""
    said = {}
    for name in split(doubts):
        entry = by_code()[name]
        if name in MARKED:
            said[name] = entry.mark in text.vi and entry.mark in text.en
        elif name in ABOUT:
            said[name] = "khoảng " in text.vi and "about " in text.en
        elif name == "within_error":
            said[name] = "không phân định được" in text.vi and "not decided by the printed digits" in text.en
        else:
            said[name] = entry.name_vi in text.vi and entry.name_en in text.en
    return said
