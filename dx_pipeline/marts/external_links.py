"""Does the ranking go along with other indices and with wealth? Rank correlation and a regression, per edition."""

from __future__ import annotations

import numpy as np
import polars as pl

from dx_pipeline.conform.indicators import derived_indicators
from dx_pipeline.index import links
from dx_pipeline.index.arrays import FloatArray, z_scores
from dx_pipeline.marts._units import TABLE, scored

#: fewer units say nothing about a correlation
FEWEST = 10


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row an edition and unit system whose scores are all known, and indicator that may be linked (M24)."""
    declared = tables["core.declared_indicators"]
    formed = derived_indicators(tables["raw.derived_indicators"], declared)
    linked = pl.concat([declared, formed.select(declared.columns)]).filter("linked")
    known = _known(tables["external_indicators"], tables["endowments"])
    lines: list[dict[str, object]] = []
    for (edition, unit_system), ranked in scored(tables["province_rankings"]).group_by(TABLE, maintain_order=True):
        own = known.filter((pl.col("unit_system") == unit_system) & (pl.col("year") <= edition))
        for one in linked.iter_rows(named=True):
            line: dict[str, object] = {"edition": edition, "unit_system": unit_system, "indicator": one["indicator"]}
            line |= {"shared_inputs": one["shared_inputs_en"], "shared_inputs_vi": one["shared_inputs_vi"]}
            line |= {"indicator_vi": one["name_vi"], "indicator_en": one["name_en"]}
            figures = own.filter(pl.col("indicator") == one["indicator"])
            lines.append(line | _row(ranked, figures, int(str(edition)), logarithm=one["scale"] == "logarithm"))
    return pl.DataFrame(lines, infer_schema_length=None)


def _known(external: pl.DataFrame, endowments: pl.DataFrame) -> pl.DataFrame:
    """Every known figure; where none of a unit was printed, what follows from its members (`endowments`)."""
    key = ["unit_system", "indicator", "year", "province_id"]
    printed = external.filter((pl.col("measure") != "rank") & pl.col("value").is_not_null()).select(*key, "value")
    formed = endowments.filter(pl.col("value").is_not_null()).select(*key, "value")
    return pl.concat([printed, formed.join(printed, on=key, how="anti", maintain_order="left")])


def _row(ranked: pl.DataFrame, figures: pl.DataFrame, edition: int, logarithm: bool) -> dict[str, object]:
    by_year = figures.group_by("year").len().sort("year", descending=True)
    if by_year.is_empty():
        return {
            "status": "not_read",
            "reason": f"not_read: no figure of {edition} or an earlier year was read for these units",
            "reason_vi": f"chưa đọc được: không có số liệu của năm {edition} hoặc năm trước đó cho hệ đơn vị này",
        }
    # the newest year with figures of enough units; a few figures of a later year don't hide it
    year = int([*by_year.filter(pl.col("len") >= FEWEST)["year"], *by_year["year"]][0])
    both = ranked.join(figures.filter(pl.col("year") == year), on="province_id", maintain_order="left")
    values = both["value"].to_numpy()
    if both.height < FEWEST or np.ptp(values) == 0 or (logarithm and values.min() <= 0):
        return {
            "year": year,
            "status": "not_comparable",
            "reason": f"not_comparable: {both.height} units have figures of {year} that could be compared",
            "reason_vi": f"không so sánh được: {both.height} đơn vị có số liệu năm {year} để so",
        }
    return {"year": year, "status": "computed", **_link(both["score"].to_numpy(), values, logarithm)}


def _link(scores: FloatArray, values: FloatArray, logarithm: bool) -> dict[str, object]:
    correlation = links.spearman_interval(scores, values)
    fit = links.regress_hc3(scores, z_scores((np.log(values) if logarithm else values)[:, None]))
    return {
        **correlation._asdict(),
        "slope": fit.coefficients[1],
        "slope_ci_low": fit.ci_low[1],
        "slope_ci_high": fit.ci_high[1],
        "slope_p_value": fit.p_values[1],
        "r_squared": fit.r_squared,
        "logarithm": logarithm,
    }
