"""The smallest effort that would lift a unit into the top 10, 15 or 20, the others standing still."""

from __future__ import annotations

import numpy as np
import polars as pl

from dx_pipeline.index import TARGET_RANKS
from dx_pipeline.index import targets as methods
from dx_pipeline.index.arrays import BoolArray, FloatArray
from dx_pipeline.marts._arrays import Edition, arising, full_editions, rows
from dx_pipeline.marts._units import first_true


def _errors(edition: Edition) -> tuple[FloatArray, BoolArray]:
    """Error of the points missing to each target, and whether the printed digits leave open that it is reached."""
    order = np.argsort(-edition.overall, kind="stable")
    own = edition.errors(edition.weights)
    low, high = edition.rank_interval(edition.weights)
    targets = np.array(TARGET_RANKS)
    error = 1000 * (own[:, None] + own[order[targets - 1]])
    return error, (low[:, None] <= targets) & (targets < high[:, None])


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a unit, edition, target rank and component (M18); with what one component alone would need (M17)."""
    frames = []
    for edition in full_editions(tables):
        paths = methods.cheapest_paths(edition.components, edition.weights, TARGET_RANKS)
        alone, headroom = methods.component_requirements(edition.components, edition.weights, paths.need_points)
        keys = {**edition.keys, "target_rank": TARGET_RANKS, "indicator": edition.parts}
        need_error, open_target = _errors(edition)
        values = {
            "increase": paths.increase[None, None],
            "cost_sd": paths.cost[None, None],
            "need_points": paths.need_points[None, None, :, :, None],
            "error_half_width": need_error[:, :, None],
            "within_error": open_target[:, :, None],
            "weight": edition.weights,
            "increase_alone": alone[None, None],
            "headroom_points": headroom[None, None, :, None, :],
            "reachable": paths.reachable[None, None, :, :, None],
            "status": edition.basis,
        }
        frames.append(rows(keys, values))
    unreachable = ~pl.col("reachable")
    return pl.concat(frames).with_columns(
        doubts=arising(),
        reason=first_true(
            {
                "not_applicable: out of reach in one step, even with every component raised to the level of the best"
                " tenth of the provinces": unreachable
            }
        ),
        reason_vi=first_true(
            {
                "không áp dụng: ngoài tầm với trong một bước, kể cả khi nâng mọi thành phần lên mức của nhóm 10 % tỉnh"
                " dẫn đầu": unreachable
            }
        ),
    )
