"""Picture: between which ranks each province stays if the weights had differed, with exact bounds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dx_pipeline.charts import style
from dx_pipeline.charts.page import text_width
from dx_pipeline.charts.subject import NothingToShowError, Subject
from dx_pipeline.language.words import Words, joined, numbers
from dx_pipeline.tables import UNREAD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from dx_pipeline.charts.page import Page

HEIGHT = {"screen": 12.6, "print": 10.9}


@dataclass(frozen=True)
class Band:
    """Ranks of one province: official, 5th to 95th percentile over drawn weights, exact best and worst."""

    rank: int
    p5: int
    p95: int
    best: int
    worst: int


@dataclass(frozen=True)
class Bands:
    """Bands of one edition by official rank; `inferred` when the weights of the edition were not read."""

    subject: Subject
    edition: int
    inferred: bool
    bands: dict[str, Band]
    draws: int


def read(subject: Subject) -> Bands:
    """The latest edition with bands, every weight within +-25 %."""
    rows = subject.table(
        "select b.edition, b.province_id, r.rank, b.p5, b.p95, e.best, e.worst, b.draws, b.status"
        " from rank_bands b join rank_bounds e on e.edition = b.edition and e.province_id = b.province_id"
        " and e.unit_system = b.unit_system"
        " and abs(e.delta - 0.25) < 1e-9 join province_rankings r on r.edition = b.edition"
        " and r.province_id = b.province_id and r.unit_system = b.unit_system"
        " where b.unit_system = $system and b.neighbourhood = 'box25'"
        " and r.rank is not null and b.p5 is not null and e.best is not null"
        " order by b.edition, r.rank, b.province_id"
    )
    latest = rows.filter(rows["edition"] == rows["edition"].max())
    bands = {
        row["province_id"]: Band(*(int(row[key]) for key in ("rank", "p5", "p95", "best", "worst")))
        for row in latest.iter_rows(named=True)
    }
    if subject.focus not in bands:
        told = "Chưa tính được khoảng thứ hạng của {}.", "No rank band of {} could be computed."
        raise NothingToShowError(*told, subject)
    inferred = not UNREAD.isdisjoint(latest["status"])
    return Bands(subject, int(latest["edition"][0]), inferred, bands, int(latest["draws"][0]))


def title(shown: Bands) -> Words:
    """The exact bounds of the focus, said as a condition: if the weights had differed."""
    name, band = shown.subject.name(), shown.bands[shown.subject.focus]
    if band.best == band.worst:
        return Words(
            f"{name.vi} vẫn đứng thứ {band.rank} năm {shown.edition} dù mỗi trọng số khác đi tới 25%",
            f"{name.en} would have ranked {band.rank} in {shown.edition} even if each weight had differed by up to 25%",
        )
    return Words(
        f"Nếu mỗi trọng số khác đi tới 25%, {name.vi} (hạng {band.rank} năm {shown.edition}) có thể đứng từ thứ"
        f" {band.best} đến {band.worst}",
        f"If each weight had differed by up to 25%, {name.en} (rank {band.rank} in {shown.edition}) could have ranked"
        f" from {band.best} to {band.worst}",
    )


def subtitle(shown: Bands) -> Words:
    """What it is not: an error of measurement."""
    draws = numbers(shown.draws, 0)
    text = Words(
        f"Không phải sai số đo lường. Vạch đậm: 90% của {draws.vi} bộ trọng số được rút ngẫu nhiên;"
        " vạch mảnh: giới hạn chính xác.",
        f"Not an error of measurement. Heavy bar: 90% of {draws.en} drawn sets of weights; thin line: exact bounds.",
    )
    if shown.inferred:
        solved = Words(
            f"Trọng số năm {shown.edition} chưa đọc được ở văn bản quyết định, được tính ngược từ các bảng điểm đã"
            " công bố.",
            f"The weights of {shown.edition} were not read in the decision; they are solved from published scores.",
        )
        return joined([text, solved])
    return text


def draw(page: Page, shown: Bands) -> None:
    """One row a province in rank order: bounds, band, official rank."""
    from dx_pipeline.charts.lettering import NAMES_WIDTH, name_rows

    units = len(shown.bands)
    bottom, top = page.bottom + 0.12, page.top - 0.24
    axes = page.axes(page.left + NAMES_WIDTH, bottom, page.right - 0.1, top)
    axes.set_xlim(0, units + 1)
    axes.set_ylim(units - 0.5, -0.5)
    ticks = [1, *range(10, units, 10), units]
    axes.set_xticks(ticks, [str(tick) for tick in ticks])
    axes.xaxis.tick_top()
    axes.grid(axis="x", color=style.PALE, linewidth=0.8)
    row = (top - bottom) / units
    looks: dict[tuple[str, bool], list[tuple[float, Band]]] = {}
    for place, (province, band) in enumerate(shown.bands.items()):
        focus, peer = province == shown.subject.focus, province in shown.subject.peers
        colour = style.FOCUS if focus else style.PEER_STYLES[0][0] if peer else "#8A8A8A"
        if focus:
            axes.axhspan(place - 0.5, place + 0.5, color="#DCE9F3", zorder=0)
        looks.setdefault((colour, focus or peer), []).append((place, band))
    name_rows(page, shown.subject, {province: band.rank for province, band in shown.bands.items()}, bottom, top)
    for (colour, heavy), rows in looks.items():
        _bands(axes, rows, colour, row * 72, heavy)
    _tell_focus(page, axes, shown)
    _key(page, axes, units, list(shown.bands).index(shown.subject.focus), row * 72)


def _bands(axes: Axes, rows: Sequence[tuple[float, Band]], colour: str, row_points: float, heavy: bool) -> None:
    """All rows of one look as three strokes; NaN lifts the pen between rows."""
    gap = math.nan
    bounds = [x for _, band in rows for x in (band.best, band.worst, gap)]
    drawn = [x for _, band in rows for x in (band.p5, band.p95, gap)]
    heights = [y for y, _ in rows for _ in range(3)]
    axes.plot(bounds, heights, "|-", color=colour, linewidth=1, markersize=row_points * 0.45, zorder=2)
    thick = row_points * (0.5 if heavy else 0.4)
    axes.plot(drawn, heights, color=colour, linewidth=thick, zorder=3, solid_capstyle="butt")
    ranks = [band.rank for _, band in rows]
    look = {"color": style.PAPER, "markeredgecolor": style.INK, "markersize": row_points * 0.42}
    axes.plot(ranks, [y for y, _ in rows], "o", zorder=4, **look)  # type: ignore[arg-type]


def _tell_focus(page: Page, axes: Axes, shown: Bands) -> None:
    """The focus's numbers, right of its band or left of it, wherever there is room."""
    band = shown.bands[shown.subject.focus]
    place = list(shown.bands).index(shown.subject.focus)
    dash = "\N{EN DASH}"
    drawn, bounds = f"{band.p5}{dash}{band.p95}", f"{band.best}{dash}{band.worst}"
    text = page.say(Words(f"{drawn}, giới hạn {bounds}", f"{drawn}, bounds {bounds}"))
    inches = axes.get_position().width * page.width / (len(shown.bands) + 1)
    right = (len(shown.bands) + 1 - band.worst) * inches > text_width(text, style.SMALL_POINTS, True) + 0.2
    x, ha = (band.worst + 0.8, "left") if right else (band.best - 0.8, "right")
    page.label(axes, x, place, text, style.SMALL_POINTS, bold=True, colour=style.FOCUS, ha=ha, zorder=6)


def _key(page: Page, axes: Axes, units: int, focus_row: int, row_points: float) -> None:
    """A drawn example in the empty upper right corner, lower where the focus tells its numbers there."""
    # parts of the scale, not places: with 34 units a place is twice as wide, and the words would leave the page
    rank, p5, p95, best, worst = (round(units * part) for part in (0.66, 0.58, 0.76, 0.49, 0.87))
    y = 4.0 if abs(focus_row - 4) > 1 else focus_row + 3.0
    example = Band(rank=rank, p5=p5, p95=p95, best=best, worst=worst)
    _bands(axes, [(y, example)], style.MUTED, row_points * 1.3, heavy=True)
    for at, words, above in (
        (example.rank, Words("hạng theo điểm công bố", "rank by published scores"), True),
        ((example.p5 + example.p95) / 2, Words("90% bộ trọng số", "90% of the sets of weights"), False),
    ):
        page.note(axes, at, y + (-1.1 if above else 1.2), words, ha="center")
    for at, words, ha in (
        (example.best, Words("cao nhất", "best"), "right"),
        (example.worst, Words("thấp nhất", "worst"), "left"),
    ):
        page.note(axes, at + (-0.7 if ha == "right" else 0.7), y, words, ha=ha)
