"""Between which ranks a unit must stay, whatever the weights within a box."""

from __future__ import annotations

import polars as pl

from dx_pipeline.index import bands as methods
from dx_pipeline.marts._arrays import full_editions, rows

DELTAS = (0.10, 0.25)


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a unit, edition and width of the box (M9)."""
    return pl.concat(
        rows(edition.keys, {"delta": delta, **bounds._asdict(), "status": edition.basis})
        for edition in full_editions(tables)
        for delta in DELTAS
        for bounds in [methods.rank_bounds(edition.components, edition.weights, delta)]
    )
