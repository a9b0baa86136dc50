"""Maximum points and weights by edition."""

from __future__ import annotations

import polars as pl

from dx_pipeline.conform.reference_tables import read_weights
from dx_pipeline.index.structure import structures


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """The reference file, one row an edition; and the foundation as a whole, which has the points of its components."""
    printed = read_weights(tables["raw.dti_weights"])
    read = pl.col("status") == "read"
    foundations = []
    for year, own in structures(tables["indicators"], printed).items():
        if not own.foundation:
            continue
        components = printed.filter((pl.col("edition") == year) & pl.col("indicator").is_in(list(own.foundation)))
        foundations.append(
            components.select(
                pl.first("edition"),
                indicator=pl.lit(own.parts[0]),
                max_points=pl.col("max_points").sum(),
                weight=pl.col("weight").sum(),
                status=pl.when(read.all()).then(pl.lit("read")).otherwise(pl.col("status").filter(~read).first()),
            )
        )
    return pl.concat([printed, *foundations]).with_columns(
        basis=pl.when(pl.col("status").is_in(["solved", "inferred"])).then("status").otherwise(pl.lit("stated")),
        doubts=pl.lit(None, dtype=pl.String),
    )
