"""Rank targets by edition: progress so far, and a verdict from the target year on."""

from __future__ import annotations

import polars as pl

from dx_pipeline.marts._targets import TARGET, ended_on, standing, territories

RANK_TARGET = "national_dti_rank"


def rank_targets(targets: pl.DataFrame, tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per rank target and edition, with the successor's rank beside it, which decides nothing."""
    ranks = tables["province_rankings"]
    own = ranks.select(
        "edition", "unit_system", "province_id", "score", "rank", "n_units", "source_id", "locator",
        basis="rank_basis", doubts="rank_doubts",
    )  # fmt: skip
    beside = ranks.select(
        "edition",
        successor_system="unit_system",
        successor_id="province_id",
        successor_rank="rank",
        successor_n_units="n_units",
    )
    thresholds = tables["rank_thresholds"].select("edition", "unit_system", k="k", threshold="score")
    frame = (
        targets.filter(pl.col("indicator") == RANK_TARGET)
        .join(own, on=["unit_system", "province_id"])
        .with_columns(k=pl.col("target_value").cast(pl.Int64))
        .join(thresholds, on=["edition", "unit_system", "k"], how="left")
        .join(territories(tables["provinces"]), on=["unit_system", "province_id"], how="left")
        .join(beside, on=["edition", "successor_system", "successor_id"], how="left")
        .with_columns(
            ends=(pl.col("target_year") > pl.col("last_year")).fill_null(False),
            early=pl.col("edition") < pl.col("target_year"),
            unknown=pl.col("rank").is_null(),
        )
    )
    need = (1000 * (pl.col("threshold") - pl.col("score"))).clip(lower_bound=0.0)
    return frame.select(
        *TARGET,
        "edition",
        "comparator",
        "target_value",
        "unit",
        "basis",
        "doubts",
        "successor_id",
        "successor_rank",
        "successor_n_units",
        actual_value=pl.col("rank").cast(pl.Float64),
        actual_as_of=pl.when(~pl.col("unknown")).then(pl.format("DTI {}", "edition")),
        actual_source=pl.col("source_id") + ": " + pl.col("locator"),
        verdict=pl.when(pl.col("ends") | (pl.col("unknown") & ~pl.col("early")))
        .then(pl.lit("not_assessable"))
        .when("early")
        .then(pl.lit("not_due"))
        .when(pl.col("rank") <= pl.col("k"))
        .then(pl.lit("met"))
        .otherwise(pl.lit("not_met")),
        missing=pl.when("ends")
        .then(pl.lit("boundary_change"))
        .when("unknown")
        .then(pl.lit("not_read"))
        .when("early")
        .then(pl.lit("not_due")),
        need_points=need,
        reason=_reason("en"),
        reason_vi=_reason("vi"),
    )


WORDS = {
    "en": {
        "inside": "inside",
        "outside": "outside",
        "known": "edition {}: rank {} of {}, {} the top {}",
        "unknown": "edition {}: no rank was read",
        "no rank": " and has no rank of its own",
        "later": "since {} {} is part of the new {}, so no later edition will rank it",
        "beside": "beside it, another unit: the new {} ranks {} of {}",
    },
    "vi": {
        "inside": "trong",
        "outside": "ngoài",
        "known": "kỳ {}: hạng {}/{}, {} nhóm {} dẫn đầu",
        "unknown": "kỳ {}: chưa đọc được hạng",
        "no rank": ", không còn thứ hạng riêng",
        "later": "từ ngày {} {} là một phần của {} mới, nên các kỳ sau không còn xếp hạng tỉnh cũ",
        "beside": "để tham khảo, một đơn vị khác: {} mới xếp hạng {}/{}",
    },
}


def _reason(language: str) -> pl.Expr:
    words = WORDS[language]
    side = pl.when(pl.col("rank") <= pl.col("k")).then(pl.lit(words["inside"])).otherwise(pl.lit(words["outside"]))
    ended_early = ~pl.col("ends") & pl.col("early") & pl.col("ended_on").is_not_null()
    parts = [
        pl.when("unknown")
        .then(pl.format(words["unknown"], "edition"))
        .otherwise(pl.format(words["known"], "edition", "rank", "n_units", side, "k")),
        standing(language, words["no rank"]),
        pl.when(ended_early).then(pl.format(words["later"], ended_on(language), "name", "successor")),
        pl.when(pl.col("successor_rank").is_not_null()).then(
            pl.format(words["beside"], "successor", "successor_rank", "successor_n_units")
        ),
    ]
    return pl.concat_str(parts, separator="; ", ignore_nulls=True)
