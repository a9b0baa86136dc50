"""Which editions there are, from the figures themselves: a new edition is a file, not a line of code."""

from __future__ import annotations

import polars as pl


def dti_units(figures: pl.DataFrame, provinces: pl.DataFrame, since: int = 2020) -> pl.DataFrame:
    """Every unit of every edition the DTI sources print: edition, unit_system, province_id, and the names.

    Args:
        figures: `core.figures`.
        provinces: the mart of that name.
        since: earliest edition wanted.
    """
    printed = figures.filter(pl.col("source_id").str.starts_with("dti_") & (pl.col("edition") >= since))
    editions = printed.select("edition", "unit_system").unique().sort("edition", "unit_system")
    units = provinces.select("unit_system", "province_id", province_vi="name_vi", province_en="name_en")
    return editions.join(units, on="unit_system", how="left")
