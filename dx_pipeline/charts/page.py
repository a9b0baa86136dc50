"""A sheet with title, subtitle, footer and measured room between them; the only place that makes matplotlib objects.

What a picture says is read without drawing it, so matplotlib is imported by what draws or measures.
Positions are inches on the sheet, because a label must fit paper and not data.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dx_pipeline.charts import style
from dx_pipeline.language.numbers import number, signed
from dx_pipeline.language.words import Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

MARGIN = 0.3
ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"


def font_path(bold: bool = False) -> Path:
    """The DejaVu Sans that comes with matplotlib; it has every letter of Vietnamese."""
    from matplotlib import get_data_path

    return Path(get_data_path(), "fonts", "ttf", "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")


@lru_cache(maxsize=2048)
def advance(letter: str, bold: bool) -> float:
    """Width of one letter in parts of the font size, unhinted."""
    from matplotlib.font_manager import get_font
    from matplotlib.ft2font import LoadFlags

    font = get_font(str(font_path(bold)))
    font.set_size(100, 72)
    # by index: a letter the font lacks is index 0, a drawn box, as it will be printed
    glyph = font.load_glyph(font.get_char_index(ord(letter)), flags=LoadFlags.NO_HINTING)
    return float(glyph.linearHoriAdvance) / 65536 / 100


def text_width(text: str, points: float, bold: bool = False) -> float:
    """Width of one line in inches, without kerning, which would only bring letters closer."""
    return sum(advance(letter, bold) for letter in text) * points / 72


def shorten(text: str, width: float, points: float, bold: bool = False) -> str:
    """The text if it fits the width, else as much of it as fits with an ellipsis."""
    if text_width(text, points, bold) <= width:
        return text
    while text and text_width(text + ELLIPSIS, points, bold) > width:
        text = text[:-1]
    return text.rstrip() + ELLIPSIS


def wrap(text: str, width: float, points: float, bold: bool = False, most: int = 5) -> list[str]:
    """Lines no wider than the width; what does not fit `most` lines ends in an ellipsis."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, points, bold) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    if len(lines) > most:
        lines = [*lines[: most - 1], " ".join(lines[most - 1 :])]
    return [shorten(line, width, points, bold) for line in lines]


