"""What the pages other than the profiles show: rankings, pairs of provinces, conflicts, the dictionary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from dx_pipeline.report.drawings import Drawing, draw_bars, draw_trajectory
from dx_pipeline.report.site_data import COMPONENTS, OLD, SiteData
from dx_pipeline.report.wording import Wording
from dx_pipeline.tables import Row, Tables


@dataclass(frozen=True)
class Line:
    """A province in a ranking, with its component scores in the order of the ranking's columns."""

    row: Row
    parts: list[Row | None]


@dataclass(frozen=True)
class Ranking:
    """One edition of one system of units; known ranks first."""

    edition: int
    system: int
    parts: list[str]
    lines: list[Line]
    note: str | Markup
    reasons: list[Markup]

    @property
    def id(self) -> str:
        """Anchor of the table."""
        return f"e{self.edition}-{self.system}"


def ranking_tables(country: SiteData, wording: Wording) -> list[Ranking]:
    """All rankings, the latest first and within an edition the 63 before the 34."""
    found = []
    for (edition, system), rows in sorted(country.rankings.items(), key=lambda item: (-item[0][0], -item[0][1])):
        rows = sorted(rows, key=lambda row: (row["rank"] is None, row["rank"] or 0, row["province_id"]))
        rows = [row for row in rows if (system, row["province_id"]) in country.units]
        if not rows:
            continue
        known = sum(row["rank"] is not None for row in rows)
        parts = [
            part for part in COMPONENTS if any(_score(country, edition, system, row, part) is not None for row in rows)
        ]
        lines = [
            Line(row, [country.component.get((edition, system, row["province_id"], part)) for part in parts])
            for row in rows
        ]
        note: str | Markup = ""
        if known == 0:
            note = wording.text("start.no_edition")
        elif known < len(rows):
            note = wording.text("start.known", known=known, all=len(rows))
        counts = Counter(wording.reason_of(row) for row in rows if wording.reason_of(row))
        reasons = [wording.text("start.reason", reason=reason, count=count) for reason, count in sorted(counts.items())]
        found.append(Ranking(edition, system, parts, lines, note, reasons))
    return found


def _score(country: SiteData, edition: int, system: int, row: Row, part: str) -> float | None:
    found = country.component.get((edition, system, row["province_id"], part))
    return found["score"] if found else None


@dataclass(frozen=True)
class Beside:
    """One edition of a pair."""

    edition: int
    first: Row | None
    second: Row | None
    #: row of `peer_comparison` with the gap of the overall
    comparison: Row | None


class Comparison:
    """Two provinces beside each other."""

    def __init__(
        self,
        country: SiteData,
        first: str,
        second: str,
        wordings: Mapping[str, Wording],
    ) -> None:
        self.a, self.b = country.units[OLD, first], country.units[OLD, second]
        groups = [row for row in country.peer_groups.get((first,), []) if row["peer_id"] == second]
        named = [row for row in groups if row["basis"] == "named"]
        self.reason = named[0] if named else None
        self.trajectory: Drawing | None = draw_trajectory(country, wordings, [self.a, self.b])
        gaps = country.tables.indexed(
            "peer_comparison", ("edition", "province_id", "peer_id"), "unit_system = 63 AND indicator = 'overall'"
        )
        editions = sorted((edition for edition, system in country.rankings if system == OLD), reverse=True)
        self.lines = [
            Beside(
                edition,
                country.ranking.get((edition, OLD, first)),
                country.ranking.get((edition, OLD, second)),
                gaps.get((edition, first, second)),
            )
            for edition in editions
        ]
        self.gaps = {
            edition: country.gaps(edition, first, second)
            for edition in reversed(editions)
            if country.gaps(edition, first, second)
        }
        self.gap_edition = max(self.gaps, default=None)
        self.gap_bars: Drawing | None = None
        if self.gap_edition is not None:
            self.gap_bars = draw_bars(
                wordings,
                self.gaps[self.gap_edition],
                "gap_points",
                "compare.bars_alt",
                a=self.a,
                b=self.b,
                edition=self.gap_edition,
            )
        units = (self.a, self.b)
        moves = [(unit, country.movements(unit["province_id"])) for unit in units]
        self.findings = [move.finding for _, found in moves for move in found[:2] if move.finding]
        self.moves = sorted(
            ((unit, move.change) for unit, found in moves for move in found),
            key=lambda entry: -entry[1]["edition_to"],
        )
        self.bands = [
            (
                unit,
                country.bands[edition, unit["province_id"], "box25"],
                country.bounds.get((edition, unit["province_id"], 0.25)),
            )
            for edition in editions
            for unit in units
            if (edition, unit["province_id"], "box25") in country.bands
        ]
        self.targets = [(unit, country.latest_targets(unit["province_id"])) for unit in units]


def conflicts(country: SiteData) -> list[tuple[Row | None, Row]]:
    """DTI figures that are in conflict, with their unit (none for a national mean)."""
    rows = country.tables.rows("figure_sources", "conflict")
    return [
        (country.units.get((row["unit_system"], row["province_id"])), row)
        for row in rows
        if (row["indicator"],) in country.indicators
    ]


def contract_groups(tables: Tables) -> dict[str, list[dict[str, Any]]]:
    """Contracts by section of the catalogue, as the page on data shows them."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for contract in tables.contracts.values():
        shown = {name: getattr(contract, name) for name in ("name", "key", "columns")}
        for language in ("vi", "en"):
            for what in ("title", "description", "limitations"):
                shown[f"{what}_{language}"] = getattr(contract, f"{what}_{language}")
        # the release's own records are written after the pages, so their number is not known here
        shown["rows"] = None if contract.written_by_release else tables.count(contract.name)
        groups.setdefault(contract.group, []).append(shown)
    return groups
