"""Targets on anything but the rank: the latest value of the right series and unit, or why there is none."""

from __future__ import annotations

import polars as pl

from dx_pipeline.marts._target_ranks import RANK_TARGET
from dx_pipeline.marts._targets import TARGET, as_printed, caveats, decimal_comma, moment, standing, territories


def value_targets(targets: pl.DataFrame, tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per target; near series are named with their values, and never decide."""
    actuals = tables["policy_actuals"]
    latest = (
        actuals.sort("year", "as_of", "row")
        .unique(["unit_system", "province_id", "indicator"], keep="last", maintain_order=True)
        .select(
            "unit_system",
            "province_id",
            "indicator",
            "value",
            "as_of",
            "as_of_from_context",
            "year",
            "doubts",
            value_basis="basis",
            caveat=caveats(pl.col("remark"), tables["raw.policy_caveats"], "en"),
            caveat_vi=caveats(pl.col("remark"), tables["raw.policy_caveats"], "vi"),
            source=pl.col("source_id") + ": policy_actuals.csv, row " + pl.col("row").cast(pl.String)
            + ", " + pl.coalesce("url", "publisher"),
        )
    )  # fmt: skip
    nearest = latest.select(
        "unit_system", "province_id", nearest="indicator", nearest_value="value", nearest_source="source"
    )
    frame = (
        targets.filter(pl.col("indicator") != RANK_TARGET)
        .join(tables["raw.target_matches"].drop("row"), on=["province_id", "indicator"], how="left")
        .join(
            latest,
            left_on=["unit_system", "province_id", "actual_indicator"],
            right_on=["unit_system", "province_id", "indicator"],
            how="left",
        )
        .join(
            nearest,
            left_on=["unit_system", "province_id", "nearest_indicator"],
            right_on=["unit_system", "province_id", "nearest"],
            how="left",
        )
        .join(_near_texts(tables["target_near_values"]), on=TARGET, how="left")
        .join(territories(tables["provinces"]), on=["unit_system", "province_id"], how="left")
        .with_columns(
            ends=(pl.col("target_year") > pl.col("last_year")).fill_null(False),
            early=(pl.col("year") < pl.col("target_year")).fill_null(False),
            known=pl.col("value").is_not_null(),
        )
    )
    reached = (
        pl.when(pl.col("comparator") == "more_than")
        .then(pl.col("value") > pl.col("target_value"))
        .otherwise(pl.col("value") >= pl.col("target_value"))
    )
    return frame.select(
        *TARGET,
        "comparator",
        "target_value",
        "unit",
        "near_values",
        "near_values_vi",
        edition=pl.coalesce("year", pl.lit(actuals["year"].max())),
        actual_value="value",
        actual_as_of="as_of",
        actual_source="source",
        actual_caveat="caveat",
        actual_caveat_vi="caveat_vi",
        basis="value_basis",
        doubts="doubts",
        verdict=pl.when(pl.col("ends") | ~pl.col("known"))
        .then(pl.lit("not_assessable"))
        .when("early")
        .then(pl.lit("not_due"))
        .when(reached)
        .then(pl.lit("met"))
        .otherwise(pl.lit("not_met")),
        missing=pl.when("ends")
        .then(pl.lit("boundary_change"))
        .when(~pl.col("known") & (pl.col("near_values").is_not_null() | pl.col("target_value").is_null()))
        .then(pl.lit("not_comparable"))
        .when(~pl.col("known"))
        .then(pl.lit("not_read"))
        .when("early")
        .then(pl.lit("not_due")),
        nearest_indicator=pl.when(pl.col("nearest_value").is_not_null()).then("nearest_indicator"),
        nearest_value="nearest_value",
        nearest_source="nearest_source",
        reason=_reason("en"),
        reason_vi=_reason("vi"),
    )


def _near_texts(near: pl.DataFrame) -> pl.DataFrame:
    """All values of the near series of a target in one line: `42.92 (2022): why it does not count`."""
    value = as_printed(pl.col("value"))
    return (
        near.sort(*TARGET, "as_of", "value")
        .with_columns(
            near_values=pl.format("{} ({}): {}", value, moment("en"), "reason"),
            near_values_vi=pl.format("{} ({}): {}", decimal_comma(value), moment("vi"), "reason_vi"),
        )
        .group_by(TARGET, maintain_order=True)
        .agg(pl.col("near_values", "near_values_vi").str.join("; "))
    )


WORDS = {
    "en": {
        "caveat": "caveat",
        "value": "value {} (as of {}) against a target of {}",
        "unread": "no figure was read",
        "near": "published, but not counted: {}",
    },
    "vi": {
        "caveat": "caveat_vi",
        "value": "giá trị {} (thời điểm: {}) so với mục tiêu {}",
        "unread": "chưa đọc được số liệu",
        "near": "đã công bố nhưng không dùng để kết luận: {}",
    },
}


def _reason(language: str) -> pl.Expr:
    words = WORDS[language]

    def shown(column: str) -> pl.Expr:
        text = as_printed(pl.col(column))
        return decimal_comma(text) if language == "vi" else text

    parts = [
        pl.when("known")
        .then(pl.format(words["value"], shown("value"), moment(language), shown("target_value")))
        .when(pl.col("actual_indicator").is_not_null())
        .then(pl.lit(words["unread"]))
        .otherwise(pl.coalesce(f"reason_{language}", pl.lit(words["unread"]))),
        standing(language),
        pl.when("known").then(words["caveat"]),
        pl.format(words["near"], "near_values" if language == "en" else "near_values_vi"),
    ]
    return pl.concat_str(parts, separator="; ", ignore_nulls=True)
