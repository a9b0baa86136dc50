"""Starting values, as published."""

from __future__ import annotations

import polars as pl

from dx_pipeline.marts._policy import with_province


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per printed starting value."""
    printed = with_province(tables, "policy_baselines", "province_name")
    return printed.with_columns(pl.col("value").cast(pl.Float64))
