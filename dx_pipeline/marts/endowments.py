"""What each unit starts from, of the old units as published and of the new ones from their members."""

from __future__ import annotations

import polars as pl

from dx_pipeline.index.arrays import FloatArray
from dx_pipeline.marts._units import UNIT, first_true, memberships

YEAR = ["year", *UNIT]
ROW = [*YEAR, "indicator"]


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
        .select(*ROW, "value", "unit")
        .unique(ROW, keep="first", maintain_order=True)
    )
    years = figures.join(declared, on="indicator").select("year", "indicator", "weighted_by", "scale", "unit")
    frame = (
        years.unique(["year", "indicator"])
        .join(tables["provinces"].select(UNIT), how="cross")
        .join(figures.drop("unit"), on=ROW, how="left")
        .join(_from_members(figures, years, tables["provinces"]), on=ROW, how="left")
    )
    printed, computed = pl.col("value").is_not_null(), pl.col("value_cast").is_not_null()
    gap = ~printed & ~computed
    members = pl.when(pl.col("missing") != "").then("missing")
    return frame.select(
        pl.col(*ROW, "unit", "scale"),
        value=pl.coalesce("value", "value_cast"),
        rule=first_true(
            {
                "as_published": printed,
                "sum_of_members": computed & pl.col("weighted_by").is_null(),
                "weighted_mean_of_members": computed,
            }
        ),
        weighted_by=pl.when(~printed & computed).then("weighted_by"),
        status=first_true({"published": printed, "computed": computed}, "not_read"),
        reason=pl.when(gap).then(
            pl.lit("not_read: no figure of this unit was read") + (", nor of " + members).fill_null("")
        ),
        reason_vi=pl.when(gap).then(
            pl.lit("chưa đọc được số liệu của đơn vị này") + (", cũng như của " + members).fill_null("")
        ),
    )


def _from_members(figures: pl.DataFrame, years: pl.DataFrame, provinces: pl.DataFrame) -> pl.DataFrame:
    """year, unit, indicator, value_cast (null with a gap), and `missing`, the members without a figure."""
    of_member = ["year", "member_system", "member_id"]
    weights = figures.select(*YEAR, weighted_by="indicator", weight="value")
    joined = (
        memberships(provinces)
        .join(years.select("year", "indicator", "weighted_by").unique(), how="cross")
        .join(figures.drop("unit"), left_on=[*of_member, "indicator"], right_on=ROW, how="left")
        .join(weights, left_on=[*of_member, "weighted_by"], right_on=[*YEAR, "weighted_by"], how="left")
        .sort("unit_system", "province_id", "member_id")
    )
    weighted = pl.col("weighted_by").is_not_null()
    known = pl.col("value").is_not_null() & (~weighted | pl.col("weight").is_not_null())
    mean = (pl.col("value") * pl.col("weight")).sum() / pl.col("weight").sum()
    return joined.group_by(ROW, maintain_order=True).agg(
        value_cast=pl.when(known.all()).then(pl.when(weighted.all()).then(mean).otherwise(pl.col("value").sum())),
        missing=pl.col("member_id").filter(~known).str.join(", "),
    )


def endowment_matrix(
    endowments: pl.DataFrame, unit_system: int, provinces: tuple[str, ...]
) -> tuple[FloatArray, int] | None:
    """Endowments of some units, shape (units, endowments), and the year they are of; None if there is none.

    That is the newest year in which all are known for all: a unit with a gap would be compared on fewer endowments than
    the others. Those declared on a logarithmic scale enter as logarithms: a few large cities would otherwise be all the
    spread.

    Args:
        endowments: the table above.
        unit_system: whose units.
        provinces: their ids, sorted.
    """
    known = (
        endowments.filter((pl.col("unit_system") == unit_system) & pl.col("province_id").is_in(provinces))
        .with_columns(pl.when(pl.col("scale") == "logarithm").then(pl.col("value").log()).otherwise("value"))
        .pivot("indicator", index=["year", "province_id"], values="value")
        .drop_nulls()
        .filter(pl.len().over("year") == len(provinces))
        .filter(pl.col("year") == pl.col("year").max())
        .sort("province_id")
    )
    values = known.drop("year", "province_id")
    return (values.select(sorted(values.columns)).to_numpy(), known["year"][0]) if known.height else None
