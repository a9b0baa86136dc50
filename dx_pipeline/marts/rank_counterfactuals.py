"""Which component moved the rank: the rank had it grown only as it did everywhere."""

from __future__ import annotations

import numpy as np
import polars as pl

from dx_pipeline.index import changes as methods
from dx_pipeline.index.ranks import RankInterval, competition_ranks, rank_interval_of_differences
from dx_pipeline.marts._arrays import (
    Edition,
    arising,
    edition_pairs,
    interval_columns,
    one_column_each,
    rows,
    step_keys,
)


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a unit, component and pair of consecutive editions (M7); null across a broken comparability.

    `rank_low` and `rank_high` are of the counterfactual rank (M27).
    """
    frames = []
    for before, after, step in edition_pairs(tables):
        keys = step_keys(before, after, after.parts)
        values: dict[str, object] = {"rank_actual": competition_ranks(after.overall)[:, None]}
        if step.comparable:
            intervals = (counterfactual_interval(before, after, part) for part in range(len(after.parts)))
            values |= {
                "rank_counterfactual": methods.rank_counterfactuals(before.components, after.components, after.weights),
                **interval_columns(one_column_each(intervals)),
            }
        frames.append(rows(keys, {**values, **step.values(after.basis)}))
    return pl.concat(frames, how="diagonal").with_columns(doubts=arising())


def counterfactual_interval(before: Edition, after: Edition, part: int) -> RankInterval:
    """Counterfactual ranks that rounding leaves open for one component, every printed figure written out once.

    The score y_i - w (x_i1 - x_i0) + w mean(x_1 - x_0) is compared with y_k: in it stand the figures of i, of k, and,
    by the mean, of everybody.
    """
    units, weight = len(after.provinces), after.weights[part]
    total = np.zeros(len(after.parts))
    total[0] = 1.0
    later, earlier = weight * after.printed_map[part], weight * before.printed_map[part]

    def error(of_later: np.ndarray, of_earlier: np.ndarray) -> np.ndarray:
        return np.asarray(after.half_widths @ np.abs(of_later) + before.half_widths @ np.abs(of_earlier))

    rest = 1.0 - 1.0 / units
    own = error(total - rest * later, rest * earlier)
    rival = error(later / units - total, earlier / units)
    other = error(later / units, earlier / units)
    joint = own[:, None] + rival[None, :] + other.sum() - other[:, None] - other[None, :]
    growth = after.components[:, part] - before.components[:, part]
    replaced = after.overall + weight * (growth.mean() - growth)
    return rank_interval_of_differences(after.overall[None, :] - replaced[:, None], joint)
