"""Dates of the two programmes."""

from __future__ import annotations

import polars as pl

from dx_pipeline.marts._policy import with_province


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per printed event."""
    printed = with_province(tables, "policy_events", "province_name")
    return printed.with_columns(pl.col("date").str.to_date())
