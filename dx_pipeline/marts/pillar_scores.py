"""The three pillars, printed and computed."""

from __future__ import annotations

import polars as pl

from dx_pipeline.index.identities import error_half_width, pillars_from_components, pillars_from_printed
from dx_pipeline.index.ranks import competition_rank
from dx_pipeline.index.structure import Structure
from dx_pipeline.marts._arrays import edition_structures
from dx_pipeline.marts._units import (
    KEY,
    ROW,
    TABLE,
    chosen,
    first_true,
    matrix,
    means_of_members,
    side_by_side,
    unit_grid,
)


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per unit and pillar; computed as (points F + points activity) / (their maximum) since 2021 (M2)."""
    pillars = tables["indicators"].filter(pl.col("role") == "pillar").select("indicator")
    figures = tables["core.figures"]
    printed_scores = chosen(figures, "score").select(
        *ROW,
        score_published="value",
        half_width_published="half_width",
        status_published="status",
        doubts_published="doubts",
    )
    printed_ranks = chosen(figures, "rank").select(*ROW, rank_published=pl.col("value").cast(pl.Int64))
    structures = edition_structures(tables).values()
    computed = pl.concat([computed_pillars(tables, own) for own in structures if own.foundation and own.pillars])
    frame = (
        unit_grid(tables)
        .join(pillars, how="cross")
        .join(printed_scores, on=ROW, how="left")
        .join(printed_ranks, on=ROW, how="left")
        .join(computed, on=ROW, how="left")
    )
    is_computed = pl.col("score_computed").is_not_null()
    known = frame.select(
        *ROW,
        score=pl.coalesce("score_computed", "score_published"),
        error_half_width=pl.coalesce("half_width_computed", "half_width_published"),
        doubts=pl.when(is_computed).then("doubts_computed").otherwise("doubts_published"),
    )
    cast = means_of_members(known, tables["provinces"], ["edition", "indicator"]).select(
        *ROW, score_cast="score", half_width_cast="error_half_width", doubts_cast="doubts"
    )
    frame = frame.join(cast, on=ROW, how="left").with_columns(
        score=pl.coalesce("score_computed", "score_published", "score_cast"),
        rule=first_true(
            {
                "from_components": is_computed,
                "as_printed": pl.col("score_published").is_not_null(),
                "mean_of_members": pl.col("score_cast").is_not_null(),
            }
        ),
    )
    from_members = pl.col("rule") == "mean_of_members"
    return frame.select(
        pl.col(*ROW, "score", "score_published", "rank_published", "rule"),
        rank=pl.coalesce(competition_rank("score", [*TABLE, "indicator"]), "rank_published"),
        status=pl.coalesce("status_computed", "status_published", first_true({"computed": from_members}, "not_read")),
        basis=first_true({"computed": from_members}),
        doubts=pl.when(from_members).then("doubts_cast"),
        error_half_width=pl.coalesce("half_width_computed", "half_width_published", "half_width_cast"),
    )


def computed_pillars(tables: dict[str, pl.DataFrame], structure: Structure) -> pl.DataFrame:
    """Pillars of every unit whose parts are known, with half-width and status, for one edition."""
    own = tables["component_scores"].filter(
        (pl.col("edition") == structure.edition)
        # a part that follows from the printed pillars says nothing new about them
        & (pl.col("rule") != "from_pillars").fill_null(True)
    )
    status = own.filter(pl.col("indicator") == structure.parts[0]).select(
        *KEY, status_computed="status", doubts_computed="doubts"
    )
    total = tables["province_rankings"].select(*KEY, total_error="error_half_width")
    wide = side_by_side(own, structure.parts, "error_half_width").join(status, on=KEY).join(total, on=KEY)
    scores = matrix(wide, *(f"score_{name}" for name in structure.parts))
    errors = matrix(wide, "total_error", *(f"error_half_width_{name}" for name in structure.activities))
    pillars = pillars_from_components(scores, structure.points)
    half_widths = error_half_width(pillars_from_printed(structure.points), errors)
    return pl.concat(
        wide.select(
            *KEY,
            "status_computed",
            "doubts_computed",
            indicator=pl.lit(pillar),
            score_computed=pl.Series(pillars[:, column], dtype=pl.Float64),
            half_width_computed=pl.Series(half_widths[:, column], dtype=pl.Float64),
        )
        for column, pillar in enumerate(structure.pillars)
    )
