"""What the units after a merger would have scored before they existed, beside what was published since."""

from __future__ import annotations

import polars as pl

from dx_pipeline.index.ranks import competition_rank
from dx_pipeline.marts._arrays import with_rank_interval
from dx_pipeline.marts._units import KEY, TABLE, first_true, merged, reasons


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a later unit and edition (M20)."""
    rankings = tables["province_rankings"]
    printed = pl.col("score_status").is_in(["published", "derived"])
    published = rankings.select(
        *KEY,
        "rank_published",
        score_published=pl.when(printed).then("score"),
        rank_of_published_score=pl.when(printed).then("rank_computed"),
    )
    old = rankings.select(*KEY, "score", "error_half_width", doubts="score_doubts")
    missing = pl.col("score_mean").is_null()
    return (
        with_rank_interval(merged(old, tables["provinces"], tables["endowments"]), "score_mean", pl.lit(True))
        .join(published, on=KEY, how="left")
        .with_columns(
            rank_computed=competition_rank("score_mean", TABLE),
            within_error=pl.col("rank_low") < pl.col("rank_high"),
            basis=first_true({"computed": ~missing}),
            status=first_true({"not_read": missing, "published": pl.col("score_published").is_not_null()}, "computed"),
            **reasons(),
        )
        .drop("missing")
    )
