"""The charts and pictures of a page, in both languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from dx_pipeline.report.site_data import OLD, SiteData
from dx_pipeline.report.svg import Point, Series, Span, rank_spans, rank_trajectory, signed_bars
from dx_pipeline.report.wording import Wording
from dx_pipeline.tables import Row

Drawing = dict[str, Markup]


def draw_trajectory(country: SiteData, wordings: Mapping[str, Wording], units: Sequence[Row]) -> Drawing | None:
    """Ranks over the editions: the first unit in focus, the others beside it. None if no rank of the first is known."""
    system = units[0]["unit_system"]
    editions = sorted(edition for edition, each in country.rankings if each == system)
    series_of = []
    for unit in units:
        rows = [row for row in country.by_province.get((system, unit["province_id"]), []) if row["rank"] is not None]
        series_of.append((unit, {row["edition"]: Point(row, "rank", "rank") for row in rows}))
    if not series_of[0][1] or len(editions) < 2:
        return None
    drawn = {}
    for language, wording in wordings.items():
        known = series_of[0][1]
        told = [
            wording.text("path.alt_point", edition=edition, rank=known[edition].row["rank"])
            if edition in known
            else wording.text("path.alt_none", edition=edition)
            for edition in editions
        ]
        alternative = wording.text("path.alt", name=wording.name(units[0]), points=", ".join(told))
        drawn[language] = rank_trajectory(
            [Series(wording.name(unit), points, number == 0) for number, (unit, points) in enumerate(series_of)],
            editions,
            {step: wording.text("path.break") for step in country.breaks},
            system,
            language,
            alternative,
        )
    return drawn


def draw_bars(
    wordings: Mapping[str, Wording], rows: Mapping[str, Row], column: str, alternative: str, **values: object
) -> Drawing:
    """Gains and losses by component, without their sum."""
    return {
        language: signed_bars(
            [
                (wording.label("part", part), Point(row, column, "points_change"))
                for part, row in rows.items()
                if part != "overall"
            ],
            language,
            wording.text(alternative, **{name: _told(value, wording) for name, value in values.items()}),
        )
        for language, wording in wordings.items()
    }


def _told(value: object, wording: Wording) -> object:
    """A unit by its name, anything else as it is."""
    return wording.name(value) if isinstance(value, Row) else value


def draw_firmness(
    wordings: Mapping[str, Wording], unit: Row, official: Row, bounds: Sequence[Row], bands: Sequence[Row]
) -> Drawing | None:
    """Ranges of the rank in one edition: exact bounds, then the bands over drawn weights."""
    if official["rank"] is None:
        return None
    drawn = {}
    for language, wording in wordings.items():
        spans = [
            Span(
                wording.text("firm.exact_label", delta=f"{row['delta']:.0%}".replace("%", "\N{NO-BREAK SPACE}%")),
                Point(row, "best", "rank"),
                Point(row, "worst", "rank"),
            )
            for row in bounds
        ]
        spans += [
            Span(
                wording.label("neighbourhood", row["neighbourhood"]),
                Point(row, "rank_min", "rank"),
                Point(row, "rank_max", "rank"),
                Point(row, "p5", "rank"),
                Point(row, "p95", "rank"),
            )
            for row in bands
        ]
        drawn[language] = rank_spans(
            spans,
            Point(official, "rank", "rank"),
            OLD,
            language,
            wording.text("firm.alt", name=wording.name(unit)),
        )
    return drawn
