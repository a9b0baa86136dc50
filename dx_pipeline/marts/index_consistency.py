"""How far the four components move together in an edition."""

from __future__ import annotations

import polars as pl

from dx_pipeline.index.importance import cronbach_alpha
from dx_pipeline.marts._arrays import full_editions


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row an edition (M15)."""
    return pl.DataFrame(
        [
            {
                "edition": edition.edition,
                "cronbach_alpha": cronbach_alpha(edition.components),
                "n_components": edition.components.shape[1],
                "n_units": edition.components.shape[0],
                "status": edition.status,
            }
            for edition in full_editions(tables["component_scores"], tables["indicator_weights"])
        ]
    )
