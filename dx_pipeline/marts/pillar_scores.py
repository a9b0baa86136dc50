"""The three pillars, printed and computed."""

from __future__ import annotations

import polars as pl

from dx_pipeline.conform.weights import PILLAR_ACTIVITY, PartPoints, part_points
from dx_pipeline.index import COMPONENTS
from dx_pipeline.index.identities import derived_pillar_half_widths, pillars_from_components
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
    points = part_points(tables["indicator_weights"])
    frame = (
        grid.join(printed_scores, on=[*KEY, "indicator"], how="left")
        .join(printed_ranks, on=[*KEY, "indicator"], how="left")
        .join(computed_pillars(tables["component_scores"], points), on=[*KEY, "indicator"], how="left")
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


def computed_pillars(components: pl.DataFrame, points: dict[int, PartPoints]) -> pl.DataFrame:
    """Pillars of every unit whose foundation and activities are known, with half-width and status."""
    parts = list(COMPONENTS)
    own = components.filter(pl.col("indicator").is_in(parts))
    status = own.filter(pl.col("indicator") == "foundation").select(*KEY, status_computed="status")
    wide = own.pivot("indicator", index=KEY, values="score").drop_nulls(parts).join(status, on=KEY)
    frames = []
    for (edition,), rows in wide.group_by("edition", maintain_order=True):
        points_here = points[int(str(edition))].points
        scores = pillars_from_components(rows.select(parts).to_numpy(), points_here)
        half_widths = derived_pillar_half_widths(points_here)
        frames += [
            rows.select(
                *KEY,
                "status_computed",
                indicator=pl.lit(pillar),
                score_computed=pl.Series(scores[:, column]),
                half_width_computed=pl.lit(float(half_widths[column])),
            )
            for column, pillar in enumerate(PILLAR_ACTIVITY)
        ]
    return pl.concat(frames)
