"""What the policy tables share: the printed place becomes an id."""

from __future__ import annotations

import polars as pl

from dx_pipeline.conform.names import resolve_column
from dx_pipeline.conform.observations import COUNTRY, ConformError

#: printed places of the policy files that are not one of the provinces
OTHER_PLACES = {
    "Cả nước": COUNTRY,
    "Cả nước (trung bình tỉnh)": COUNTRY,
    "Thái Nguyên (TP Thái Nguyên)": None,
}


def with_province(records: pl.DataFrame, table: str, column: str) -> pl.DataFrame:
    """The records with `province_id` (the country is `viet-nam`; null for a city inside a province) and `source_id`.

    Raises:
        ConformError: a printed place is neither a province nor one of OTHER_PLACES.
    """
    places = records[column]
    ids, bad = resolve_column(places.filter(~places.is_in(list(OTHER_PLACES))))
    if bad:
        rows = records.filter(pl.col(column).is_in(list(bad))).select("row", column)
        lines = [f"data/raw/policy_facts/{table}.csv, row {row}: {bad[text]}" for row, text in rows.iter_rows()]
        raise ConformError("places that can't be read:\n  " + "\n  ".join(lines))
    lookup = dict(zip(places.filter(~places.is_in(list(OTHER_PLACES))), ids, strict=True)) | OTHER_PLACES
    return records.with_columns(
        province_id=places.replace_strict(lookup, return_dtype=pl.String), source_id=pl.lit("policy_facts")
    )
