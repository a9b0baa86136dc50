"""Everything the pages need, read once from the public tables and arranged by unit; a unit is (system, province_id)."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dx_pipeline.errors import DxError
from dx_pipeline.index import RANK_TARGET
from dx_pipeline.tables import Row, Tables, component_weights, default_pair, ordered, parts_of_overall, unit_systems
from dx_pipeline.text import SLUG

BASES = ("named", "endowments", "score", "region")
#: peers of the summary: named ones, or else so many of the nearest in endowments
SUMMARY_PEERS = 5
UNIT = ("unit_system", "province_id")
STEP = ("edition_from", "edition_to", *UNIT)

Key = tuple[int, str]


@dataclass(frozen=True)
class Peer:
    """A unit beside another one, on one ground."""

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

    def __init__(self, tables: Tables, reference: Path) -> None:
        self.tables, self.reference = tables, reference
        self.units: dict[Key, Row] = {
            (row["unit_system"], row["province_id"]): row
            for row in tables.rows("provinces")
            if SLUG.fullmatch(row["province_id"])
        }
        #: the newest system first
        self.systems = list(reversed(unit_systems(tables.con))) if "provinces" in tables else []
        #: parts of the overall, in the order of the decision
        self.parts = parts_of_overall(tables.con) if "indicators" in tables else ()
        self.indicators = tables.indexed("indicators", ("indicator",))
        pillars = [row for row in self.indicators.values() if row["role"] == "pillar"]
        self.pillar_codes = tuple(row["indicator"] for row in sorted(pillars, key=lambda row: row["position"]))
        self.sources = tables.indexed("sources", ("source_id",))
        self.rankings = tables.grouped("province_rankings", ("edition", "unit_system"))
        self.ranking = tables.indexed("province_rankings", ("edition", *UNIT))
        self.by_province = tables.grouped("province_rankings", UNIT)
        self.component = tables.indexed("component_scores", ("edition", *UNIT, "indicator"))
        self.component_rows = tables.grouped("component_scores", UNIT)
        self.pillars = tables.grouped("pillar_scores", UNIT)
        self.editions = sorted({edition for edition, _ in self.rankings})
        #: steps whose overall scores do not compare, or are not known to, and which of the two
        self.breaks = {
            (row["edition_from"], row["edition_to"]): row["comparability"]
            for row in tables.rows("edition_comparability", "level = 'overall'")
            if row["comparability"] != "same_structure"
        }
        self.changes = tables.grouped("rank_changes", UNIT)
        self.findings = tables.indexed("findings", STEP)
        self._score_changes = tables.grouped("score_changes", STEP)
        self._counterfactuals = tables.grouped("rank_counterfactuals", STEP)
        self.bands = tables.grouped("rank_bands", UNIT)
        self.bounds = tables.grouped("rank_bounds", UNIT)
        self.dominance = tables.indexed("dominance", ("edition", *UNIT))
        self.methods = tables.grouped("method_ranks", UNIT)
        self.left_out = tables.grouped("leave_one_out", UNIT)
        self.peer_groups = tables.grouped("peer_groups", UNIT)
        self.targets = tables.grouped("target_progress", UNIT)
        self.paths = tables.grouped("cheapest_paths", UNIT)
        self.threshold_paths = tables.grouped("threshold_paths", ("unit_system", "k"))
        self.merged = tables.grouped("merged_units", ("province_id",))
        self.expected = tables.grouped("expected_scores", UNIT)
        self.figures = self._dti_figures()
        #: units of an older system by the unit they became part of
        self.members: dict[Key, list[Row]] = {}
        for (system, _), unit in self.units.items():
            newer = self.newer(system)
            if newer is not None and unit["successor_id"]:
                self.members.setdefault((newer, unit["successor_id"]), []).append(unit)

    def newer(self, system: int) -> int | None:
        """The system that came after this one; None for the newest."""
        newer: int | None = next(unit["successor_system"] for (own, _), unit in self.units.items() if own == system)
        return newer

    def _dti_figures(self) -> dict[Key, list[Row]]:
        groups: dict[Key, list[Row]] = {}
        for row in self.tables.rows("figure_sources", "measure IN ('score', 'rank')"):
            if (row["indicator"],) in self.indicators:
                groups.setdefault((row["unit_system"], row["province_id"]), []).append(row)
        return groups

    def ranked_editions(self, system: int) -> list[int]:
        """Editions in which at least one unit of the system has a rank, oldest first."""
        return [
            edition
            for edition in self.editions
            if any(row["rank"] is not None for row in self.rankings.get((edition, system), []))
        ]

    @functools.cached_property
    def gap_edition(self) -> dict[int, int]:
        """Latest edition whose gaps are known by component, by system."""
        found: dict[int, int] = {}
        for (edition, system, _, indicator), row in self.component.items():
            if indicator in self.parts[:1] and row["score"] is not None:
                found[system] = max(edition, found.get(system, 0))
        return found

    @functools.cached_property
    def spread(self) -> dict[tuple[int, int, str], tuple[float, float, float]]:
        """Lowest, median and highest score of all units by edition, system and component, computed for the pages."""
        import statistics

        scores: dict[tuple[int, int, str], list[float]] = {}
        for (edition, system, _, indicator), row in self.component.items():
            if row["score"] is not None:
                scores.setdefault((edition, system, indicator), []).append(row["score"])
        return {key: (min(all_), round(statistics.median(all_), 6), max(all_)) for key, all_ in scores.items()}

    @functools.cached_property
    def weights(self) -> dict[int, tuple[dict[str, float], str]]:
        """Weights of the parts and what they rest on, for each edition that has them."""
        if not {"indicator_weights", "indicators"} <= self.tables.names:
            return {}
        found = {}
        for edition in sorted({row["edition"] for row in self.tables.rows("indicator_weights")}):
            try:
                weights, basis = component_weights(self.tables.con, edition)
            except DxError:
                continue
            if all(weights):
                found[edition] = (dict(zip(self.parts, weights, strict=True)), basis)
        return found

    @functools.cached_property
    def _beside(self) -> dict[str, dict[tuple[Any, ...], list[Row]]]:
        """Table -> its rows of the latest edition, of the pairs in `peer_groups` only: all pairs are too many."""
        of_overall = {"component_gaps": "", "peer_comparison": " AND indicator = 'overall'"}
        if not self.gap_edition:
            return {name: {} for name in of_overall}
        editions = ", ".join(str(edition) for edition in sorted(set(self.gap_edition.values())))
        pairs = "(province_id, peer_id) IN (SELECT (province_id, peer_id) FROM peer_groups)"
        where, by = f"edition IN ({editions}) AND {pairs}", ("edition", *UNIT, "peer_id")
        return {name: self.tables.grouped(name, by, where + further) for name, further in of_overall.items()}

    def movements(self, key: Key) -> list[Movement]:
        """From edition to edition, the latest first."""
        found = []
        for change in reversed(self.changes.get(key, [])):
            step = (change["edition_from"], change["edition_to"], *key)
            found.append(
                Movement(
                    change,
                    self.findings.get(step),
                    self.by_part(self._score_changes.get(step, [])),
                    self.by_part(self._counterfactuals.get(step, [])),
                )
            )
        return found

    def peers(self, key: Key) -> dict[str, list[Peer]]:
        """Peers by ground, in order of their position."""
        system, _ = key
        ranked = self.ranked_editions(system)
        edition = ranked[-1] if ranked else None
        found: dict[str, list[Peer]] = {}
        groups = sorted(self.peer_groups.get(key, []), key=lambda row: row["position"])
        for group in ordered(groups, "basis", BASES):
            unit = self.units.get((system, group["peer_id"]))
            if unit is None:
                continue
            pair = (self.gap_edition.get(system), *key, group["peer_id"])
            found.setdefault(group["basis"], []).append(
                Peer(
                    group,
                    unit,
                    self.ranking.get((edition, system, group["peer_id"])),
                    next(iter(self._beside["peer_comparison"].get(pair, [])), None),
                    self.by_part(self._beside["component_gaps"].get(pair, [])),
                )
            )
        return found

    def latest_targets(self, key: Key) -> list[Row]:
        """Targets with their latest verdict: those on the rank first, then those that can be judged."""
        rows = [row for row in self.targets.get(key, []) if row["is_latest"]]
        return sorted(rows, key=lambda row: (row["indicator"] != RANK_TARGET, row["verdict"] == "not_assessable"))

    @functools.cached_property
    def focus(self) -> list[tuple[Key, Key]]:
        """The pair of each system that pages show when none is asked for."""
        if "peer_groups" not in self.tables:
            return []
        pairs = [(system, default_pair(self.tables.con, system)) for system in self.systems]
        return [((system, pair[0]), (system, pair[1])) for system, pair in pairs if pair]

    def by_part(self, rows: Iterable[Row]) -> dict[str, Row]:
        """Rows by component, in the order of the decision, the overall last."""
        return {row["indicator"]: row for row in ordered(list(rows), "indicator", (*self.parts, "overall"))}
