"""Basis and doubts of every printed figure, from what was declared about it and from the figures beside it.

A doubt is declared (`doubts` in a correction, in a source.toml or in a row; a phrase of a compiler's remark that
`data/reference/remark_doubts.csv` lists) or follows from the figures: `conflict` where figures of the key contradict
each other or arithmetic, `coarse` where a figure has fewer digits than the others of its table, `third_party_only`
where nobody closer to the publisher prints it, `preliminary` where the publisher says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from dx_pipeline.conform.corrections import Correction
from dx_pipeline.conform.findings import KEY, TABLE
from dx_pipeline.index.doubt import doubts_where, union_doubts
from dx_pipeline.vocabulary import codes

#: the tier furthest from the publisher
LAST_TIER = "third_party"
#: figures beside which one can be called coarse
FIGURES_OF_A_TABLE = 3


def with_doubts(
    figures: pl.DataFrame, corrections: Sequence[Correction], remark_doubts: Mapping[str, str]
) -> pl.DataFrame:
    """The figures with `basis` (stated, derived; null for an empty cell) and `doubts`."""
    usable = pl.col("value").is_not_null() & pl.col("rejected").is_null()
    follow = doubts_where(
        {
            "conflict": pl.col("conflict"),
            "preliminary": pl.col("preliminary"),
            "coarse": _coarse(usable),
            "third_party_only": _third_party_only(usable),
        }
    )
    said = [pl.col("doubts"), follow, of_remarks(remark_doubts, pl.col("remark")), *_of_corrections(corrections)]
    names = [f"_said_{place}" for place in range(len(said))]
    kind = pl.when(pl.col("kind") == "derived").then(pl.lit("derived")).otherwise(pl.lit("stated"))
    return (
        figures.with_columns(one.alias(name) for name, one in zip(names, said, strict=True))
        .with_columns(
            basis=pl.when(usable).then(kind),
            doubts=pl.when(usable).then(union_doubts([pl.col(name) for name in names])),
        )
        .drop(names)
    )


def _coarse(usable: pl.Expr) -> pl.Expr:
    """Rounded to fewer digits than most figures of its table; one derived from two printed ones is as fine as these."""
    unit = 2 * pl.col("half_width") / pl.when(pl.col("kind") == "derived").then(2.0).otherwise(1.0)
    exact = usable & (pl.col("half_width") > 0)  # a rank has no rounding
    digits = (-pl.when(exact).then(unit).log10()).round().cast(pl.Int64)
    common = digits.mode().max().over(TABLE)
    return (digits.count().over(TABLE) >= FIGURES_OF_A_TABLE) & (digits < common)


def _third_party_only(usable: pl.Expr) -> pl.Expr:
    """No figure of this key that agrees with it within printed rounding comes from a tier nearer to the publisher."""
    near = pl.when(usable & (pl.col("tier") != LAST_TIER))
    low, high = pl.col("value") - pl.col("half_width"), pl.col("value") + pl.col("half_width")
    agrees = (near.then(low).min().over(KEY) <= high) & (near.then(high).max().over(KEY) >= low)
    return (pl.col("tier") == LAST_TIER) & ~agrees.fill_null(False)


def _of_corrections(corrections: Sequence[Correction]) -> list[pl.Expr]:
    return [pl.when(**one.target.given).then(pl.lit(", ".join(one.doubts))) for one in corrections if one.doubts]


def of_remarks(remark_doubts: Mapping[str, str], remarks: pl.Expr) -> pl.Expr:
    """The doubts a compiler's remark names, by phrases in lower case."""
    remark = remarks.str.to_lowercase()
    said = {
        doubt: pl.any_horizontal(
            *(remark.str.contains(phrase, literal=True) for phrase, other in remark_doubts.items() if other == doubt)
        )
        for doubt in codes("doubt")
        if doubt in remark_doubts.values()
    }
    return doubts_where(said) if said else pl.lit(None, dtype=pl.String)
