"""The charts of a page, in both languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup

from dx_pipeline.language.numbers import NO_BREAK
from dx_pipeline.report.site_data import SiteData
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

if TYPE_CHECKING:
    from dx_pipeline.report.profile import Profile

Drawing = dict[str, Markup]


def draw_trajectory(data: SiteData, wordings: Mapping[str, Wording], units: Sequence[Row]) -> Drawing | None:
    """Ranks over the editions: the first unit in focus, the others beside it. None if no rank of the first is known."""
    system = units[0]["unit_system"]
    editions = sorted(edition for edition, each in data.rankings if each == system)
    series_of = []
    for unit in units:
        rows = [row for row in data.by_province.get((system, unit["province_id"]), []) if row["rank"] is not None]
        series_of.append((unit, {row["edition"]: Point(row, "rank", "rank") for row in rows}))
    known = series_of[0][1]
    if not known or len(editions) < 2:
        return None
    drawn = {}
    for language, wording in wordings.items():
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
            {step: wording.text("path.break") for step in data.breaks},
            max(len([1 for each, _ in data.units if each == system]), 2),
            language,
            alternative,
        )
    return drawn


def draw_components(profile: Profile) -> Drawing | None:
    """Score of each component beside all units' range and median, and the mean of the peers."""
    data, edition = profile.data, profile.gap_edition
    if edition is None:
        return None
    rows = {part: data.component.get((edition, *profile.key, part)) for part in data.parts}
    if not all(row is not None and row["score"] is not None for row in rows.values()):
        return None
    drawn = {}
    for language, wording in profile._wordings.items():
        dots = []
        for part, row in rows.items():
            low, median, high = data.spread[edition, profile.system, part]
            peers = [
                peer["score"]
                for one in profile.summary_peers
                if (peer := data.component.get((edition, profile.system, one.unit["province_id"], part)))
                and peer["score"] is not None
            ]
            dots.append(
                Dots(
                    wording.label("short", part),
                    Point(row, "score", "score"),  # type: ignore[arg-type]
                    (low, high),
                    median,
                    sum(peers) / len(peers) if peers else None,
                )
            )
        alternative = wording.text("parts.alt", name=wording.name(profile.unit), edition=edition)
        drawn[language] = component_dots(
            dots,
            {key: wording.text(f"parts.{key}") for key in ("own", "median", "peers", "range")},
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
            wording.text(alternative, **values),
        )
        for language, wording in wordings.items()
    }


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
                wording.text("firm.exact_label", delta=f"{row['delta']:.0%}".replace("%", f"{NO_BREAK}%")),
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
            official["n_units"],
            language,
            wording.text("firm.alt", name=wording.name(unit)),
        )
    return drawn
