"""How much each component really separates the units, beside its weight."""

from __future__ import annotations

import polars as pl

from dx_pipeline.index import importance as methods
from dx_pipeline.marts._arrays import full_editions, rows


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row an edition, unit system and component (M14)."""
    return pl.concat(
        rows(
            {"edition": [edition.edition], "unit_system": [edition.unit_system], "indicator": edition.parts},
            methods.component_importance(edition.components, edition.weights)._asdict() | {"status": edition.basis},
        )
        for edition in full_editions(tables)
    )
