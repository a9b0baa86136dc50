"""How each target of the two resolutions stands, and whether it can be judged at all (M17)."""

from __future__ import annotations

import polars as pl

TARGET = ["province_id", "resolution", "indicator", "target_year"]
RANK_TARGET = "national_dti_rank"
#: claims about targets (press_claims) and the targets they speak of
CLAIMED = {
    "tn_15_of_15": ("thai-nguyen", "01-NQ/TU", 2025),
    "hd_rank_target_15_by_2025": ("hai-duong", "06-NQ/TU", 2025),
}


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Rank targets by edition, the others by their latest figure; then what was claimed about them."""
    targets = tables["policy_targets"]
    rows = pl.concat([_rank_targets(targets, tables), _other_targets(targets, tables)], how="diagonal")
    latest = pl.col("edition") == pl.col("edition").max().over(TARGET)
    return _with_claims(rows.with_columns(is_latest=latest))


def _rank_targets(targets: pl.DataFrame, tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    ranks = tables["province_rankings"].filter(pl.col("unit_system") == 63)
    thresholds = (
        tables["rank_thresholds"].filter(pl.col("unit_system") == 63).select("edition", k="k", threshold="score")
    )
    frame = (
        targets.filter(pl.col("indicator") == RANK_TARGET)
        .join(
            ranks.select("edition", "province_id", "score", "rank", "status", "source_id", "locator"), on="province_id"
        )
        .with_columns(k=pl.col("target_value").cast(pl.Int64))
        .join(thresholds, on=["edition", "k"], how="left")
        .join(_merged_away(tables["provinces"]), on="province_id", how="left")
        .with_columns(
            met=pl.col("rank") <= pl.col("k"), ends=(pl.col("target_year") > pl.col("last_year")).fill_null(False)
        )
    )
    need = (1000 * (pl.col("threshold") - pl.col("score"))).clip(lower_bound=0.0)
    year = pl.col("target_year")
    later = year > pl.col("edition")
    words = ["edition", "rank", "k", "target_year"]
    return frame.select(
        *TARGET,
        "edition",
        "comparator",
        "target_value",
        "unit",
        actual_value=pl.col("rank").cast(pl.Float64),
        actual_as_of=pl.format("DTI {}", "edition"),
        actual_source=pl.col("source_id") + ": " + pl.col("locator"),
        verdict=pl.when(pl.col("ends") | pl.col("rank").is_null())
        .then(pl.lit("not_assessable"))
        .when("met")
        .then(pl.lit("met"))
        .otherwise(pl.lit("not_met")),
        need_points=need,
        reason=pl.when(pl.col("rank").is_null())
        .then(pl.format("edition {}: no rank is known", "edition"))
        .when("ends")
        .then(
            pl.format(
                "not assessable as written: since 1 July 2025 {} is part of the new {} and has no rank of its own; "
                "in edition {} it ranked {} (the target is the top {} by {})",
                "name",
                "successor",
                *words,
            )
        )
        .when(later)
        .then(pl.format("edition {}: rank {} of 63; the target is the top {} by {}, a later year", *words))
        .otherwise(pl.format("edition {}: rank {} of 63; the target is the top {} by {}", *words)),
        reason_vi=pl.when(pl.col("rank").is_null())
        .then(pl.format("kỳ {}: chưa biết hạng", "edition"))
        .when("ends")
        .then(
            pl.format(
                "không đánh giá được như đã viết: từ 1/7/2025 {} thuộc {} mới, không còn thứ hạng riêng; "
                "kỳ {} xếp hạng {} (mục tiêu: nhóm {} tỉnh dẫn đầu vào năm {})",
                "name",
                "successor",
                *words,
            )
        )
        .when(later)
        .then(pl.format("kỳ {}: hạng {}/63; mục tiêu nhóm {} tỉnh dẫn đầu vào năm {}, chưa tới năm đích", *words))
        .otherwise(pl.format("kỳ {}: hạng {}/63; mục tiêu nhóm {} tỉnh dẫn đầu vào năm {}", *words)),
    )


def _merged_away(provinces: pl.DataFrame) -> pl.DataFrame:
    """Provinces whose name no unit of the 34 carries on, the year they ended, and the unit they are part of."""
    new = provinces.filter(pl.col("unit_system") == 34).select("province_id", successor="name_vi")
    return (
        provinces.filter(pl.col("unit_system") == 63)
        .join(new, on="province_id", how="anti")
        .join(new, left_on="successor_id", right_on="province_id")
        .select("province_id", "successor", name="name_vi", last_year=pl.col("valid_to").dt.year().cast(pl.Int64))
    )


def _other_targets(targets: pl.DataFrame, tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Targets on anything but the rank: the latest value of the matching series, or why there is none."""
    latest_edition = tables["province_rankings"].filter(pl.col("unit_system") == 63)["edition"].max()
    latest = (
        tables["policy_actuals"]
        .sort("year", "as_of", "row")
        .unique(["province_id", "indicator"], keep="last", maintain_order=True)
        .select(
            "province_id",
            "indicator",
            "value",
            "as_of",
            "year",
            source=pl.col("source_id") + ": policy_actuals.csv, row " + pl.col("row").cast(pl.String)
            + ", " + pl.coalesce("url", "publisher"),
        )
    )  # fmt: skip
    frame = (
        targets.filter(pl.col("indicator") != RANK_TARGET)
        .join(tables["raw.target_matches"].drop("row"), on=["province_id", "indicator"], how="left")
        .join(latest, left_on=["province_id", "actual_indicator"], right_on=["province_id", "indicator"], how="left")
        .join(
            latest.select("province_id", "indicator", nearest_value="value", nearest_source="source"),
            left_on=["province_id", "nearest_indicator"],
            right_on=["province_id", "indicator"],
            how="left",
        )
    )
    met = (
        pl.when(pl.col("comparator") == "more_than")
        .then(pl.col("value") > pl.col("target_value"))
        .otherwise(pl.col("value") >= pl.col("target_value"))
    )
    known = pl.col("value").is_not_null()
    nothing = {"reason": "no figure has been published", "reason_vi": "chưa có số liệu được công bố"}
    return frame.select(
        *TARGET,
        "comparator",
        "target_value",
        "unit",
        edition=pl.coalesce("year", pl.lit(latest_edition)),
        actual_value="value",
        actual_as_of="as_of",
        actual_source="source",
        verdict=pl.when(~known)
        .then(pl.lit("not_assessable"))
        .when(met)
        .then(pl.lit("met"))
        .otherwise(pl.lit("not_met")),
        need_points=pl.lit(None, dtype=pl.Float64),
        nearest_indicator=pl.when(pl.col("nearest_value").is_not_null()).then("nearest_indicator"),
        nearest_value="nearest_value",
        nearest_source="nearest_source",
        **{
            name: pl.when(pl.col("actual_indicator").is_not_null() & ~known)
            .then(pl.lit(text))
            .otherwise(pl.coalesce(own, pl.lit(text)))
            for name, own, text in [
                ("reason", "reason_en", nothing["reason"]),
                ("reason_vi", "reason_vi", nothing["reason_vi"]),
            ]
        },
    )


