"""The vocabulary as a public table."""

from __future__ import annotations

from dataclasses import asdict

import polars as pl

from dx_pipeline.vocabulary import load_vocabulary


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per code."""
    rows = [asdict(entry) for entry in load_vocabulary()]
    return pl.DataFrame(rows).with_columns(pl.col("mark").replace("", None))
