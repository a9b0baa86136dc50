"""Score one would expect from what a province starts from, and how far it is above or below."""

from __future__ import annotations

import numpy as np
import polars as pl

from dx_pipeline.index import TIE_TOLERANCE
from dx_pipeline.index import peers as methods
from dx_pipeline.marts._arrays import UNIT_SYSTEM, rows
from dx_pipeline.marts._endowments import ENDOWMENT_YEAR, endowment_matrix


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a province and edition whose scores are all known (M23 d)."""
    rankings = tables["province_rankings"].filter(pl.col("unit_system") == UNIT_SYSTEM).sort("province_id")
    frames = []
    for (edition,), ranked in rankings.sort("edition", "province_id").group_by("edition", maintain_order=True):
        if ranked["score"].null_count():
            continue
        provinces = tuple(ranked["province_id"])
        result = methods.expected_scores(
            ranked["score"].to_numpy(), endowment_matrix(tables["external_indicators"], provinces)
        )
        verdict = np.where(
            result.residual > TIE_TOLERANCE, "over", np.where(result.residual < -TIE_TOLERANCE, "under", "level")
        )
        frames.append(
            rows(
                {"edition": [edition], "province_id": provinces},
                {
                    "score": ranked["score"].to_numpy()[None],
                    "expected": result.expected[None],
                    "residual": result.residual[None],
                    "performance": verdict[None],
                    "r_squared": result.r_squared,
                    "endowment_year": ENDOWMENT_YEAR,
                },
            )
        )
    return pl.concat(frames)
