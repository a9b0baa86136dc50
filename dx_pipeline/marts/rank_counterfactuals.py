"""Which component moved the rank: the rank had it grown only as it did everywhere."""

from __future__ import annotations

import numpy as np
import polars as pl

from dx_pipeline.index import rank_changes as methods
from dx_pipeline.index.ranks import competition_ranks
from dx_pipeline.marts._arrays import edition_pairs, full_editions, rows, step_between


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a province, component and pair of consecutive editions (M7); null across a broken comparability."""
    frames = []
    for before, after in edition_pairs(full_editions(tables)):
        step = step_between(tables["edition_comparability"], before.edition, after.edition)
        counterfactual = np.full(before.components.shape, np.nan)
        if step.comparable:
            counterfactual = methods.rank_counterfactuals(before.components, after.components, after.weights).astype(
                np.float64
            )
        frames.append(
            rows(
                {
                    "edition_from": [before.edition],
                    "edition_to": [after.edition],
                    "unit_system": [after.unit_system],
                    "province_id": after.provinces,
                    "indicator": after.parts,
                },
                {
                    "rank_actual": competition_ranks(after.overall)[:, None],
                    "rank_counterfactual": counterfactual,
                },
            ).with_columns(
                rank_counterfactual=pl.col("rank_counterfactual").fill_nan(None).cast(pl.Int64),
                **step.columns(after.basis),
            )
        )
    return pl.concat(frames)
