"""The charts of a page as inline SVG: drawn in a moment, coloured by the page's own style sheet in light and dark.

Every chart has a text alternative and a table with the same figures beside it; every number it prints says where it
comes from. Text sizes suit a phone: charts are 480 units wide and shown at most 36 rem wide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup, escape

from dx_pipeline.language.numbers import NO_BREAK, write_number
from dx_pipeline.report.site_data import Peer, SiteData
from dx_pipeline.report.wording import Wording, doubts_of, signs_of
from dx_pipeline.tables import Row

WIDTH = 480
#: the longest name of a province has 17
LABEL_LETTERS = 18


@dataclass(frozen=True)
class Point:
    """A mart's number to draw: row, column and how it is written."""

    row: Row
    column: str
    kind: str = "rank"

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


def _line(x1: float, y1: float, x2: float, y2: float, style: str) -> Markup:
    return Markup(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{style}"/>')


def _text(x: float, y: float, style: str, words: object) -> Markup:
    return Markup(f'<text x="{x:.1f}" y="{y:.1f}" class="{style}">{escape(words)}</text>')


def _circle(x: float, y: float, radius: float, style: str) -> Markup:
    return Markup(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" class="{style}"/>')


def _short(name: str) -> str:
    """A name that fits beside the chart; the table holds it in full."""
    return name if len(name) <= LABEL_LETTERS else name[: LABEL_LETTERS - 1].rstrip() + "\N{HORIZONTAL ELLIPSIS}"


def _frame(height: float, alternative: str, parts: Sequence[Markup]) -> Markup:
    head = Markup('<svg class="chart" viewBox="0 0 {} {:.0f}" role="img" aria-label="{}">')
    return head.format(WIDTH, height, alternative) + Markup("").join(parts) + Markup("</svg>")


def _scale(first: float, last: float, low: float, high: float) -> Callable[[float], float]:
    """Where values from `low` to `high` stand between two places."""
    return lambda value: first + (last - first) * (value - low) / ((high - low) or 1.0)


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


def _ticks(units: int) -> list[int]:
    return [1, *range(10, units - 3, 10), units]


def draw_trajectory(data: SiteData, wording: Wording, units: Sequence[Row]) -> Markup | None:
    """Ranks over the editions, first place on top: the first unit in focus, the others beside it.

    No line is drawn across editions that do not compare. None if no rank of the first is known.
    """
    system = units[0]["unit_system"]
    editions = sorted(edition for edition, each in data.rankings if each == system)
    series = []
    for unit in units:
        rows = [row for row in data.by_province.get((system, unit["province_id"]), []) if row["rank"] is not None]
        series.append((wording.name(unit), {row["edition"]: Point(row, "rank") for row in rows}))
    known = series[0][1]
    if not known or len(editions) < 2:
        return None
    told = [
        wording.text("path.alt_point", edition=edition, rank=known[edition].row["rank"])
        if edition in known
        else wording.text("path.alt_none", edition=edition)
        for edition in editions
    ]
    count = max(sum(each == system for each, _ in data.units), 2)
    left, right, top, bottom = 34.0, 312.0, 34.0, 264.0
    y = _scale(top, bottom, 1, count)

    def x(edition: int) -> float:
        return left + 16 + (right - left - 32) * editions.index(edition) / max(len(editions) - 1, 1)

    parts = []
    for rank in _ticks(count):
        parts += [_line(left, y(rank), right, y(rank), "grid"), _text(left - 6, y(rank) + 5, "axis end", rank)]
    parts += [_text(x(edition), bottom + 24, "axis middle", edition) for edition in editions]
    for (before, after), kind in data.breaks.items():
        if before in editions and after in editions:
            middle = (x(before) + x(after)) / 2
            parts.append(_line(middle, top - 8, middle, bottom, "break"))
            label = wording.text("path.unknown" if kind == "unknown" else "path.break")
            parts.append(_text(middle, top - 14, "axis middle small", label))
    shown = [(name, points, points is known) for name, points in series if points]
    for number, (_, points, focus) in [*list(enumerate(shown))[1:], (0, shown[0])]:
        style = "focus" if focus else f"peer peer{number}"
        for before, after in pairwise(editions):
            if (before, after) not in data.breaks and {before, after} <= points.keys():
                parts.append(_line(x(before), y(points[before].value), x(after), y(points[after].value), style))
        for edition, point in sorted(points.items()):
            place = y(point.value)
            parts.append(_circle(x(edition), place, 4.5 if focus else 3, style))
            if focus:
                above = -10 if point.value > 5 else 22
                parts.append(point.at(x(edition), place + above, "value middle", wording.language))
    last = {name: y(points[max(points)].value) for name, points, _ in shown}
    shown.sort(key=lambda one: (last[one[0]], one[0]))
    for place, (name, _, focus) in zip(_apart([last[one[0]] for one in shown], 17, top, bottom), shown, strict=True):
        parts.append(_text(right + 8, place + 5, "name focus" if focus else "name", _short(name)))
    alternative = wording.text("path.alt", name=wording.name(units[0]), points=", ".join(told))
    return _frame(bottom + 32, alternative, parts)


def draw_components(
    data: SiteData, wording: Wording, unit: Row, edition: int | None, peers: Sequence[Peer]
) -> Markup | None:
    """Scores of the components on one scale, with all units' range and median (a tick) and the peers' mean (a ring)."""
    system = unit["unit_system"]

    def scored(province_id: str, part: str) -> Row | None:
        row = data.component.get((edition, system, province_id, part))
        return row if row is not None and row["score"] is not None else None

    rows = {part: row for part in data.parts if (row := scored(unit["province_id"], part))}
    if edition is None or not rows or len(rows) < len(data.parts):
        return None
    spreads = {part: data.spread[edition, system, part] for part in rows}
    left, right, row_height, top = 130.0, WIDTH - 74.0, 44.0, 30.0
    low = min(0.1 * int(10 * min(least for least, _, _ in spreads.values())), 0.9)
    x = _scale(left, right, low, 1)
    bottom = top + row_height * len(rows)
    parts = []
    for tenth in range(round(10 * low), 11, 1 if low > 0.55 else 2):
        place = x(tenth / 10)
        parts.append(_line(place, top - 4, place, bottom, "grid"))
        parts.append(_text(place, bottom + 18, "axis middle", write_number(tenth / 10, "plain", wording.language)))
    for number, (part, row) in enumerate(rows.items()):
        y = top + row_height * number + 20
        least, median, most = spreads[part]
        parts.append(_text(left - 10, y + 5, "name end", wording.label("short", part)))
        parts.append(_line(x(least), y, x(most), y, "range"))
        parts.append(_line(x(median), y - 11, x(median), y + 11, "median"))
        scores = [peer["score"] for one in peers if (peer := scored(one.unit["province_id"], part))]
        if scores:
            parts.append(_circle(x(sum(scores) / len(scores)), y, 6, "ring"))
        parts.append(_circle(x(row["score"]), y, 6.5, "focus"))
        parts.append(Point(row, "score", "score").at(WIDTH - 2, y + 5, "value end", wording.language))
    return _frame(
        bottom + 26, wording.text("parts.alt", name=wording.name(unit), edition=edition), [*parts, *_key(wording)]
    )


def _key(wording: Wording) -> Iterator[Markup]:
    """What the marks of the components are, above them."""
    y, place = 15.0, 40.0
    for what, shape in (
        ("own", '<circle cx="{x}" cy="{y}" r="5" class="focus"/>'),
        ("median", '<line x1="{x}" y1="{top}" x2="{x}" y2="{bottom}" class="median"/>'),
        ("peers", '<circle cx="{x}" cy="{y}" r="5" class="ring"/>'),
    ):
        words = wording.text(f"parts.{what}")
        yield Markup(shape.format(x=place, y=y - 4, top=y - 11, bottom=y + 3))
        yield _text(place + 10, y, "axis", words)
        place += 30 + 8.2 * len(words)


def draw_bars(wording: Wording, rows: Mapping[str, Row], column: str, alternative: Markup) -> Markup:
    """Gains and losses by component, without their sum: bars left and right of zero, each under its label."""
    items = [(part, Point(row, column, "points_change")) for part, row in rows.items() if part != "overall"]
    values = [point.value for _, point in items if point.value is not None]
    x = _scale(76.0, WIDTH - 76.0, min([*values, 0.0]), max([*values, 0.0]))
    height = 46.0
    parts = [_line(x(0), 4, x(0), height * len(items) + 4, "zero")] if items else []
    for number, (part, point) in enumerate(items):
        y = height * number + 18
        parts.append(_text(2, y, "name", wording.label("part", part)))
        if point.value is None:
            continue
        start, end = sorted((x(0), x(point.value)))
        style, place, side = ("gain", end + 6, "value") if point.value >= 0 else ("loss", start - 6, "value end")
        width = max(end - start, 1.0)
        parts.append(Markup(f'<rect x="{start:.1f}" y="{y + 7:.1f}" width="{width:.1f}" height="14" class="{style}"/>'))
        parts.append(point.at(place, y + 19, side, wording.language))
    return _frame(height * len(items) + 8, alternative, parts)


def draw_firmness(
    wording: Wording, unit: Row, official: Row, bounds: Sequence[Row], bands: Sequence[Row]
) -> Markup | None:
    """Ranges of the rank in one edition, the official rank as a line through all: exact bounds, then drawn weights.

    A range is a thin line from best to worst, a band has a thick one from p5 to p95 besides.
    """
    if official["rank"] is None:
        return None
    spans = []
    for row in bounds:
        label = wording.text("firm.exact_label", delta=f"{row['delta']:.0%}".replace("%", f"{NO_BREAK}%"))
        spans.append((label, [Point(row, column) for column in ("best", "worst")]))
    for row in bands:
        label = wording.label("neighbourhood", row["neighbourhood"])
        spans.append((label, [Point(row, column) for column in ("rank_min", "rank_max", "p5", "p95")]))
    left, right, height, top = 14.0, WIDTH - 14.0, 54.0, 40.0
    x = _scale(left, right, 1, official["n_units"])
    bottom = top + height * len(spans)
    parts = []
    for rank in _ticks(official["n_units"]):
        parts.append(_line(x(rank), top, x(rank), bottom, "grid"))
        parts.append(_text(x(rank), bottom + 18, "axis middle", rank))
    place = x(official["rank"])
    parts.append(_line(place, top - 10, place, bottom, "official"))
    parts.append(Point(official, "rank").at(place, top - 16, "value middle", wording.language))
    for number, (label, (low, high, *inner)) in enumerate(spans):
        y = top + height * number + 36
        best, worst = x(low.value), x(high.value)
        parts.append(_text(left, y - 16, "name plate", label))
        parts.append(_line(best, y, max(worst, best + 1), y, "span"))
        if inner:
            first, last = (x(point.value) for point in inner)
            parts.append(_line(first, y, max(last, first + 1), y, "span inner"))
        parts.append(low.at(best - 5, y + 5, "value end" if best > 56 else "hidden", wording.language))
        parts.append(high.at(worst + 5, y + 5, "value" if worst < WIDTH - 56 else "hidden", wording.language))
    return _frame(bottom + 26, wording.text("firm.alt", name=wording.name(unit)), parts)
