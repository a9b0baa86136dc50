"""What a rank owes to one component: the rank without it."""

from __future__ import annotations

import polars as pl

from dx_pipeline.index.leave_one_out import leave_one_out_ranks
from dx_pipeline.index.ranks import competition_ranks
from dx_pipeline.marts._arrays import full_editions, rows


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a unit, edition and component left out (M13)."""
    return pl.concat(
        rows(
            {**edition.keys, "indicator": edition.parts},
            {
                "rank": competition_ranks(edition.overall)[:, None],
                "rank_without": leave_one_out_ranks(edition.components, edition.weights),
                "status": edition.basis,
            },
        )
        for edition in full_editions(tables)
    )
