"""Where each unit would stand under other established ways of putting the same components together."""

from __future__ import annotations

import polars as pl

from dx_pipeline.index.aggregation import method_scores
from dx_pipeline.index.ranks import competition_ranks
from dx_pipeline.marts._arrays import full_editions, rows


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a unit, edition and method (M11)."""
    return pl.concat(
        rows(
            edition.keys,
            {"method": method, "score": scores, "rank": competition_ranks(scores), "status": edition.basis},
        )
        for edition in full_editions(tables)
        for method, scores in method_scores(edition.components, edition.weights).items()
    )
