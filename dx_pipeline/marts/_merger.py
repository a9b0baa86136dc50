"""The 34 units as means over the provinces that went into them, for any column of scores."""

from __future__ import annotations

import numpy as np
import polars as pl

from dx_pipeline.index.merger import merge_scores
from dx_pipeline.marts._arrays import UNIT_SYSTEM


def cast_editions(scores: pl.DataFrame) -> list[int]:
    """Editions of which most of the 63 scores were read; of the others single figures are known, no table."""
    known = scores.filter(pl.col("score").is_not_null()).group_by("edition").len()
    return sorted(known.filter(2 * pl.col("len") > UNIT_SYSTEM)["edition"])


def members(provinces: pl.DataFrame) -> pl.DataFrame:
    """`province_id` and `successor_id` of the 63 provinces."""
    return provinces.filter(pl.col("unit_system") == UNIT_SYSTEM).select("province_id", "successor_id")


def merged(scores: pl.DataFrame, provinces: pl.DataFrame, external_indicators: pl.DataFrame) -> pl.DataFrame:
    """Plain and population-weighted mean of one score column over the members of each unit, edition by edition (M20).

    A unit with a member of unknown score gets neither, one with a member of unknown population no weighted mean; its
    row stays. Population is that of the edition's year.

    Args:
        scores: edition, province_id (of the 63), score.
        provinces: table of units with successor_id.
        external_indicators: holds population by year and province.

    Returns:
        edition, province_id (of the 34), score_mean, score_population_weighted, members (ids, comma-separated),
        missing (ids of members without a score).
    """
    population = external_indicators.filter((pl.col("indicator") == "population") & (pl.col("measure") == "value"))
    frames = []
    for edition in cast_editions(scores):
        known = (
            members(provinces)
            .join(scores.filter(pl.col("edition") == edition), on="province_id", how="left")
            .join(
                population.filter(pl.col("year") == edition).select("province_id", population="value"),
                on="province_id",
                how="left",
            )
            .sort("successor_id", "province_id")
        )
        units = known.group_by("successor_id", maintain_order=True).agg(
            pl.col("province_id").str.join(", ").alias("members"),
            pl.col("province_id").filter(pl.col("score").is_null()).str.join(", ").alias("missing"),
        )
        usable = known.filter(pl.col("score").is_not_null().all().over("successor_id"))
        result = pl.DataFrame(schema={"successor_id": pl.String, "score_mean": pl.Float64})
        if usable.height:
            means = merge_scores(
                usable["score"].to_numpy()[:, None],
                usable["successor_id"].to_list(),
                usable["population"].cast(pl.Float64).fill_null(np.nan).to_numpy(),
            )
            result = pl.DataFrame(
                {
                    "successor_id": means.units.tolist(),
                    "score_mean": means.mean[:, 0],
                    "score_population_weighted": means.population_weighted[:, 0],
                }
            )
        frames.append(units.join(result, on="successor_id", how="left").with_columns(edition=pl.lit(edition)))
    return pl.concat(frames, how="diagonal").rename({"successor_id": "province_id"})


def reasons() -> dict[str, pl.Expr]:
    """Why a merged score is missing, in each language; null where it is not."""
    gap = pl.col("score_mean").is_null()
    return {
        "reason": pl.when(gap).then(pl.lit("not_published: no score is known for ") + pl.col("missing")),
        "reason_vi": pl.when(gap).then(pl.lit("chưa công bố: chưa biết điểm của ") + pl.col("missing")),
    }
