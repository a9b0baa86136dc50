"""Dates of the programmes."""

from __future__ import annotations

import polars as pl

from dx_pipeline.marts._policy import unit_system_of, with_province, with_source

#: the shapes in which the two compilations name their columns
NAMES = {"publisher": "article_publisher", "published_on": "article_date", "source_url": "url"}


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per printed event; a month without a day is its first day, with `date_precision`."""
    first = with_province(tables, "policy_events", "province_name")
    further = with_province(tables, "policy_further_events", "province_name").with_columns(
        source_id=pl.lit("policy_statements")
    )
    printed = pl.concat([_named(first), _named(further)], how="diagonal")
    rows = with_source(printed, tables["raw.policy_articles"])
    return rows.with_columns(
        date=pl.when(pl.col("date").str.len_chars() == 7).then(pl.col("date") + "-01").otherwise("date").str.to_date(),
        date_precision=pl.col("date_precision").fill_null("day"),
        unit_system=unit_system_of(pl.col("date"), tables["provinces"]),
        doubts=pl.col("doubts").replace("", None),
    )


def _named(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.rename({old: new for old, new in NAMES.items() if old in frame.columns and new not in frame.columns})
