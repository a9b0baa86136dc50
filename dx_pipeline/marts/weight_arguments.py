"""Why the weights of an edition are what they are said to be, where nobody printed them: one row a reader can check."""

from __future__ import annotations

import numpy as np
import polars as pl

from dx_pipeline.index.arrays import FloatArray, weighted_scores
from dx_pipeline.index.weights import deviations, solved_shares
from dx_pipeline.marts._arrays import edition_structures

#: totals that are tried
TOTALS = np.arange(100.0, 1001.0, 10.0)
#: points of a share that a least-squares estimate may miss by rounding
ESTIMATE_TOLERANCE = 0.5
TABLE = ["edition", "unit_system"]


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Rows for every edition whose weights are solved: estimates, totals tried, and each unit's total recomputed."""
    solved = tables["indicator_weights"].filter(pl.col("status") == "solved")["edition"].unique().sort()
    frames = [frame for edition in solved for frame in _of_edition(int(edition), tables)]
    return pl.concat(frames) if frames else pl.DataFrame(schema=SCHEMA)


SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "edition": pl.Int64,
    "unit_system": pl.Int64,
    "argument": pl.String,
    "item": pl.String,
    "found": pl.Float64,
    "claimed": pl.Float64,
    "difference": pl.Float64,
    "bound": pl.Float64,
    "holds": pl.Boolean,
}


def _of_edition(edition: int, tables: dict[str, pl.DataFrame]) -> list[pl.DataFrame]:
    weights = tables["indicator_weights"].filter((pl.col("edition") == edition) & (pl.col("status") == "solved"))
    structure = edition_structures(tables)[edition]
    codes = [*structure.foundation, *structure.activities]
    points = dict(weights.select("indicator", "max_points").iter_rows())
    total = sum(points[code] for code in codes)
    for system, provinces, scores, overall, half_width in _printed_tables(edition, codes, tables):
        shares = solved_shares(scores, overall)
        claimed = np.array([points[code] for code in codes])
        bound = half_width * (1.0 + claimed.sum() / total)
        tried = deviations(shares, TOTALS)
        recomputed = weighted_scores(scores, claimed / total)
        return [
            _rows(edition, system, "estimate", codes, shares * total, claimed, np.full(len(codes), ESTIMATE_TOLERANCE)),
            _rows(
                edition,
                system,
                "total_tried",
                [f"{one.total:.0f}" for one in tried],
                np.array([one.largest for one in tried]),
                np.zeros(len(tried)),
                np.full(len(tried), ESTIMATE_TOLERANCE),
            ),
            _rows(edition, system, "total_recomputed", provinces, recomputed, overall, np.full(len(overall), bound)),
        ]
    return []


def _printed_tables(
    edition: int, codes: list[str], tables: dict[str, pl.DataFrame]
) -> list[tuple[int, list[str], FloatArray, FloatArray, float]]:
    """Unit systems in which all units print all components and the total: ids, scores, totals, half a printed unit."""
    found = []
    scores = tables["component_scores"].filter(
        (pl.col("edition") == edition) & pl.col("indicator").is_in(codes) & (pl.col("status") == "published")
    )
    totals = tables["province_rankings"].filter((pl.col("edition") == edition) & (pl.col("score_basis") == "stated"))
    for (system,), rows in scores.group_by("unit_system", maintain_order=True):
        wide = rows.pivot("indicator", index="province_id", values="score").join(
            totals.filter(pl.col("unit_system") == system).select(
                "province_id", "score", "error_half_width", "n_units"
            ),
            on="province_id",
        )
        if any(code not in wide.columns for code in codes) or wide.height != wide["n_units"].max():
            continue
        wide = wide.drop_nulls(codes).sort("province_id")
        matrix = wide.select(codes).to_numpy().astype(np.float64)
        overall = wide["score"].to_numpy().astype(np.float64)
        found.append(
            (
                int(str(system)),
                wide["province_id"].to_list(),
                matrix,
                overall,
                float(wide["error_half_width"].to_numpy().max()),
            )
        )
    return found


def _rows(
    edition: int,
    system: int,
    argument: str,
    items: list[str],
    found: FloatArray,
    claimed: FloatArray,
    bound: FloatArray,
) -> pl.DataFrame:
    difference = found - claimed
    return pl.DataFrame(
        {
            "edition": [edition] * len(items),
            "unit_system": [system] * len(items),
            "argument": [argument] * len(items),
            "item": items,
            "found": found,
            "claimed": claimed,
            "difference": difference,
            "bound": bound,
            "holds": np.abs(difference) <= bound + 1e-12,
        },
        schema=SCHEMA,
    )
