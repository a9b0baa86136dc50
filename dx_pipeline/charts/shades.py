"""Colours for an order: light for last, dark for first, so that a grey copy keeps the order."""

from __future__ import annotations

#: steps of equal lightness from light to dark blue (ColorBrewer Blues, Brewer and Harrower 2003)
STEPS = ("#F1F5FA", "#DCE7F3", "#C2D6EA", "#9FC1DE", "#74A7CF", "#4A8ABD", "#276BA6", "#124C86", "#0A2F5C")


def shade(rank: int, units: int) -> str:
    """Fill for a rank among so many units; darkest is first."""
    share = (units - rank) / max(units - 1, 1)
    return STEPS[min(int(share * len(STEPS)), len(STEPS) - 1)]


def ink_on(fill: str) -> str:
    """Black or white, whichever reads better on a fill."""
    red, green, blue = (int(fill[i : i + 2], 16) for i in (1, 3, 5))
    return "#FFFFFF" if 0.299 * red + 0.587 * green + 0.114 * blue < 140 else "#1F1F1F"
