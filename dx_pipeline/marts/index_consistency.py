"""How far the components move together in an edition."""

from __future__ import annotations

import polars as pl

from dx_pipeline.index.importance import cronbach_alpha
from dx_pipeline.marts._arrays import full_editions


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row an edition and unit system (M15)."""
    return pl.DataFrame(
        [
            {
                "edition": edition.edition,
                "unit_system": edition.unit_system,
                "cronbach_alpha": cronbach_alpha(edition.components),
                "n_components": edition.components.shape[1],
                "n_units": edition.components.shape[0],
                "status": edition.basis,
            }
            for edition in full_editions(tables)
        ]
    )