def balanced(text: str, width: float, points: float, bold: bool = False) -> list[str]:
    """Wrapped as by `wrap`, into as many lines but with no short last one."""
    lines = wrap(text, width, points, bold)
    for share in (0.6, 0.7, 0.8, 0.9):
        narrower = wrap(text, width * share, points, bold)
        if len(narrower) == len(lines) > 1 and " ".join(narrower) == " ".join(text.split()):
            return narrower
    return lines


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Positions nearest to the wanted ones (least squares) that keep their order, a gap, and the interval.

    Pool adjacent violators (Barlow and others 1972) on the positions less the room the labels before them need.

    Args:
        wanted: one position a label, any order; equal ones keep the order given.
        gap: least distance between neighbours; reduced when the interval is too short for it.
        low: least position.
        high: greatest position.

    Returns:
        One position a label, in the order given.
    """
    count = len(wanted)
    if count > 1:
        gap = min(gap, (high - low) / (count - 1))
    order = sorted(range(count), key=lambda i: wanted[i])
    blocks: list[list[float]] = []  # sum and number of pooled positions
    for place, index in enumerate(order):
        blocks.append([wanted[index] - place * gap, 1])
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] > blocks[-1][0] / blocks[-1][1]:
            total, number = blocks.pop()
            blocks[-1][0] += total
            blocks[-1][1] += number
    ceiling = high - (count - 1) * gap
    positions = [0.0] * count
    place = 0
    for total, number in blocks:
        level = min(max(total / number, low), ceiling)
        for _ in range(int(number)):
            positions[order[place]] = level + place * gap
            place += 1
    return positions


class Page:
    """One picture in one language and size, being drawn."""

    def __init__(self, language: str, size: style.Size, height: float) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self.language = language
        self.size = size
        self.width, self.height = size.width, height
        self.figure = Figure(figsize=(self.width, self.height), dpi=size.dpi, facecolor=style.PAPER)
        FigureCanvasAgg(self.figure)
        self.top = self.height - MARGIN
        self.bottom = MARGIN
        self.left, self.right = MARGIN, self.width - MARGIN

    def head(self, title: str, subtitle: str) -> None:
        """Print the finding and how to read the picture; what is below starts at `top`."""
        room = self.right - self.left
        for text, points, bold, colour in (
            (title, style.TITLE_POINTS, True, style.INK),
            (subtitle, style.SUBTITLE_POINTS, False, style.MUTED),
        ):
            for line in balanced(text, room, points, bold) if bold else wrap(text, room, points):
                self.write(self.left, self.top, line, points, bold=bold, colour=colour, va="top")
                self.top -= points * 1.34 / 72
            self.top -= 0.05
        self.top -= 0.08

    def foot(self, text: str) -> None:
        """Print the sources; what is above ends at `bottom`."""
        lines = wrap(text, self.right - self.left, style.FOOTER_POINTS, most=4)
        for place, line in enumerate(reversed(lines)):
            height = MARGIN * 0.7 + place * style.FOOTER_POINTS * 1.35 / 72
            self.write(self.left, height, line, style.FOOTER_POINTS, colour=style.MUTED, va="bottom")
        self.bottom = MARGIN * 0.7 + len(lines) * style.FOOTER_POINTS * 1.35 / 72 + 0.1

    def say(self, words: Words) -> str:
        """A text in the language of the page."""
        return words.in_language(self.language)

    def number(self, value: float, decimals: int = 1) -> str:
        """A number in the writing of the page."""
        return number(value, decimals, self.language)

    def signed(self, value: float, decimals: int = 1) -> str:
        """A number with its sign."""
        return signed(value, decimals, self.language)

    def write(self, x: float, y: float, text: str, points: float = style.LABEL_POINTS, **look: Any) -> None:
        """Text at a place of the sheet, in inches from its lower left corner."""
        self.figure.text(x / self.width, y / self.height, _composed(text), fontsize=points, **_look(look))

    def label(self, axes: Axes, x: float, y: float, text: str, points: float = style.LABEL_POINTS, **look: Any) -> None:
        """Text at a place of the data."""
        axes.text(x, y, _composed(text), fontsize=points, **_look(look))

    def note(self, axes: Axes, x: float, y: float, words: Words, **look: Any) -> None:
        """Small grey text at a place of the data."""
        self.label(axes, x, y, self.say(words), style.SMALL_POINTS, colour=style.MUTED, **look)

    def method_change(self, axes: Axes, x: float, y: float, known: bool, zorder: float = 2) -> None:
        """A line at x between two editions that do not compare, with the words for it at height y."""
        axes.axvline(x, color=style.MUTED, linewidth=0.9, linestyle=(0, (2, 3)), zorder=zorder)
        words = Words("đổi cách đo", "method changed") if known else Words("chưa rõ cách đo", "method not known")
        self.note(axes, x, y, words, ha="center", va="bottom")

    def axes(self, left: float, bottom: float, right: float, top: float) -> Axes:
        """Bare axes between four places of the sheet, in inches."""
        axes = self.figure.add_axes(
            (left / self.width, bottom / self.height, (right - left) / self.width, (top - bottom) / self.height)
        )
        axes.set_facecolor("none")
        for side in ("top", "right", "left", "bottom"):
            axes.spines[side].set_visible(False)
        axes.tick_params(length=0, labelsize=style.SMALL_POINTS)
        axes.set_xticks([])
        axes.set_yticks([])
        return axes

    def box(self, axes: Axes) -> tuple[float, float, float, float]:
        """Where axes stand on the sheet, in inches: left, bottom, right, top."""
        own = axes.get_position()
        return own.x0 * self.width, own.y0 * self.height, own.x1 * self.width, own.y1 * self.height

    def place(self, axes: Axes, x: float, y: float) -> tuple[float, float]:
        """Where a place of the data stands on the sheet, in inches."""
        left, bottom, right, top = self.box(axes)
        (x0, x1), (y0, y1) = axes.get_xlim(), axes.get_ylim()
        return left + (x - x0) / (x1 - x0) * (right - left), bottom + (y - y0) / (y1 - y0) * (top - bottom)


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _look(look: dict[str, Any]) -> dict[str, Any]:
    """Our words for matplotlib's."""
    result = {"va": "center", "parse_math": False, **look}
    if "colour" in result:
        result["color"] = result.pop("colour")
    if result.pop("bold", False):
        result["fontweight"] = "bold"
    return result
