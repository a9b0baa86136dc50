"""What a figure that rests on others carries with it: the weakest basis and every doubt, on columns of their codes.

The codes (`basis`, `doubts`) stand in `dx_pipeline/vocabulary.csv`.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from dx_pipeline.errors import DxError
from dx_pipeline.vocabulary import SEPARATOR, codes


def weakest_basis(columns: Sequence[pl.Expr]) -> pl.Expr:
    """The weakest of several columns with basis codes, row by row; null only where all are."""
    return _basis_of(pl.max_horizontal(*map(_weakness, columns)))


def weakest_basis_of_group(column: pl.Expr) -> pl.Expr:
    """The weakest basis of a group or a window."""
    return _basis_of(_weakness(column).max())


def _weakness(column: pl.Expr) -> pl.Expr:
    order = {code: place for place, code in enumerate(codes("basis"))}
    return column.replace_strict(order, return_dtype=pl.Int64)


def _basis_of(weakness: pl.Expr) -> pl.Expr:
    return weakness.replace_strict(dict(enumerate(codes("basis"))), return_dtype=pl.String)


def union_doubts(columns: Sequence[pl.Expr]) -> pl.Expr:
    """Every doubt of several columns with doubt codes, row by row, in the order of the vocabulary; null for none."""
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
    return column.cast(pl.String).str.split(SEPARATOR).list.contains(code).fill_null(False)


def _joined(held: dict[str, pl.Expr]) -> pl.Expr:
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
    printed = score.round(10)
    return (score.is_not_null() & (pl.len().over(*over, printed, rank.fill_null(0)) > 1)).fill_null(False)
