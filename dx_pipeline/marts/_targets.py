"""Targets on the rank, by edition, and on anything else, by the latest value; when a unit's territory ended."""

from __future__ import annotations

import polars as pl

from dx_pipeline.index import RANK_TARGET
from dx_pipeline.marts._units import KEY, TABLE, UNIT, first_true

#: columns that name one target
TARGET = ["unit_system", "province_id", "resolution", "indicator", "target_year"]


def territories(provinces: pl.DataFrame) -> pl.DataFrame:
    """Units whose territory no longer exists, with the last year they had it and the unit they are part of.

    By territory, not by name: a unit that others joined ended as well, though the new one bears its name. A unit that
    went on alone did not end.

    Returns:
        unit_system, province_id, name (of the old unit), last_year, ended_on, successor_system, successor_id,
        successor (its name).
    """
    old = provinces.drop_nulls("successor_id").filter(pl.len().over("unit_system", "successor_id") > 1)
    new = provinces.select(successor_system="unit_system", successor_id="province_id", successor="name_vi")
    return old.join(new, on=["successor_system", "successor_id"]).select(
        pl.col(*UNIT, "successor_system", "successor_id", "successor"),
        name="name_vi",
        last_year=pl.col("valid_to").dt.year().cast(pl.Int64),
        ended_on=pl.col("valid_to").dt.offset_by("1d"),
    )


STANDING = {
    "en": {
        "early": "the target is for {}, so this is progress and no verdict",
        "ends": "the target for {} can't be assessed as written: since {} {} is part of the new {}",
        "day": "%-d %B %Y",
    },
    "vi": {
        "early": "mục tiêu đặt cho năm {}, nên đây mới là tiến độ, chưa phải kết luận",
        "ends": "không thể đánh giá mục tiêu năm {} như đã viết: từ ngày {} {} là một phần của {} mới",
        "day": "%-d/%-m/%Y",
    },
}


def ended_on(language: str) -> pl.Expr:
    """The day from which a territory is part of another, as people write it."""
    return pl.col("ended_on").dt.strftime(STANDING[language]["day"])


def standing(language: str, if_ended: str = "") -> pl.Expr:
    """Why a row is no verdict yet, or none at all (and what follows `if_ended`); null where it is one."""
    words = STANDING[language]
    return (
        pl.when("ends")
        .then(pl.format(words["ends"] + if_ended, "target_year", ended_on(language), "name", "successor"))
        .when("early")
        .then(pl.format(words["early"], "target_year"))
    )


def caveats(remark: pl.Expr, phrases: pl.DataFrame, language: str) -> pl.Expr:
    """What a reader must know of a printed value, in one language; null where its remark says nothing known."""
    said = remark.fill_null("").str.to_lowercase()
    parts = [
        pl.when(said.str.contains(phrase.lower(), literal=True)).then(pl.lit(text))
        for phrase, text in phrases.select("phrase", f"caveat_{language}").iter_rows()
    ]
    return pl.concat_str(parts, separator="; ", ignore_nulls=True).replace("", None)


def as_printed(value: pl.Expr) -> pl.Expr:
    """A policy value with no more decimals than it has: 40, 65.84."""
    whole = value == value.round()
    return pl.when(whole).then(value.cast(pl.Int64, strict=False).cast(pl.String)).otherwise(value.cast(pl.String))


def decimal_comma(text: pl.Expr) -> pl.Expr:
    """The same number as Vietnamese is written."""
    return text.str.replace(".", ",", literal=True)


def moment(language: str) -> pl.Expr:
    """When a value holds, from `as_of`: as printed, or the year with the word that it was read from context."""
    word = {"en": "{}, read from context", "vi": "{}, đọc từ ngữ cảnh"}[language]
    year = pl.col("as_of").str.extract(r"(20\d\d)")
    return pl.when("as_of_from_context").then(pl.format(word, year)).otherwise("as_of")


def reached(actual: pl.Expr) -> pl.Expr:
    """Whether a value is what the row's target asks for."""
    target, comparator = pl.col("target_value"), pl.col("comparator")
    at_least = pl.when(comparator == "more_than").then(actual > target).otherwise(actual >= target)
    return pl.when(comparator == "top").then(actual <= target).otherwise(at_least)


def _verdict(not_assessable: pl.Expr, reached: pl.Expr) -> pl.Expr:
    return first_true({"not_assessable": not_assessable, "not_due": "early", "met": reached}, "not_met")


