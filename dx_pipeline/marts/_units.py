"""Which units and editions there are, and which units went into later ones: read from figures and provinces."""

from __future__ import annotations

import polars as pl

from dx_pipeline.index.doubt import union_doubts_of_group

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
