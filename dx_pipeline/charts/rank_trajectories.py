"""Picture: rank over the editions, the focus and its peers picked out, lines broken where the method changed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from dx_pipeline.charts import style
from dx_pipeline.charts.page import shorten, spread, text_width
from dx_pipeline.charts.subject import NothingToShowError, Subject, missing_years
from dx_pipeline.language.words import Words, joined, places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from dx_pipeline.charts.page import Page

HEIGHT = {"screen": 6.6, "print": 6.8}
#: a province with its colour, marker and dash
Picked = tuple[str, tuple[str, str, Any]]


@dataclass(frozen=True)
class Trajectories:
    """`ranks`: province -> edition -> rank, known ones only; `computed`: those not printed by anybody."""

    subject: Subject
    editions: list[int]
    ranked: dict[int, int]
    units: int
    ranks: dict[str, dict[int, int]]
    computed: set[tuple[str, int]]

    @property
    def peers(self) -> list[str]:
        """Those whose rank is known."""
        return [peer for peer in self.subject.peers if peer in self.ranks]


def read(subject: Subject) -> Trajectories:
    """Ranks of all provinces in all editions."""
    rows = subject.table(
        "select edition, province_id, rank, status, n_ranked, n_units from province_rankings"
        " where unit_system = $system order by province_id, edition"
    )
    ranks: dict[str, dict[int, int]] = {}
    computed, ranked = set(), {}
    for edition, province, rank, status, n_ranked, _ in rows.iter_rows():
        ranked[edition] = n_ranked
        if rank is not None:
            ranks.setdefault(province, {})[edition] = rank
            if status == "computed":
                computed.add((province, edition))
    if subject.focus not in ranks:
        raise NothingToShowError(
            "Chưa có thứ hạng nào của {} được công bố.", "No rank of {} has been published.", subject
        )
    return Trajectories(subject, sorted(ranked), ranked, max(rows["n_units"]), ranks, computed)


def title(shown: Trajectories) -> Words:
    """The largest move between two neighbouring editions (the later of equal ones), and where the province is now."""
    name, own = shown.subject.name(), shown.ranks[shown.subject.focus]
    last = max(own)
    steps = [(a, b, own[b] - own[a]) for a, b in pairwise(shown.editions) if {a, b} <= set(own)]
    if not steps:
        return Words(
            f"{name.vi} đứng thứ {own[last]} năm {last}; chưa có kỳ liền kề để so sánh",
            f"{name.en} ranked {own[last]} in {last}; there is no neighbouring edition to compare with",
        )
    before, after, change = max(steps, key=lambda step: (abs(step[2]), step[1]))
    if change == 0:
        return Words(
            f"{name.vi} giữ nguyên thứ hạng {own[after]} giữa các kỳ liền nhau",
            f"{name.en} kept rank {own[after]} from one edition to the next",
        )
    move = Words("tụt", "fell") if change > 0 else Words("tăng", "rose")
    by = places(abs(change))
    finding = Words(
        f"{name.vi} {move.vi} {by.vi} năm {after} (hạng {own[before]} → {own[after]})",
        f"{name.en} {move.en} {by.en} in {after} (rank {own[before]} → {own[after]})",
    )
    if not shown.subject.joins(before, after):
        changed = Words("khi cách đo thay đổi", "as the method changed")
        unknown = Words("chưa biết có cùng cách đo hay không", "not known to be measured alike")
        finding = joined([finding, changed if shown.subject.method_changed(before, after) else unknown], ", ")
    if after == last:
        return finding
    return joined([finding, Words(f"đứng thứ {own[last]} năm {last}", f"and ranked {own[last]} in {last}")], ", ")


def subtitle(shown: Trajectories) -> Words:
    """How to read the lines, and which ranks of the focus are missing."""
    text = Words(
        "Thứ hạng DTI, hạng 1 ở trên. Dấu đặc: hạng đã công bố; dấu rỗng: hạng tính từ điểm đã công bố."
        " Đường đứt ở nơi cách đo thay đổi hoặc chưa rõ.",
        "DTI rank, first on top. Solid marker: published rank; hollow: computed from published scores."
        " Lines break where the method changed or is not known.",
    )
    gone = [edition for edition in shown.editions if edition not in shown.ranks[shown.subject.focus]]
    if gone:
        years, name = missing_years(gone), shown.subject.name()
        text = joined([text, Words(f"Chưa có hạng {name.vi} {years.vi}.", f"No rank of {name.en} for {years.en}.")])
    return text


def draw(page: Page, shown: Trajectories) -> None:
    """Light lines for all, heavy ones with markers and labels for the focus and its peers."""
    first, last = shown.editions[0], shown.editions[-1]
    names = {province: page.say(shown.subject.name(province)) for province in [shown.subject.focus, *shown.peers]}
    room = min(2.4, max(text_width(name, style.LABEL_POINTS, True) for name in names.values()) + 0.55)
    axes = page.axes(page.left + 0.3, page.bottom + 0.45, page.right - room, page.top - 0.22)
    axes.set_xlim(first - 0.12, last + 0.06)
    axes.set_ylim(shown.units + 1, 0)
    _frame(page, axes, shown)
    rest = [ranks for province, ranks in shown.ranks.items() if province not in names]
    _lines(axes, shown, rest, color=style.LIGHT, linewidth=0.8, zorder=1)
    loose = [(e, rank) for ranks in rest for e, rank in ranks.items() if not _joined_anywhere(e, ranks, shown)]
    axes.plot([e for e, _ in loose], [rank for _, rank in loose], "_", color=style.LIGHT, markersize=4, zorder=1)
    picked: list[Picked] = [
        *zip(shown.peers, style.PEER_STYLES, strict=False),
        (shown.subject.focus, (style.FOCUS, "o", "solid")),
    ]
    for province, (colour, marker, dash) in picked:
        heavy = province == shown.subject.focus
        ranks = shown.ranks[province]
        width, size, edge = (3.2, 9, 2) if heavy else (1.8, 6.5, 1.5)
        _lines(axes, shown, [ranks], color=colour, linewidth=width, linestyle=dash, zorder=4 if heavy else 3)
        for edition, rank in ranks.items():
            fill = style.PAPER if (province, edition) in shown.computed else colour
            look: dict[str, Any] = {"markersize": size, "markerfacecolor": fill, "markeredgewidth": edge, "zorder": 5}
            axes.plot([edition], [rank], marker, color=colour, **look)
    _rank_labels(page, axes, shown)
    _names(page, axes, shown, picked, names)


def _frame(page: Page, axes: Axes, shown: Trajectories) -> None:
    axes.set_yticks([1, *range(10, shown.units, 10), shown.units])
    axes.grid(axis="y", color=style.PALE, linewidth=0.8, zorder=0)
    known = Words("{} tỉnh có hạng", "{} ranked")
    axes.set_xticks(
        shown.editions, [f"{e}\n{page.say(known).format(f'{shown.ranked[e]}/{shown.units}')}" for e in shown.editions]
    )
    for before, after in pairwise(shown.editions):
        if not shown.subject.joins(before, after):
            page.method_change(axes, (before + after) / 2, -0.2, shown.subject.method_changed(before, after), zorder=0)


def _joined_anywhere(edition: int, ranks: dict[int, int], shown: Trajectories) -> bool:
    steps = [step for step in pairwise(shown.editions) if edition in step and set(step) <= set(ranks)]
    return any(shown.subject.joins(*step) for step in steps)


def _lines(axes: Axes, shown: Trajectories, many: list[dict[int, int]], **look: Any) -> None:
    """One stroke over all steps whose ends are known and compare; NaN lifts the pen elsewhere."""
    across: list[float] = []
    down: list[float] = []
    for ranks in many:
        for before, after in pairwise(shown.editions):
            if before in ranks and after in ranks and shown.subject.joins(before, after):
                if not across or across[-1] != before or down[-1] != ranks[before]:
                    across += [math.nan, before]
                    down += [math.nan, ranks[before]]
                across.append(after)
                down.append(ranks[after])
        across.append(math.nan)
        down.append(math.nan)
    axes.plot(across, down, solid_capstyle="round", **look)


def _rank_labels(page: Page, axes: Axes, shown: Trajectories) -> None:
    """The focus's rank at each marker but the last, which the name stands at; away from the nearest peer."""
    own = shown.ranks[shown.subject.focus]
    for edition, rank in own.items():
        if edition == max(own) == shown.editions[-1]:
            continue
        others = [shown.ranks[peer][edition] for peer in shown.peers if edition in shown.ranks[peer]]
        nearest = min(others, key=lambda other: (abs(other - rank), other), default=shown.units)
        above = rank > 4 and (nearest >= rank or rank > shown.units - 4)  # clear of both ends of the axis
        y, va = (rank - 1.6, "bottom") if above else (rank + 1.6, "top")
        plate = {"facecolor": style.PAPER, "edgecolor": "none", "pad": 0.6, "alpha": 0.8}
        page.label(axes, edition, y, str(rank), bold=True, colour=style.FOCUS, ha="center", va=va, zorder=6, bbox=plate)


def _names(page: Page, axes: Axes, shown: Trajectories, picked: Sequence[Picked], names: dict[str, str]) -> None:
    """Names at the right end, moved apart where ranks are close."""
    _, low, right, high = page.box(axes)
    ends = [shown.ranks[province][max(shown.ranks[province])] for province, _ in picked]
    wanted = [page.place(axes, 0, rank)[1] for rank in ends]
    for (province, (colour, _, _)), rank, y in zip(picked, ends, spread(wanted, 0.17, low, high), strict=True):
        heavy = province == shown.subject.focus
        name = shorten(names[province], page.right - right - 0.4, style.LABEL_POINTS, heavy)
        last = max(shown.ranks[province])
        when = "" if last == shown.editions[-1] else f" ({last})"
        page.write(right + 0.05, y, f"{rank}  {name}{when}", bold=heavy, colour=colour)
