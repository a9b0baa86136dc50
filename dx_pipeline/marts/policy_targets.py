"""Targets of the resolutions and plans, as published."""

from __future__ import annotations

import polars as pl

from dx_pipeline.marts._policy import unit_system_of, with_province, with_source


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per printed target; the printed province becomes an id, the rest stays as published."""
    first = with_province(tables, "policy_targets", "province_name")
    further = with_province(tables, "policy_further_targets", "province_name")
    printed = pl.concat([first, further.with_columns(source_id=pl.lit("policy_statements"))], how="diagonal")
    rows = with_source(printed.rename({"source_url": "url"}), tables["raw.policy_articles"])
    return rows.with_columns(
        pl.col("target_year").cast(pl.Int64),
        pl.col("target_value").replace("", None).cast(pl.Float64),
        unit_system=unit_system_of(pl.col("article_date"), tables["provinces"]),
    ).select(
        "unit_system", "province_id", "province_name", "resolution", "indicator", "target_year", "comparator",
        "target_value", "unit", "published_wording", "article_title", "article_publisher", "article_date", "url",
        "source_note", "source_note_vi", "source_id", "row",
    )  # fmt: skip
