"""Complete score tables of an edition, as the referee needs them: province -> score, rank, pillar, mean."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import polars as pl

#: points of 1000 of the 922 editions (decision 922/QĐ-BTTTT): foundation sum and the three activities
POINTS_922 = {
    "foundation": 500.0,
    "digital_government_activity": 200.0,
    "digital_economy_activity": 150.0,
    "digital_society_activity": 150.0,
}
#: 2024, inferred from three published means (never read anywhere): of 940
POINTS_2024 = POINTS_922 | {"foundation": 440.0}
#: pillar -> the activity component that it adds to the foundation
PILLAR_ACTIVITY = {
    "digital_government": "digital_government_activity",
    "digital_economy": "digital_economy_activity",
    "digital_society": "digital_society_activity",
}


def points_of(edition: int) -> dict[str, float] | None:
    """Points by part in an edition; None where the structure is another one (2020) or not known."""
    if 2021 <= edition <= 2023:
        return POINTS_922
    return POINTS_2024 if edition == 2024 else None


@dataclass(frozen=True)
class EditionTables:
    """Scores of complete tables: (edition, unit_system, indicator) -> {province_id: score}."""

    scores: dict[tuple[int, int, str], dict[str, float]]

    @staticmethod
    def from_observations(observations: pl.DataFrame) -> EditionTables:
        """The tables that hold a score for all 63 (or 34) units; the first source wins where two do."""
        scores: dict[tuple[int, int, str], dict[str, float]] = {}
        per_table = observations.filter(pl.col("measure") == "score").sort("observation")
        grouping = ["edition", "unit_system", "indicator", "source_id", "file", "table_no"]
        for key, rows in per_table.group_by(grouping, maintain_order=True):
            edition, unit_system, indicator = key[:3]
            if rows.height == unit_system and rows["province_id"].n_unique() == unit_system:
                scores.setdefault(
                    (edition, unit_system, indicator), dict(zip(rows["province_id"], rows["value"], strict=True))
                )
        return EditionTables(scores)

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

    @cached_property
    def pillars(self) -> dict[tuple[int, int, str], dict[str, float]]:
        """Pillar scores computed from overall and activities (M2), wherever all four tables are complete."""
        pillars: dict[tuple[int, int, str], dict[str, float]] = {}
        for edition, unit_system, indicator in list(self.scores):
            points = points_of(edition)
            if indicator != "overall" or points is None:
                continue
            activities = {part: self.scores.get((edition, unit_system, part)) for part in PILLAR_ACTIVITY.values()}
            if not all(activities.values()):
                continue
            total = sum(points.values())
            for pillar, activity in PILLAR_ACTIVITY.items():
                table = {}
                for province, overall in self.scores[(edition, unit_system, "overall")].items():
                    own = {part: scores[province] for part, scores in activities.items() if scores}
                    foundation_points = total * overall - sum(points[part] * value for part, value in own.items())
                    table[province] = (foundation_points + points[activity] * own[activity]) / (
                        points["foundation"] + points[activity]
                    )
                pillars[(edition, unit_system, pillar)] = table
        return pillars
