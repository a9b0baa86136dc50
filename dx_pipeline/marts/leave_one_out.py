"""What a rank owes to one component: the rank without it."""

from __future__ import annotations

import polars as pl

from dx_pipeline.index.importance import leave_one_out_ranks, weights_without_each
from dx_pipeline.index.ranks import competition_ranks
from dx_pipeline.marts._arrays import Edition, arising, full_editions, interval_columns, one_column_each, rows


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a unit, edition and component left out (M13); `rank_low` and `rank_high` of the rank without it (M27)."""
    return pl.concat(map(_left_out, full_editions(tables))).with_columns(doubts=arising())


def _left_out(edition: Edition) -> pl.DataFrame:
    intervals = (edition.rank_interval(one) for one in weights_without_each(edition.weights))
    return rows(
        {**edition.keys, "indicator": edition.parts},
        {
            "rank": competition_ranks(edition.overall)[:, None],
            "rank_without": leave_one_out_ranks(edition.components, edition.weights),
            **interval_columns(one_column_each(intervals)),
            "status": edition.basis,
        },
    )
