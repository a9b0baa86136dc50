"""Score one would expect from what a unit starts from, and how far it is above or below."""

from __future__ import annotations

import numpy as np
import polars as pl

from dx_pipeline.index import peers as methods
from dx_pipeline.marts._arrays import rows
from dx_pipeline.marts._units import TABLE, scored
from dx_pipeline.marts.endowments import endowment_matrix


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a unit and edition whose scores are all known (M23 d)."""
    frames = []
    for (edition, system), ranked in scored(tables["province_rankings"]).group_by(TABLE, maintain_order=True):
        provinces = tuple(ranked["province_id"])
        endowments = endowment_matrix(tables["endowments"], int(str(system)), provinces)
        if endowments is None:
            continue
        values, year = endowments
        result = methods.expected_scores(ranked["score"].to_numpy(), values)
        conditions = [result.residual > result.spread, result.residual < -result.spread]
        frames.append(
            rows(
                {"edition": [edition], "unit_system": [system], "province_id": provinces},
                {
                    "score": ranked["score"].to_numpy(),
                    "expected": result.expected,
                    "residual": result.residual,
                    "residual_spread": result.spread,
                    "performance": np.select(conditions, ["over", "under"], "level"),
                    "r_squared": result.r_squared,
                    "endowment_year": year,
                },
            )
        )
    return pl.concat(frames)
