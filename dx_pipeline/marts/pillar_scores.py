"""The three pillars, printed and computed."""

from __future__ import annotations

import polars as pl

from dx_pipeline.conform.edition_tables import PILLAR_ACTIVITY, points_of
from dx_pipeline.marts._editions import dti_units

KEY = ["edition", "unit_system", "province_id"]


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per unit and pillar; computed as (points F + points activity) / (their maximum) since 2021 (M2)."""
    figures = tables["core.figures"].filter(pl.col("chosen") & pl.col("indicator").is_in(list(PILLAR_ACTIVITY)))
    printed_scores = figures.filter(pl.col("measure") == "score").select(
        *KEY, "indicator", score_published="value", half_width_published="half_width", status_published="status"
    )
    printed_ranks = figures.filter(pl.col("measure") == "rank").select(
        *KEY, "indicator", rank_published=pl.col("value").cast(pl.Int64)
    )
    grid = dti_units(tables["core.figures"], tables["provinces"]).join(
        pl.DataFrame({"indicator": list(PILLAR_ACTIVITY)}), how="cross"
    )
    frame = (
        grid.join(printed_scores, on=[*KEY, "indicator"], how="left")
        .join(printed_ranks, on=[*KEY, "indicator"], how="left")
        .join(computed_pillars(tables["component_scores"]), on=[*KEY, "indicator"], how="left")
        .with_columns(score=pl.coalesce("score_computed", "score_published"))
    )
    table = ["edition", "unit_system", "indicator"]
    complete = pl.col("score").is_not_null().all().over(table)
    ranked = pl.col("score").round(10).rank("min", descending=True).over(table).cast(pl.Int64)
    return frame.select(
        *KEY,
        "indicator",
        "score",
        rank=pl.when(complete).then(ranked).otherwise("rank_published"),
        score_published="score_published",
        rank_published="rank_published",
        status=pl.coalesce("status_computed", "status_published", pl.lit("not_published")),
        error_half_width=pl.coalesce("half_width_computed", "half_width_published"),
    )


def computed_pillars(components: pl.DataFrame) -> pl.DataFrame:
    """Pillars of every unit whose foundation and activities are known, with half-width and status."""
    frames = []
    known = components.filter(pl.col("score").is_not_null())
    for (edition,), rows in known.group_by("edition", maintain_order=True):
        points = points_of(int(str(edition)))
        if points is None:
            continue
        foundation = rows.filter(pl.col("indicator") == "foundation").select(
            *KEY, foundation="score", foundation_half_width="error_half_width", status_computed="status"
        )
        for pillar, activity in PILLAR_ACTIVITY.items():
            own = rows.filter(pl.col("indicator") == activity).select(
                *KEY, activity="score", half_width="error_half_width"
            )
            common, extra = points["foundation"], points[activity]
            # in total points the own activity cancels: what is left is overall and the two other activities
            others = sum(points[other] for other in PILLAR_ACTIVITY.values() if other != activity)
            frames.append(
                foundation.join(own, on=KEY).select(
                    *KEY,
                    indicator=pl.lit(pillar),
                    score_computed=(common * pl.col("foundation") + extra * pl.col("activity")) / (common + extra),
                    half_width_computed=(sum(points.values()) + others) * pl.col("half_width") / (common + extra),
                    status_computed="status_computed",
                )
            )
    return pl.concat(frames)
