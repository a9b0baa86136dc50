"""What the pictures are drawn with: tiles, letters, room between labels, numbers."""

from __future__ import annotations

import csv
import unicodedata
from itertools import combinations, pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.text import Text

from dx_pipeline.charts import PICTURES, style
from dx_pipeline.charts.bars import limits
from dx_pipeline.charts.drawing import draw_page, read_finding
from dx_pipeline.charts.page import balanced, font_path, shorten, spread, text_width, wrap
from dx_pipeline.charts.style import STEPS, ink_on, shade
from dx_pipeline.charts.tile_map import read_tiles
from dx_pipeline.language.numbers import number, signed
from dx_pipeline.language.words import places

if TYPE_CHECKING:
    import duckdb

REFERENCE = Path(__file__).resolve().parents[2] / "data" / "reference"
FOCUS = (REFERENCE, 63, "hai-duong")

ROOT = Path(__file__).resolve().parents[2]
VIETNAMESE = "aăâbcdđeêghiklmnoôơpqrstuưvxy"
TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")


def province_ids(system: int) -> set[str]:
    with (ROOT / "data" / "reference" / "units.csv").open(encoding="utf-8", newline="") as rows:
        return {row["province_id"] for row in csv.DictReader(rows) if row["unit_system"] == str(system)}


@pytest.mark.parametrize("system", [63, 34])
def test_every_unit_has_one_tile_and_every_tile_its_own_cell(system: int) -> None:
    units = [tile for tile in read_tiles(REFERENCE, system) if tile.islands is None]
    assert len(units) == system
    assert {tile.province_id for tile in units} == province_ids(system)
    cells = [(tile.row, tile.column) for tile in read_tiles(REFERENCE, system)]
    assert len(set(cells)) == len(cells)


@pytest.mark.parametrize("system", [63, 34])
def test_the_archipelagos_are_shown_with_their_provinces(system: int) -> None:
    islands = {tile.islands.vi: tile.province_id for tile in read_tiles(REFERENCE, system) if tile.islands}
    assert islands == {"Hoàng Sa": "da-nang", "Trường Sa": "khanh-hoa"}


@pytest.mark.parametrize(
    ("north", "south"),
    [("cao-bang", "ha-noi"), ("ha-noi", "thanh-hoa"), ("ha-tinh", "da-nang"), ("da-nang", "khanh-hoa"),
     ("khanh-hoa", "ho-chi-minh"), ("ho-chi-minh", "ca-mau")],
)  # fmt: skip
@pytest.mark.parametrize("system", [63, 34])
def test_north_is_above_south(system: int, north: str, south: str) -> None:
    row = {tile.province_id: tile.row for tile in read_tiles(REFERENCE, system) if tile.islands is None}
    assert row[north] < row[south]


@pytest.mark.parametrize("bold", [False, True])
def test_the_font_has_every_letter_of_vietnamese(bold: bool) -> None:
    composed = {unicodedata.normalize("NFC", letter + tone) for letter in VIETNAMESE for tone in TONES}
    letters = {c for c in composed | {c.upper() for c in composed} if len(c) == 1}
    known = get_font(str(font_path(bold))).get_charmap()
    assert {letter for letter in letters | set("→…–−·%/()") if ord(letter) not in known} == set()


def test_the_font_is_the_one_that_comes_with_matplotlib() -> None:
    for weight in ("normal", "bold"):
        found = findfont(FontProperties(family="DejaVu Sans", weight=weight), fallback_to_default=False)
        assert Path(found) == font_path(weight == "bold")


@given(st.lists(st.floats(0, 10), min_size=1, max_size=12), st.floats(0.01, 1))
def test_labels_keep_their_order_their_distance_and_the_room(wanted: list[float], gap: float) -> None:
    placed = spread(wanted, gap, 0, 10)
    least = min(gap, 10 / max(len(wanted) - 1, 1))
    in_order = [placed[i] for i in sorted(range(len(wanted)), key=lambda i: wanted[i])]
    assert all(b - a >= least - 1e-9 for a, b in pairwise(in_order))
    assert all(-1e-9 <= y <= 10 + 1e-9 for y in placed)


@pytest.mark.parametrize("name", PICTURES)
def test_no_text_leaves_the_sheet_or_covers_another(country: duckdb.DuckDBPyConnection, name: str) -> None:
    with mpl.rc_context(style.SETTINGS):  # type: ignore[arg-type]
        page = draw_page(read_finding(country, PICTURES[name], *FOCUS, None), "vi", style.SIZES["print"], "r1")
        page.figure.draw_without_rendering()
        renderer = page.figure.canvas.get_renderer()  # type: ignore[attr-defined]
        texts = [t for t in page.figure.findobj(Text) if t.get_visible() and t.get_text().strip()]
        boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in texts]
    for text, box in boxes:
        inside = box.x0 >= 0 and box.y0 >= 0 and box.x1 <= page.figure.bbox.width and box.y1 <= page.figure.bbox.height
        assert inside, text
    for (text, a), (other, b) in combinations(boxes, 2):
        across, down = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
        # boxes hold room for accents and descenders, so lines set close share a little of it
        assert across <= 2 or down <= 0.3 * min(a.height, b.height), f"{text!r} covers {other!r}"


def test_labels_that_are_apart_stay_where_they_are() -> None:
    assert spread([5.0, 1.0], 0.5, 0, 10) == [5.0, 1.0]
    assert spread([5.0, 5.0], 1.0, 0, 10) == [4.5, 5.5]


@given(st.lists(st.floats(-100, 100), min_size=2, max_size=6))
def test_bars_and_their_labels_fit_the_axis(values: list[float]) -> None:
    labels = [signed(value, 1, "vi") for value in values]
    low, high = limits([(values, labels)], 3.0)
    assert low <= min(0, values[-1])
    assert high >= max(0, values[-1])
    assert high > low


@given(st.text(max_size=200), st.floats(0.5, 6))
def test_no_line_is_wider_than_its_room(text: str, width: float) -> None:
    printable = "".join(c for c in text if c.isprintable())
    assert all(text_width(line, 9) <= width + 0.15 for line in wrap(printable, width, 9))
    assert text_width(shorten(printable, width, 9), 9) <= width + 0.15


def test_a_title_has_no_lonely_last_word() -> None:
    lines = balanced(
        "Hải Dương, hạng 19 năm 2024: cao nhất ở hoạt động xã hội số (hạng 10), thấp nhất", 6.5, 13.5, True
    )
    assert text_width(lines[-1], 13.5, True) > 2


def test_shades_get_darker_towards_the_first_and_text_stays_readable() -> None:
    assert shade(1, 63) == STEPS[-1]
    assert shade(63, 63) == STEPS[0]
    assert shade(1, 1) == STEPS[0]
    assert ink_on(STEPS[0]) == "#1F1F1F"
    assert ink_on(STEPS[-1]) == "#FFFFFF"


def test_numbers_have_a_comma_in_vietnamese_and_a_true_minus() -> None:
    assert number(-46.3, 1, "vi") == "−46,3"
    assert number(-0.04, 1, "en") == "0.0"
    assert signed(0.04, 1, "vi") == "0,0"
    assert signed(5, 1, "en") == "+5.0"
    assert places(1).en == "1 place"
    assert places(16.5) == ("16,5 bậc", "16.5 places")
