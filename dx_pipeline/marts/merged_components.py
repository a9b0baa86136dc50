"""Component scores of the 34 units, as means over the provinces that went into them."""

from __future__ import annotations

import polars as pl

from dx_pipeline.index import COMPONENTS
from dx_pipeline.marts._arrays import UNIT_SYSTEM
from dx_pipeline.marts._merger import merged, reasons


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a unit of the 34, edition and component (M20, component by component)."""
    old = tables["component_scores"].filter(pl.col("unit_system") == UNIT_SYSTEM)
    frames = []
    for indicator in COMPONENTS:
        own = old.filter(pl.col("indicator") == indicator)
        inferred = own.group_by("edition").agg((pl.col("status") == "inferred").any().alias("inferred"))
        means = merged(
            own.select("edition", "province_id", "score"), tables["provinces"], tables["external_indicators"]
        )
        frames.append(means.join(inferred, on="edition", how="left").with_columns(indicator=pl.lit(indicator)))
    return pl.concat(frames).select(
        "edition",
        "province_id",
        "indicator",
        score="score_mean",
        score_population_weighted="score_population_weighted",
        members="members",
        status=pl.when(pl.col("score_mean").is_null())
        .then(pl.lit("not_published"))
        .when("inferred")
        .then(pl.lit("inferred"))
        .otherwise(pl.lit("computed")),
        **reasons(),
    )
