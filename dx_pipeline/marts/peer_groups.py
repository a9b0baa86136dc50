"""With whom a unit may be compared, on four grounds."""

from __future__ import annotations

import numpy as np
import polars as pl

from dx_pipeline.index.peers import nearest_peers
from dx_pipeline.marts._arrays import rows
from dx_pipeline.marts._units import UNIT, first_true
from dx_pipeline.marts.endowments import endowment_matrix

NEAREST = 5
#: standard deviations: a unit farther than this is no peer in endowments, be it the nearest
FARTHEST = 1.5


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a unit, ground and peer of the same system (M23); scores are those of its latest edition."""
    frames = []
    for (system,), units in tables["provinces"].sort("unit_system").group_by("unit_system", maintain_order=True):
        named = tables["raw.named_peers"].filter(pl.col("unit_system").cast(pl.Int64) == system)
        rankings = tables["province_rankings"].filter(pl.col("unit_system") == system)
        groups = [*_by_score(units, rankings, named)]
        provinces = tuple(units["province_id"].sort())
        endowments = endowment_matrix(tables["endowments"], int(str(system)), provinces)
        if endowments is not None:
            nearest, distances = nearest_peers(endowments[0], min(NEAREST, len(provinces) - 1))
            peers = rows(
                {"province_id": provinces, "place": range(nearest.shape[1])},
                {"peer_id": np.array(provinces, dtype=object)[nearest], "distance": distances, "basis": "endowments"},
            )
            groups.append(peers.filter(pl.col("distance") <= FARTHEST).drop("place"))
        frames += [group.with_columns(unit_system=pl.lit(system, dtype=pl.Int64)) for group in groups]
    return pl.concat(frames, how="diagonal").select(
        pl.col(*UNIT, "basis", "peer_id", "distance"),
        distance_unit=first_true({"standard deviations": pl.col("basis") == "endowments"}, "score 0-1"),
        position=pl.int_range(1, pl.len() + 1).over(*UNIT, "basis"),
        is_default=(pl.col("is_default") == "yes").fill_null(False),
        reason="reason_en",
        reason_vi="reason_vi",
    )


def _by_score(units: pl.DataFrame, rankings: pl.DataFrame, named: pl.DataFrame) -> list[pl.DataFrame]:
    """Peers that are named, of the same region, or nearest in score, with their distance in score."""
    scored = rankings.filter(pl.col("score").is_not_null())
    latest = scored.filter(pl.col("edition") == pl.col("edition").max()).select("province_id", "score")
    scores = units.select("province_id", "region_code").join(latest, on="province_id")
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
    in_order = named.drop("row", "unit_system", strict=False)
    return [
        in_order.join(gaps, on=["province_id", "peer_id"], how="left", maintain_order="left").with_columns(
            basis=pl.lit("named")
        ),
        gaps.filter("same_region").with_columns(basis=pl.lit("region")),
        gaps.group_by("province_id", maintain_order=True).head(NEAREST).with_columns(basis=pl.lit("score")),
    ]
