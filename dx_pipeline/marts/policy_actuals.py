"""Published values of policy indicators."""

from __future__ import annotations

import polars as pl

from dx_pipeline.marts._policy import doubts_of, unit_system_of, with_province, with_source

#: a time that the page does not print: "2025 (not shown)", "2022 or 2023"
FROM_CONTEXT = r"\(|\bor\b|^early"
#: how a remark says when a page without a day was published
INFERRED_DAY = r"publication day not shown, inferred (20\d\d(?:-\d\d)?)"


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per printed value; the year is read from `as_of`, which may be vaguer or finer."""
    printed = with_province(tables, "policy_actuals", "area")
    rows = with_source(
        printed.with_columns(article_publisher=pl.col("publisher"), article_date=pl.col("published_on")),
        tables["raw.policy_articles"],
    )
    return rows.with_columns(
        pl.col("value").cast(pl.Float64),
        pl.col("published_on").replace("", None),
        year=pl.col("as_of").str.extract(r"(20\d\d)").cast(pl.Int64),
        as_of_from_context=pl.col("as_of").str.contains(FROM_CONTEXT),
        published_on_from_context=pl.col("remark").str.extract(INFERRED_DAY),
        unit_system=unit_system_of(pl.col("as_of"), tables["provinces"], tables["raw.remark_units"]),
        basis=pl.lit("stated"),
        doubts=doubts_of(tables["raw.remark_doubts"]),
    ).drop("article_publisher", "article_date")
