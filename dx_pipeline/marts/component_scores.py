"""Component scores of every edition that has components, and the foundation derived from them."""

from __future__ import annotations

import polars as pl

from dx_pipeline.index.doubt import union_doubts, weakest_basis
from dx_pipeline.index.identities import derive_foundation, error_half_width, parts_from_pillars, parts_from_printed
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
    """One row per unit and component; the foundation is (total y - sum of activity points) / foundation points (M2).

    A unit whose component nobody prints has the mean of its members' where all of them are known (M20, M29).
    """
    structures = {year: own for year, own in edition_structures(tables).items() if own.foundation}
    figures = tables["core.figures"]
    scores = chosen(figures, "score").select(
        *ROW, "doubts", score="value", error_half_width="half_width", printed_status="status"
    )
    ranks = chosen(figures, "rank").select(*ROW, rank_published=pl.col("value").cast(pl.Int64))
    derived = pl.concat([foundation_scores(scores, own) for own in structures.values()])
    is_derived = pl.col("indicator").is_in(set(derived["indicator"]))
    printed = pl.concat([scores.filter(~is_derived), derived], how="diagonal")
    backwards = pl.concat([parts_of_pillars(scores, own) for own in structures.values() if own.pillars])
    backwards = backwards.join(printed.drop_nulls("score"), on=ROW, how="anti")
    components = pl.DataFrame(
        [(year, name) for year, own in structures.items() for name in (*own.foundation, *own.parts)],
        schema=["edition", "indicator"],
        orient="row",
    )
    grid = unit_grid(tables).join(components, on="edition")
    known = grid.join(pl.concat([printed, backwards], how="diagonal"), on=ROW, how="left")
    bases = {year: own.basis_or("computed") for year, own in structures.items()}
    cast = means_of_members(known, tables["provinces"], ["edition", "indicator"]).with_columns(
        printed_status=pl.when(is_derived).then(pl.col("edition").replace_strict(bases)).otherwise(pl.lit("computed")),
        rule=pl.lit("mean_of_members"),
    )
    missing = known.filter(pl.col("score").is_null()).select(ROW)
    known = known.drop_nulls("score").with_columns(
        rule=pl.coalesce("rule", first_true({"from_overall": is_derived}, "as_printed"))
    )
    weights = tables["indicator_weights"].select("edition", "indicator", "weight", weight_basis="basis")
    frame = (
        pl.concat([known, missing.join(cast, on=ROW, how="left")], how="diagonal")
        .join(ranks, on=ROW, how="left")
        .join(weights, on=["edition", "indicator"], how="left")
    )
    from_members = pl.col("rule") == "mean_of_members"
    points = 1000 * pl.col("weight") * pl.col("score")
    points_basis = weakest_basis([pl.lit("computed"), pl.col("weight_basis"), pl.col("printed_status")])
    return frame.select(
        pl.col(*ROW, "score", "rank_published", "rule", "error_half_width", "score_from_parts"),
        points=points,
        rank=pl.coalesce(competition_rank("score", [*TABLE, "indicator"]), "rank_published"),
        status=pl.col("printed_status").fill_null("not_read"),
        basis=pl.when(from_members).then("printed_status"),
        doubts=pl.when(from_members).then("doubts"),
        points_basis=pl.when(from_members & points.is_not_null()).then(points_basis),
        points_doubts=pl.when(from_members & points.is_not_null()).then("doubts"),
    )


def foundation_scores(scores: pl.DataFrame, structure: Structure) -> pl.DataFrame:
    """The foundation wherever overall and the activities are printed (M2), for one edition.

    Args:
        scores: edition, unit_system, province_id, indicator, score, error_half_width, doubts.
        structure: how the edition's overall is put together.

    Returns:
        edition, unit_system, province_id, indicator, score, error_half_width, `printed_status` (derived, or the basis
        of the points where no text states them) and `score_from_parts`, the mean of the printed components of the
        foundation, weighted by their points, where all are printed.
    """
    own = scores.filter(pl.col("edition") == structure.edition)
    wide = side_by_side(own, structure.printed, "error_half_width", "doubts")
    printed = matrix(wide, *(f"score_{name}" for name in structure.printed))
    errors = matrix(wide, *(f"error_half_width_{name}" for name in structure.printed))
    shares = pl.DataFrame({"indicator": list(structure.foundation), "share": list(structure.foundation.values())})
    five = (
        own.join(shares, on="indicator")
        .filter(pl.len().over(KEY) == len(structure.foundation))
        .group_by(KEY)
        .agg(score_from_parts=(pl.col("score") * pl.col("share")).sum() / pl.col("share").sum())
    )
    return wide.select(
        *KEY,
        indicator=pl.lit(structure.parts[0]),
        doubts=union_doubts([pl.col(f"doubts_{name}") for name in structure.printed]),
        score=pl.Series(derive_foundation(printed[:, 0], printed[:, 1:], structure.points), dtype=pl.Float64),
        error_half_width=pl.Series(error_half_width(parts_from_printed(structure.points)[0], errors), dtype=pl.Float64),
        printed_status=pl.lit(structure.basis_or("derived")),
    ).join(five, on=KEY, how="left")


def parts_of_pillars(scores: pl.DataFrame, structure: Structure) -> pl.DataFrame:
    """The parts wherever all pillars and the overall are printed (M2 backwards), for one edition.

    Takes the same as `foundation_scores`.

    Returns:
        edition, unit_system, province_id, indicator, score, error_half_width, `printed_status` and `rule`.
    """
    printed = [*structure.pillars, structure.overall]
    wide = side_by_side(scores.filter(pl.col("edition") == structure.edition), printed, "error_half_width")
    inverse = parts_from_pillars(structure.points)
    values = matrix(wide, *(f"score_{name}" for name in printed)) @ inverse.T
    errors = error_half_width(inverse, matrix(wide, *(f"error_half_width_{name}" for name in printed)))
    return pl.concat(
        wide.select(
            *KEY,
            indicator=pl.lit(part),
            score=pl.Series(values[:, place], dtype=pl.Float64),
            error_half_width=pl.Series(errors[:, place], dtype=pl.Float64),
            printed_status=pl.lit(structure.basis_or("derived")),
            rule=pl.lit("from_pillars"),
        )
        for place, part in enumerate(structure.parts)
    ).filter(pl.col("score").is_between(0, 1))
