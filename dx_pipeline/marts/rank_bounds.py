"""Between which ranks a province must stay, whatever the weights within a box."""

from __future__ import annotations

import polars as pl

from dx_pipeline.index import bounds as methods
from dx_pipeline.marts._arrays import full_editions, rows

DELTAS = (0.10, 0.25)


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a province, edition and width of the box (M9)."""
    frames = []
    for edition in full_editions(tables["component_scores"], tables["indicator_weights"]):
        for delta in DELTAS:
            bounds = methods.rank_bounds(edition.components, edition.weights, delta)
            frames.append(
                rows(
                    {"edition": [edition.edition], "province_id": edition.provinces},
                    {"delta": delta, "best": bounds.best, "worst": bounds.worst, "status": edition.status},
                )
            )
    return pl.concat(frames)
