"""Component scores of the units after a merger, as means over the units that went into them."""

from __future__ import annotations

import polars as pl

from dx_pipeline.marts._arrays import edition_structures
from dx_pipeline.marts._units import merged, reasons


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a later unit, edition and part of the overall (M20, component by component)."""
    structures = edition_structures(tables)
    parts = dict.fromkeys(name for own in structures.values() if own.foundation for name in own.parts)
    derived = {own.parts[0] for own in structures.values() if own.foundation}
    solved = {year: own.basis for year, own in structures.items() if own.basis != "stated"}
    # only the foundation rests on the weights; the activities are printed
    rests_on_weights = pl.col("indicator").is_in(derived) & pl.col("edition").is_in(list(solved))
    basis = (
        pl.when(pl.col("score_mean").is_not_null() & rests_on_weights)
        .then(pl.col("edition").replace_strict(solved, default=None, return_dtype=pl.String))
        .when(pl.col("score_mean").is_not_null())
        .then(pl.lit("computed"))
    )
    frames = []
    for indicator in parts:
        own = tables["component_scores"].filter(pl.col("indicator") == indicator)
        means = merged(
            own.select("edition", "unit_system", "province_id", "score", "error_half_width", "doubts"),
            tables["provinces"],
            tables["endowments"],
        )
        frames.append(means.with_columns(indicator=pl.lit(indicator)))
    return pl.concat(frames).select(
        "edition",
        "unit_system",
        "province_id",
        "indicator",
        score="score_mean",
        score_population_weighted="score_population_weighted",
        error_half_width="error_half_width",
        members="members",
        basis=basis,
        doubts="doubts",
        status=pl.when(pl.col("score_mean").is_null()).then(pl.lit("not_read")).otherwise(basis),
        **reasons(),
    )
