"""Picture: the units as tiles of equal size where people expect them, shaded by rank.

A tile map gives a small province as much room as a large one. Hoàng Sa is shown with Đà Nẵng and Trường Sa with Khánh
Hòa, whose districts they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dx_pipeline.charts import style
from dx_pipeline.charts.page import shorten, text_width, wrap
from dx_pipeline.charts.style import STEPS, ink_on, shade
from dx_pipeline.charts.subject import NothingToShowError, Subject
from dx_pipeline.charts.tile_grid import Tile, read_tiles
from dx_pipeline.language.words import Words, listed, same

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from dx_pipeline.charts.lettering import Lettering
    from dx_pipeline.charts.page import Page

HEIGHT = {"screen": 12.2, "print": 10.4}


@dataclass(frozen=True)
class TileMap:
    """Ranks of one edition of one unit system; `merged` names what else the unit is made of."""

    unit_system: int
    edition: int
    focus: str
    merged: Words | None
    tiles: list[Tile]
    names: dict[str, Words]
    ranks: dict[str, int]
    peers: list[str]
    region: tuple[Words, int, int] | None


def read(subject: Subject) -> TileMap:
    """Ranks of the latest edition of the unit's system."""
    units = subject.table(
        "select province_id, region_vi, region_en from provinces where unit_system = $system order by province_id"
    )
    rows = subject.table(
        "select edition, province_id, rank from province_rankings where unit_system = $system and rank is not null"
        " order by edition, rank, province_id"
    )
    edition = max(rows["edition"])
    latest = rows.filter(rows["edition"] == edition)
    ranks = dict(zip(latest["province_id"], latest["rank"], strict=True))
    if subject.focus not in ranks:
        told = f"Chưa có thứ hạng năm {edition} của {{}}.", f"No rank of {{}} is known for {edition}."
        raise NothingToShowError(*told, subject)
    return TileMap(
        unit_system=subject.unit_system,
        edition=edition,
        focus=subject.focus,
        merged=_merged(subject),
        tiles=read_tiles(subject.reference, subject.unit_system),
        names={province: words for (of, province), words in subject.names.items() if of == subject.unit_system},
        ranks=ranks,
        peers=subject.peers(),
        region=_region(units, subject.focus, ranks),
    )


def _merged(subject: Subject) -> Words | None:
    """The former units, other than its namesake, that the unit was merged from; None if it was not merged."""
    rows = subject.con.execute(
        "select unit_system, province_id from provinces where successor_id = ? and successor_system = ?"
        " order by province_id",
        [subject.focus, subject.unit_system],
    ).fetchall()
    later = subject.con.execute(
        "select count(*) from provinces where unit_system = ? and successor_id is not null", [subject.unit_system]
    ).fetchone()
    if len(rows) < 2 or (later and later[0]):
        return None
    return listed([subject.names[system, unit] for system, unit in rows if unit != subject.focus])


def _region(units: object, focus: str, ranks: dict[str, int]) -> tuple[Words, int, int] | None:
    """The focus's region, its place in it and the number of provinces with a rank there."""
    rows = list(units.iter_rows(named=True))  # type: ignore[attr-defined]
    own = next(row for row in rows if row["province_id"] == focus)
    if own["region_vi"] is None:
        return None
    inside = [r["province_id"] for r in rows if r["region_vi"] == own["region_vi"] and r["province_id"] in ranks]
    place = 1 + sum(ranks[province] < ranks[focus] for province in inside)
    return Words(own["region_vi"], own["region_en"]), place, len(inside)


def title(shown: TileMap) -> Words:
    """Rank among all, and among the provinces of the same region."""
    name, rank, units = shown.names[shown.focus], shown.ranks[shown.focus], len(shown.ranks)
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
        shown.tiles, key=lambda t: (t.islands is None and t.province_id == shown.focus, t.row, t.column)
    )
    for tile in focus_last:
        _tile(page, axes, letters, shown, tile, width, height)
    _key(page, axes, shown, columns, height)


def _tile(page: Page, axes: Axes, letters: Lettering, shown: TileMap, tile: Tile, width: float, height: float) -> None:
    from matplotlib.patches import Rectangle

    rank = shown.ranks.get(tile.province_id)
    fill = style.PAPER if rank is None else shade(rank, len(shown.ranks))
    name = shown.names[tile.province_id]
    focus, peer = tile.province_id == shown.focus, tile.province_id in shown.peers
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
