"""Picture: the province's score beside the moving scores it takes to be among the first 10, 15 and 20."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from dx_pipeline.charts import style
from dx_pipeline.charts.page import shorten, spread
from dx_pipeline.charts.subject import NothingToShowError, Subject, missing_years
from dx_pipeline.index import RANK_TARGET, TARGET_RANKS
from dx_pipeline.language.words import Words, joined, listed, numbers, points, same

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from dx_pipeline.charts.page import Page

HEIGHT = {"screen": 6.6, "print": 6.6}
DASHES = {10: (0, (6, 1.5)), 15: (0, (3, 2)), 20: (0, (1, 1.5))}
#: inches left and right of the markers for their labels
LABEL_ROOM = 1.45


@dataclass(frozen=True)
class Tracker:
    """Scores 0-1 by edition; `targets` are (k, year, resolution) the province set itself."""

    subject: Subject
    editions: list[int]
    own: dict[int, float]
    ranks: dict[int, int]
    thresholds: dict[int, dict[int, float]]
    targets: list[tuple[Any, ...]]

    @property
    def drawn(self) -> list[int]:
        """Editions with a threshold; earlier scores stand in the subtitle, they were measured with another ruler."""
        known = sorted({edition for cut in self.thresholds.values() for edition in cut})
        return known or sorted(self.own)


def read(subject: Subject) -> Tracker:
    """Own scores, thresholds and the province's own rank targets."""
    own = subject.table(
        "select edition, score, rank from province_rankings where unit_system = $system and province_id = ?"
        " order by edition",
        [subject.focus],
    )
    cuts = subject.table(
        "select edition, k, score from rank_thresholds"
        f" where unit_system = $system and k in {TARGET_RANKS} order by edition, k"
    )
    scores = {edition: score for edition, score, _ in own.iter_rows() if score is not None}
    if not scores:
        raise NothingToShowError("Chưa có điểm nào của {} được công bố.", "No score of {} has been published.", subject)
    thresholds: dict[int, dict[int, float]] = {k: {} for k in TARGET_RANKS}
    for edition, k, score in cuts.iter_rows():
        thresholds[k][edition] = score
    # most provinces have no known target of this kind
    targets = subject.rows(
        "select distinct cast(target_value as integer) as k, target_year, resolution from target_progress"
        " where unit_system = $system and province_id = ? and indicator = ?"
        " and target_value is not null order by target_year, k",
        [subject.focus, RANK_TARGET],
    )
    ranks = {edition: rank for edition, _, rank in own.iter_rows() if rank is not None}
    return Tracker(subject, own["edition"].to_list(), scores, ranks, thresholds, targets)


def title(shown: Tracker) -> Words:
    """Which group the province is in at the last edition with thresholds, and what the next one would take."""
    name = shown.subject.name()
    known = [e for e in shown.own if all(e in shown.thresholds[k] for k in TARGET_RANKS)]
    if not known:
        last = max(shown.own)
        return Words(
            f"{name.vi}: có điểm năm {last} nhưng chưa biết ngưỡng của các nhóm đầu",
            f"{name.en}: a score is known for {last}, but no threshold of the leading groups",
        )
    edition = max(known)
    score, cuts = shown.own[edition], {k: shown.thresholds[k][edition] for k in TARGET_RANKS}
    inside = [k for k, cut in cuts.items() if score >= cut - 1e-9]
    short = {k: points(1000 * (cut - score)) for k, cut in cuts.items() if k not in inside}
    if not inside:
        return Words(
            f"Năm {edition} {name.vi} còn thiếu {short[20].vi} để vào nhóm 20 tỉnh đầu",
            f"In {edition} {name.en} was {short[20].en} short of the first 20 provinces",
        )
    where = Words(
        f"Năm {edition} {name.vi} ở trong nhóm {inside[0]} tỉnh đầu",
        f"In {edition} {name.en} was among the first {inside[0]} provinces",
    )
    if short:
        nearest, need = list(short.items())[-1]
        return Words(
            f"{where.vi}, còn thiếu {need.vi} để vào nhóm {nearest}",
            f"{where.en}, {need.en} short of the first {nearest}",
        )
    above = 1000 * (score - cuts[10])
    if round(above, 1) == 0:
        return Words(f"{where.vi}, vừa đúng ngưỡng", f"{where.en}, exactly at the threshold")
    return Words(f"{where.vi}, hơn ngưỡng {points(above).vi}", f"{where.en}, {points(above).en} above the threshold")


