"""What the profile of one unit shows, gathered once for both languages: its message, then the details.

Two yardsticks of the message are computed here from rows of the tables, because no table holds them: the distance to
the median unit and the mean of the gaps to the peers, both in points of the overall. Everything else is a row.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from markupsafe import Markup

from dx_pipeline.index import POINTS_PER_SCORE, RANK_TARGET
from dx_pipeline.index.weights import NEIGHBOURHOODS
from dx_pipeline.report.drawings import draw_bars, draw_components, draw_firmness, draw_trajectory
from dx_pipeline.report.site_data import (
    SUMMARY_PEERS,
    Key,
    Movement,
    Peer,
    SiteData,
)
from dx_pipeline.report.wording import Wording
from dx_pipeline.tables import Row, ordered


class Firm(NamedTuple):
    """How far the rank of the latest edition moves if weights had differed: in the wide box, and by dominance."""

    bound: Row
    box: Row | None
    dominance: Row | None


@dataclass(frozen=True)
class Way:
    """What it takes to enter a leading group, and where that group's threshold went."""

    target: int
    first: Row
    parts: dict[str, Row]
    #: steps of the threshold, in order of time
    steps: list[Row]

    @property
    def effort(self) -> float | None:
        """Standard deviations that the components rise by together."""
        costs = [row["cost_sd"] for row in self.parts.values()]
        return None if None in costs else sum(costs)

    @property
    def comparable(self) -> Row | None:
        """Latest step between two editions that compare."""
        known = [row for row in self.steps if row["step"] is not None]
        return known[-1] if known else None


@dataclass(frozen=True)
class Distance:
    """How far a component is ahead (+) of a yardstick, in points of the overall."""

    indicator: str
    row: Row
    points: float


@dataclass(frozen=True)
class Step:
    """The next place worth reaching: a leading group, or the unit just above."""

    #: points that are missing
    points: float
    #: row the points come from: of `cheapest_paths`, or the ranking of the unit above
    row: Row
    way: Way | None
    above: Row | None


def _known(row: Row) -> bool:
    return any(row[column] is not None for column in ("score", "rank"))


def _latest_first(rows: Iterable[Row], column: str, order: tuple[str, ...]) -> list[Row]:
    return sorted(ordered(list(rows), column, order), key=lambda row: -row["edition"])


