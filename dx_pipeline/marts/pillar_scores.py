"""The three pillars, printed and computed."""

from __future__ import annotations

import numpy as np
import polars as pl

from dx_pipeline.index.identities import error_half_width, pillars_from_components, pillars_from_printed
from dx_pipeline.index.ranks import competition_rank
from dx_pipeline.index.structure import Structure
from dx_pipeline.marts._arrays import edition_structures
from dx_pipeline.marts._units import TABLE, means_of_members, unit_grid

KEY = [*TABLE, "province_id"]
ROW = [*KEY, "indicator"]


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per unit and pillar; computed as (points F + points activity) / (their maximum) since 2021 (M2)."""
    indicators = tables["indicators"]
    pillars = indicators.filter(pl.col("role") == "pillar")["indicator"].to_list()
    figures = tables["core.figures"].filter(pl.col("chosen") & pl.col("indicator").is_in(pillars))
    printed_scores = figures.filter(pl.col("measure") == "score").select(
        *ROW,
        score_published="value",
        half_width_published="half_width",
        status_published="status",
        doubts_published="doubts",
    )
    printed_ranks = figures.filter(pl.col("measure") == "rank").select(
        *ROW, rank_published=pl.col("value").cast(pl.Int64)
    )
    computed = pl.concat(
        [computed_pillars(tables, own) for own in edition_structures(tables).values() if own.foundation and own.pillars]
    )
    grid = unit_grid(tables["core.figures"], tables["provinces"], indicators)
    frame = (
        grid.join(pl.DataFrame({"indicator": pillars}), how="cross")
        .join(printed_scores, on=ROW, how="left")
        .join(printed_ranks, on=ROW, how="left")
        .join(computed, on=ROW, how="left")
    )
    known = frame.select(
        *ROW,
        score=pl.coalesce("score_computed", "score_published"),
        error_half_width=pl.coalesce("half_width_computed", "half_width_published"),
        doubts=pl.when(pl.col("score_computed").is_not_null()).then("doubts_computed").otherwise("doubts_published"),
    )
    cast = means_of_members(known, tables["provinces"], ["edition", "indicator"]).select(
        *ROW, score_cast="score", half_width_cast="error_half_width", doubts_cast="doubts"
    )
    frame = (
        frame.join(cast, on=ROW, how="left")
        .with_columns(score=pl.coalesce("score_computed", "score_published", "score_cast"))
        .with_columns(
            status_cast=pl.when(pl.col("score_cast").is_not_null()).then(pl.lit("computed")),
        )
    )
    rule = (
        pl.when(pl.col("score_computed").is_not_null())
        .then(pl.lit("from_components"))
        .when(pl.col("score_published").is_not_null())
        .then(pl.lit("as_printed"))
        .when(pl.col("score_cast").is_not_null())
        .then(pl.lit("mean_of_members"))
    )
    return frame.select(
        *ROW,
        "score",
        rank=pl.coalesce(competition_rank("score", [*TABLE, "indicator"]), "rank_published"),
        score_published="score_published",
        rank_published="rank_published",
        status=pl.coalesce("status_computed", "status_published", "status_cast", pl.lit("not_read")),
        rule=rule,
        basis=pl.when(rule == "mean_of_members").then(pl.lit("computed")),
        doubts=pl.when(rule == "mean_of_members").then("doubts_cast"),
        error_half_width=pl.coalesce("half_width_computed", "half_width_published", "half_width_cast"),
    )


def computed_pillars(tables: dict[str, pl.DataFrame], structure: Structure) -> pl.DataFrame:
    """Pillars of every unit whose parts are known, with half-width and status, for one edition."""
    parts = list(structure.parts)
    own = tables["component_scores"].filter(
        (pl.col("edition") == structure.edition)
        & pl.col("indicator").is_in(parts)
        # a part that follows from the printed pillars says nothing new about them
        & (pl.col("rule") != "from_pillars").fill_null(True)
    )
    status = own.filter(pl.col("indicator") == parts[0]).select(
        *KEY, status_computed="status", doubts_computed="doubts"
    )
    total = tables["province_rankings"].select(*KEY, total_error="error_half_width")
    wide = (
        own.pivot("indicator", on_columns=parts, index=KEY, values=["score", "error_half_width"])
        .drop_nulls([f"score_{name}" for name in parts])
        .join(status, on=KEY)
        .join(total, on=KEY)
    )
    scores = pillars_from_components(wide.select(f"score_{name}" for name in parts).to_numpy(), structure.points)
    errors = wide.select("total_error", *(f"error_half_width_{name}" for name in structure.activities)).to_numpy()
    half_widths = error_half_width(pillars_from_printed(structure.points), np.atleast_2d(errors))
    return pl.concat(
        wide.select(
            *KEY,
            "status_computed",
            "doubts_computed",
            indicator=pl.lit(pillar),
            score_computed=pl.Series(scores[:, column], dtype=pl.Float64),
            half_width_computed=pl.Series(half_widths[:, column], dtype=pl.Float64),
        )
        for column, pillar in enumerate(structure.pillars)
    )
