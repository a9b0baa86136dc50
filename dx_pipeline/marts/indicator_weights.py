"""Maximum points and weights by edition."""

from __future__ import annotations

import polars as pl

from dx_pipeline.conform.weights import read_weights


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """The reference file, one row an edition."""
    return read_weights(tables["raw.dti_weights"])
