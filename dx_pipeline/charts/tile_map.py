"""Picture: the units as tiles of equal size where people expect them, shaded by rank.

A tile map gives a small province as much room as a large one. Hoàng Sa is shown with Đà Nẵng and Trường Sa with Khánh
Hòa, whose districts they are.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dx_pipeline.charts import style
from dx_pipeline.charts.page import shorten, text_width, wrap
from dx_pipeline.charts.style import STEPS, ink_on, shade
from dx_pipeline.charts.subject import NothingToShowError, Subject
from dx_pipeline.language.words import Words, listed, same

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from dx_pipeline.charts.lettering import Lettering
    from dx_pipeline.charts.page import Page

HEIGHT = {"screen": 12.2, "print": 10.4}


@dataclass(frozen=True)
class Tile:
    """A unit's cell, counted from the top left; `islands` is set for an archipelago shown with its province."""

    province_id: str
    row: int
    column: int
    islands: Words | None


def read_tiles(reference: Path, unit_system: int) -> list[Tile]:
    """Cells of one unit system from tile_grid.csv of the reference data; none if it has no grid."""
    file = reference / "tile_grid.csv"
    if not file.is_file():
        return []
    with file.open(encoding="utf-8", newline="") as handle:
        return [
            Tile(
                row["province_id"],
                int(row["row"]),
                int(row["column"]),
                Words(row["islands_vi"], row["islands_en"]) if row["islands_vi"] else None,
            )
            for row in csv.DictReader(handle)
            if int(row["unit_system"]) == unit_system
        ]


@dataclass(frozen=True)
class TileMap:
    """Ranks of one edition; what else the unit is made of; its region, its place there and among how many."""

    subject: Subject
    edition: int
    merged: Words | None
    tiles: list[Tile]
    ranks: dict[str, int]
    region: tuple[Words, int, int] | None


def read(subject: Subject) -> TileMap:
    """Ranks of the latest edition of the unit's system."""
    units = subject.table("select province_id, region_vi, region_en from provinces where unit_system = $system").rows()
    rows = subject.table(
        "select edition, province_id, rank from province_rankings where unit_system = $system and rank is not null"
    )
    edition = max(rows["edition"])
    ranks = dict(rows.filter(rows["edition"] == edition).select("province_id", "rank").iter_rows())
    if subject.focus not in ranks:
        told = f"Chưa có thứ hạng năm {edition} của {{}}.", f"No rank of {{}} is known for {edition}."
        raise NothingToShowError(*told, subject)
    regions = {province: Words(vi, en) for province, vi, en in units if vi is not None}
    region = None
    if own := regions.get(subject.focus):
        inside = [rank for province, rank in ranks.items() if province in regions and regions[province].vi == own.vi]
        region = own, 1 + sum(rank < ranks[subject.focus] for rank in inside), len(inside)
    tiles = read_tiles(subject.reference, subject.unit_system)
    return TileMap(subject, edition, _merged(subject), tiles, ranks, region)


def _merged(subject: Subject) -> Words | None:
    """The former units, other than its namesake, that the unit was merged from; None if it was not merged."""
    rows = subject.con.execute(
        "select unit_system, province_id from provinces where successor_id = ? and successor_system = ?"
        " order by province_id",
        [subject.focus, subject.unit_system],
    ).fetchall()
    later = subject.rows("select 1 from provinces where unit_system = $system and successor_id is not null")
    if len(rows) < 2 or later:
        return None
    return listed([subject.names[system, unit] for system, unit in rows if unit != subject.focus])


def title(shown: TileMap) -> Words:
    """Rank among all, and among the provinces of the same region."""
    name, rank, units = shown.subject.name(), shown.ranks[shown.subject.focus], len(shown.ranks)
    if shown.merged:
        name = Words(f"{name.vi} (gồm {shown.merged.vi})", f"{name.en} (with {shown.merged.en})")
    whole = Words(
        f"{name.vi} đứng thứ {rank} trên {units} năm {shown.edition}",
        f"{name.en} ranked {rank} of {units} in {shown.edition}",
    )
    if shown.region is None or shown.region[2] < 2:
        return whole
    region, place, count = shown.region
    where = Words("cao nhất", "best") if place == 1 else Words(f"thứ {place}", f"number {place}")
    return Words(
        f"{whole.vi}, {where.vi} trong {count} tỉnh, thành vùng {region.vi}",
        f"{whole.en}, {where.en} of {count} in the {region.en}",
    )


def subtitle(shown: TileMap) -> Words:
    """How to read a tile."""
    units, year = sum(tile.islands is None for tile in shown.tiles), shown.edition
    return Words(
        f"Thứ hạng DTI năm {year} của {units} tỉnh, thành phố, mỗi đơn vị một ô; ô càng đậm, thứ hạng càng cao.",
        f"DTI rank of {year} of the {units} provinces, one tile each; the darker, the better the rank.",
    )


