"""Maximum points of the index by edition, as data/reference/dti_weights.csv prints them."""

from __future__ import annotations

import polars as pl


def read_weights(records: pl.DataFrame) -> pl.DataFrame:
    """edition, indicator, max_points, weight, status from the reference file; a weight is the share of all points."""
    printed = records.with_columns(
        pl.col("edition_from", "edition_to").cast(pl.Int64),
        pl.col("max_points").cast(pl.Float64),
        status=pl.col("status").str.replace(r"^(solved|inferred)\b.*$", "${1}"),
    )
    return (
        printed.with_columns(edition=pl.int_ranges("edition_from", pl.col("edition_to") + 1))
        .explode("edition")
        .select(
            "edition",
            "indicator",
            "max_points",
            weight=pl.col("max_points") / pl.col("max_points").sum().over("edition"),
            status="status",
        )
    )
