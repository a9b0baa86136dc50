"""The charts of a page, in its language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from dx_pipeline.language.numbers import NO_BREAK
from dx_pipeline.report.site_data import Peer, SiteData
from dx_pipeline.report.svg import (
    Dots,
    Point,
    Series,
    Span,
    component_dots,
    rank_spans,
    rank_trajectory,
    signed_bars,
)
from dx_pipeline.report.wording import Wording
from dx_pipeline.tables import Row


def draw_trajectory(data: SiteData, wording: Wording, units: Sequence[Row]) -> Markup | None:
    """Ranks over the editions: the first unit in focus, the others beside it. None if no rank of the first is known."""
    system = units[0]["unit_system"]
    editions = sorted(edition for edition, each in data.rankings if each == system)
    series = []
    for unit in units:
        rows = [row for row in data.by_province.get((system, unit["province_id"]), []) if row["rank"] is not None]
        points = {row["edition"]: Point(row, "rank", "rank") for row in rows}
        series.append(Series(wording.name(unit), points, focus=unit is units[0]))
    known = series[0].points
    if not known or len(editions) < 2:
        return None
    told = [
        wording.text("path.alt_point", edition=edition, rank=known[edition].row["rank"])
        if edition in known
        else wording.text("path.alt_none", edition=edition)
        for edition in editions
    ]
    breaks = {step: wording.text("path.break") for step in data.breaks}
    count = max(sum(each == system for each, _ in data.units), 2)
    alternative = wording.text("path.alt", name=wording.name(units[0]), points=", ".join(told))
    return rank_trajectory(series, editions, breaks, count, wording.language, alternative)


def draw_components(
    data: SiteData, wording: Wording, unit: Row, edition: int | None, peers: Sequence[Peer]
) -> Markup | None:
    """Score of each component beside all units' range and median, and the mean of the peers."""
    system = unit["unit_system"]

    def scored(province_id: str, part: str) -> Row | None:
        row = data.component.get((edition, system, province_id, part))
        return row if row is not None and row["score"] is not None else None

    dots = []
    for part in data.parts:
        row = scored(unit["province_id"], part)
        if edition is None or row is None:
            return None
        low, median, high = data.spread[edition, system, part]
        scores = [peer["score"] for one in peers if (peer := scored(one.unit["province_id"], part))]
        mean = sum(scores) / len(scores) if scores else None
        dots.append(Dots(wording.label("short", part), Point(row, "score", "score"), (low, high), median, mean))
    if not dots:
        return None
    key = {name: wording.text(f"parts.{name}") for name in ("own", "median", "peers", "range")}
    alternative = wording.text("parts.alt", name=wording.name(unit), edition=edition)
    return component_dots(dots, key, wording.language, alternative)


def draw_bars(wording: Wording, rows: Mapping[str, Row], column: str, alternative: Markup) -> Markup:
    """Gains and losses by component, without their sum."""
    parts = [(wording.label("part", part), row) for part, row in rows.items() if part != "overall"]
    items = [(label, Point(row, column, "points_change")) for label, row in parts]
    return signed_bars(items, wording.language, alternative)


def draw_firmness(
    wording: Wording, unit: Row, official: Row, bounds: Sequence[Row], bands: Sequence[Row]
) -> Markup | None:
    """Ranges of the rank in one edition: exact bounds, then the bands over drawn weights."""
    if official["rank"] is None:
        return None
    spans = []
    for row in bounds:
        label = wording.text("firm.exact_label", delta=f"{row['delta']:.0%}".replace("%", f"{NO_BREAK}%"))
        spans.append(Span(label, Point(row, "best", "rank"), Point(row, "worst", "rank")))
    for row in bands:
        ends = (Point(row, column, "rank") for column in ("rank_min", "rank_max", "p5", "p95"))
        spans.append(Span(wording.label("neighbourhood", row["neighbourhood"]), *ends))
    alternative = wording.text("firm.alt", name=wording.name(unit))
    return rank_spans(spans, Point(official, "rank", "rank"), official["n_units"], wording.language, alternative)
