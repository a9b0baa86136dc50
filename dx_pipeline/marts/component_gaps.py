"""What separates two provinces, in points by component."""

from __future__ import annotations

import numpy as np
import polars as pl

from dx_pipeline.index import COMPONENTS
from dx_pipeline.index import gaps as methods
from dx_pipeline.marts._arrays import full_editions, rows


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row for every ordered pair of provinces and component, and one for their sum (M4)."""
    frames = []
    for edition in full_editions(tables["component_scores"], tables["indicator_weights"]):
        parts = methods.component_gaps(edition.components, edition.weights)
        with_sum = np.concatenate([parts, parts.sum(axis=-1, keepdims=True)], axis=-1)
        frame = rows(
            {
                "edition": [edition.edition],
                "province_id": edition.provinces,
                "peer_id": edition.provinces,
                "indicator": [*COMPONENTS, "overall"],
            },
            {"gap_points": with_sum[None], "status": edition.status},
        )
        frames.append(frame.filter(pl.col("province_id") != pl.col("peer_id")))
    return pl.concat(frames)
