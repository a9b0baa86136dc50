"""What the pages other than the profiles show: rankings, terms, conflicts, the dictionary."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from dx_pipeline.contracts import NOT_EXPORTED
from dx_pipeline.report.site_data import SiteData
from dx_pipeline.report.wording import Wording
from dx_pipeline.tables import Row, Tables

LANGUAGE_FOLDER = Path(__file__).parents[1] / "language"


@dataclass(frozen=True)
class Line:
    """A unit in a ranking, with its component scores in the order of the ranking's columns."""

    row: Row
    #: ranking of the edition before, if the unit had a rank there
    before: Row | None
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


def ranking_tables(data: SiteData, wording: Wording) -> list[Ranking]:
    """All rankings, the newest system first and within a system the latest edition."""
    found = []
    for system in data.systems:
        for edition in reversed(data.editions):
            if rows := _in_rank_order(data, edition, system):
                found.append(_ranking(data, wording, edition, system, rows))
    return found


def _in_rank_order(data: SiteData, edition: int, system: int) -> list[Row]:
    rows = [row for row in data.rankings.get((edition, system), []) if (system, row["province_id"]) in data.units]
    return sorted(rows, key=lambda row: (row["rank"] is None, row["rank"] or 0, row["province_id"]))


def _line(data: SiteData, row: Row, parts: Sequence[str]) -> Line:
    edition, *unit = (row[column] for column in ("edition", "unit_system", "province_id"))
    before = data.ranking.get((edition - 1, *unit))
    return Line(row, before, [data.component.get((edition, *unit, part)) for part in parts])


def _ranking(data: SiteData, wording: Wording, edition: int, system: int, rows: list[Row]) -> Ranking:
    known = sum(row["rank"] is not None for row in rows)
    parts = [
        part
        for part in data.parts
        if any(score and score["score"] is not None for row in rows for score in _line(data, row, [part]).parts)
    ]
    lines = [_line(data, row, parts) for row in rows]
    note: str | Markup = ""
    if known == 0:
        note = wording.text("start.no_edition")
    elif known < len(rows):
        note = wording.text("start.known", known=known, all=len(rows))
    counts = Counter(wording.reason_of(row) for row in rows if wording.reason_of(row) and row["rank"] is None)
    reasons = [wording.text("start.reason", reason=reason, count=count) for reason, count in sorted(counts.items())]
    return Ranking(edition, system, parts, lines, note, reasons)


def plain_comparisons(data: SiteData) -> list[tuple[int, int, list[Line]]]:
    """System, latest complete edition and every unit in rank order: what the page of pairs shows without a script."""
    found = []
    for system in data.systems:
        if edition := data.gap_edition.get(system):
            rows = _in_rank_order(data, edition, system)
            found.append((system, edition, [_line(data, row, data.parts) for row in rows]))
    return found


def entries(kind: str) -> list[dict[str, Any]]:
    """The terms (`term`), or the methods with title, text, tables and source (`method`), as `language/` lists them."""
    text = (LANGUAGE_FOLDER / f"{kind}s.toml").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = tomllib.loads(text)[kind]
    return found


def conflicts(data: SiteData) -> list[tuple[Row | None, Row]]:
    """DTI figures that are in conflict, with their unit (none for a national mean)."""
    rows = data.tables.rows("figure_sources", "conflict")
    return [
        (data.units.get((row["unit_system"], row["province_id"])), row)
        for row in rows
        if (row["indicator"],) in data.indicators
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
        shown["exported"] = contract.name not in NOT_EXPORTED
        groups.setdefault(contract.group, []).append(shown)
    return groups
