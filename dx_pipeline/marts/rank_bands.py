"""How far the rank would move if the weights had differed: bands over drawn weights."""

from __future__ import annotations

import polars as pl

from dx_pipeline.index import bands as methods
from dx_pipeline.index.weights import NEIGHBOURHOODS
from dx_pipeline.marts._arrays import full_editions, rows


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a unit, edition and named neighbourhood of the weights (M8), with draws, seed and their noise."""
    frames = []
    for edition in full_editions(tables):
        for neighbourhood in NEIGHBOURHOODS:
            bands = methods.rank_bands(edition.components, edition.weights, neighbourhood)
            top10, top15, top20 = bands.top_probabilities.T
            values: dict[str, object] = {
                "neighbourhood": neighbourhood,
                "p5": bands.p5,
                "p50": bands.p50,
                "p95": bands.p95,
                "rank_min": bands.rank_min,
                "rank_max": bands.rank_max,
                "p_top10": top10,
                "p_top15": top15,
                "p_top20": top20,
                "probability_error": bands.probability_error,
                "quantile_error": bands.quantile_error,
                "draws": bands.draws,
                "seed": bands.seed,
                "status": edition.basis,
            }
            frames.append(rows(edition.keys, values))
    return pl.concat(frames)
