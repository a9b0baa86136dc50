"""Which units and editions there are, which units went into later ones, and the later ones as means over these."""

from __future__ import annotations

import numpy as np
import polars as pl

from dx_pipeline.index.doubt import union_doubts_of_group
from dx_pipeline.index.merger import merge_scores

UNIT = ["unit_system", "province_id"]
TABLE = ["edition", "unit_system"]


def unit_grid(figures: pl.DataFrame, provinces: pl.DataFrame, indicators: pl.DataFrame) -> pl.DataFrame:
    """Every unit of every edition: edition, unit_system, province_id, province_vi, province_en.

    An edition has the systems it was printed for, and those that came out of them later: these are computed from their
    members. A new edition or system is a file, not a line of code.

    Args:
        figures: `core.figures`.
        provinces: the mart of that name.
        indicators: the codes of the index; figures of other indices say nothing about its editions.
    """
    roles = indicators.filter(pl.col("role").is_in(["overall", "pillar", "foundation", "activity"]))
    printed = figures.filter(pl.col("indicator").is_in(roles["indicator"].to_list()) & (pl.col("status") != "rejected"))
    tables = printed.select(*TABLE).unique()
    for earlier, later in successions(provinces).items():
        follows = tables.filter(pl.col("unit_system") == earlier).with_columns(unit_system=pl.lit(later))
        tables = pl.concat([tables, follows], how="vertical_relaxed").unique()
    units = provinces.select(*UNIT, province_vi="name_vi", province_en="name_en")
    return tables.sort(*TABLE).join(units, on="unit_system", how="inner", maintain_order="left")


def successions(provinces: pl.DataFrame) -> dict[int, int]:
    """Unit system -> the one that replaced it, the oldest first."""
    replaced = provinces.sort(pl.col("valid_from").fill_null(pl.date(1, 1, 1))).drop_nulls("successor_system")
    return dict(replaced.select("unit_system", "successor_system").unique(maintain_order=True).iter_rows())


def memberships(provinces: pl.DataFrame) -> pl.DataFrame:
    """unit_system, province_id of a later unit; member_system, member_id of each unit that went into it."""
    return (
        provinces.drop_nulls(["successor_system", "successor_id"])
        .select(
            unit_system="successor_system",
            province_id="successor_id",
            member_system="unit_system",
            member_id="province_id",
        )
        .sort("unit_system", "province_id", "member_id")
    )


def means_of_members(scores: pl.DataFrame, provinces: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Scores of later units as plain means of their members', where all members' are known (M20, M29).

    Args:
        scores: `by`, unit_system, province_id, score, error_half_width (null where unknown), doubts.
        provinces: the mart of that name.
        by: columns that name a score beside the unit (edition, indicator).

    Returns:
        `by`, unit_system, province_id, score, error_half_width (of a mean of figures that share none), and the doubts
        of all members.
    """
    known = scores.filter(pl.col("score").is_not_null())
    sizes = memberships(provinces).group_by(UNIT).agg(n_members=pl.len())
    joined = memberships(provinces).join(
        known, left_on=["member_system", "member_id"], right_on=UNIT, how="inner", maintain_order="left"
    )
    return (
        joined.group_by(*by, *UNIT, maintain_order=True)
        .agg(
            pl.col("score").mean(),
            error_half_width=pl.when(pl.col("error_half_width").is_not_null().all()).then(
                pl.col("error_half_width").mean()
            ),
            doubts=union_doubts_of_group(pl.col("doubts")),
            n_known=pl.len(),
        )
        .join(sizes, on=UNIT)
        .filter(pl.col("n_known") == pl.col("n_members"))
        .drop("n_known", "n_members")
    )


def merged(scores: pl.DataFrame, provinces: pl.DataFrame, endowments: pl.DataFrame) -> pl.DataFrame:
    """Plain and population-weighted mean of one score column over the members of each unit, edition by edition (M20).

    A unit with a member of unknown score gets neither, one with a member of unknown population no weighted mean; its
    row stays. Population is that of the edition's year.

    Args:
        scores: edition, unit_system, province_id, score, error_half_width, doubts of the old units.
        provinces: table of units with successor_id.
        endowments: holds population by year and unit.

    Returns:
        edition, unit_system, province_id, score_mean, score_population_weighted, members (ids, comma-separated),
        missing (ids of members without a score), error_half_width and doubts of the plain mean.
    """
    population = endowments.filter(pl.col("indicator") == "population").select(
        *UNIT, edition="year", population="value"
    )
    frames = []
    for (later, _), members in memberships(provinces).group_by("unit_system", "member_system", maintain_order=True):
        old = members.select(unit_system="member_system", province_id="member_id", successor_id="province_id")
        own = old.join(scores, on=UNIT, how="left")
        counted = own.filter(pl.col("score").is_not_null()).group_by("edition").len()
        # of other editions single figures are known, no table
        for edition in sorted(counted.filter(2 * pl.col("len") > old.height)["edition"]):
            known = (
                old.join(scores.filter(pl.col("edition") == edition).drop("edition"), on=UNIT, how="left")
                .join(population.filter(pl.col("edition") == edition).drop("edition"), on=UNIT, how="left")
                .sort("successor_id", "province_id")
            )
            frames.append(
                _means(known).with_columns(edition=pl.lit(edition), unit_system=pl.lit(later, dtype=pl.Int64))
            )
    return pl.concat(frames, how="diagonal").rename({"successor_id": "province_id"})


def _means(known: pl.DataFrame) -> pl.DataFrame:
    """successor_id, members, missing and the two means, from successor_id, province_id, score, population."""
    units = known.group_by("successor_id", maintain_order=True).agg(
        pl.col("province_id").str.join(", ").alias("members"),
        pl.col("province_id").filter(pl.col("score").is_null()).str.join(", ").alias("missing"),
        pl.when(pl.col("score").is_not_null().all()).then(pl.col("error_half_width").mean()).alias("error_half_width"),
        pl.when(pl.col("score").is_not_null().all()).then(union_doubts_of_group(pl.col("doubts"))).alias("doubts"),
    )
    usable = known.filter(pl.col("score").is_not_null().all().over("successor_id"))
    result = pl.DataFrame(schema={"successor_id": pl.String, "score_mean": pl.Float64})
    if usable.height:
        means = merge_scores(
            usable["score"].to_numpy()[:, None],
            usable["successor_id"].to_list(),
            usable["population"].cast(pl.Float64).fill_null(np.nan).to_numpy(),
        )
        result = pl.DataFrame(
            {
                "successor_id": means.units.tolist(),
                "score_mean": means.mean[:, 0],
                "score_population_weighted": means.population_weighted[:, 0],
            }
        )
    return units.join(result, on="successor_id", how="left")


def reasons() -> dict[str, pl.Expr]:
    """Why a merged score is missing, in each language; null where it is not."""
    gap = pl.col("score_mean").is_null()
    return {
        "reason": pl.when(gap).then(pl.lit("not_read: no score is known for ") + pl.col("missing")),
        "reason_vi": pl.when(gap).then(pl.lit("chưa đọc được: chưa biết điểm của ") + pl.col("missing")),
    }
