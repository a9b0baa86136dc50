"""What a province starts from: GRDP per head, population, density and urban share, one year for all."""

from __future__ import annotations

import numpy as np
import polars as pl

from dx_pipeline.index.arrays import FloatArray

ENDOWMENTS = ("grdp_per_capita", "population", "population_density", "urban_share")

#: the only year with all four: the urban population was read for 2024 alone
ENDOWMENT_YEAR = 2024


def endowment_matrix(external_indicators: pl.DataFrame, provinces: tuple[str, ...]) -> FloatArray:
    """Endowments of the provinces in the given order, shape (provinces, 4), in the units of their sources.

    Raises:
        ValueError: a figure is missing, so that a distance would silently leave an endowment out.
    """
    figures = external_indicators.filter(
        (pl.col("year") == ENDOWMENT_YEAR) & (pl.col("measure") == "value") & pl.col("indicator").is_in(ENDOWMENTS)
    )
    known = {(row[0], row[1]): row[2] for row in figures.select("province_id", "indicator", "value").iter_rows()}
    missing = [(p, name) for p in provinces for name in ENDOWMENTS if known.get((p, name)) is None]
    if missing:
        raise ValueError(
            f"endowments of {ENDOWMENT_YEAR}: {len(missing)} figures are missing in external_indicators,"
            f" first {missing[0][0]}, {missing[0][1]}"
        )
    return np.array([[known[p, name] for name in ENDOWMENTS] for p in provinces], dtype=np.float64)