def subtitle(shown: Tracker) -> Words:
    """That thresholds move, by how much they did, the province's own targets, and the scores missing."""
    parts = [
        Words(
            "Điểm DTI (0-1) và điểm của tỉnh đứng thứ 10, 15, 20; 1 điểm trong tiêu đề là 0,001.",
            "DTI score (0-1) and the scores of the 10th, 15th and 20th province; 1 point in the title is 0.001.",
        )
    ]
    cuts = shown.thresholds[20]
    for before, after in pairwise(shown.editions):
        if shown.subject.joins(before, after) and {before, after} <= cuts.keys() & shown.own.keys():
            cut, own = points(1000 * (cuts[after] - cuts[before])), 1000 * (shown.own[after] - shown.own[before])
            rose, fell = Words("tăng", "rose"), Words("giảm", "fell")
            way = fell if own < 0 else rose
            cut_way = fell if cuts[after] < cuts[before] else rose
            moved, name = points(own), shown.subject.name()
            parts.append(
                Words(
                    f"Từ {before} đến {after} ngưỡng nhóm 20 {cut_way.vi} {cut.vi}, {name.vi} {way.vi} {moved.vi}.",
                    f"From {before} to {after} the threshold of the first 20 {cut_way.en} by {cut.en},"
                    f" {name.en} {way.en} by {moved.en}.",
                )
            )
    if shown.targets:
        goals = listed([Words(f"nhóm {k} năm {year}", f"the first {k} in {year}") for k, year, _ in shown.targets])
        by = listed([same(r) for r in dict.fromkeys(r for _, _, r in shown.targets)])
        parts.append(Words(f"Mục tiêu của tỉnh: {goals.vi} ({by.vi}).", f"Its own target: {goals.en} ({by.en})."))
    for edition in sorted(shown.own.keys() - set(shown.drawn)):
        score = numbers(shown.own[edition], 4)
        parts.append(
            Words(f"Năm {edition}: {score.vi}, ngưỡng chưa biết.", f"{edition}: {score.en}, thresholds not known.")
        )
    gone = [edition for edition in shown.editions if edition not in shown.own]
    if gone:
        years = missing_years(gone)
        parts.append(Words(f"Chưa có điểm {years.vi}.", f"No score for {years.en}."))
    return joined(parts)


def draw(page: Page, shown: Tracker) -> None:
    """Three dashed thresholds with their values, the province as a heavy line with its rank at each marker."""
    editions = shown.drawn
    values = [shown.own[e] for e in editions if e in shown.own]
    values += [cut[e] for cut in shown.thresholds.values() for e in editions if e in cut]
    low, high = min(values), max(values)
    pad = max(0.14 * (high - low), 0.015)
    axes = page.axes(page.left + 0.4, page.bottom + 0.3, page.right, page.top - 0.2)
    inches = page.right - page.left - 0.4
    room = max(0.2, (LABEL_ROOM / (inches - 2 * LABEL_ROOM)) * (editions[-1] - editions[0] or 1))
    axes.set_xlim(editions[0] - room, editions[-1] + room)
    axes.set_ylim(low - pad, high + pad)
    parts = 50 if high - low < 0.16 else 20 if high - low < 0.4 else 10
    ticks = [step / parts for step in range(parts + 1) if low - pad <= step / parts <= high + pad]
    axes.set_yticks(ticks, [page.number(tick, 2) for tick in ticks])
    axes.set_xticks(editions, [str(edition) for edition in editions])
    axes.grid(axis="y", color=style.PALE, linewidth=0.8)
    for before, after in pairwise(editions):
        if not shown.subject.joins(before, after):
            x = after - 0.12 * (after - before)  # near the later edition: labels of the earlier one stand between
            page.method_change(axes, x, high + pad, shown.subject.method_changed(before, after))
    for k, cut in shown.thresholds.items():
        known = [e for e in editions if e in cut]
        _runs(axes, cut, shown, color=style.INK, linewidth=1.4, linestyle=DASHES[k], zorder=3)
        axes.plot(known, [cut[e] for e in known], "_", color=style.INK, markersize=13, markeredgewidth=1.6, zorder=3)
    own = [e for e in editions if e in shown.own]
    _runs(axes, shown.own, shown, color=style.FOCUS, linewidth=3.2, zorder=4)
    axes.plot(own, [shown.own[e] for e in own], "o", color=style.FOCUS, markersize=9, zorder=5)
    for edition in editions:
        _labels(page, axes, shown, edition)


def _runs(axes: Axes, series: dict[int, float], shown: Tracker, **look: object) -> None:
    """A stroke over each step whose ends are known and compare."""
    for before, after in pairwise(shown.drawn):
        if before in series and after in series and shown.subject.joins(before, after):
            axes.plot([before, after], [series[before], series[after]], **look)  # type: ignore[arg-type]


def _labels(page: Page, axes: Axes, shown: Tracker, edition: int) -> None:
    """Values beside the markers of an edition, on the side where no line leaves, moved apart."""
    leaves = any(before == edition and shown.subject.joins(before, after) for before, after in pairwise(shown.drawn))
    word = page.say(Words("hạng", "rank"))
    marks = [
        (cut[edition], f"{word} {k}: {page.number(cut[edition], 4)}", style.INK, False)
        for k, cut in shown.thresholds.items()
        if edition in cut
    ]
    if edition in shown.own:
        score = page.number(shown.own[edition], 4)
        rank = f" ({word} {shown.ranks[edition]})" if edition in shown.ranks else ""
        marks.append((shown.own[edition], f"{score}{rank}", style.FOCUS, True))
        if edition == max(shown.own):  # of two labels that want one place, the later stands above
            name = shorten(page.say(shown.subject.name()), LABEL_ROOM - 0.15, style.LABEL_POINTS, True)
            marks.append((shown.own[edition], name, style.FOCUS, True))
    wanted = [page.place(axes, edition, value)[1] for value, *_ in marks]
    x = page.place(axes, edition, 0)[0] + (-0.14 if leaves else 0.14)
    _, bottom, _, top = page.box(axes)
    heights = spread(wanted, 0.165, bottom, top)
    for (_, text, colour, own), y in zip(marks, heights, strict=True):
        points = style.LABEL_POINTS if own else style.SMALL_POINTS
        page.write(x, y, text, points, bold=own, colour=colour, ha="right" if leaves else "left")
