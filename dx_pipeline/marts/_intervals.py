"""What the rounding of the printed figures leaves open in an edition: errors of combinations of parts, and ranks (M27).

The figures an edition rests on are the overall and the activities, printed or averaged over members; the foundation
follows from them, so a combination of parts is written in them first, where common figures cancel.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from dx_pipeline.index.arrays import BoolArray, FloatArray
from dx_pipeline.index.doubt import RankInterval, rank_interval, within_error
from dx_pipeline.index.identities import error_half_width
from dx_pipeline.marts._arrays import Edition
from dx_pipeline.marts._units import TABLE


def errors_of(edition: Edition, coefficients: ArrayLike) -> FloatArray:
    """Half-width of each unit's combination of parts, shape (units,) or (units, combinations)."""
    return error_half_width(np.asarray(coefficients, dtype=np.float64) @ edition.printed_map, edition.half_widths)


def errors_of_order(edition: Edition, coefficients: ArrayLike) -> FloatArray:
    """The same for putting units in order: 0 where the combination is one printed figure; its rounding keeps order."""
    written = np.asarray(coefficients, dtype=np.float64) @ edition.printed_map
    alike = (edition.half_widths == edition.half_widths[0]).all(axis=0)
    alone = (np.abs(written) > 1e-12).sum(axis=-1) == 1
    exact = edition.exact_order & alone & alike[np.abs(written).argmax(axis=-1)]
    return np.asarray(errors_of(edition, coefficients) * ~exact)


def rank_interval_of(edition: Edition, coefficients: FloatArray) -> RankInterval:
    """Ranks that are left open for a combination of parts, e.g. the weights."""
    return rank_interval(edition.components @ coefficients, errors_of_order(edition, coefficients))


def undecided_pairs(edition: Edition, coefficients: ArrayLike) -> BoolArray:
    """Whether the order of two units by a combination of parts is open; shape (units, units[, combinations])."""
    values = edition.components @ np.asarray(coefficients, dtype=np.float64).T
    errors = errors_of_order(edition, coefficients)
    return within_error(values[:, None] - values[None, :], errors[:, None] + errors[None, :])


def interval_columns(ranks: RankInterval) -> Mapping[str, object]:
    """`rank_low`, `rank_high`, `within_error` for `rows`."""
    return {"rank_low": ranks.low, "rank_high": ranks.high, "within_error": ranks.low < ranks.high}


def with_rank_interval(frame: pl.DataFrame, score: str, computed: pl.Expr) -> pl.DataFrame:
    """`rank_low` and `rank_high` by edition and unit system, null where a score is missing.

    Figures printed with the same digits are in a sure order as soon as they differ; means of members are not.

    Args:
        frame: with edition, unit_system, error_half_width and `score`.
        score: the column that ranks.
        computed: whether a row's score is such a mean.
    """
    places = []
    for _, table in frame.with_columns(_computed=computed).group_by(TABLE, maintain_order=True):
        own = table
        if table[score].null_count() == 0:
            errors = table["error_half_width"]
            loose = table["_computed"].any() or errors.n_unique() > 1
            low, high = rank_interval(table[score].to_numpy(), errors.to_numpy() if loose else 0.0)
            own = table.with_columns(rank_low=pl.Series(low), rank_high=pl.Series(high))
        places.append(own)
    return pl.concat(places, how="diagonal").drop("_computed")


def arising(within: str = "within_error") -> pl.Expr:
    """The doubt that arises in a table itself, where its flag is up."""
    return pl.when(pl.col(within)).then(pl.lit("within_error"))
