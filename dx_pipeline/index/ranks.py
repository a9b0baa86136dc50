"""Who stands where: competition ranks, fast enough for a hundred thousand weightings at once, and their open ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from dx_pipeline.index import TIE_DECIMALS
from dx_pipeline.index.arrays import FloatArray, IndexInputError, IntArray, as_vector
from dx_pipeline.index.identities import SLACK

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


class RankInterval(NamedTuple):
    """Best and worst rank the printed figures leave open, each of shape (..., units)."""

    low: IntArray
    high: IntArray


def rank_interval(scores: ArrayLike, half_widths: ArrayLike = 0.0) -> RankInterval:
    """Ranks that scores with errors of their own leave open: [1 + surely above, 1 + possibly above].

    Args:
        scores: higher is better, shape (..., units).
        half_widths: of each unit's score, which share no printed figure; 0 for scores printed with the same digits.
    """
    values = np.asarray(scores, dtype=np.float64)
    own = np.broadcast_to(np.asarray(half_widths, dtype=np.float64), values.shape)
    return rank_interval_of_differences(
        values[..., None, :] - values[..., :, None], own[..., None, :] + own[..., :, None]
    )


def rank_interval_of_differences(differences: ArrayLike, joint_half_widths: ArrayLike) -> RankInterval:
    """Ranks from all pairs, for scores that share figures.

    Args:
        differences: rival minus own, shape (..., units, rivals).
        joint_half_widths: of each difference after common figures cancelled, same shape or broadcastable.
    """
    lead = np.asarray(differences, dtype=np.float64)
    joint = np.broadcast_to(np.asarray(joint_half_widths, dtype=np.float64), lead.shape)
    above = lead > joint + SLACK
    possible = lead >= -joint - SLACK
    itself = np.eye(lead.shape[-1], dtype=bool)
    return RankInterval(
        1 + (above & ~itself).sum(axis=-1).astype(np.int64), 1 + (possible & ~itself).sum(axis=-1).astype(np.int64)
    )


def competition_rank(column: str, over: Sequence[str]) -> pl.Expr:
    """The same ranks as Polars expression: of a column, within the rows that share the values of `over`.

    Null where any score of the table is missing, because a rank among those that happen to be known is none.
    """
    import polars as pl

    ranks = pl.col(column).round(TIE_DECIMALS).rank("min", descending=True).over(over).cast(pl.Int64)
    return pl.when(pl.col(column).is_not_null().all().over(over)).then(ranks)