def rank_targets(targets: pl.DataFrame, tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per rank target and edition, with the successor's rank beside it, which decides nothing."""
    ranks = tables["province_rankings"]
    own = ranks.select(
        pl.col(*KEY, "score", "rank", "n_units", "source_id", "locator"), basis="rank_basis", doubts="rank_doubts"
    )
    beside = ranks.select(
        "edition",
        successor_system="unit_system",
        successor_id="province_id",
        successor_rank="rank",
        successor_n_units="n_units",
    )
    thresholds = tables["rank_thresholds"].select(*TABLE, "k", threshold="score")
    frame = (
        targets.filter(pl.col("indicator") == RANK_TARGET)
        .join(own, on=UNIT)
        .with_columns(k=pl.col("target_value").cast(pl.Int64))
        .join(thresholds, on=[*TABLE, "k"], how="left")
        .join(territories(tables["provinces"]), on=UNIT, how="left")
        .join(beside, on=["edition", "successor_system", "successor_id"], how="left")
        .with_columns(
            ends=(pl.col("target_year") > pl.col("last_year")).fill_null(False),
            early=pl.col("edition") < pl.col("target_year"),
            unknown=pl.col("rank").is_null(),
        )
    )
    return frame.select(
        pl.col(*TARGET, "edition", "comparator", "target_value", "unit", "basis", "doubts"),
        pl.col("successor_id", "successor_rank", "successor_n_units"),
        actual_value=pl.col("rank").cast(pl.Float64),
        actual_as_of=pl.when(~pl.col("unknown")).then(pl.format("DTI {}", "edition")),
        actual_source=pl.col("source_id") + ": " + pl.col("locator"),
        verdict=_verdict(pl.col("ends") | (pl.col("unknown") & ~pl.col("early")), pl.col("rank") <= pl.col("k")),
        missing=first_true({"boundary_change": "ends", "not_read": "unknown", "not_due": "early"}),
        need_points=(1000 * (pl.col("threshold") - pl.col("score"))).clip(lower_bound=0.0),
        reason=_rank_reason("en"),
        reason_vi=_rank_reason("vi"),
    )


RANK_WORDS = {
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


def _rank_reason(language: str) -> pl.Expr:
    words = RANK_WORDS[language]
    side = first_true({words["inside"]: pl.col("rank") <= pl.col("k")}, words["outside"])
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


def value_targets(targets: pl.DataFrame, tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per target; near series are named with their values, and never decide."""
    actuals = tables["policy_actuals"]
    said = {
        name: caveats(pl.col("remark"), tables["raw.policy_caveats"], language)
        for name, language in (("caveat", "en"), ("caveat_vi", "vi"))
    }
    latest = (
        actuals.sort("year", "as_of", "row")
        .unique([*UNIT, "indicator"], keep="last", maintain_order=True)
        .select(
            pl.col(*UNIT, "indicator", "value", "as_of", "as_of_from_context", "year", "doubts"),
            value_basis="basis",
            source=pl.format("{}: policy_actuals.csv, row {}, {}", "source_id", "row", pl.coalesce("url", "publisher")),
            **said,
        )
    )
    nearest = latest.select(*UNIT, nearest="indicator", nearest_value="value", nearest_source="source")
    frame = (
        targets.filter(pl.col("indicator") != RANK_TARGET)
        .join(tables["raw.target_matches"].drop("row"), on=["province_id", "indicator"], how="left")
        .join(latest, left_on=[*UNIT, "actual_indicator"], right_on=[*UNIT, "indicator"], how="left")
        .join(nearest, left_on=[*UNIT, "nearest_indicator"], right_on=[*UNIT, "nearest"], how="left")
        .join(_near_texts(tables["target_near_values"]), on=TARGET, how="left")
        .join(territories(tables["provinces"]), on=UNIT, how="left")
        .with_columns(
            ends=(pl.col("target_year") > pl.col("last_year")).fill_null(False),
            early=(pl.col("year") < pl.col("target_year")).fill_null(False),
            known=pl.col("value").is_not_null(),
        )
    )
    unknown = ~pl.col("known")
    incomparable = unknown & (pl.col("near_values").is_not_null() | pl.col("target_value").is_null())
    return frame.select(
        pl.col(*TARGET, "comparator", "target_value", "unit", "near_values", "near_values_vi", "doubts"),
        pl.col("nearest_value", "nearest_source"),
        edition=pl.coalesce("year", pl.lit(actuals["year"].max())),
        actual_value="value",
        actual_as_of="as_of",
        actual_source="source",
        actual_caveat="caveat",
        actual_caveat_vi="caveat_vi",
        basis="value_basis",
        verdict=_verdict(pl.col("ends") | unknown, reached(pl.col("value"))),
        missing=first_true(
            {"boundary_change": "ends", "not_comparable": incomparable, "not_read": unknown, "not_due": "early"}
        ),
        nearest_indicator=pl.when(pl.col("nearest_value").is_not_null()).then("nearest_indicator"),
        reason=_value_reason("en"),
        reason_vi=_value_reason("vi"),
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


VALUE_WORDS = {
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


def _value_reason(language: str) -> pl.Expr:
    words = VALUE_WORDS[language]

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
