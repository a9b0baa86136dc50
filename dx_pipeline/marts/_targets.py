"""What target tables share: when a unit's territory ended, what it became, and the caveats of a printed value."""

from __future__ import annotations

import polars as pl

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
    old = provinces.filter(pl.col("successor_id").is_not_null())
    new = provinces.select(successor_system="unit_system", successor_id="province_id", successor="name_vi")
    joined = old.filter(pl.len().over("unit_system", "successor_id") > 1)
    return joined.join(new, on=["successor_system", "successor_id"]).select(
        "unit_system",
        "province_id",
        "successor_system",
        "successor_id",
        "successor",
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
    """What a reader must know of a printed value, in one language; null where its remark says nothing known.

    Args:
        remark: the compiler's.
        phrases: raw.policy_caveats.
        language: `vi` or `en`.
    """
    said = remark.fill_null("").str.to_lowercase()
    parts = [
        pl.when(said.str.contains(phrase.lower(), literal=True)).then(pl.lit(text))
        for phrase, text in phrases.select("phrase", f"caveat_{language}").iter_rows()
    ]
    text = pl.concat_str(parts, separator="; ", ignore_nulls=True)
    return pl.when(text != "").then(text)


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
