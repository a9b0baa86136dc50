"""What the units after a merger would have scored before they existed, beside what was published since."""

from __future__ import annotations

import polars as pl

from dx_pipeline.index.ranks import competition_rank
from dx_pipeline.marts._arrays import with_rank_interval
from dx_pipeline.marts._units import TABLE, merged, reasons


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a later unit and edition (M20)."""
    rankings = tables["province_rankings"]
    printed = pl.col("score_status").is_in(["published", "derived"])
    published = rankings.select(
        *TABLE,
        "province_id",
        "rank_published",
        score_published=pl.when(printed).then("score"),
        rank_of_published_score=pl.when(printed).then("rank_computed"),
    )
    old = rankings.select(*TABLE, "province_id", "score", "error_half_width", doubts="score_doubts")
    return (
        with_rank_interval(merged(old, tables["provinces"], tables["endowments"]), "score_mean", pl.lit(True))
        .join(published, on=[*TABLE, "province_id"], how="left")
        .select(
            *TABLE,
            "province_id",
            "score_mean",
            "score_population_weighted",
            "score_published",
            rank_computed=competition_rank("score_mean", TABLE),
            error_half_width="error_half_width",
            rank_low="rank_low",
            rank_high="rank_high",
            within_error=pl.col("rank_low") < pl.col("rank_high"),
            rank_published="rank_published",
            rank_of_published_score="rank_of_published_score",
            members="members",
            basis=pl.when(pl.col("score_mean").is_not_null()).then(pl.lit("computed")),
            doubts="doubts",
            status=pl.when(pl.col("score_mean").is_null())
            .then(pl.lit("not_read"))
            .when(pl.col("score_published").is_not_null())
            .then(pl.lit("published"))
            .otherwise(pl.lit("computed")),
            **reasons(),
        )
    )
