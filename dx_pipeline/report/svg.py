"""Small charts as inline SVG: drawn in a moment, coloured by the page's own style sheet in light and dark.

Every chart has a text alternative and a table with the same figures beside it; every number it prints says where it
comes from. Text sizes suit a phone: charts are 480 units wide and shown at most 36 rem wide.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup, escape

from dx_pipeline.language.numbers import write_number
from dx_pipeline.report.wording import doubts_of, signs_of
from dx_pipeline.tables import Row

WIDTH = 480
#: the longest name of a province has 17
LABEL_LETTERS = 18


@dataclass(frozen=True)
class Point:
    """A mart's number to draw: row, column and how it is written."""

    row: Row
    column: str
    kind: str

    @property
    def value(self) -> float:
        """The number."""
        value: float = self.row[self.column]
        return value

    def at(self, x: float, y: float, style: str, language: str) -> Markup:
        """The number as text of the chart."""
        place = f'data-from="{self.row.table}.{self.column}" data-key="{escape(self.row.key)}"'
        origin, shown = f'data-value="{self.value!r}" {place}', write_number(self.value, self.kind, language)
        signs = signs_of(doubts_of(self.row, self.column))
        mark = f'<tspan class="mark" dy="-4">{escape(signs)}</tspan>' if signs else ""
        return Markup(f'<text x="{x:.1f}" y="{y:.1f}" class="{style}" {origin}>{shown}{mark}</text>')


@dataclass(frozen=True)
class Series:
    """Ranks of one province by edition, known ones only; `focus` is the province the page is about."""

    name: str
    points: Mapping[int, Point]
    focus: bool


@dataclass(frozen=True)
class Span:
    """A range of ranks: a thin line from best to worst, a thick one from p5 to p95, a mark at the official rank."""

    label: str
    low: Point
    high: Point
    inner_low: Point | None = None
    inner_high: Point | None = None


