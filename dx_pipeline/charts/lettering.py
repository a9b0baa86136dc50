"""Hundreds of short texts in one artist: matplotlib lays out every text on its own, which takes a table seconds."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_rgba
from matplotlib.font_manager import get_font
from matplotlib.ft2font import LoadFlags
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from dx_pipeline.charts import style
from dx_pipeline.charts.page import advance, font_path, shorten, text_width

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dx_pipeline.charts.page import Page
    from dx_pipeline.charts.subject import Subject

CAP_HEIGHT = 0.729  # of DejaVu Sans, in parts of the font size
#: inches for rank and name at the left of a picture with one row a province; the longest name of the 63 fits
NAMES_WIDTH = 1.75


@lru_cache(maxsize=2048)
def _outline(letter: str, bold: bool) -> Path:
    """Outline of a letter at a font size of 1."""
    font = get_font(str(font_path(bold)))
    font.set_size(100, 72)
    font.load_glyph(font.get_char_index(ord(letter)), flags=LoadFlags.NO_HINTING)
    vertices, codes = font.get_path()
    return Path(vertices / 100, codes)


class Lettering(Artist):
    """Strings at places of the sheet (inches)."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._placed: dict[tuple[str, str, bool, float], list[tuple[float, float]]] = {}
        self.set_figure(page.figure)
        self.set_zorder(6)
        page.figure.add_artist(self)

    def put(
        self, x: float, y: float, text: str, points: float, colour: str, bold: bool = False, align: float = 0.5
    ) -> None:
        """Place a string on one line, its middle at height y; `align` 0 begins at x, .5 is centred, 1 ends there."""
        pen = x - text_width(text, points, bold) * align
        base = y - CAP_HEIGHT * points / 72 / 2
        for letter in unicodedata.normalize("NFC", text):
            self._placed.setdefault((letter, colour, bold, points), []).append((pen, base))
            pen += advance(letter, bold) * points / 72

    def draw(self, renderer: Any) -> None:
        """One path a colour on Agg, one outline a letter and uses of it in SVG."""
        scale = renderer.points_to_pixels(1.0) * 72
        runs: dict[str, list[Path]] = {}
        for (letter, colour, bold, points), places in self._placed.items():
            at, size = np.array(places) * scale, Affine2D().scale(points / 72 * scale)
            outline = _outline(letter, bold)
            if isinstance(renderer, RendererAgg):
                shape = size.transform_path(outline)
                runs.setdefault(colour, []).extend(Path(shape.vertices + place, shape.codes) for place in at)
            else:
                gc = self._context(renderer, colour)
                renderer.draw_markers(gc, outline, size, Path(at), Affine2D(), to_rgba(colour))
                gc.restore()
        for colour, paths in runs.items():
            gc = self._context(renderer, colour)
            renderer.draw_path(gc, Path.make_compound_path(*paths), Affine2D(), to_rgba(colour))
            gc.restore()

    @staticmethod
    def _context(renderer: Any, colour: str) -> Any:
        gc = renderer.new_gc()
        gc.set_foreground(colour)
        gc.set_linewidth(0)
        return gc


def row_points(count: int, bottom: float, top: float) -> float:
    """Size of print at which so many rows do not touch."""
    return min(style.SMALL_POINTS, (top - bottom) / count * 72 * 0.72)


def name_rows(page: Page, subject: Subject, ranks: Mapping[str, int], bottom: float, top: float) -> None:
    """Print rank and name of each unit in a row between two heights of the sheet; focus and peers in bold colour."""
    row = (top - bottom) / len(ranks)
    points = row_points(len(ranks), bottom, top)
    letters = Lettering(page)
    for place, (province, rank) in enumerate(ranks.items()):
        picked = province == subject.focus or province in subject.peers
        colour = style.FOCUS if province == subject.focus else style.PEER_STYLES[0][0] if picked else style.INK
        y = top - (place + 0.5) * row
        letters.put(page.left + 0.24, y, str(rank), points, colour, picked, align=1.0)
        name = shorten(page.say(subject.name(province)), NAMES_WIDTH - 0.42, points, picked)
        letters.put(page.left + 0.32, y, name, points, colour, picked, align=0.0)