class Profile:
    """One unit's page; every attribute is a row of a table, a list of rows or a drawing of them."""

    def __init__(self, data: SiteData, unit: Row) -> None:
        self.data, self.unit = data, unit
        self.system: int = unit["unit_system"]
        self.province_id: str = unit["province_id"]
        self.key: Key = (self.system, self.province_id)
        self.rankings = data.by_province.get(self.key, [])
        ranked = [row for row in self.rankings if row["rank"] is not None]
        self.latest = ranked[-1] if ranked else None
        self.movements: list[Movement] = data.movements(self.key)
        self.peers: dict[str, list[Peer]] = data.peers(self.key)
        self.targets = data.latest_targets(self.key)
        newer = data.newer(self.system)
        self.successor = data.units.get((newer, unit["successor_id"])) if newer and unit["successor_id"] else None
        here = (newer, unit["successor_id"]) if self.successor and newer else self.key
        self.members = data.members.get(here, [])
        self.merged = [row for row in data.merged.get((here[1],), []) if (here[0], row["province_id"]) == here]
        # scores of the units this one was made of
        self.member_rankings = [
            (member, row)
            for member in (self.members if not self.successor else ())
            for row in data.by_province.get((member["unit_system"], member["province_id"]), [])
            if row["score"] is not None
        ]
        self.gap_edition = data.gap_edition.get(self.system)
        self.expected = next(reversed(data.expected.get(self.key, [])), None)
        self.rank_targets = [row for row in self.targets if row["indicator"] == RANK_TARGET]
        # the nearest in endowments, or else the named ones
        grounds = ([peer for peer in self.peers.get(one, []) if peer.gaps] for one in ("endowments", "named", "score"))
        self.summary_peers = next(filter(None, grounds), [])[:SUMMARY_PEERS]
        # the latest edition first; of parts and pillars those of which a score or a rank is known
        self._all_parts = data.component_rows.get(self.key, [])
        self.figures = _latest_first(data.figures.get(self.key, []), "indicator", ("overall",))
        self.components = _latest_first(filter(_known, self._all_parts), "indicator", data.parts)
        pillars = filter(_known, data.pillars.get(self.key, []))
        self.pillars = _latest_first(pillars, "indicator", data.pillar_codes)
        self.bands = _latest_first(data.bands.get(self.key, []), "neighbourhood", tuple(NEIGHBOURHOODS))
        self.bounds = sorted(data.bounds.get(self.key, []), key=lambda row: (-row["edition"], -row["delta"]))
        # ranks by method, or by the component that is left out, then edition
        self.methods = self._by_edition(data.methods, "method")
        self.left_out = self._by_edition(data.left_out, "indicator")
        self.method_editions = sorted({edition for rows in self.methods.values() for edition in rows})

    def _by_edition(self, groups: Mapping[tuple[Any, ...], list[Row]], column: str) -> dict[str, dict[int, Row]]:
        found: dict[str, dict[int, Row]] = {}
        for row in ordered(groups.get(self.key, []), column, (*self.data.parts, "official", "geometric")):
            found.setdefault(row[column], {})[row["edition"]] = row
        return found

    def unread(self, wording: Wording) -> str:
        """What was not read: components and the editions they are missing in."""
        missing: dict[str, list[str]] = {}
        for row in self._all_parts:
            if not _known(row):
                missing.setdefault(row["indicator"], []).append(str(row["edition"]))
        return "; ".join(
            f"{wording.part(self.data, indicator)} ({', '.join(editions)})"
            for indicator, editions in sorted(missing.items())
        )

    @functools.cached_property
    def firm(self) -> Firm | None:
        """Firmness of the latest edition; None where it was not computed."""
        if not self.bounds:
            return None
        edition = self.bounds[0]["edition"]
        boxes = [row for row in self.bands if row["edition"] == edition and row["neighbourhood"] == "box25"]
        return Firm(self.bounds[0], next(iter(boxes), None), self.data.dominance.get((edition, *self.key)))

    def firm_chart(self, wording: Wording) -> Markup | None:
        """Ranges of the rank in the latest edition."""
        edition = self.bounds[0]["edition"] if self.bounds else None
        official = self.data.ranking.get((edition, *self.key))
        bounds, bands = ([row for row in rows if row["edition"] == edition] for rows in (self.bounds, self.bands))
        return draw_firmness(wording, self.unit, official, bounds[::-1], bands) if official else None

    def trajectory(self, wording: Wording) -> Markup | None:
        """Ranks over the editions, with the named peers or else the nearest in endowments."""
        peers = self.peers.get("named") or self.peers.get("endowments", [])[:2]
        return draw_trajectory(self.data, wording, [self.unit, *(peer.unit for peer in peers[:2])])

    def component_chart(self, wording: Wording) -> Markup | None:
        """Scores by component beside the median of all units and the peers."""
        return draw_components(self.data, wording, self.unit, self.gap_edition, self.summary_peers)

    def change_bars(self, wording: Wording, move: Movement) -> Markup:
        """Changes of the score by component in one step."""
        before, after = move.change["edition_from"], move.change["edition_to"]
        alternative = wording.text("moves.bars_alt", before=before, after=after)
        return draw_bars(wording, move.scores, "performance_points", alternative)

    @functools.cached_property
    def ways(self) -> list[Way]:
        """What it takes to enter the leading groups, on the latest edition's figures."""
        rows = self.data.paths.get(self.key, [])
        edition = max((row["edition"] for row in rows), default=None)
        found = []
        for target in sorted({row["target_rank"] for row in rows}):
            parts = self.data.by_part(row for row in rows if row["edition"] == edition and row["target_rank"] == target)
            steps = self.data.threshold_paths.get((self.system, target), [])
            if parts:
                found.append(Way(target, next(iter(parts.values())), parts, steps))
        return found

    @property
    def tables(self) -> list[str]:
        """Tables of the release that this page draws on, in the page's order."""
        wanted = (
            "province_rankings", "findings", "rank_changes", "score_changes", "rank_counterfactuals", "rank_bands",
            "rank_bounds", "dominance", "method_ranks", "leave_one_out", "peer_groups", "peer_comparison",
            "component_gaps", "expected_scores", "target_progress", "rank_thresholds", "cheapest_paths",
            "threshold_paths", "component_scores", "pillar_scores", "merged_units", "figure_sources",
        )  # fmt: skip
        return [name for name in wanted if name in self.data.tables]

    @functools.cached_property
    def movement(self) -> Movement | None:
        """The step that ends in the latest ranked edition, if both ranks are known."""
        edition = self.latest["edition"] if self.latest else None
        step = next((move for move in self.movements if move.change["edition_to"] == edition), None)
        return step if step and None not in (step.change["rank_from"], step.change["rank_to"]) else None

    @functools.cached_property
    def beside_median(self) -> list[Distance]:
        """Components of the latest complete edition by distance to the median unit, the weakest first."""
        edition = self.gap_edition
        if edition is None or edition not in self.data.weights:
            return []
        weights, _ = self.data.weights[edition]
        found = []
        for part in self.data.parts:
            row = self.data.component.get((edition, *self.key, part))
            spread = self.data.spread.get((edition, self.system, part))
            if row is not None and row["score"] is not None and spread is not None:
                found.append(Distance(part, row, POINTS_PER_SCORE * weights[part] * (row["score"] - spread[1])))
        return sorted(found, key=lambda one: one.points)

    @functools.cached_property
    def beside_peers(self) -> list[Distance]:
        """Components by the mean gap to the peers, the weakest first."""
        found = []
        for part in self.data.parts:
            gaps = [peer.gaps[part] for peer in self.summary_peers if part in peer.gaps]
            known = [row["gap_points"] for row in gaps if row["gap_points"] is not None]
            if gaps and len(known) == len(gaps):
                found.append(Distance(part, gaps[0], sum(known) / len(known)))
        return sorted(found, key=lambda one: one.points)

    @functools.cached_property
    def step(self) -> Step | None:
        """The nearest leading group this unit is not in yet, or else the unit just above it."""
        latest = self.latest
        if latest is None or latest["score"] is None or latest["rank"] == 1:
            return None
        for way in reversed(self.ways):
            if way.target < latest["rank"] and way.first["edition"] == latest["edition"]:
                return Step(way.first["need_points"], way.first, way, None)
        rows = self.data.rankings.get((latest["edition"], self.system), [])
        ahead = [row for row in rows if row["score"] is not None and row["score"] > latest["score"]]
        if not ahead:
            return None
        above = min(ahead, key=lambda row: row["score"])
        unit = self.data.units.get((self.system, above["province_id"]))
        points = POINTS_PER_SCORE * (above["score"] - latest["score"])
        return Step(points, above, None, unit)
