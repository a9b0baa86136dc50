"""Component scores of the editions since 2021, and the foundation derived from them."""

from __future__ import annotations

import polars as pl

from dx_pipeline.conform.weights import FOUNDATION_COMPONENTS, PartPoints, part_points
from dx_pipeline.index import COMPONENTS
from dx_pipeline.index.identities import derive_foundation
from dx_pipeline.marts._editions import dti_units

#: before this edition there were no components, only three pillars with seven main indices each
FIRST_EDITION = 2021
KEY = ["edition", "unit_system", "province_id"]
ACTIVITIES = list(COMPONENTS[1:])


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per unit and component; the foundation is (total y - sum of activity points) / foundation points (M2)."""
    figures = tables["core.figures"].filter(pl.col("chosen"))
    roles = dict(tables["indicators"].select("indicator", "role").iter_rows())
    components = [
        name
        for name, role in roles.items()
        if role in ("foundation", "activity") and name not in ("foundation", "smart_city")
    ]
    units = dti_units(tables["core.figures"], tables["provinces"], since=FIRST_EDITION)
    grid = units.join(pl.DataFrame({"indicator": [*components, "foundation"]}), how="cross")
    scores = figures.filter(pl.col("measure") == "score").select(
        *KEY, "indicator", score="value", error_half_width="half_width", printed_status="status"
    )
    ranks = figures.filter(pl.col("measure") == "rank").select(
        *KEY, "indicator", rank_published=pl.col("value").cast(pl.Int64)
    )
    points = part_points(tables["indicator_weights"])
    printed = pl.concat(
        [
            scores.filter(pl.col("indicator") != "foundation"),
            foundation_scores(scores, points, tables["indicator_weights"]),
        ],
        how="diagonal",
    )
    weights = pl.concat(
        [
            tables["indicator_weights"]
            .filter(pl.col("indicator") != "foundation")
            .select("edition", "indicator", "weight"),
            pl.DataFrame(
                [(edition, "foundation", parts.weights[0]) for edition, parts in points.items()],
                schema=["edition", "indicator", "weight"],
                orient="row",
            ),
        ]
    )
    frame = (
        grid.join(printed, on=[*KEY, "indicator"], how="left")
        .join(ranks, on=[*KEY, "indicator"], how="left")
        .join(weights, on=["edition", "indicator"], how="left")
    )
    table = ["edition", "unit_system", "indicator"]
    complete = pl.col("score").is_not_null().all().over(table)
    computed = pl.col("score").round(10).rank("min", descending=True).over(table).cast(pl.Int64)
    return frame.select(
        *KEY,
        "indicator",
        "score",
        points=1000 * pl.col("weight") * pl.col("score"),
        rank=pl.when(complete).then(computed).otherwise("rank_published"),
        rank_published="rank_published",
        status=pl.col("printed_status").fill_null("not_published"),
        error_half_width="error_half_width",
        score_from_parts="score_from_parts",
    )


def foundation_scores(scores: pl.DataFrame, points: dict[int, PartPoints], weights: pl.DataFrame) -> pl.DataFrame:
    """The foundation wherever overall and the three activities are printed (M2).

    Args:
        scores: edition, unit_system, province_id, indicator, score.
        points: edition -> points of its four parts.
        weights: `indicator_weights`, for the five components.

    Returns:
        edition, unit_system, province_id, indicator, score, error_half_width, `printed_status` (derived, or inferred
        where the points are) and `score_from_parts`, the weighted mean of the five components where all are printed.
    """
    parts = ["overall", *ACTIVITIES]
    wide = scores.filter(pl.col("indicator").is_in(parts)).pivot("indicator", index=KEY, values="score")
    five = (
        scores.filter(pl.col("indicator").is_in(FOUNDATION_COMPONENTS))
        .join(weights.select("edition", "indicator", "max_points"), on=["edition", "indicator"])
        .group_by(KEY)
        .agg(
            pl.len().alias("n"),
            score_from_parts=(pl.col("score") * pl.col("max_points")).sum() / pl.col("max_points").sum(),
        )
        .filter(pl.col("n") == len(FOUNDATION_COMPONENTS))
        .drop("n")
    )
    frames = []
    for (edition,), rows in wide.drop_nulls(parts).group_by("edition", maintain_order=True):
        own = points.get(int(str(edition)))
        if own is None:
            continue
        score, half_width = derive_foundation(
            rows["overall"].to_numpy(), rows.select(ACTIVITIES).to_numpy(), own.points
        )
        frames.append(
            rows.select(
                *KEY,
                indicator=pl.lit("foundation"),
                score=pl.Series(score),
                error_half_width=pl.lit(half_width),
                printed_status=pl.lit("inferred" if own.inferred else "derived"),
            )
        )
    return pl.concat(frames).join(five, on=KEY, how="left")
