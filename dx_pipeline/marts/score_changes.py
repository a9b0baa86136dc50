"""What changed in each province's score between two editions, in points by component."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import polars as pl

from dx_pipeline.index import COMPONENTS
from dx_pipeline.index import gaps as methods
from dx_pipeline.marts._arrays import full_editions, rows, step_between


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Performance and weight effect of each component and of all (M5); null across a broken comparability (M21)."""
    frames = []
    for before, after in pairwise(full_editions(tables["component_scores"], tables["indicator_weights"])):
        step = step_between(tables["edition_comparability"], before.edition, after.edition)
        performance = weight = np.full(before.components.shape, np.nan)
        if step.comparable:
            performance, weight = methods.score_changes(
                before.components, after.components, before.weights, after.weights
            )
        frames.append(
            rows(
                {
                    "edition_from": [before.edition],
                    "edition_to": [after.edition],
                    "province_id": after.provinces,
                    "indicator": [*COMPONENTS, "overall"],
                },
                {
                    "performance_points": np.column_stack([performance, performance.sum(axis=1)])[None, None],
                    "weight_points": np.column_stack([weight, weight.sum(axis=1)])[None, None],
                },
            ).with_columns(
                comparability=pl.lit(step.comparability),
                status=pl.lit(after.status if step.comparable else "not_comparable"),
                reason=pl.lit(step.reason, dtype=pl.String),
                reason_vi=pl.lit(step.reason_vi, dtype=pl.String),
            )
        )
    return pl.concat(frames)
