"""Which units and editions there are, which units went into later ones, and the later ones as means over these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from dx_pipeline.index.arrays import FloatArray, IndexInputError
from dx_pipeline.index.doubt import union_doubts_of_group

UNIT = ["unit_system", "province_id"]
TABLE = ["edition", "unit_system"]
KEY = [*TABLE, "province_id"]
ROW = [*KEY, "indicator"]


def first_true(conditions: Mapping[str, pl.Expr | str], otherwise: str | None = None) -> pl.Expr:
    """The text whose condition (a column or an expression) is the first to hold."""
    told = [pl.when(condition).then(pl.lit(text)) for text, condition in conditions.items()]
    return pl.coalesce(*told, pl.lit(otherwise, dtype=pl.String))


def unit_grid(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Every unit of every edition: edition, unit_system, province_id, province_vi, province_en.

    An edition has the systems it was printed for, and those that came out of them later: these are computed from their
    members. A new edition or system is a file, not a line of code.

    Figures of other indices say nothing about the editions of this one.
    """
    figures, provinces, indicators = tables["core.figures"], tables["provinces"], tables["indicators"]
    codes = indicators.filter(pl.col("role").is_in(["overall", "pillar", "foundation", "activity"]))["indicator"]
    printed = figures.filter(pl.col("indicator").is_in(codes.to_list()) & (pl.col("status") != "rejected"))
    editions = printed.select(*TABLE).unique()
    for earlier, later in successions(provinces).items():
        follows = editions.filter(pl.col("unit_system") == earlier).with_columns(unit_system=pl.lit(later))
        editions = pl.concat([editions, follows], how="vertical_relaxed").unique()
    units = provinces.select(*UNIT, province_vi="name_vi", province_en="name_en")
    return editions.sort(*TABLE).join(units, on="unit_system", how="inner", maintain_order="left")


def scored(rankings: pl.DataFrame) -> pl.DataFrame:
    """The rows of editions in which every unit of a system has a score, by system, edition and unit."""
    known = pl.col("score").is_not_null().all().over(TABLE)
    return rankings.filter(known).sort("unit_system", "edition", "province_id")


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


def chosen(figures: pl.DataFrame, measure: str) -> pl.DataFrame:
    """The chosen figures of one measure."""
    return figures.filter(pl.col("chosen") & (pl.col("measure") == measure))


def side_by_side(scores: pl.DataFrame, codes: Sequence[str], *values: str) -> pl.DataFrame:
    """One row a unit and edition in which the scores of all codes are known: KEY, and `<value>_<code>` for each value.

    Args:
        scores: ROW, score and the further values.
        codes: indicators.
        values: columns besides the score.
    """
    own = scores.filter(pl.col("indicator").is_in(codes))
    wide = own.pivot("indicator", on_columns=list(codes), index=KEY, values=["score", *values])
    return wide.drop_nulls([f"score_{code}" for code in codes])


def matrix(wide: pl.DataFrame, *columns: str) -> FloatArray:
    """Columns of numbers as an array of shape (rows, columns), also where there is no row."""
    return np.atleast_2d(wide.select(columns).to_numpy().astype(np.float64))


def means_of_members(scores: pl.DataFrame, provinces: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Scores of later units as plain means of their members', where all members' are known (M20, M29).

    Args:
        scores: `by`, unit_system, province_id, score, error_half_width (null where unknown), doubts; a row for every
            unit.
        provinces: the mart of that name.
        by: columns that name a score beside the unit (edition, indicator).

    Returns:
        `by`, unit_system, province_id, score, error_half_width (of a mean of figures that share none), and the doubts
        of all members.
    """
    return (
        memberships(provinces)
        .join(scores, left_on=["member_system", "member_id"], right_on=UNIT, maintain_order="left")
        .filter(pl.col("score").is_not_null().all().over(*by, *UNIT))
        .group_by(*by, *UNIT, maintain_order=True)
        .agg(
            pl.col("score").mean(),
            error_half_width=_of_all("error_half_width", pl.col("error_half_width").mean()),
            doubts=union_doubts_of_group(pl.col("doubts")),
        )
    )


def _of_all(column: str, value: pl.Expr) -> pl.Expr:
    """A value of a group in which the column is known of all; else null."""
    return pl.when(pl.col(column).is_not_null().all()).then(value)


def merged(scores: pl.DataFrame, provinces: pl.DataFrame, endowments: pl.DataFrame) -> pl.DataFrame:
    """Plain and population-weighted mean of one score column over the members of each unit, edition by edition (M20).

    The published rule of 2024 is the plain mean; earlier editions are our own back-cast by it, and the weighted mean is
    an alternative that nobody published. A unit with a member of unknown score gets neither, one with a member of
    unknown population no weighted mean; its row stays. Population is that of the edition's year.

    Args:
        scores: edition, unit_system, province_id, score, error_half_width, doubts of the old units.
        provinces: table of units with successor_id.
        endowments: holds population by year and unit.

    Returns:
        edition, unit_system, province_id, score_mean, score_population_weighted, members (ids, comma-separated),
        missing (ids of members without a score), error_half_width and doubts of the plain mean.

    Raises:
        IndexInputError: a population is not positive.
    """
    members = memberships(provinces)
    people = endowments.filter(pl.col("indicator") == "population").select(*UNIT, edition="year", people="value")
    of_member = {"left_on": ["edition", "member_system", "member_id"], "right_on": ["edition", *UNIT], "how": "left"}
    known = (
        members.join(scores.select("edition").unique(), how="cross")
        .join(scores, **of_member)  # type: ignore[arg-type]
        .join(people, **of_member)  # type: ignore[arg-type]
        # of other editions single figures are known, no table
        .filter(2 * pl.col("score").count().over("edition", "unit_system") > pl.len().over("edition", "unit_system"))
        .sort("edition", *UNIT, "member_id")
    )
    if (known["people"] <= 0).any():
        raise IndexInputError("populations: expected positive numbers")
    weighted = (pl.col("score") * pl.col("people")).sum() / pl.col("people").sum()
    return known.group_by("edition", *UNIT, maintain_order=True).agg(
        score_mean=_of_all("score", pl.col("score").mean()),
        score_population_weighted=_of_all("score", _of_all("people", weighted)),
        members=pl.col("member_id").str.join(", "),
        missing=pl.col("member_id").filter(pl.col("score").is_null()).str.join(", "),
        error_half_width=_of_all("score", pl.col("error_half_width").mean()),
        doubts=_of_all("score", union_doubts_of_group(pl.col("doubts"))),
    )


def reasons() -> dict[str, pl.Expr]:
    """Why a merged score is missing, in each language; null where it is not."""
    gap = pl.col("score_mean").is_null()
    return {
        "reason": pl.when(gap).then(pl.lit("not_read: no score is known for ") + pl.col("missing")),
        "reason_vi": pl.when(gap).then(pl.lit("chưa đọc được: chưa biết điểm của ") + pl.col("missing")),
    }
