"""How much each component really separates the provinces, beside its weight."""

from __future__ import annotations

import polars as pl

from dx_pipeline.index import COMPONENTS
from dx_pipeline.index import importance as methods
from dx_pipeline.marts._arrays import full_editions, rows


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row an edition and component (M14)."""
    return pl.concat(
        rows(
            {"edition": [edition.edition], "indicator": COMPONENTS},
            methods.component_importance(edition.components, edition.weights)._asdict() | {"status": edition.status},
        )
        for edition in full_editions(tables["component_scores"], tables["indicator_weights"])
    )
