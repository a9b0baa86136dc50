"""Colours, sizes and drawing settings of all pictures. Holds no figure and imports nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass

# Okabe and Ito 2008 (jfly.uni-koeln.de/color): told apart with any colour vision. Differences are repeated by line
# weight, marker or hatch, so that a grey copy says the same.
BLUE = "#0072B2"
VERMILLION = "#D55E00"
GREEN = "#009E73"
PURPLE = "#B65C95"
INK = "#1F1F1F"
MUTED = "#5E5E5E"
LIGHT = "#C9C9C9"
PALE = "#EFEFEF"
PAPER = "#FFFFFF"

FOCUS = BLUE
#: colour, marker and dash of the provinces beside the focus
PEER_STYLES = ((VERMILLION, "s", (0, (5, 1.5))), (GREEN, "^", (0, (1.5, 1.2))), (PURPLE, "D", (0, (4, 1, 1, 1))))

TITLE_POINTS = 13.5
SUBTITLE_POINTS = 9.5
LABEL_POINTS = 9.0
SMALL_POINTS = 8.0
FOOTER_POINTS = 7.0


@dataclass(frozen=True)
class Size:
    """A paper or a screen: width in inches, dots per inch of the PNG."""

    name: str
    width: float
    dpi: int


#: `print` is as wide as A4 between margins of 1 cm; `screen` gives 1280 dots
SIZES = {"screen": Size("screen", 10.0, 128), "print": Size("print", 7.48, 200)}

#: on top of matplotlib's own defaults, so that nobody's matplotlibrc changes a picture
SETTINGS = {
    "font.family": "DejaVu Sans",
    "font.size": LABEL_POINTS,
    "text.parse_math": False,  # a name with a dollar sign is a name
    "svg.hashsalt": "dx-pipeline",
    "svg.fonttype": "path",
    "axes.unicode_minus": True,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "hatch.linewidth": 0.8,
    "path.simplify": False,
}

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