def draw(page: Page, shown: TileMap) -> None:
    """Tiles with name and rank; the focus in a heavy frame."""
    from dx_pipeline.charts.lettering import Lettering

    rows = 1 + max(tile.row for tile in shown.tiles)
    columns = 1 + max(tile.column for tile in shown.tiles)
    axes = page.axes(page.left, page.bottom, page.right, page.top)
    axes.set_xlim(0, columns)
    axes.set_ylim(rows, 0)
    width, height = (page.right - page.left) / columns, (page.top - page.bottom) / rows
    letters = Lettering(page)
    focus_last = sorted(
        shown.tiles, key=lambda t: (t.islands is None and t.province_id == shown.subject.focus, t.row, t.column)
    )
    for tile in focus_last:
        _tile(page, axes, letters, shown, tile, width, height)
    _key(page, axes, shown, columns, height)


def _tile(page: Page, axes: Axes, letters: Lettering, shown: TileMap, tile: Tile, width: float, height: float) -> None:
    from matplotlib.patches import Rectangle

    rank = shown.ranks.get(tile.province_id)
    fill = style.PAPER if rank is None else shade(rank, len(shown.ranks))
    name = shown.subject.name(tile.province_id)
    focus, peer = tile.province_id == shown.subject.focus, tile.province_id in shown.subject.peers
    edge = style.VERMILLION if focus or peer else style.LIGHT if rank is None else style.PAPER
    if tile.islands:
        fill, edge = style.PAPER, style.MUTED
        focus = peer = False
    inset = 0.17 if tile.islands else 0.025
    axes.add_patch(
        Rectangle(
            (tile.column + inset * 0.5, tile.row + inset),
            1 - inset,
            1 - 2 * inset,
            facecolor=fill,
            edgecolor=edge,
            linewidth=3 if focus else 1.6 if peer else 0.8,
            linestyle=(0, (3, 1.5)) if peer and not focus else (0, (1, 1.5)) if tile.islands else "solid",
            hatch="///" if rank is None else None,
            clip_on=False,
            zorder=4 if focus else 3 if peer else 2,
        )
    )
    x, upper = page.left + (tile.column + 0.5) * width, page.top - tile.row * height
    if tile.islands:
        lines, ink, rank_text = [page.say(tile.islands), f"({page.say(name)})"], style.MUTED, ""
        points = _fitting(lines, width * 0.8, 6.8)
    else:
        lines, ink = _name_lines(page.say(name), width * 0.95, focus), ink_on(fill)
        rank_text = "\N{EN DASH}" if rank is None else str(rank)
        points = _fitting(lines, width * 0.94, 8.2 if len(lines) == 1 else 7.0, focus)
    rank_points = 0 if tile.islands else style.LABEL_POINTS if len(lines) == 1 else style.SMALL_POINTS
    line_height, rank_height = points * 1.16 / 72, rank_points * 1.2 / 72
    y = upper - (height - len(lines) * line_height - rank_height) / 2
    for line in lines:
        letters.put(x, y - line_height / 2, line, points, ink, focus)
        y -= line_height
    letters.put(x, y - rank_height / 2, rank_text, rank_points, ink, bold=True)


def _name_lines(name: str, width: float, bold: bool) -> list[str]:
    """One line if it can be, else two, parted at the hyphen of a double name."""
    if text_width(name, 7.2, bold) <= width:
        return [name]
    for hyphen in (" - ", "-"):
        if hyphen in name:
            first, second = name.split(hyphen, 1)
            return [shorten(part, width, 5.5, bold) for part in (first + hyphen.rstrip(), second)]
    return wrap(name, width, 7.0, bold, most=2)


def _fitting(lines: list[str], width: float, points: float, bold: bool = False) -> float:
    """The size at which the widest line fits, at most the one given."""
    widest = max(text_width(line, points, bold) for line in lines)
    return min(points, points * width / widest)


def _key(page: Page, axes: Axes, shown: TileMap, columns: int, height: float) -> None:
    """A strip from first to last, in the sea at the upper right."""
    from matplotlib.patches import Rectangle

    left, top = columns - 2.6, 0.35 / height
    step = 2.4 / len(STEPS)
    for place, fill in enumerate(reversed(STEPS)):
        axes.add_patch(Rectangle((left + place * step, top), step, 0.16 / height, facecolor=fill, edgecolor="none"))
    units = len(shown.ranks)
    for x, text, ha in ((left, "1", "left"), (left + 2.4, str(units), "right")):
        page.note(axes, x, top + 0.28 / height, same(text), ha=ha)
    page.note(axes, left, top - 0.1 / height, Words("Thứ hạng", "Rank"), va="bottom")
