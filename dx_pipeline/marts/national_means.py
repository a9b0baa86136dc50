"""National means, computed and printed."""

from __future__ import annotations

import polars as pl

from dx_pipeline.conform import prints_index
from dx_pipeline.conform.referee.identities import TOLERANCE_INFERRED, TOLERANCE_MEAN
from dx_pipeline.marts._units import TABLE

ROW = [*TABLE, "indicator"]


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per edition and indicator with a computed or a printed mean; rivals stand in `reason`."""
    scores = pl.concat(
        [
            tables["province_rankings"].select(*TABLE, indicator=pl.lit("overall"), score="score", status="status"),
            tables["component_scores"].select(*ROW, "score", "status"),
            tables["pillar_scores"].select(*ROW, "score", "status"),
        ]
    )
    computed = scores.group_by(ROW).agg(
        mean_computed=pl.when(pl.col("score").is_not_null().all()).then(pl.col("score").mean()),
        n_units=pl.col("score").count().cast(pl.Int64),
        inferred=(pl.col("status") == "inferred").any(),
    )
    printed = tables["core.figures"].filter(
        (pl.col("measure") == "mean")
        & (pl.col("status") != "rejected")
        & pl.col("source_id").map_elements(prints_index, return_dtype=pl.Boolean)
    )
    best = printed.sort("chosen", "observation", descending=[True, False]).group_by(ROW, maintain_order=True)
    published = best.agg(
        mean_published=pl.first("value"), chosen=pl.first("chosen"),
        finding=pl.col("finding").drop_nulls().unique().sort().str.join(", "),
        reason=_told("reason"), reason_vi=_told("reason_vi"),
    )  # fmt: skip
    tolerance = pl.when("inferred").then(TOLERANCE_INFERRED).otherwise(TOLERANCE_MEAN)
    return (
        computed.join(published, on=ROW, how="full", coalesce=True)
        .filter(pl.col("mean_computed").is_not_null() | pl.col("mean_published").is_not_null())
        .select(
            *ROW,
            "mean_computed",
            "mean_published",
            agrees=(pl.col("mean_computed") - pl.col("mean_published")).abs() <= tolerance,
            n_units=pl.col("n_units").fill_null(0),
            finding=pl.col("finding").replace("", None),
            reason=pl.col("reason").fill_null("computed from the scores of all units; no printed mean was read"),
            reason_vi=pl.col("reason_vi").fill_null("tính từ điểm của mọi đơn vị; chưa đọc được trung bình in"),
        )
    )


def _told(column: str) -> pl.Expr:
    """The words on the printed figure, then those on rivals that were found wrong."""
    others = pl.col(column).filter(pl.col("finding").is_not_null() & ~pl.col("chosen"))
    return pl.concat_list(pl.first(column), others.implode()).list.unique(maintain_order=True).list.join("; ")
