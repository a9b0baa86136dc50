"""Why the weights of an edition are what they are said to be, where nobody printed them: one row a reader can check."""

from __future__ import annotations

import numpy as np
import polars as pl

from dx_pipeline.contracts import load_contract
from dx_pipeline.index.arrays import weighted_scores
from dx_pipeline.index.weights import deviations, solved_shares
from dx_pipeline.marts._arrays import edition_structures, rows
from dx_pipeline.marts._units import KEY, matrix, side_by_side

#: totals that are tried
TOTALS = np.arange(100.0, 1001.0, 10.0)
#: points of a share that a least-squares estimate may miss by rounding
ESTIMATE_TOLERANCE = 0.5


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Rows for every edition whose weights are solved: estimates, totals tried, and each unit's total recomputed."""
    solved = tables["indicator_weights"].filter(pl.col("status") == "solved")
    frames = [
        frame
        for (edition,), weights in solved.sort("edition").group_by("edition", maintain_order=True)
        for frame in _of_edition(int(str(edition)), dict(weights.select("indicator", "max_points").iter_rows()), tables)
    ]
    return pl.concat(frames) if frames else pl.DataFrame(schema=load_contract("weight_arguments").polars_schema())


def _of_edition(edition: int, points: dict[str, float], tables: dict[str, pl.DataFrame]) -> list[pl.DataFrame]:
    """The arguments of the first unit system in which all units print all components and the total."""
    structure = edition_structures(tables)[edition]
    codes = [*structure.foundation, *structure.activities]
    claimed = np.array([points[code] for code in codes])
    total = claimed.sum()
    scores = tables["component_scores"].filter((pl.col("edition") == edition) & (pl.col("status") == "published"))
    totals = tables["province_rankings"].filter(pl.col("score_basis") == "stated")
    totals = totals.select(*KEY, "n_units", overall="score", half_width="error_half_width")
    wide = side_by_side(scores, codes, "error_half_width").join(totals, on=KEY).sort(KEY)
    whole = wide.filter(pl.len().over("unit_system") == pl.col("n_units"))
    for (system,), units in whole.group_by("unit_system", maintain_order=True):
        printed, overall = matrix(units, *(f"score_{code}" for code in codes)), units["overall"].to_numpy()
        names, half_width = units["province_id"].to_list(), units["half_width"].to_numpy().max()
        shares = solved_shares(printed, overall)
        recomputed = weighted_scores(printed, claimed / total)
        tried = deviations(shares, TOTALS)
        arguments = (
            ("estimate", codes, shares * total, claimed, ESTIMATE_TOLERANCE),
            ("total_tried", [f"{one:.0f}" for one in TOTALS], tried, np.zeros(len(tried)), ESTIMATE_TOLERANCE),
            # that of the total, and as much of its components, whose weights sum to 1
            ("total_recomputed", names, recomputed, overall, 2 * half_width),
        )
        return [
            rows(
                {"edition": [edition], "unit_system": [system], "argument": [argument], "item": items},
                {
                    "found": found,
                    "claimed": expected,
                    "difference": found - expected,
                    "bound": bound,
                    "holds": np.abs(found - expected) <= bound + 1e-12,
                },
            )
            for argument, items, found, expected, bound in arguments
        ]
    return []
