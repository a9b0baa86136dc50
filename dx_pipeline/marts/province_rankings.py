"""Overall score and rank of every unit of every edition."""

from __future__ import annotations

import polars as pl

from dx_pipeline.index.doubt import doubts_where, tie_hidden, union_doubts
from dx_pipeline.index.ranks import competition_rank
from dx_pipeline.index.structure import Structure
from dx_pipeline.marts._arrays import edition_structures, with_rank_interval
from dx_pipeline.marts._units import KEY, TABLE, chosen, first_true, means_of_members, unit_grid

#: why a score and a rank, a rank, or a score that a rank was derived with or without is missing, in each language
MISSING = {
    "reason": (
        "not_read: no source read here prints a score or a rank",
        "not_read: no printed rank, and the scores of the edition are not all known",
        "not_read: the rank follows from a stated change, no source read here prints the score",
        "not_read: the rank is printed, no source read here prints the score",
    ),
    "reason_vi": (
        "chưa đọc được: không nguồn nào đã đọc in điểm hoặc hạng",
        "chưa đọc được: không có hạng in, và chưa biết hết điểm của kỳ này",
        "chưa đọc được: hạng suy từ mức thay đổi đã in, không nguồn nào đã đọc in điểm",
        "chưa đọc được: có in hạng, không nguồn nào đã đọc in điểm",
    ),
}


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Published rank where known, otherwise the competition rank of the scores where all of them are known (M3).

    A unit for which nothing was printed has the mean of its members' scores where all of them are known (M20).
    """
    figures, indicators = tables["core.figures"], tables["indicators"]
    overall = figures.filter(pl.col("indicator") == indicators.filter(pl.col("role") == "overall")["indicator"].item())
    scores = chosen(overall, "score").select(
        *KEY,
        "doubts",
        score="value",
        error_half_width="half_width",
        score_status="status",
        score_source="source_id",
        score_locator="locator",
    )
    ranks = chosen(overall, "rank").select(
        *KEY,
        rank_published=pl.col("value").cast(pl.Int64),
        rank_published_kind="kind",
        rank_source="source_id",
        rank_locator="locator",
    )
    backwards = pl.concat([overall_of_parts(figures, own) for own in edition_structures(tables).values()])
    scores = pl.concat([scores, backwards.join(scores, on=KEY, how="anti")], how="diagonal")
    printed = unit_grid(tables).join(scores, on=KEY, how="left").join(ranks, on=KEY, how="left")
    cast = means_of_members(printed, tables["provinces"], ["edition"]).select(
        *KEY, cast_score="score", cast_error="error_half_width", score_doubts="doubts"
    )
    is_printed = pl.col("score").is_not_null()
    frame = printed.join(cast, on=KEY, how="left", maintain_order="left").with_columns(
        n_units=pl.len().over(TABLE).cast(pl.Int64),
        error_half_width=pl.when(is_printed).then("error_half_width").otherwise("cast_error"),
        score_status=pl.when(is_printed)
        .then("score_status")
        .otherwise(first_true({"computed": pl.col("cast_score").is_not_null()}, "not_read")),
        score=pl.coalesce("score", "cast_score"),
        # of a printed score the doubts come from its figure, as the contract declares
        score_doubts=pl.when(~is_printed).then("score_doubts"),
    )
    frame = frame.with_columns(rank_computed=competition_rank("score", TABLE)).with_columns(
        rank=pl.coalesce("rank_published", "rank_computed")
    )
    is_computed = pl.col("score_status") == "computed"
    by_score = pl.col("rank_published").is_null()
    frame = with_rank_interval(frame, "score", is_computed).with_columns(
        # of a published rank the rank itself
        pl.when(by_score).then(name).otherwise("rank_published").alias(name)
        for name in ("rank_low", "rank_high")
    )
    undecided = by_score & (pl.col("rank_low") < pl.col("rank_high"))
    arising = {
        "tie_hidden": tie_hidden(pl.col("score"), pl.col("rank"), TABLE),
        "within_error": undecided & is_computed,
    }
    from_members = by_score & is_computed & pl.col("rank").is_not_null()
    # a column before it is used again: an expression used again is computed for each use
    frame = frame.with_columns(
        rank_doubts=union_doubts([pl.when(from_members).then("score_doubts"), doubts_where(arising)])
    )
    no_score, no_rank = pl.col("score").is_null(), pl.col("rank").is_null()
    derived = pl.col("rank_published_kind") == "derived"
    missing = (no_score & no_rank, no_rank, no_score & derived, no_score)
    return frame.select(
        pl.col(*KEY, "province_vi", "province_en", "score", "score_status", "score_doubts", "error_half_width", "rank"),
        pl.col("rank_published", "rank_published_kind", "rank_computed", "rank_low", "rank_high", "rank_doubts"),
        pl.col("n_units"),
        score_basis=first_true({"computed": is_computed}),
        within_error=pl.col("rank").is_not_null() & undecided.fill_null(False),
        rank_basis=first_true({"computed": from_members}),
        basis=first_true({"computed": is_computed}),
        doubts=union_doubts([pl.col("score_doubts"), pl.col("rank_doubts")]),
        percentile=(pl.col("n_units") - pl.col("rank")) / (pl.col("n_units") - 1),
        n_ranked=pl.col("rank").count().over(TABLE).cast(pl.Int64),
        status=first_true({"not_read": no_rank, "computed": by_score, "derived": derived}, "published"),
        source_id=pl.when(by_score).then("score_source").otherwise("rank_source"),
        locator=pl.when(by_score).then("score_locator").otherwise("rank_locator"),
        **{name: first_true(dict(zip(texts, missing, strict=True))) for name, texts in MISSING.items()},
    )


def overall_of_parts(figures: pl.DataFrame, structure: Structure) -> pl.DataFrame:
    """The overall wherever all its parts are printed (M2), in an edition whose parts are the pillars themselves.

    Returns:
        edition, unit_system, province_id, score, error_half_width, score_status; no row for other editions.
    """
    parts = [] if structure.foundation else list(structure.parts)
    own = chosen(figures, "score").filter((pl.col("edition") == structure.edition) & pl.col("indicator").is_in(parts))
    shares = pl.DataFrame({"indicator": list(structure.parts), "share": structure.weights})
    return (
        own.join(shares, on="indicator")
        .filter(pl.len().over(KEY) == len(parts))
        .group_by(KEY, maintain_order=True)
        .agg(
            score=(pl.col("value") * pl.col("share")).sum(),
            error_half_width=(pl.col("half_width") * pl.col("share")).sum(),
            score_status=pl.lit("from_parts"),
        )
    )
