"""The units of every system with their codes, dates and successors."""

from __future__ import annotations

import polars as pl


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a unit of a system that is ranked, not of regions that group others; the newest systems last."""
    systems = (
        tables["raw.unit_systems"]
        .filter(pl.col("level") != "region")
        .select(
            "unit_system",
            "level",
            pl.col("successor_system").cast(pl.Int64),
            pl.col("valid_from", "valid_to").str.to_date(),
            order=pl.int_range(pl.len()),
        )
    )
    return (
        tables["raw.units"]
        .join(systems, on="unit_system", how="inner", maintain_order="left")
        .sort("order", maintain_order=True)
        .select(
            pl.col("unit_system").cast(pl.Int64),
            "province_id",
            "gso_code",
            "name_vi",
            "name_en",
            "kind",
            "iso_3166_2",
            "region_code",
            "region_vi",
            "region_en",
            "successor_id",
            "valid_from",
            "valid_to",
            "level",
            "successor_system",
        )
    )
