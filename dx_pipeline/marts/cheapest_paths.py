"""The smallest effort that would lift a province into the top 10, 15 or 20, the others standing still."""

from __future__ import annotations

import polars as pl

from dx_pipeline.index import COMPONENTS
from dx_pipeline.index import targets as methods
from dx_pipeline.marts._arrays import full_editions, rows

TARGET_RANKS = (10, 15, 20)


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a province, edition, target rank and component (M18)."""
    frames = []
    for edition in full_editions(tables["component_scores"], tables["indicator_weights"]):
        paths = methods.cheapest_paths(edition.components, edition.weights, TARGET_RANKS)
        keys = {
            "edition": [edition.edition],
            "province_id": edition.provinces,
            "target_rank": TARGET_RANKS,
            "indicator": COMPONENTS,
        }
        values = {
            "increase": paths.increase[None],
            "cost_sd": paths.cost[None],
            "need_points": paths.need_points[None, :, :, None],
            "weight": edition.weights,
            "reachable": paths.reachable[None, :, :, None],
            "status": edition.status,
        }
        frames.append(rows(keys, values))
    unreachable = ~pl.col("reachable")
    return pl.concat(frames).with_columns(
        reason=pl.when(unreachable).then(
            pl.lit(
                "not_applicable: out of reach in one step, even with every component raised to the level of the best"
                " tenth of the provinces"
            )
        ),
        reason_vi=pl.when(unreachable).then(
            pl.lit(
                "không áp dụng: ngoài tầm với trong một bước, kể cả khi nâng mọi thành phần lên mức của nhóm 10 % tỉnh"
                " dẫn đầu"
            )
        ),
    )
