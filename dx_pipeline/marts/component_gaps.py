"""What separates two units, in points by component."""

from __future__ import annotations

import numpy as np
import polars as pl

from dx_pipeline.index import changes as methods
from dx_pipeline.marts._arrays import arising, full_editions, rows


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row for every ordered pair of provinces of a system and component, and one for their sum (M4)."""
    frames = []
    provinces = set(tables["provinces"].filter(pl.col("level") == "province")["unit_system"])
    # of thousands of communes all pairs are more rows than anybody reads
    for edition in (one for one in full_editions(tables) if one.unit_system in provinces):
        parts = methods.component_gaps(edition.components, edition.weights)
        combinations = np.vstack([np.diag(edition.weights), edition.weights])
        errors = 1000 * edition.errors(combinations)
        frame = rows(
            {**edition.keys, "peer_id": edition.provinces, "indicator": [*edition.parts, edition.structure.overall]},
            {
                "gap_points": np.concatenate([parts, parts.sum(axis=-1, keepdims=True)], axis=-1),
                "error_half_width": errors[:, None] + errors[None, :],
                "within_error": edition.undecided_pairs(combinations),
                # the sum is a difference of two totals and rests on no weight
                "status": np.array([*[edition.basis] * len(edition.parts), "computed"], dtype=object),
            },
        )
        frames.append(frame.filter(pl.col("province_id") != pl.col("peer_id")))
    return pl.concat(frames).with_columns(doubts=arising())
