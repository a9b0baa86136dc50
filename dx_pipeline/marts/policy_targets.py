"""Targets of the two resolutions, as published."""

from __future__ import annotations

import polars as pl

from dx_pipeline.marts._policy import with_province


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """36 rows; the printed province becomes an id, the rest stays as published."""
    printed = with_province(tables, "policy_targets", "province_name")
    return printed.with_columns(
        pl.col("target_year").cast(pl.Int64), pl.col("target_value").cast(pl.Float64), url=pl.col("source_url")
    ).select(
        "province_id", "province_name", "resolution", "indicator", "target_year", "comparator", "target_value", "unit",
        "published_wording", "article_title", "article_publisher", "article_date", "url", "source_id", "row",
    )  # fmt: skip
