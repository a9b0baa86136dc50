"""Maximum points of the reference file, one row an edition, with the weight they amount to."""

from __future__ import annotations

import polars as pl


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per edition and indicator; "440 of 940" becomes 440 points and a weight of 440/940."""
    printed = tables["raw.dti_weights"].with_columns(
        pl.col("edition_from", "edition_to").cast(pl.Int64),
        max_points=pl.col("max_points").str.extract(r"^(\d+)").cast(pl.Float64),
        total=pl.col("max_points").str.extract(r"of (\d+)$").cast(pl.Float64).fill_null(1000.0),
        indicator=pl.col("indicator").str.replace(r" \(sum\)$", ""),
        status=pl.col("status").str.replace(r"^inferred.*$", "inferred"),
    )
    return (
        printed.with_columns(edition=pl.int_ranges("edition_from", pl.col("edition_to") + 1))
        .explode("edition")
        .select("edition", "indicator", "max_points", weight=pl.col("max_points") / pl.col("total"), status="status")
    )
