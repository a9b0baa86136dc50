"""Complete score tables of an edition, as the referee needs them: province -> score, rank, pillar, mean."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from dx_pipeline.conform.weights import PILLAR_ACTIVITY, PartPoints
from dx_pipeline.index import COMPONENTS
from dx_pipeline.index.identities import derive_foundation, pillars_from_components


@dataclass(frozen=True)
class EditionTables:
    """Scores of complete tables: (edition, unit_system, indicator) -> {province_id: score}."""

    scores: dict[tuple[int, int, str], dict[str, float]]
    #: edition -> points of its four parts
    points: dict[int, PartPoints]

    @staticmethod
    def from_observations(observations: pl.DataFrame, points: dict[int, PartPoints]) -> EditionTables:
        """The tables declared complete (and checked to be); the first source wins where two are."""
        scores: dict[tuple[int, int, str], dict[str, float]] = {}
        per_table = observations.filter(pl.col("complete") & (pl.col("measure") == "score")).sort("observation")
        grouping = ["edition", "unit_system", "indicator", "source_id", "file", "table_no"]
        for key, rows in per_table.group_by(grouping, maintain_order=True):
            edition, unit_system, indicator = key[:3]
            scores.setdefault(
                (edition, unit_system, indicator), dict(zip(rows["province_id"], rows["value"], strict=True))
            )
        return EditionTables(scores, points)

    def score(self, edition: int, unit_system: int, indicator: str, province_id: str) -> float | None:
        """One score, or None."""
        return self.scores.get((edition, unit_system, indicator), {}).get(province_id)

    def rank(self, edition: int, unit_system: int, indicator: str, province_id: str) -> int | None:
        """Competition rank of one province by a printed score, or by a computed pillar; None without a full table."""
        table = self.scores.get((edition, unit_system, indicator)) or self.pillars.get(
            (edition, unit_system, indicator)
        )
        if not table or province_id not in table:
            return None
        own = round(table[province_id], 10)
        return 1 + sum(round(other, 10) > own for other in table.values())

    def mean(self, edition: int, unit_system: int, indicator: str) -> float | None:
        """Mean over all units of a printed score or a computed pillar."""
        table = self.scores.get((edition, unit_system, indicator)) or self.pillars.get(
            (edition, unit_system, indicator)
        )
        return sum(table.values()) / len(table) if table else None

    def is_inferred(self, edition: int, indicator: str) -> bool:
        """Whether a computed figure rests on inferred points."""
        return indicator in PILLAR_ACTIVITY and edition in self.points and self.points[edition].inferred

    @cached_property
    def pillars(self) -> dict[tuple[int, int, str], dict[str, float]]:
        """Pillar scores computed from overall and activities (M2), wherever all four tables are complete."""
        pillars: dict[tuple[int, int, str], dict[str, float]] = {}
        for edition, unit_system, indicator in list(self.scores):
            tables = [self.scores.get((edition, unit_system, part)) for part in ("overall", *COMPONENTS[1:])]
            if indicator != "overall" or edition not in self.points or not all(tables):
                continue
            points = self.points[edition].points
            provinces = list(self.scores[(edition, unit_system, "overall")])
            overall, *activities = ([table[province] for province in provinces] for table in tables if table)
            own = np.array(activities).T
            foundation, _ = derive_foundation(overall, own, points)
            scores = pillars_from_components(np.column_stack([foundation, own]), points)
            for column, pillar in enumerate(PILLAR_ACTIVITY):
                pillars[(edition, unit_system, pillar)] = dict(zip(provinces, scores[:, column].tolist(), strict=True))
        return pillars
