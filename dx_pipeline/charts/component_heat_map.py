"""Picture: every province's component scores in rank order, shaded by the rank within each column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dx_pipeline.charts import style
from dx_pipeline.charts.page import text_width, wrap
from dx_pipeline.charts.style import ink_on, shade
from dx_pipeline.charts.subject import NothingToShowError, Subject
from dx_pipeline.language.words import Words, capital, component_in_text, component_name, joined, listed, narrow_name
from dx_pipeline.tables import UNREAD

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes

    from dx_pipeline.charts.page import Page

HEIGHT = {"screen": 12.6, "print": 10.9}
#: heads smaller than this share of the small size are divided
LEGIBLE = 0.85


@dataclass(frozen=True)
class HeatMap:
    """Scores and ranks (province, column) of one edition; `order` is by overall rank."""

    subject: Subject
    edition: int
    columns: list[str]
    order: list[str]
    scores: dict[tuple[str, str], float]
    ranks: dict[tuple[str, str], int]
    #: columns that are components of the foundation
    within: list[str]
    #: the foundation rests on weights that were not read
    inferred: bool


def read(subject: Subject) -> HeatMap:
    """The latest edition in which components are known, with the columns known for every province."""
    overall = subject.table(
        "select edition, province_id, 'overall', score, rank from province_rankings"
        " where unit_system = $system and rank is not null order by edition, rank, province_id"
    )
    parts = subject.table(
        "select edition, province_id, indicator, score, rank, status from component_scores where unit_system = $system"
        " and score is not null order by province_id, indicator"
    )
    edition = max(parts["edition"])
    ranked = overall.filter(overall["edition"] == edition)
    if ranked.is_empty():
        raise NothingToShowError(f"Chưa có thứ hạng năm {edition}.", f"No ranks are known for {edition}.")
    order = ranked["province_id"].to_list()
    scores, ranks = {}, {}
    shown = parts.filter(parts["edition"] == edition)
    for _, province, column, score, rank in [*ranked.iter_rows(), *shown.drop("status").iter_rows()]:
        if rank is not None:
            ranks[province, column] = rank
            if score is not None:
                scores[province, column] = score
    known = subject.table("select indicator, role, part_of from indicators order by position")
    those = known.filter(known["role"].is_in(["foundation", "activity"]))["indicator"]
    columns = [column for column in those if sum(name == column for _, name in scores) >= len(order)]
    if not columns or subject.focus not in order:
        raise NothingToShowError(
            f"Chưa đọc được đủ điểm thành phần năm {edition} của {{}}.",
            f"Not all component scores of {{}} in {edition} were read.",
            subject,
        )
    within = known.filter(known["part_of"].is_in(those))["indicator"].to_list()
    inferred = not UNREAD.isdisjoint(shown["status"])
    return HeatMap(subject, edition, ["overall", *columns], order, scores, ranks, within, inferred)


def title(shown: HeatMap) -> Words:
    """Where the focus is strongest and where weakest, by rank within a component."""
    name, focus = shown.subject.name(), shown.subject.focus
    own = {column: shown.ranks[focus, column] for column in shown.columns[1:]}
    # a place shared by many says little: the middle of those who share it decides
    middle = {c: rank + sum(shown.ranks.get((p, c)) == rank for p in shown.order) / 2 for c, rank in own.items()}
    best, worst = min(own, key=lambda c: middle[c]), max(own, key=lambda c: middle[c])
    rank, year = shown.ranks[focus, "overall"], shown.edition
    if own[best] == own[worst]:
        return Words(
            f"{name.vi}, hạng {rank} năm {year}: đứng thứ {own[best]} ở mọi thành phần",
            f"{name.en}, rank {rank} in {year}: rank {own[best]} in every component",
        )
    strong, weak = component_in_text(best), component_in_text(worst)
    return Words(
        f"{name.vi}, hạng {rank} năm {year}: cao nhất ở {strong.vi} (hạng {own[best]}), thấp nhất ở {weak.vi}"
        f" (hạng {own[worst]})",
        f"{name.en}, rank {rank} in {year}: strongest in {strong.en} (rank {own[best]}), weakest in {weak.en}"
        f" (rank {own[worst]})",
    )


def subtitle(shown: HeatMap) -> Words:
    """What number and shade mean."""
    parts = [
        Words(
            "Số trong ô: điểm (0-1). Ô càng đậm, thứ hạng trong cột càng cao.",
            "Number: score (0-1). The darker a cell, the better the rank within its column.",
        )
    ]
    inner = [component_name(column) for column in shown.columns if column in shown.within]
    if shown.inferred:
        solved = Words(
            f"Năm {shown.edition}: nền tảng chung tính bằng trọng số tính ngược từ các bảng điểm đã công bố.",
            f"{shown.edition}: the foundation rests on weights solved from published scores.",
        )
        parts.append(solved)
    elif inner:
        names = listed(inner)
        parts.append(Words(f"Trong nền tảng chung: {names.vi}.", f"Within the common foundation: {names.en}."))
    return joined(parts)


def draw(page: Page, shown: HeatMap) -> None:
    """One row a province; the focus in a heavy frame, its peers in a lighter one."""
    from dx_pipeline.charts.lettering import NAMES_WIDTH, name_rows, row_points

    top = page.top - 0.5
    left = page.left + NAMES_WIDTH
    axes = page.axes(left, page.bottom, page.right, top)
    axes.set_xlim(0, len(shown.columns))
    axes.set_ylim(len(shown.order), 0)
    _cells(page, axes, shown, row_points(len(shown.order), page.bottom, top))
    column = (page.right - left) / len(shown.columns)
    heads, size = _heads(page, shown.columns, column - 0.06, component_name)
    if size < LEGIBLE * style.SMALL_POINTS:
        heads, size = _heads(page, shown.columns, column - 0.06, narrow_name)
    for place, head in enumerate(heads):
        lines = wrap(head, column - 0.05, size, True, most=3)
        page.label(axes, place + 0.5, -0.25, "\n".join(lines), size, bold=True, ha="center", va="bottom")
    ranks = {province: shown.ranks[province, "overall"] for province in shown.order}
    name_rows(page, shown.subject, ranks, page.bottom, top)


def _heads(page: Page, columns: Sequence[str], room: float, name: Callable[[str], Words]) -> tuple[list[str], float]:
    """Heads of the columns, and the points in which the longest word of them fits."""
    heads = [capital(page.say(name(indicator))) for indicator in columns]
    longest = max(text_width(word, style.SMALL_POINTS, True) for head in heads for word in head.split())
    return heads, style.SMALL_POINTS * min(1.0, room / longest)


def _cells(page: Page, axes: Axes, shown: HeatMap, points: float) -> None:
    from matplotlib.collections import PolyCollection
    from matplotlib.patches import Rectangle

    from dx_pipeline.charts.lettering import Lettering

    box, (left, _, _, top) = axes.get_position(), page.box(axes)
    width, height = box.width * page.width / len(shown.columns), box.height * page.height / len(shown.order)
    letters = Lettering(page)
    squares, fills = [], []
    for row, province in enumerate(shown.order):
        for place, column in enumerate(shown.columns):
            fill = shade(shown.ranks[province, column], len(shown.order))
            gap = 0.12 if place == 0 else 0.02  # the overall stands apart from its parts
            squares.append([(place, row), (place + 1 - gap, row), (place + 1 - gap, row + 1), (place, row + 1)])
            fills.append(fill)
            score = shown.scores.get((province, column))
            if score is not None:
                x, y = left + (place + (1 - gap) / 2) * width, top - (row + 0.5) * height
                letters.put(x, y, page.number(score, 4), points, ink_on(fill), province == shown.subject.focus)
    axes.add_collection(PolyCollection(squares, facecolors=fills, edgecolors=style.PAPER, linewidths=0.5))
    for province in [*shown.subject.peers, shown.subject.focus]:
        if province in shown.order:
            look: dict[str, Any] = {"edgecolor": style.PEER_STYLES[0][0], "linewidth": 1.1, "linestyle": (0, (4, 2))}
            if province == shown.subject.focus:
                look = {"edgecolor": style.INK, "linewidth": 2.2, "linestyle": "solid"}
            corner = (-0.01, shown.order.index(province))
            axes.add_patch(Rectangle(corner, len(shown.columns), 1, fill=False, clip_on=False, zorder=5, **look))
