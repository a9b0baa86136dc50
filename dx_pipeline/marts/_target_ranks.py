"""Rank targets by edition: progress so far, and a verdict from the target year on."""

from __future__ import annotations

import polars as pl

from dx_pipeline.marts._targets import TARGET, territories

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
        reason=_reason_en(),
        reason_vi=_reason_vi(),
    )


def _sentences(parts: list[pl.Expr]) -> pl.Expr:
    return pl.concat_str(parts, separator="; ", ignore_nulls=True)


def _reason_en() -> pl.Expr:
    day = pl.col("ended_on").dt.strftime("%-d %B %Y")
    inside = pl.when(pl.col("rank") <= pl.col("k")).then(pl.lit("inside")).otherwise(pl.lit("outside"))
    known = pl.format("edition {}: rank {} of {}, {} the top {}", "edition", "rank", "n_units", inside, "k")
    return _sentences(
        [
            pl.when("unknown").then(pl.format("edition {}: no rank was read", "edition")).otherwise(known),
            pl.when("ends")
            .then(
                pl.format(
                    "the target for {} can't be assessed as written: since {} {} is part of the new {} and has no "
                    "rank of its own",
                    "target_year",
                    day,
                    "name",
                    "successor",
                )
            )
            .when("early")
            .then(pl.format("the target is for {}, so this is progress and no verdict", "target_year")),
            pl.when(~pl.col("ends") & pl.col("early") & pl.col("ended_on").is_not_null()).then(
                pl.format(
                    "since {} {} is part of the new {}, so no later edition will rank it", day, "name", "successor"
                )
            ),
            pl.when(pl.col("successor_rank").is_not_null()).then(
                pl.format(
                    "beside it, another unit: the new {} ranks {} of {}",
                    "successor",
                    "successor_rank",
                    "successor_n_units",
                )
            ),
        ]
    )


def _reason_vi() -> pl.Expr:
    day = pl.col("ended_on").dt.strftime("%-d/%-m/%Y")
    inside = pl.when(pl.col("rank") <= pl.col("k")).then(pl.lit("trong")).otherwise(pl.lit("ngoài"))
    known = pl.format("kỳ {}: hạng {}/{}, {} nhóm {} dẫn đầu", "edition", "rank", "n_units", inside, "k")
    return _sentences(
        [
            pl.when("unknown").then(pl.format("kỳ {}: chưa đọc được hạng", "edition")).otherwise(known),
            pl.when("ends")
            .then(
                pl.format(
                    "không thể đánh giá mục tiêu năm {} như đã viết: từ ngày {} {} là một phần của {} mới, không còn "
                    "thứ hạng riêng",
                    "target_year",
                    day,
                    "name",
                    "successor",
                )
            )
            .when("early")
            .then(pl.format("mục tiêu đặt cho năm {}, nên đây mới là tiến độ, chưa phải kết luận", "target_year")),
            pl.when(~pl.col("ends") & pl.col("early") & pl.col("ended_on").is_not_null()).then(
                pl.format(
                    "từ ngày {} {} là một phần của {} mới, nên các kỳ sau không còn xếp hạng tỉnh cũ",
                    day,
                    "name",
                    "successor",
                )
            ),
            pl.when(pl.col("successor_rank").is_not_null()).then(
                pl.format(
                    "để tham khảo, một đơn vị khác: {} mới xếp hạng {}/{}",
                    "successor",
                    "successor_rank",
                    "successor_n_units",
                )
            ),
        ]
    )
