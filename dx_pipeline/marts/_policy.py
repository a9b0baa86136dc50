"""What the policy tables share: the printed place becomes an id."""

from __future__ import annotations

import polars as pl

from dx_pipeline.conform.names import resolve_column
from dx_pipeline.conform.observations import COUNTRY, ConformError
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
    if bad:
        rows = records.filter(pl.col(column).is_in(list(bad))).select("row", column)
        problems = [
            Problem(f"data/raw/policy_facts/{table}.csv, row {row}", "a province, or a declared place", str(bad[text]))
            for row, text in rows.iter_rows()
        ]
        raise ConformError.listing("places that can't be read", problems)
    lookup = dict(zip(places.filter(~places.is_in(list(OTHER_PLACES))), ids, strict=True)) | OTHER_PLACES
    return records.with_columns(
        province_id=places.replace_strict(lookup, return_dtype=pl.String), source_id=pl.lit("policy_facts")
    )
