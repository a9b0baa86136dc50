"""Component scores of every edition that has components, and the foundation derived from them."""

from __future__ import annotations

import numpy as np
import polars as pl

from dx_pipeline.index.doubt import union_doubts, weakest_basis
from dx_pipeline.index.identities import derive_foundation, error_half_width, parts_from_pillars, parts_from_printed
from dx_pipeline.index.ranks import competition_rank
from dx_pipeline.index.structure import Structure
from dx_pipeline.marts._arrays import edition_structures
from dx_pipeline.marts._units import TABLE, means_of_members, unit_grid

KEY = [*TABLE, "province_id"]
ROW = [*KEY, "indicator"]


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per unit and component; the foundation is (total y - sum of activity points) / foundation points (M2).

    A unit whose component nobody prints has the mean of its members' where all of them are known (M20, M29).
    """
    structures = {year: own for year, own in edition_structures(tables).items() if own.foundation}
    figures = tables["core.figures"].filter(pl.col("chosen"))
    scores = figures.filter(pl.col("measure") == "score").select(
        *ROW, "doubts", score="value", error_half_width="half_width", printed_status="status"
    )
    ranks = figures.filter(pl.col("measure") == "rank").select(*ROW, rank_published=pl.col("value").cast(pl.Int64))
    derived = pl.concat([foundation_scores(scores, own) for own in structures.values()])
    foundations = set(derived["indicator"])
    printed = pl.concat([scores.filter(~pl.col("indicator").is_in(foundations)), derived], how="diagonal")
    backwards = pl.concat([parts_of_pillars(scores, own) for own in structures.values() if own.pillars])
    backwards = backwards.join(printed.filter(pl.col("score").is_not_null()), on=ROW, how="anti")
    printed = pl.concat([printed.with_columns(rule=pl.lit(None, dtype=pl.String)), backwards], how="diagonal")
    components = pl.DataFrame(
        [(year, name) for year, own in structures.items() for name in (*own.foundation, *own.parts)],
        schema=["edition", "indicator"],
        orient="row",
    )
    grid = unit_grid(tables["core.figures"], tables["provinces"], tables["indicators"]).join(components, on="edition")
    known = grid.join(printed, on=ROW, how="left")
    solved = [year for year, own in structures.items() if own.basis != "stated"]
    is_derived = pl.col("indicator").is_in(foundations)
    cast = means_of_members(known.drop("rule"), tables["provinces"], ["edition", "indicator"]).with_columns(
        printed_status=pl.when(is_derived & pl.col("edition").is_in(solved))
        .then(pl.col("edition").replace_strict({year: structures[year].basis for year in structures}))
        .otherwise(pl.lit("computed"))
    )
    missing = known.filter(pl.col("score").is_null()).select(ROW)
    known = known.filter(pl.col("score").is_not_null()).with_columns(
        rule=pl.coalesce("rule", pl.when(is_derived).then(pl.lit("from_overall")).otherwise(pl.lit("as_printed")))
    )
    cast = cast.with_columns(rule=pl.lit("mean_of_members"))
    frame = pl.concat([known, missing.join(cast, on=ROW, how="left")], how="diagonal").join(ranks, on=ROW, how="left")
    weights = tables["indicator_weights"].select("edition", "indicator", "weight", weight_basis="basis")
    frame = frame.join(weights, on=["edition", "indicator"], how="left")
    from_members = pl.col("rule") == "mean_of_members"
    known_points = (pl.col("weight") * pl.col("score")).is_not_null()
    points_basis = weakest_basis([pl.lit("computed"), pl.col("weight_basis"), pl.col("printed_status")])
    return frame.select(
        *ROW,
        "score",
        points=1000 * pl.col("weight") * pl.col("score"),
        rank=pl.coalesce(competition_rank("score", [*TABLE, "indicator"]), "rank_published"),
        rank_published="rank_published",
        status=pl.col("printed_status").fill_null("not_read"),
        rule="rule",
        basis=pl.when(from_members).then("printed_status"),
        doubts=pl.when(from_members).then("doubts"),
        points_basis=pl.when(from_members & known_points).then(points_basis),
        points_doubts=pl.when(from_members & known_points).then("doubts"),
        error_half_width="error_half_width",
        score_from_parts="score_from_parts",
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
    figures = own.filter(pl.col("indicator").is_in(structure.printed))
    wide = figures.pivot(
        "indicator", on_columns=list(structure.printed), index=KEY, values=["score", "error_half_width", "doubts"]
    )
    wide = wide.drop_nulls([f"score_{name}" for name in structure.printed])
    printed = wide.select(f"score_{name}" for name in structure.printed).to_numpy()
    errors = wide.select(f"error_half_width_{name}" for name in structure.printed).to_numpy()
    shares = pl.DataFrame({"indicator": list(structure.foundation), "share": list(structure.foundation.values())})
    five = (
        own.join(shares, on="indicator")
        .group_by(KEY)
        .agg(n=pl.len(), score_from_parts=(pl.col("score") * pl.col("share")).sum() / pl.col("share").sum())
        .filter(pl.col("n") == len(structure.foundation))
        .drop("n")
    )
    return wide.select(
        *KEY,
        indicator=pl.lit(structure.parts[0]),
        doubts=union_doubts([pl.col(f"doubts_{name}") for name in structure.printed]),
        score=pl.Series(derive_foundation(printed[:, 0], printed[:, 1:], structure.points), dtype=pl.Float64),
        error_half_width=pl.Series(
            error_half_width(parts_from_printed(structure.points)[0], np.atleast_2d(errors)), dtype=pl.Float64
        ),
        printed_status=pl.lit("derived" if structure.basis == "stated" else structure.basis),
    ).join(five, on=KEY, how="left")


def parts_of_pillars(scores: pl.DataFrame, structure: Structure) -> pl.DataFrame:
    """The parts wherever all pillars and the overall are printed (M2 backwards), for one edition.

    Args:
        scores: edition, unit_system, province_id, indicator, score, error_half_width, doubts.
        structure: how the edition's overall and pillars are put together.

    Returns:
        edition, unit_system, province_id, indicator, score, error_half_width, `printed_status` and `rule`.
    """
    printed = [*structure.pillars, structure.overall]
    own = scores.filter((pl.col("edition") == structure.edition) & pl.col("indicator").is_in(printed))
    wide = own.pivot("indicator", on_columns=printed, index=KEY, values=["score", "error_half_width"])
    wide = wide.drop_nulls([f"score_{name}" for name in printed])
    inverse = parts_from_pillars(structure.points)
    values = wide.select(f"score_{name}" for name in printed).to_numpy() @ inverse.T
    errors = np.atleast_2d(wide.select(f"error_half_width_{name}" for name in printed).to_numpy())
    return pl.concat(
        wide.select(
            *KEY,
            indicator=pl.lit(part),
            score=pl.Series(values[:, place], dtype=pl.Float64),
            error_half_width=pl.Series(error_half_width(inverse[place], errors), dtype=pl.Float64),
            printed_status=pl.lit("derived" if structure.basis == "stated" else structure.basis),
            rule=pl.lit("from_pillars"),
        )
        for place, part in enumerate(structure.parts)
    ).filter(pl.col("score").is_between(0, 1))
