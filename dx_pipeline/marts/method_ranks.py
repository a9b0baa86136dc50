"""Where each unit would stand under other established ways of putting the same components together."""

from __future__ import annotations

import numpy as np
import polars as pl

from dx_pipeline.index.aggregation import OFFICIAL, method_intervals, method_scores, ranks_of_intervals
from dx_pipeline.index.ranks import competition_ranks
from dx_pipeline.marts._arrays import Edition, arising, full_editions, interval_columns, rows


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a unit, edition and method (M11), with the ranks that rounding leaves open (M27)."""
    return pl.concat(map(_by_method, full_editions(tables))).with_columns(doubts=arising())


def _by_method(edition: Edition) -> pl.DataFrame:
    errors = edition.errors(np.eye(len(edition.parts)))
    intervals = {
        name: ranks_of_intervals(scores)
        for name, scores in method_intervals(edition.components, errors, edition.weights).items()
    } | {OFFICIAL: edition.rank_interval(edition.weights)}
    return pl.concat(
        rows(
            edition.keys,
            {
                "method": method,
                "score": scores,
                "rank": competition_ranks(scores),
                **interval_columns(intervals[method]),
                # the official sum of the parts is the printed total
                "status": "computed" if method == OFFICIAL else edition.basis,
            },
        )
        for method, scores in method_scores(edition.components, edition.weights).items()
    )
