"""Who stands where: competition ranks, fast enough for a hundred thousand weightings at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from dx_pipeline.index import TIE_DECIMALS
from dx_pipeline.index.arrays import FloatArray, IndexInputError, IntArray, as_vector

if TYPE_CHECKING:
    import polars as pl


def order_and_ranks(scores: FloatArray) -> tuple[IntArray, IntArray]:
    """Provinces from best to worst along the last axis, and the competition rank at each place.

    Each score becomes one integer, its rounded value in the high bits and the province's column in the low ones, so
    that a single integer sort yields order and ties together.

    Args:
        scores: higher is better, shape (..., provinces).

    Returns:
        Column numbers from best to worst (equal scores by column) and their ranks from 1, both shape (..., provinces).

    Raises:
        IndexInputError: if a score is not finite or too large for the integer key.
    """
    bits = max(1, (scores.shape[-1] - 1).bit_length())
    limit = 2.0 ** (62 - bits) / 10.0**TIE_DECIMALS
    # One comparison serves both faults: NaN is not less than anything.
    if scores.size and not float(np.abs(scores).max()) < limit:
        raise IndexInputError(f"scores to rank must be finite and below {limit:.0f} in absolute value")
    scaled = scores * -(10.0**TIE_DECIMALS)
    keys = np.rint(scaled, out=scaled).astype(np.int64)
    keys <<= bits
    keys |= np.arange(scores.shape[-1])
    keys.sort(axis=-1)
    columns = keys & ((1 << bits) - 1)
    keys >>= bits
    tied = keys[..., 1:] == keys[..., :-1]
    places = np.arange(1, scores.shape[-1] + 1)
    if not tied.any():
        return columns, np.broadcast_to(places, columns.shape)
    starts = np.broadcast_to(places, columns.shape).copy()
    starts[..., 1:][tied] = 0
    return columns, np.maximum.accumulate(starts, axis=-1)


def competition_ranks(scores: ArrayLike) -> IntArray:
    """Competition ranks ("1224") along the last axis: 1 + number of strictly better scores.

    Scores equal to ten decimals share a rank, so float noise never breaks a tie of published figures.

    Args:
        scores: higher is better, shape (..., provinces).

    Raises:
        IndexInputError: if a score is not finite.
    """
    values = np.asarray(scores, dtype=np.float64)
    columns, places = order_and_ranks(values)
    ranks = np.empty(values.shape, dtype=np.int64)
    np.put_along_axis(ranks, columns, places, axis=-1)
    return ranks


def rank_of_replaced_score(scores: ArrayLike, replacements: ArrayLike) -> IntArray:
    """Rank each province would have with another score of its own while all others keep theirs.

    Args:
        scores: the edition's scores, shape (provinces,).
        replacements: the other score of each province, shape (provinces,) or (variants, provinces).

    Returns:
        Ranks in the shape of `replacements`.
    """
    base = np.rint(as_vector(scores) * 10.0**TIE_DECIMALS)
    other = np.rint(np.asarray(replacements, dtype=np.float64) * 10.0**TIE_DECIMALS)
    if not np.isfinite(other).all() or other.shape[-1] != len(base):
        raise IndexInputError(f"replacement scores: expected {len(base)} finite numbers a row, found {other.shape}")
    better = base > other[..., None]
    own = np.arange(len(base))
    better[..., own, own] = False
    return np.asarray(1 + better.sum(axis=-1), dtype=np.int64)


def competition_rank(column: str, over: Sequence[str]) -> pl.Expr:
    """The same ranks as Polars expression: of a column, within the rows that share the values of `over`.

    Null where any score of the table is missing, because a rank among those that happen to be known is none.
    """
    import polars as pl

    ranks = pl.col(column).round(TIE_DECIMALS).rank("min", descending=True).over(over).cast(pl.Int64)
    return pl.when(pl.col(column).is_not_null().all().over(over)).then(ranks)
