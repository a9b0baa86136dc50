"""Complete score tables of an edition, as the referee needs them: province -> score, rank, pillar, mean."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from dx_pipeline.index.identities import derive_foundation, pillars_from_components
from dx_pipeline.index.ranks import competition_ranks
from dx_pipeline.index.structure import Structure


@dataclass(frozen=True)
class EditionTables:
    """Scores of complete tables: (edition, unit_system, indicator) -> {province_id: score}."""

    scores: dict[tuple[int, int, str], dict[str, float]]
    #: edition -> how its overall is put together
    structures: dict[int, Structure]

    @staticmethod
    def from_observations(observations: pl.DataFrame, structures: dict[int, Structure]) -> EditionTables:
        """The tables declared complete (and checked to be); the first source wins where two are."""
        scores: dict[tuple[int, int, str], dict[str, float]] = {}
        per_table = observations.filter(pl.col("complete") & (pl.col("measure") == "score")).sort("observation")
        grouping = ["edition", "unit_system", "indicator", "source_id", "file", "table_no"]
        for (edition, unit_system, indicator, *_), rows in per_table.group_by(grouping, maintain_order=True):
            table = dict(zip(rows["province_id"], rows["value"], strict=True))
            scores.setdefault((edition, unit_system, indicator), table)
        return EditionTables(scores, structures)

    def rank(self, edition: int, unit_system: int, indicator: str, province_id: str) -> int | None:
        """Competition rank of one province by a printed score, or by a computed pillar; None without a full table."""
        return self._ranks.get((edition, unit_system, indicator), {}).get(province_id)

    def mean(self, edition: int, unit_system: int, indicator: str) -> float | None:
        """Mean over all units of a printed score or a computed pillar."""
        table = self._full.get((edition, unit_system, indicator))
        return sum(table.values()) / len(table) if table else None

    def is_inferred(self, edition: int, indicator: str) -> bool:
        """Whether a computed figure rests on points that no text states."""
        own = self.structures.get(edition)
        return own is not None and indicator in own.pillars and own.basis != "stated"

    @property
    def pillar_activity(self) -> dict[str, str]:
        """Pillar -> the activity it adds to the foundation, over all editions."""
        return {pillar: name for own in self.structures.values() for pillar, name in own.pillars.items()}

    @cached_property
    def _full(self) -> dict[tuple[int, int, str], dict[str, float]]:
        return self.pillars | self.scores

    @cached_property
    def _ranks(self) -> dict[tuple[int, int, str], dict[str, int]]:
        return {
            key: dict(zip(table, competition_ranks(list(table.values())).tolist(), strict=True))
            for key, table in self._full.items()
        }

    @cached_property
    def pillars(self) -> dict[tuple[int, int, str], dict[str, float]]:
        """Pillar scores computed from overall and activities (M2), wherever all their tables are complete."""
        pillars: dict[tuple[int, int, str], dict[str, float]] = {}
        for edition, unit_system, indicator in list(self.scores):
            own = self.structures.get(edition)
            if own is None or indicator != own.overall or not own.pillars:
                continue
            tables = [self.scores.get((edition, unit_system, part)) for part in own.printed]
            if not all(tables):
                continue
            provinces = list(self.scores[(edition, unit_system, indicator)])
            overall, *activities = ([table[province] for province in provinces] for table in tables if table)
            printed = np.array(activities).T
            foundation = derive_foundation(overall, printed, own.points)
            scores = pillars_from_components(np.column_stack([foundation, printed]), own.points)
            for column, pillar in enumerate(own.pillars):
                pillars[(edition, unit_system, pillar)] = dict(zip(provinces, scores[:, column].tolist(), strict=True))
        return pillars
