"""What the policy tables share: the printed place becomes an id, and where a row was read, or why that is not known."""

from __future__ import annotations

import polars as pl

from dx_pipeline.conform import COUNTRY, ConformError
from dx_pipeline.conform.doubts import of_remarks
from dx_pipeline.conform.names import resolve_column
from dx_pipeline.conform.reference import Reference
from dx_pipeline.errors import Problem

#: printed places of the policy files that are not one of the provinces
OTHER_PLACES = {
    "Cả nước": COUNTRY,
    "Cả nước (trung bình tỉnh)": COUNTRY,
    "(mean of 63 provinces)": COUNTRY,
    "Thái Nguyên (TP Thái Nguyên)": None,
}


def with_province(tables: dict[str, pl.DataFrame], table: str, column: str) -> pl.DataFrame:
    """The records of a policy table with `province_id` and `source_id`.

    The country is `viet-nam`; a city inside a province is null.

    Raises:
        ConformError: a printed place is neither a province nor one of OTHER_PLACES.
    """
    records = tables[f"raw.{table}"]
    reference = Reference.of({name.removeprefix("raw."): frame for name, frame in tables.items()})
    # the papers name the places of before the merger
    of_provinces = [system for system, one in reference.systems.items() if one.level == "province"]
    oldest = next(system for system in of_provinces if not reference.before(system))
    places = records[column]
    ids, bad = resolve_column(places.filter(~places.is_in(list(OTHER_PLACES))), reference, oldest)
    rows = records.filter(pl.col(column).is_in(list(bad))).select("row", column)
    problems = [
        Problem(f"data/raw/policy_facts/{table}.csv, row {row}", "a province, or a declared place", str(bad[text]))
        for row, text in rows.iter_rows()
    ]
    ConformError.refuse(problems, "places that can't be read")
    lookup = dict(zip(places.filter(~places.is_in(list(OTHER_PLACES))), ids, strict=True)) | OTHER_PLACES
    return records.with_columns(
        province_id=places.replace_strict(lookup, return_dtype=pl.String), source_id=pl.lit("policy_facts")
    )


#: what may be missing of a row's source, and why, in both languages
ABSENT = {
    "url": (
        "address: the compilation names the page without its address",
        "địa chỉ: bản tổng hợp nêu bài mà không ghi địa chỉ",
    ),
    "article_title": ("title: not noted with this row", "tên bài: không được ghi cùng dòng này"),
    "article_publisher": ("publisher: not noted with this row", "nơi đăng: không được ghi cùng dòng này"),
    "article_date": ("date: the page shows no day of publication", "ngày đăng: trang không hiện ngày đăng"),
    "published_wording": (
        "wording: only the statement was noted, not its words, or it was read in another language",
        "nguyên văn: chỉ ghi nội dung, không ghi nguyên văn, hoặc đọc bằng ngôn ngữ khác",
    ),
}


def with_source(frame: pl.DataFrame, articles: pl.DataFrame) -> pl.DataFrame:
    """The rows with `url`, `article_title`, `article_publisher`, `article_date`, `published_wording` and why not.

    Args:
        frame: policy rows; columns of ABSENT that it lacks are added empty.
        articles: raw.policy_articles; its addresses fill those the row does not print itself.
    """
    lacking = [pl.lit(None, dtype=pl.String).alias(name) for name in ABSENT if name not in frame.columns]
    address = ("url", "article_publisher", "address_en", "address_vi")
    known = articles.select("article_title", *(pl.col(name).alias(f"_{name}") for name in address))
    own = pl.col("url") != ""
    rows = (
        frame.with_columns(lacking)
        .join(known, on="article_title", how="left", maintain_order="left")
        .with_columns(
            pl.col("article_title", "article_date", "published_wording").replace("", None),
            pl.when(~own.fill_null(False)).then(pl.col("_address_en", "_address_vi").replace("", None)),
            url=pl.when(own).then("url").otherwise("_url"),
            article_publisher=pl.coalesce(pl.col("article_publisher").replace("", None), "_article_publisher"),
        )
    )
    notes = {}
    for place, (name, language) in enumerate((("source_note", "en"), ("source_note_vi", "vi"))):
        missing = (pl.when(pl.col(one).is_null()).then(pl.lit(texts[place])) for one, texts in ABSENT.items())
        lines = [pl.col(f"_address_{language}"), *missing]
        notes[name] = pl.concat_str(lines, separator="; ", ignore_nulls=True).replace("", None)
    return rows.with_columns(**notes).drop([f"_{name}" for name in address])


def unit_system_of(moment: pl.Expr, provinces: pl.DataFrame, said: pl.DataFrame | None = None) -> pl.Expr:
    """Which system a row's place is a unit of; null for the country.

    Args:
        moment: a date or the beginning of one as text; a row without any is of the oldest system.
        provinces: the mart, for the days from which each system holds.
        said: phrases of `remark` or `unit` that name a system, which then counts whatever the day.
    """
    of_provinces = provinces.filter(pl.col("level") == "province")
    systems = of_provinces.group_by("unit_system").agg(pl.col("valid_from").min()).sort("valid_from", nulls_last=False)
    system: pl.Expr = pl.lit(systems["unit_system"][0])
    for number, start in systems.select("unit_system", "valid_from").drop_nulls().iter_rows():
        dated = moment.str.contains(r"^\d{4}") & (moment.str.slice(0, 10) >= start.isoformat())
        system = pl.when(dated).then(pl.lit(number)).otherwise(system)
    if said is not None:
        text = pl.concat_str("remark", "unit", separator=" ", ignore_nulls=True).str.to_lowercase()
        for phrase, number in said.select("phrase", pl.col("unit_system").cast(pl.Int64)).iter_rows():
            system = pl.when(text.str.contains(phrase, literal=True)).then(pl.lit(number)).otherwise(system)
    return pl.when(pl.col("province_id") != COUNTRY).then(system)


def doubts_of(remark_doubts: pl.DataFrame) -> pl.Expr:
    """Doubts that a row's remark or qualifier names."""
    phrases = dict(remark_doubts.select("phrase", "doubt").iter_rows())
    return of_remarks(phrases, pl.concat_str("remark", "qualifier", separator=" ", ignore_nulls=True))
