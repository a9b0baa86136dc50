"""Component scores of the units after a merger, as means over the units that went into them."""

from __future__ import annotations

import polars as pl

from dx_pipeline.marts._arrays import edition_structures
from dx_pipeline.marts._units import ROW, merged, reasons


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a later unit, edition and part of the overall (M20, component by component)."""
    structures = {year: own for year, own in edition_structures(tables).items() if own.foundation}
    scores = tables["component_scores"].select(*ROW, "score", "error_half_width", "doubts")
    means = pl.concat(
        merged(
            scores.filter(pl.col("indicator") == indicator).drop("indicator"), tables["provinces"], tables["endowments"]
        ).with_columns(indicator=pl.lit(indicator))
        for indicator in dict.fromkeys(name for own in structures.values() for name in own.parts)
    )
    # only the foundation rests on the weights; the activities are printed
    bases = {year: own.basis_or("computed") for year, own in structures.items()}
    is_derived = pl.col("indicator").is_in([own.parts[0] for own in structures.values()])
    basis = pl.when(is_derived).then(pl.col("edition").replace_strict(bases)).otherwise(pl.lit("computed"))
    known = pl.col("score_mean").is_not_null()
    return means.select(
        pl.col(*ROW, "score_population_weighted", "error_half_width", "members", "doubts"),
        score="score_mean",
        basis=pl.when(known).then(basis),
        status=pl.when(known).then(basis).otherwise(pl.lit("not_read")),
        **reasons(),
    )
