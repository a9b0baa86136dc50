"""What a figure that rests on others carries with it: the weakest basis, every doubt, and the rounding error (M27).

Two halves. Expressions on columns of codes (`basis`, `doubts`; see `dx_pipeline/vocabulary.csv`), and arrays for the
error of anything linear in printed figures. A printed figure is exact to half a unit of its last digit, so a linear map
A of printed figures with half-widths h is exact to sum |A_j| h_j: a bound that is reached, not a standard error.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from dx_pipeline.errors import DxError
from dx_pipeline.index.arrays import BoolArray, IntArray
from dx_pipeline.vocabulary import SEPARATOR, codes

if TYPE_CHECKING:
    import polars as pl

#: a difference of exactly the half-width must not be decided by the seventeenth digit
SLACK = 1e-12


def weakest_basis(columns: Sequence[pl.Expr]) -> pl.Expr:
    """The weakest of several columns with basis codes, row by row; null only where all are."""
    import polars as pl

    return _basis_of(pl.max_horizontal(*map(_weakness, columns)))


def weakest_basis_of_group(column: pl.Expr) -> pl.Expr:
    """The weakest basis of a group or a window."""
    return _basis_of(_weakness(column).max())


def _weakness(column: pl.Expr) -> pl.Expr:
    import polars as pl

    order = {code: place for place, code in enumerate(codes("basis"))}
    return column.replace_strict(order, return_dtype=pl.Int64)


def _basis_of(weakness: pl.Expr) -> pl.Expr:
    import polars as pl

    return weakness.replace_strict(dict(enumerate(codes("basis"))), return_dtype=pl.String)


def union_doubts(columns: Sequence[pl.Expr]) -> pl.Expr:
    """Every doubt of several columns with doubt codes, row by row, in the order of the vocabulary; null for none."""
    import polars as pl

    return _joined({code: pl.any_horizontal(*(has_doubt(one, code) for one in columns)) for code in codes("doubt")})


def union_doubts_of_group(column: pl.Expr) -> pl.Expr:
    """Every doubt of a group or a window."""
    return _joined({code: has_doubt(column, code).any() for code in codes("doubt")})


def doubts_where(conditions: dict[str, pl.Expr]) -> pl.Expr:
    """A column of doubt codes from conditions: `{"within_error": pl.col("gap").abs() <= ...}`; a null is no doubt.

    Raises:
        DxError: a code is not in the vocabulary.
    """
    unknown = sorted(set(conditions) - set(codes("doubt")))
    if unknown:
        raise DxError(f"no doubt codes of the vocabulary: {', '.join(unknown)}")
    return _joined({code: conditions[code].fill_null(False) for code in codes("doubt") if code in conditions})


def has_doubt(column: pl.Expr, code: str) -> pl.Expr:
    """Whether a column of doubt codes holds one of them; never null."""
    import polars as pl

    return column.cast(pl.String).str.split(SEPARATOR).list.contains(code).fill_null(False)


def _joined(held: dict[str, pl.Expr]) -> pl.Expr:
    import polars as pl

    parts = [pl.when(condition).then(pl.lit(code)) for code, condition in held.items()]
    text = pl.concat_str(parts, separator=SEPARATOR, ignore_nulls=True)
    return pl.when(text != "").then(text)


def tie_hidden(score: pl.Expr, rank: pl.Expr, over: Sequence[str]) -> pl.Expr:
    """Whether another unit of the same table has the same printed score and no other rank: order unknown.

    Args:
        score: as printed.
        rank: the published one where there is one, else the computed one.
        over: columns of the table within which units are ranked.
    """
    import polars as pl

    printed = score.round(10)
    return (score.is_not_null() & (pl.len().over(*over, printed, rank.fill_null(0)) > 1)).fill_null(False)


def within_error(difference: ArrayLike, joint_half_width: ArrayLike) -> BoolArray:
    """Whether the printed figures leave the sign of a difference undecided: |difference| <= half-width.

    Between two figures printed with the same digits the order is decided as soon as they differ, since rounding keeps
    order: give them a half-width of 0.
    """
    size = np.abs(np.asarray(difference, dtype=np.float64))
    return np.asarray(size <= np.asarray(joint_half_width, dtype=np.float64) + SLACK)


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
