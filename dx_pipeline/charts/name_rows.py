"""Rank and name at the left of a picture with one row a province."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dx_pipeline.charts import style
from dx_pipeline.charts.lettering import Lettering
from dx_pipeline.charts.page import shorten

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dx_pipeline.charts.page import Page
    from dx_pipeline.language.words import Words

#: inches for rank and name; the longest name of the 63 fits
NAMES_WIDTH = 1.75


def row_points(page: Page, count: int, bottom: float, top: float) -> float:
    """Size of print at which so many rows do not touch."""
    return min(style.SMALL_POINTS, (top - bottom) / count * 72 * 0.72)


def name_rows(
    page: Page,
    names: Mapping[str, Words],
    ranks: Sequence[int],
    focus: str,
    peers: Sequence[str],
    bottom: float,
    top: float,
) -> None:
    """Print rank and name of each row between two heights of the sheet; focus and peers in bold colour."""
    row = (top - bottom) / len(names)
    points = row_points(page, len(names), bottom, top)
    letters = Lettering(page)
    for place, ((province, words), rank) in enumerate(zip(names.items(), ranks, strict=True)):
        picked = province == focus or province in peers
        colour = style.FOCUS if province == focus else style.PEER_STYLES[0][0] if picked else style.INK
        y = top - (place + 0.5) * row
        letters.put(page.left + 0.24, y, str(rank), points, colour, picked, align=1.0)
        name = shorten(page.say(words), NAMES_WIDTH - 0.42, points, picked)
        letters.put(page.left + 0.32, y, name, points, colour, picked, align=0.0)
