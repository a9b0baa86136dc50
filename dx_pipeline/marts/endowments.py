"""What each unit starts from, of the old units as published and of the new ones from their members."""

from __future__ import annotations

import polars as pl

from dx_pipeline.marts._units import UNIT, memberships

YEAR = ["year", *UNIT]


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a unit, year and endowment of `raw.endowments`, for every year in which any unit has the figure.

    A figure of a new unit that nobody prints is the sum of its members', or their mean weighted by `weighted_by` (GRDP
    per head by population): exact, because the weighted figures are themselves ratios to that weight. With a member
    unknown it is null, and the reason names the member.
    """
    declared = tables["raw.endowments"].select("indicator", "weighted_by", "scale")
    wanted = pl.concat([declared["indicator"], declared["weighted_by"].drop_nulls()]).unique().to_list()
    figures = (
        tables["external_indicators"]
        .filter((pl.col("measure") == "value") & pl.col("value").is_not_null() & pl.col("indicator").is_in(wanted))
        .select(*YEAR, "indicator", "value", "unit")
        .unique([*YEAR, "indicator"], keep="first", maintain_order=True)
    )
    units = tables["provinces"].select(UNIT)
    years = figures.join(declared, on="indicator").select("year", "indicator", "weighted_by", "scale", "unit").unique(
        ["year", "indicator"]
    )  # fmt: skip
    cast = _from_members(figures, declared, tables["provinces"])
    frame = (
        years.join(units, how="cross")
        .join(figures.drop("unit"), on=[*YEAR, "indicator"], how="left")
        .join(cast, on=[*YEAR, "indicator"], how="left")
    )
    printed, computed = pl.col("value").is_not_null(), pl.col("value_cast").is_not_null()
    gap = ~printed & ~computed
    return frame.select(
        *YEAR,
        "indicator",
        value=pl.coalesce("value", "value_cast"),
        unit="unit",
        scale="scale",
        rule=pl.when(printed)
        .then(pl.lit("as_published"))
        .when(computed & pl.col("weighted_by").is_null())
        .then(pl.lit("sum_of_members"))
        .when(computed)
        .then(pl.lit("weighted_mean_of_members")),
        weighted_by=pl.when(~printed & computed).then("weighted_by"),
        status=pl.when(printed).then(pl.lit("published")).when(computed).then(pl.lit("computed")).otherwise(
            pl.lit("not_read")
        ),
        reason=pl.when(gap).then(
            pl.lit("not_read: no figure of this unit was read")
            + pl.when(pl.col("missing") != "").then(pl.lit(", nor of ") + pl.col("missing")).otherwise(pl.lit(""))
        ),
        reason_vi=pl.when(gap).then(
            pl.lit("chưa đọc được số liệu của đơn vị này")
            + pl.when(pl.col("missing") != "").then(pl.lit(", cũng như của ") + pl.col("missing")).otherwise(pl.lit(""))
        ),
    )  # fmt: skip


def _from_members(figures: pl.DataFrame, declared: pl.DataFrame, provinces: pl.DataFrame) -> pl.DataFrame:
    """year, unit, indicator, value_cast (null with a gap), and `missing`, the members without a figure."""
    years = figures.join(declared, on="indicator").select("year", "indicator", "weighted_by").unique()
    weights = figures.select(*YEAR, weighted_by="indicator", weight="value")
    joined = (
        memberships(provinces)
        .join(years, how="cross")
        .join(figures.drop("unit"), left_on=["year", "member_system", "member_id", "indicator"],
              right_on=[*YEAR, "indicator"], how="left")
        .join(weights, left_on=["year", "member_system", "member_id", "weighted_by"],
              right_on=[*YEAR, "weighted_by"], how="left")
        .sort("unit_system", "province_id", "member_id")
    )  # fmt: skip
    weighted = pl.col("weighted_by").is_not_null()
    known = pl.col("value").is_not_null() & (~weighted | pl.col("weight").is_not_null())
    mean = (pl.col("value") * pl.col("weight")).sum() / pl.col("weight").sum()
    return joined.group_by(*YEAR, "indicator", maintain_order=True).agg(
        value_cast=pl.when(known.all()).then(pl.when(weighted.all()).then(mean).otherwise(pl.col("value").sum())),
        missing=pl.col("member_id").filter(~known).str.join(", "),
    )
