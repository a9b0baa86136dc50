"""Maximum points of the index by edition, from the one place they are kept: data/reference/dti_weights.csv."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from dx_pipeline.index import COMPONENTS

#: the foundation is their plain mean (decision 922/QĐ-BTTTT)
FOUNDATION_COMPONENTS = (
    "digital_awareness",
    "digital_institutions",
    "digital_infrastructure",
    "digital_human_resources",
    "network_information_security",
)
#: pillar -> the activity component that it adds to the foundation
PILLAR_ACTIVITY = {
    "digital_government": "digital_government_activity",
    "digital_economy": "digital_economy_activity",
    "digital_society": "digital_society_activity",
}


@dataclass(frozen=True)
class PartPoints:
    """Maximum points of foundation and the three activities, in the order of COMPONENTS."""

    points: tuple[float, ...]
    #: not read anywhere, but solved or inferred from published figures
    inferred: bool

    @property
    def weights(self) -> tuple[float, ...]:
        """The points as shares that add up to 1."""
        return tuple(own / sum(self.points) for own in self.points)


def read_weights(records: pl.DataFrame) -> pl.DataFrame:
    """edition, indicator, max_points, weight, status from the reference file; a weight is the share of all points."""
    printed = records.with_columns(
        pl.col("edition_from", "edition_to").cast(pl.Int64),
        pl.col("max_points").cast(pl.Float64),
        status=pl.col("status").str.replace(r"^(solved|inferred)\b.*$", "${1}"),
    )
    return (
        printed.with_columns(edition=pl.int_ranges("edition_from", pl.col("edition_to") + 1))
        .explode("edition")
        .select(
            "edition",
            "indicator",
            "max_points",
            weight=pl.col("max_points") / pl.col("max_points").sum().over("edition"),
            status="status",
        )
    )


def part_points(weights: pl.DataFrame) -> dict[int, PartPoints]:
    """Points of the four parts by edition, for the editions that have them (not 2020, whose pillars are disjoint).

    Args:
        weights: as `read_weights` gives them; the foundation may be one row or its five components.
    """
    editions = {}
    for (edition,), rows in weights.sort("edition").group_by("edition", maintain_order=True):
        points = dict(rows.select("indicator", "max_points").iter_rows())
        if any(activity not in points for activity in COMPONENTS[1:]):
            continue
        foundation = points.get("foundation", sum(points.get(name, 0.0) for name in FOUNDATION_COMPONENTS))
        parts = (foundation, *(points[activity] for activity in COMPONENTS[1:]))
        editions[int(str(edition))] = PartPoints(parts, not {"inferred", "solved"}.isdisjoint(rows["status"]))
    return editions