def _with_claims(rows: pl.DataFrame) -> pl.DataFrame:
    """Beside each latest row of a claimed target: the claim, and what the figure makes of it."""
    claims = pl.DataFrame(
        [(province, resolution, year, claim) for claim, (province, resolution, year) in CLAIMED.items()],
        schema=["province_id", "resolution", "target_year", "claim"],
        orient="row",
    )
    joined = rows.join(claims, on=["province_id", "resolution", "target_year"], how="left", maintain_order="left")
    about_rank_only = pl.col("claim") == "hd_rank_target_15_by_2025"
    applies = (
        pl.col("is_latest") & pl.col("claim").is_not_null() & (~about_rank_only | (pl.col("indicator") == RANK_TARGET))
    )
    finding = (
        pl.when(about_rank_only)
        .then(pl.lit("contradicted"))
        .when(pl.col("verdict") == "not_met")
        .then(pl.lit("contradicted"))
        .when(pl.col("verdict") == "met")
        .then(pl.lit("confirmed"))
        .otherwise(pl.lit("not_checkable"))
    )
    said_en = (
        pl.when(about_rank_only)
        .then(pl.lit("; a report on 2022 gives the 2025 target as 15th, the resolution says group of 20"))
        .otherwise(
            pl.lit("; the province claims 15 of 15 targets completed: ")
            + finding.replace("not_checkable", "can't be checked")
        )
    )
    said_vi = (
        pl.when(about_rank_only)
        .then(pl.lit("; báo cáo năm 2022 ghi mục tiêu 2025 là hạng 15, nghị quyết ghi nhóm 20"))
        .otherwise(
            pl.lit("; tỉnh tuyên bố hoàn thành 15/15 mục tiêu: ")
            + finding.replace_strict(
                {"contradicted": "số liệu bác bỏ", "confirmed": "số liệu xác nhận", "not_checkable": "không kiểm được"}
            )
        )
    )
    return joined.with_columns(
        claim=pl.when(applies).then("claim"),
        claim_finding=pl.when(applies).then(finding),
        reason=pl.col("reason") + pl.when(applies).then(said_en).otherwise(pl.lit("")),
        reason_vi=pl.col("reason_vi") + pl.when(applies).then(said_vi).otherwise(pl.lit("")),
    )
