"""What the 34 units of 1 July 2025 would have scored before they existed, beside what was published for 2024."""

from __future__ import annotations

import polars as pl

from dx_pipeline.marts._arrays import UNIT_SYSTEM
from dx_pipeline.marts._merger import merged, reasons

NEW_UNIT_SYSTEM = 34


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a unit of the 34 and edition (M20)."""
    rankings = tables["province_rankings"]
    old = rankings.filter(pl.col("unit_system") == UNIT_SYSTEM).select("edition", "province_id", "score")
    published = rankings.filter(pl.col("unit_system") == NEW_UNIT_SYSTEM).select(
        "edition", "province_id", "rank_published", score_published="score", rank_of_published_score="rank_computed"
    )
    complete = pl.col("score_mean").is_not_null().all().over("edition")
    return (
        merged(old, tables["provinces"], tables["external_indicators"])
        .join(published, on=["edition", "province_id"], how="left")
        .select(
            "edition",
            "province_id",
            "score_mean",
            "score_population_weighted",
            "score_published",
            rank_computed=pl.when(complete).then(
                pl.col("score_mean").round(10).rank("min", descending=True).over("edition").cast(pl.Int64)
            ),
            rank_published="rank_published",
            rank_of_published_score="rank_of_published_score",
            members="members",
            status=pl.when(pl.col("score_mean").is_null())
            .then(pl.lit("not_published"))
            .when(pl.col("score_published").is_not_null())
            .then(pl.lit("published"))
            .otherwise(pl.lit("computed")),
            **reasons(),
        )
    )
