"""Which order no weights can overturn: how many units are ahead, or behind, in every component."""

from __future__ import annotations

import polars as pl

from dx_pipeline.index.dominance import count_dominance
from dx_pipeline.marts._arrays import full_editions, rows


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a unit and edition (M26)."""
    frames = []
    for edition in full_editions(tables):
        counts = count_dominance(edition.components)
        frames.append(
            rows(
                edition.keys,
                {
                    "dominated_by": counts.dominated_by,
                    "dominates": counts.dominates,
                    "n_units": len(edition.provinces),
                    "status": edition.basis,
                },
            )
        )
    return pl.concat(frames)
