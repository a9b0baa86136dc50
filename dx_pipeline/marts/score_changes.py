"""What changed in each province's score between two editions, in points by component."""

from __future__ import annotations

import numpy as np
import polars as pl

from dx_pipeline.index import gaps as methods
from dx_pipeline.marts._arrays import edition_pairs, full_editions, rows, step_between


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Performance and weight effect of each component and of all (M5); null across a broken comparability (M21)."""
    frames = []
    for before, after in edition_pairs(full_editions(tables)):
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
                    "unit_system": [after.unit_system],
                    "province_id": after.provinces,
                    "indicator": [*after.parts, after.structure.overall],
                },
                {
                    "performance_points": np.column_stack([performance, performance.sum(axis=1)])[None, None, None],
                    "weight_points": np.column_stack([weight, weight.sum(axis=1)])[None, None, None],
                },
            ).with_columns(**step.columns(after.basis))
        )
    return pl.concat(frames)
