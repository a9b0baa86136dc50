"""Figures of other publishers, and what is formed from them: the chosen one for each year and unit."""

from __future__ import annotations

from typing import Any

import polars as pl

from dx_pipeline.conform import prints_index
from dx_pipeline.conform.indicators import derived_indicators
from dx_pipeline.index.doubt import union_doubts_of_group, weakest_basis, weakest_basis_of_group
from dx_pipeline.marts._units import first_true

KEY = ["unit_system", "indicator", "year", "province_id"]
#: score and printed rank of one index are two indicators here, so that a year and unit have one row each
RANK = "_rank"


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a unit, year and indicator. Rivals of a figure stand in `figure_sources`."""
    figures = tables["core.figures"].filter(
        (pl.col("status") != "rejected")
        & ~pl.col("source_id").map_elements(prints_index, return_dtype=pl.Boolean)
        & (pl.col("measure") != "mean")
    )
    is_rank = pl.col("measure") == "rank"
    # where no figure of a key is known, an empty cell still says that somebody printed the table without it
    printed = (
        figures.select(
            pl.col("unit_system", "province_id", "source_id", "measure", "value", "unit", "basis", "doubts"),
            pl.col("chosen", "observation"),
            code="indicator",
            indicator=pl.col("indicator") + first_true({RANK: is_rank}, ""),
            year="edition",
            status=pl.when((pl.col("status") == "published") & pl.col("preliminary"))
            .then(pl.lit("preliminary"))
            .otherwise("status"),
        )
        .filter(pl.col("chosen") | pl.col("value").is_null())
        .sort("chosen", "observation", descending=[True, False])
        .unique(KEY, keep="first", maintain_order=True)
    )
    declared = tables["core.declared_indicators"]
    formed = derived_indicators(tables["raw.derived_indicators"], declared)
    everything = pl.concat([printed, *(_formed(printed, row) for row in formed.iter_rows(named=True))], how="diagonal")
    names = pl.concat([declared, formed.select(declared.columns)]).rename({"indicator": "code"}).drop("unit")
    return everything.join(names, on="code", how="left", maintain_order="left").select(
        pl.col(*KEY, "source_id", "measure", "value", "unit", "status", "basis", "doubts"),
        indicator_vi=pl.col("name_vi") + first_true({", thứ hạng in": is_rank}, ""),
        indicator_en=pl.col("name_en") + first_true({", printed rank": is_rank}, ""),
        series=_series(declared),
        direction=pl.when(is_rank).then(pl.lit("lower_is_better")).otherwise("direction"),
    )


def _series(declared: pl.DataFrame) -> pl.Expr:
    """Which series a figure belongs to, where its indicator is known to have a break; null elsewhere."""
    said = pl.lit(None, dtype=pl.String)
    for code, years in declared.select("indicator", "breaks").iter_rows():
        own = pl.col("code") == code
        for place, year in enumerate(sorted(years)):
            if place == 0:
                said = pl.when(own & (pl.col("year") < year)).then(pl.lit(f"before {year}")).otherwise(said)
            said = pl.when(own & (pl.col("year") >= year)).then(pl.lit(f"since {year}")).otherwise(said)
    return said


def _formed(printed: pl.DataFrame, own: dict[str, Any]) -> pl.DataFrame:
    """A ratio (first part over second) or mean of declared parts, where all are known for a unit and year."""
    parts = list(own["parts"])
    rows = printed.filter(pl.col("code").is_in(parts) & (pl.col("measure") != "rank") & pl.col("value").is_not_null())
    first = pl.col("code") == parts[0]
    values = [pl.col("value").filter(pl.col("code") == part).first() for part in parts]
    value = values[0] / values[1] if own["method"] == "ratio" else pl.mean_horizontal(*values)
    return (
        rows.group_by("unit_system", "year", "province_id", maintain_order=True)
        .agg(
            pl.col("code").n_unique().alias("n"),
            pl.col("source_id", "measure").filter(first).first(),
            value=pl.lit(own["factor"]) * value,
            basis=weakest_basis_of_group(pl.col("basis")),
            doubts=union_doubts_of_group(pl.col("doubts")),
        )
        .filter(pl.col("n") == len(parts))
        .drop("n")
        .with_columns(
            code=pl.lit(own["indicator"]),
            indicator=pl.lit(own["indicator"]),
            unit=pl.lit(own["unit"]),
            status=pl.lit("derived"),
            basis=weakest_basis([pl.col("basis"), pl.lit("computed")]),
        )
    )
