"""Starting values, as published."""

from __future__ import annotations

import polars as pl

from dx_pipeline.marts._policy import unit_system_of, with_province, with_source


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per printed starting value; its year stands in the wording or was read from what surrounds it."""
    printed = with_province(tables, "policy_baselines", "province_name")
    rows = with_source(printed, tables["raw.policy_articles"])
    return rows.with_columns(
        pl.col("value").cast(pl.Float64),
        as_of_from_context=~pl.col("published_wording").fill_null("").str.contains(pl.col("as_of"), literal=True),
        unit_system=unit_system_of(pl.col("as_of"), tables["provinces"]),
    )
