"""What separates two units, in points by component."""

from __future__ import annotations

import numpy as np
import polars as pl

from dx_pipeline.index import gaps as methods
from dx_pipeline.marts._arrays import full_editions, rows


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row for every ordered pair of units of a system and component, and one for their sum (M4)."""
    frames = []
    for edition in full_editions(tables):
        parts = methods.component_gaps(edition.components, edition.weights)
        with_sum = np.concatenate([parts, parts.sum(axis=-1, keepdims=True)], axis=-1)
        frame = rows(
            {**edition.keys, "peer_id": edition.provinces, "indicator": [*edition.parts, edition.structure.overall]},
            {"gap_points": with_sum[None, None], "status": edition.basis},
        )
        frames.append(frame.filter(pl.col("province_id") != pl.col("peer_id")))
    return pl.concat(frames)
