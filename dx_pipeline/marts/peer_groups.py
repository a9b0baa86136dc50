"""With whom a province may be compared, on four grounds."""

from __future__ import annotations

import numpy as np
import polars as pl

from dx_pipeline.index.arrays import FloatArray, IntArray
from dx_pipeline.index.peers import nearest_peers
from dx_pipeline.marts._arrays import UNIT_SYSTEM
from dx_pipeline.marts._endowments import endowment_matrix

NEAREST = 5


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a province, ground and peer (M23); scores are those of the latest edition."""
    units = tables["provinces"].filter(pl.col("unit_system") == UNIT_SYSTEM)
    rankings = tables["province_rankings"].filter(pl.col("unit_system") == UNIT_SYSTEM)
    latest = rankings.filter((pl.col("edition") == pl.col("edition").max()) & pl.col("score").is_not_null())
    scores = units.select("province_id", "region_code").join(latest.select("province_id", "score"), on="province_id")
    gaps = (
        scores.join(scores, how="cross", suffix="_peer")
        .filter(pl.col("province_id") != pl.col("province_id_peer"))
        .select(
            "province_id",
            peer_id="province_id_peer",
            # rounded, so that two peers whose printed scores are equally far stay level
            distance=(pl.col("score") - pl.col("score_peer")).abs().round(10),
            same_region=pl.col("region_code") == pl.col("region_code_peer"),
        )
        .sort("province_id", "distance", "peer_id")
    )
    by_score = gaps.group_by("province_id", maintain_order=True).head(NEAREST).with_columns(basis=pl.lit("score"))
    by_region = gaps.filter("same_region").with_columns(basis=pl.lit("region"))
    named = tables["raw.named_peers"].with_columns(basis=pl.lit("named"), order=pl.int_range(pl.len()))
    by_name = named.join(gaps, on=["province_id", "peer_id"], how="left").sort("order").drop("order")

    provinces = tuple(sorted(units["province_id"]))
    nearest = nearest_peers(endowment_matrix(tables["external_indicators"], provinces), NEAREST)
    by_endowment = _as_rows(provinces, *nearest).with_columns(basis=pl.lit("endowments"))
    return pl.concat([by_name, by_region, by_endowment, by_score], how="diagonal").select(
        "province_id",
        "basis",
        "peer_id",
        "distance",
        distance_unit=pl.when(pl.col("basis") == "endowments")
        .then(pl.lit("standard deviations"))
        .otherwise(pl.lit("score 0-1")),
        position=pl.int_range(1, pl.len() + 1).over("province_id", "basis"),
        reason="reason_en",
        reason_vi="reason_vi",
    )


def _as_rows(provinces: tuple[str, ...], nearest: IntArray, distances: FloatArray) -> pl.DataFrame:
    names = np.array(provinces)
    return pl.DataFrame(
        {
            "province_id": np.repeat(names, nearest.shape[1]),
            "peer_id": names[nearest.ravel()],
            "distance": distances.ravel(),
        }
    )