def _line(x1: float, y1: float, x2: float, y2: float, style: str) -> Markup:
    return Markup(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{style}"/>')


def _text(x: float, y: float, style: str, words: object) -> Markup:
    return Markup(f'<text x="{x:.1f}" y="{y:.1f}" class="{style}">{escape(words)}</text>')


def _short(name: str) -> str:
    """A name that fits beside the chart; the table holds it in full."""
    return name if len(name) <= LABEL_LETTERS else name[: LABEL_LETTERS - 1].rstrip() + "\N{HORIZONTAL ELLIPSIS}"


def _frame(height: float, alternative: str, parts: Sequence[Markup]) -> Markup:
    head = Markup('<svg class="chart" viewBox="0 0 {} {:.0f}" role="img" aria-label="{}">')
    return head.format(WIDTH, height, alternative) + Markup("").join(parts) + Markup("</svg>")


def _apart(places: Sequence[float], room: float, low: float, high: float) -> list[float]:
    """Heights of labels, in the given order from top to bottom, pushed apart so that none covers another."""
    moved: list[float] = []
    for place in places:
        moved.append(max(place, moved[-1] + room) if moved else max(place, low))
    overshoot = moved[-1] - high if moved else 0.0
    if overshoot > 0:
        moved[-1] -= overshoot
        for i in range(len(moved) - 2, -1, -1):
            moved[i] = min(moved[i], moved[i + 1] - room)
    return moved


def rank_trajectory(
    series: Sequence[Series],
    editions: Sequence[int],
    breaks: Mapping[tuple[int, int], str],
    units: int,
    language: str,
    alternative: str,
) -> Markup:
    """Ranks over the editions, first place on top; no line is drawn across editions that do not compare.

    `series` begins with the province in focus; `breaks` has the words for each step that does not compare; `units` is
    the number of ranks on the axis; `alternative` says in words what the chart shows.
    """
    left, right, top, bottom = 34.0, 312.0, 34.0, 264.0

    def x(edition: int) -> float:
        return left + 16 + (right - left - 32) * editions.index(edition) / max(len(editions) - 1, 1)

    def y(rank: float) -> float:
        return top + (bottom - top) * (rank - 1) / max(units - 1, 1)

    parts = []
    for rank in [1, *range(10, units - 3, 10), units]:
        parts += [
            _line(left, y(rank), right, y(rank), "grid"),
            _text(left - 6, y(rank) + 5, "axis end", rank),
        ]
    parts += [_text(x(edition), bottom + 24, "axis middle", edition) for edition in editions]
    for (before, after), words in breaks.items():
        if before in editions and after in editions:
            middle = (x(before) + x(after)) / 2
            parts += [
                _line(middle, top - 8, middle, bottom, "break"),
                _text(middle, top - 14, "axis middle small", words),
            ]
    shown = [one for one in series if one.points]
    for number, one in sorted(enumerate(shown), key=lambda each: each[1].focus):
        style = "focus" if one.focus else f"peer peer{number}"
        for before, after in pairwise(editions):
            if (before, after) not in breaks and {before, after} <= one.points.keys():
                ends = y(one.points[before].value), y(one.points[after].value)
                parts.append(_line(x(before), ends[0], x(after), ends[1], style))
        for edition in editions:
            if edition not in one.points:
                continue
            point, radius = one.points[edition], 4.5 if one.focus else 3
            place = y(point.value)
            parts.append(Markup(f'<circle cx="{x(edition):.1f}" cy="{place:.1f}" r="{radius}" class="{style}"/>'))
            if one.focus:
                parts.append(point.at(x(edition), place + (-10 if point.value > 5 else 22), "value middle", language))
    last = {one.name: y(one.points[max(one.points)].value) for one in shown}
    shown.sort(key=lambda one: (last[one.name], one.name))
    for place, one in zip(_apart([last[one.name] for one in shown], 17, top, bottom), shown, strict=True):
        parts.append(_text(right + 8, place + 5, "name focus" if one.focus else "name", _short(one.name)))
    return _frame(bottom + 32, alternative, parts)


def signed_bars(items: Sequence[tuple[str, Point]], language: str, alternative: str) -> Markup:
    """Gains and losses by component: bars left and right of zero, each under its label."""
    values = [point.value for _, point in items if point.value is not None]
    low, high = min([*values, 0.0]), max([*values, 0.0])
    left, right, row = 76.0, WIDTH - 76.0, 46.0

    def x(value: float) -> float:
        return left + (right - left) * (value - low) / ((high - low) or 1.0)

    parts = [_line(x(0), 4, x(0), row * len(items) + 4, "zero")] if items else []
    for number, (label, point) in enumerate(items):
        y = row * number + 18
        parts.append(_text(2, y, "name", label))
        if point.value is None:
            continue
        start, end = sorted((x(0), x(point.value)))
        style, place, side = ("gain", end + 6, "value") if point.value >= 0 else ("loss", start - 6, "value end")
        width = max(end - start, 1.0)
        parts.append(Markup(f'<rect x="{start:.1f}" y="{y + 7:.1f}" width="{width:.1f}" height="14" class="{style}"/>'))
        parts.append(point.at(place, y + 19, side, language))
    return _frame(row * len(items) + 8, alternative, parts)


def rank_spans(spans: Sequence[Span], official: Point, units: int, language: str, alternative: str) -> Markup:
    """Ranges of ranks under different sets of weights, with the official rank as a line through all."""
    left, right, row, top = 14.0, WIDTH - 14.0, 54.0, 40.0

    def x(rank: float) -> float:
        return left + (right - left) * (rank - 1) / max(units - 1, 1)

    bottom = top + row * len(spans)
    parts = []
    for rank in [1, *range(10, units - 3, 10), units]:
        parts += [
            _line(x(rank), top, x(rank), bottom, "grid"),
            _text(x(rank), bottom + 18, "axis middle", rank),
        ]
    place = x(official.value)
    parts += [
        _line(place, top - 10, place, bottom, "official"),
        official.at(place, top - 16, "value middle", language),
    ]
    for number, span in enumerate(spans):
        y = top + row * number + 36
        best, worst = x(span.low.value), x(span.high.value)
        parts.append(_text(left, y - 16, "name plate", span.label))
        parts.append(_line(best, y, max(worst, best + 1), y, "span"))
        if span.inner_low and span.inner_high:
            inner = x(span.inner_low.value), x(span.inner_high.value)
            parts.append(_line(inner[0], y, max(inner[1], inner[0] + 1), y, "span inner"))
        parts.append(span.low.at(best - 5, y + 5, "value end" if best > 56 else "hidden", language))
        parts.append(span.high.at(worst + 5, y + 5, "value" if worst < WIDTH - 56 else "hidden", language))
    return _frame(bottom + 26, alternative, parts)


@dataclass(frozen=True)
class Dots:
    """One component: the unit's score, the range of all units, their median and the peers' mean."""

    label: str
    own: Point
    range: tuple[float, float]
    median: float
    peers: float | None


def component_dots(rows: Sequence[Dots], key: Mapping[str, str], language: str, alternative: str) -> Markup:
    """Scores of the components on one scale: a dot for the unit, a tick for the median, a ring for the peers."""
    left, right, row, top = 130.0, WIDTH - 74.0, 44.0, 30.0
    low = min(0.1 * int(10 * min(one.range[0] for one in rows)), 0.9)

    def x(score: float) -> float:
        return left + (right - left) * (score - low) / (1 - low)

    bottom = top + row * len(rows)
    parts = []
    for tenth in range(round(10 * low), 11, 1 if low > 0.55 else 2):
        place = x(tenth / 10)
        parts.append(_line(place, top - 4, place, bottom, "grid"))
        parts.append(_text(place, bottom + 18, "axis middle", write_number(tenth / 10, "plain", language)))
    for number, one in enumerate(rows):
        y = top + row * number + 20
        parts.append(_text(left - 10, y + 5, "name end", one.label))
        parts.append(_line(x(one.range[0]), y, x(one.range[1]), y, "range"))
        parts.append(_line(x(one.median), y - 11, x(one.median), y + 11, "median"))
        if one.peers is not None:
            parts.append(Markup(f'<circle cx="{x(one.peers):.1f}" cy="{y:.1f}" r="6" class="ring"/>'))
        parts.append(Markup(f'<circle cx="{x(one.own.value):.1f}" cy="{y:.1f}" r="6.5" class="focus"/>'))
        parts.append(one.own.at(WIDTH - 2, y + 5, "value end", language))
    y, place = 15.0, 40.0
    for what, shape in (
        ("own", '<circle cx="{x}" cy="{y}" r="5" class="focus"/>'),
        ("median", '<line x1="{x}" y1="{top}" x2="{x}" y2="{bottom}" class="median"/>'),
        ("peers", '<circle cx="{x}" cy="{y}" r="5" class="ring"/>'),
    ):
        parts.append(Markup(shape.format(x=place, y=y - 4, top=y - 11, bottom=y + 3)))
        parts.append(_text(place + 10, y, "axis", key[what]))
        place += 30 + 8.2 * len(key[what])
    return _frame(bottom + 26, alternative, parts)
