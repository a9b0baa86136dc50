"""The message of a profile: rank, movement, strengths and weaknesses, firmness, the next step, the target's verdict.

Two yardsticks are computed here from rows of the tables, because no table holds them: the distance to the median unit
and the mean of the gaps to the peers, both in points of the overall. Everything else is a row.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dx_pipeline.index import POINTS_PER_SCORE
from dx_pipeline.tables import Row

if TYPE_CHECKING:
    from dx_pipeline.report.profile import Profile, Way
    from dx_pipeline.report.site_data import Movement


@dataclass(frozen=True)
class Distance:
    """How far a component is ahead (+) of a yardstick, in points of the overall."""

    indicator: str
    row: Row
    points: float


@dataclass(frozen=True)
class Step:
    """The next place worth reaching: a leading group, or the unit just above."""

    #: rank that is reached
    target: int
    #: points that are missing
    points: float
    #: row the points come from: of `cheapest_paths`, or the ranking of the unit above
    row: Row
    way: Way | None
    above: Row | None


class Summary:
    """What a reader learns in the first minute."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self.latest = profile.latest

    @functools.cached_property
    def movement(self) -> Movement | None:
        """The step that ends in the latest ranked edition, if both ranks are known."""
        for move in self._profile.movements:
            change = move.change
            if self.latest is not None and change["edition_to"] == self.latest["edition"]:
                return move if change["rank_from"] is not None and change["rank_to"] is not None else None
        return None

    @functools.cached_property
    def beside_median(self) -> list[Distance]:
        """Components of the latest complete edition by distance to the median unit, the weakest first."""
        profile = self._profile
        edition = profile.gap_edition
        if edition is None or edition not in profile.data.weights:
            return []
        weights, _ = profile.data.weights[edition]
        found = []
        for part in profile.data.parts:
            row = profile.data.component.get((edition, *profile.key, part))
            spread = profile.data.spread.get((edition, profile.system, part))
            if row is not None and row["score"] is not None and spread is not None:
                found.append(Distance(part, row, POINTS_PER_SCORE * weights[part] * (row["score"] - spread[1])))
        return sorted(found, key=lambda one: one.points)

    @functools.cached_property
    def beside_peers(self) -> list[Distance]:
        """Components by the mean gap to the peers, the weakest first."""
        found = []
        for part in self._profile.data.parts:
            gaps = [peer.gaps[part] for peer in self._profile.summary_peers if part in peer.gaps]
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
        profile = self._profile
        ways = [
            way for way in profile.ways if way.target < latest["rank"] and way.first["edition"] == latest["edition"]
        ]
        if ways:
            way = ways[-1]
            return Step(way.target, way.first["need_points"], way.first, way, None)
        rows = profile.data.rankings.get((latest["edition"], profile.system), [])
        ahead = [row for row in rows if row["score"] is not None and row["score"] > latest["score"]]
        if not ahead:
            return None
        above = min(ahead, key=lambda row: row["score"])
        unit = profile.data.units.get((profile.system, above["province_id"]))
        points = POINTS_PER_SCORE * (above["score"] - latest["score"])
        return Step(above["rank"], points, above, None, unit)

    @property
    def verdicts(self) -> list[Row]:
        """Own targets on the rank, the nearest year first."""
        return sorted(self._profile.rank_targets, key=lambda row: row["target_year"])
