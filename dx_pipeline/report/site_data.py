"""Everything the pages need, read once from the public tables and arranged by province."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from dx_pipeline.report.wording import PROVINCE_ID
from dx_pipeline.tables import Row, Tables, ordered

#: parts of the overall, in the order of the decision
COMPONENTS = (
    "foundation",
    "digital_government_activity",
    "digital_economy_activity",
    "digital_society_activity",
)
NEIGHBOURHOODS = ("box25", "dirichlet50", "simplex")
BASES = ("named", "endowments", "score", "region")
#: the pair the project set out to explain; it has a page of its own as soon as both provinces are known
HEADLINE_PAIR = ("hai-duong", "thai-nguyen")
OLD, NEW = 63, 34
RANK_TARGET = "national_dti_rank"


@dataclass(frozen=True)
class Peer:
    """A province beside another one, on one ground."""

    group: Row
    unit: Row
    ranking: Row | None
    #: row of `peer_comparison` with the gap of the overall score
    comparison: Row | None
    #: rows of `component_gaps` by part of the overall
    gaps: dict[str, Row]


@dataclass(frozen=True)
class Movement:
    """From one edition to the next: what happened to the rank, and what to the score."""

    change: Row
    finding: Row | None
    #: rows of `score_changes` by part of the overall, `overall` last
    scores: dict[str, Row]
    #: rows of `rank_counterfactuals` by part of the overall
    counterfactuals: dict[str, Row]

    @property
    def explained(self) -> bool:
        """Whether the two editions compare, so that the change of score can be taken apart."""
        return any(row["performance_points"] is not None for row in self.scores.values())


class SiteData:
    """Units, editions and lookups shared by all pages; one read of each table."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.units = {
            (row["unit_system"], row["province_id"]): row
            for row in tables.rows("provinces")
            if PROVINCE_ID.match(row["province_id"])
        }
        self.indicators = tables.indexed("indicators", ("indicator",))
        self.sources = tables.indexed("sources", ("source_id",))
        self.rankings = tables.grouped("province_rankings", ("edition", "unit_system"))
        self.ranking = tables.indexed("province_rankings", ("edition", "unit_system", "province_id"))
        self.by_province = tables.grouped("province_rankings", ("unit_system", "province_id"))
        self.component = tables.indexed("component_scores", ("edition", "unit_system", "province_id", "indicator"))
        self.component_rows = tables.grouped("component_scores", ("unit_system", "province_id"))
        self.pillars = tables.grouped("pillar_scores", ("unit_system", "province_id"))
        self.editions = sorted({edition for edition, _ in self.rankings})
        #: steps whose overall scores do not compare
        self.breaks = {
            (row["edition_from"], row["edition_to"])
            for row in tables.rows("edition_comparability", "level = 'overall'")
            if row["comparability"] != "same_structure"
        }
        old = f"unit_system = {OLD}"
        self.changes = tables.grouped("rank_changes", ("province_id",), old)
        self.findings = tables.indexed("findings", ("edition_from", "edition_to", "province_id"), old)
        self._score_changes = tables.grouped("score_changes", ("edition_from", "edition_to", "province_id"), old)
        self._counterfactuals = tables.grouped(
            "rank_counterfactuals", ("edition_from", "edition_to", "province_id"), old
        )
        self.bands = tables.indexed("rank_bands", ("edition", "province_id", "neighbourhood"), old)
        self.bounds = tables.indexed("rank_bounds", ("edition", "province_id", "delta"), old)
        self.dominance = tables.indexed("dominance", ("edition", "province_id"), old)
        self.methods = tables.grouped("method_ranks", ("province_id",), old)
        self.left_out = tables.grouped("leave_one_out", ("province_id",), old)
        self.peer_groups = tables.grouped("peer_groups", ("province_id",), old)
        latest = "(SELECT max(edition) FROM peer_comparison WHERE unit_system = 63)"
        self._comparison = tables.indexed(
            "peer_comparison",
            ("province_id", "peer_id"),
            f"unit_system = 63 AND indicator = 'overall' AND edition = {latest}",
        )
        self._gaps = tables.grouped("component_gaps", ("edition", "province_id", "peer_id"), old)
        self.targets = tables.grouped("target_progress", ("province_id",))
        self.paths = tables.grouped("cheapest_paths", ("province_id",), old)
        self.thresholds = tables.grouped("threshold_paths", ("k",), old)
        self.merged = tables.grouped("merged_units", ("province_id",))
        self.expected = tables.grouped("expected_scores", ("province_id",), old)
        self.figures = self._dti_figures()
        self.members: dict[str, list[Row]] = {}
        for (system, _), unit in self.units.items():
            if system == OLD and unit["successor_id"]:
                self.members.setdefault(unit["successor_id"], []).append(unit)

    def _dti_figures(self) -> dict[tuple[Any, ...], list[Row]]:
        groups: dict[tuple[Any, ...], list[Row]] = {}
        for row in self.tables.rows("figure_sources", "measure IN ('score', 'rank')"):
            if (row["indicator"],) in self.indicators:
                groups.setdefault((row["unit_system"], row["province_id"]), []).append(row)
        return groups

    @functools.cached_property
    def gap_edition(self) -> int | None:
        """Latest edition whose gaps are known by component."""
        return max((edition for edition, _, _ in self._gaps), default=None)

    def gaps(self, edition: int | None, province_id: str, peer_id: str) -> dict[str, Row]:
        """Rows of `component_gaps` by part of the overall."""
        return by_part(self._gaps.get((edition, province_id, peer_id), []))

    def movements(self, province_id: str) -> list[Movement]:
        """From edition to edition, the latest first."""
        found = []
        for change in reversed(self.changes.get((province_id,), [])):
            key = (change["edition_from"], change["edition_to"], province_id)
            found.append(
                Movement(
                    change,
                    self.findings.get(key),
                    by_part(self._score_changes.get(key, [])),
                    by_part(self._counterfactuals.get(key, [])),
                )
            )
        return found

    def peers(self, province_id: str) -> dict[str, list[Peer]]:
        """Peers by ground, in order of their position."""
        edition = max((e for e, system in self.rankings if system == OLD), default=None)
        found: dict[str, list[Peer]] = {}
        groups = sorted(self.peer_groups.get((province_id,), []), key=lambda row: row["position"])
        for group in ordered(groups, "basis", BASES):
            unit = self.units.get((OLD, group["peer_id"]))
            if unit is None:
                continue
            found.setdefault(group["basis"], []).append(
                Peer(
                    group,
                    unit,
                    self.ranking.get((edition, OLD, group["peer_id"])),
                    self._comparison.get((province_id, group["peer_id"])),
                    self.gaps(self.gap_edition, province_id, group["peer_id"]),
                )
            )
        return found

    def latest_targets(self, province_id: str) -> list[Row]:
        """Targets with their latest verdict: those on the rank first, then those that can be judged."""
        rows = [row for row in self.targets.get((province_id,), []) if row["is_latest"]]
        return sorted(rows, key=lambda row: (row["indicator"] != RANK_TARGET, row["verdict"] == "not_assessable"))

    def pairs(self) -> list[tuple[str, str]]:
        """Pairs with a page of their own: the headline pair, then the named ones, each once."""
        known = [HEADLINE_PAIR] if all((OLD, one) in self.units for one in HEADLINE_PAIR) else []
        for (province_id,), groups in sorted(self.peer_groups.items()):
            for group in groups:
                pair = (province_id, group["peer_id"])
                there = all((OLD, one) in self.units for one in pair)
                if group["basis"] == "named" and there and pair not in known and pair[::-1] not in known:
                    known.append(pair)
        return known


def by_part(rows: Iterable[Row]) -> dict[str, Row]:
    """Rows by component, in the order of the decision, the overall last."""
    return {row["indicator"]: row for row in ordered(list(rows), "indicator", (*COMPONENTS, "overall"))}
