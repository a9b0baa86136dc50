"""How far the rank would move if the weights had differed: bands over drawn weights."""

from __future__ import annotations

import polars as pl

from dx_pipeline.index import bands as methods
from dx_pipeline.index.weights import NEIGHBOURHOODS
from dx_pipeline.marts._arrays import full_editions, rows


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a unit, edition and named neighbourhood of the weights (M8), with draws, seed and their noise."""
    return pl.concat(
        rows(edition.keys, {"neighbourhood": neighbourhood, **bands._asdict(), "status": edition.basis})
        for edition in full_editions(tables)
        for neighbourhood in NEIGHBOURHOODS
        for bands in [methods.rank_bands(edition.components, edition.weights, neighbourhood)]
    )
