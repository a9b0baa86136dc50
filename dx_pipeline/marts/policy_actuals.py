"""Published values of policy indicators."""

from __future__ import annotations

import polars as pl

from dx_pipeline.marts._policy import with_province


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per printed value; the year is read from `as_of`, which may be vaguer or finer."""
    printed = with_province(tables, "policy_actuals", "area")
    return printed.with_columns(
        pl.col("value").cast(pl.Float64), year=pl.col("as_of").str.extract(r"(20\d\d)").cast(pl.Int64)
    )
