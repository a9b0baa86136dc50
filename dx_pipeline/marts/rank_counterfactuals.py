"""Which component moved the rank: the rank had it grown only as it did everywhere."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import polars as pl

from dx_pipeline.index import COMPONENTS
from dx_pipeline.index import rank_changes as methods
from dx_pipeline.index.ranks import competition_ranks
from dx_pipeline.marts._arrays import full_editions, rows, step_between


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a province, component and pair of consecutive editions (M7); null across a broken comparability."""
    frames = []
    for before, after in pairwise(full_editions(tables["component_scores"], tables["indicator_weights"])):
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
                    "province_id": after.provinces,
                    "indicator": COMPONENTS,
                },
                {
                    "rank_actual": competition_ranks(after.overall)[None, None, :, None],
                    "rank_counterfactual": counterfactual[None, None],
                },
            ).with_columns(
                rank_counterfactual=pl.col("rank_counterfactual").fill_nan(None).cast(pl.Int64),
                comparability=pl.lit(step.comparability),
                status=pl.lit(after.status if step.comparable else "not_comparable"),
                reason=pl.lit(step.reason, dtype=pl.String),
                reason_vi=pl.lit(step.reason_vi, dtype=pl.String),
            )
        )
    return pl.concat(frames)
