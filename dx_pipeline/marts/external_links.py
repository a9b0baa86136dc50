"""Does the ranking go along with other indices and with wealth? Rank correlation and a regression, per edition."""

from __future__ import annotations

import numpy as np
import polars as pl

from dx_pipeline.index import SEED, links
from dx_pipeline.index.arrays import FloatArray
from dx_pipeline.index.normalise import z_scores

E_GOVERNANCE = ("papi_sc81", "papi_sc82", "papi_sc83")
E_GOVERNANCE_MEAN = "papi_e_governance"

_ADMINISTRATIVE = (
    "none known: the DTI is built from reports and systems of the authorities",
    "chưa biết có: DTI dựa trên báo cáo và hệ thống của cơ quan nhà nước",
)
_SURVEY = (
    _ADMINISTRATIVE[0] + ", PAPI from interviews with citizens; the two lists of questions were not compared",
    _ADMINISTRATIVE[1] + ", PAPI dựa trên phỏng vấn người dân; hai bộ câu hỏi chưa được đối chiếu",
)
_DENOMINATOR = (
    "not checked: some DTI figures are per inhabitant, so population may stand in both",
    "chưa kiểm tra: một số chỉ số DTI tính theo đầu người nên dân số có thể có mặt ở cả hai bên",
)

#: indicator -> (logarithm is regressed on, shared inputs in English, in Vietnamese)
LINKS: dict[str, tuple[bool, str, str]] = {
    **dict.fromkeys((*E_GOVERNANCE, E_GOVERNANCE_MEAN), (False, *_SURVEY)),
    "pci_overall": (
        False,
        _ADMINISTRATIVE[0] + ", PCI from a survey of firms and some published data; these were not compared",
        _ADMINISTRATIVE[1] + ", PCI dựa trên điều tra doanh nghiệp và một số số liệu công bố; chưa được đối chiếu",
    ),
    "grdp_per_capita": (
        True,
        "not checked: if the digital economy activity uses a share of GRDP, GRDP stands in both",
        "chưa kiểm tra: nếu hoạt động kinh tế số dùng tỷ trọng trong GRDP thì GRDP có mặt ở cả hai bên",
    ),
    "urban_share": (False, *_DENOMINATOR),
    "population_density": (True, *_DENOMINATOR),
}


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row an edition whose scores are all known and indicator (M24)."""
    external = _values(tables["external_indicators"])
    rankings = _of_the_units_of(external, tables["province_rankings"])
    lines: list[dict[str, object]] = []
    for (edition,), ranked in rankings.sort("edition", "province_id").group_by("edition", maintain_order=True):
        if ranked["score"].null_count():
            continue
        for indicator, (logarithm, shared, shared_vi) in LINKS.items():
            line: dict[str, object] = {"edition": edition, "indicator": indicator}
            line |= {"shared_inputs": shared, "shared_inputs_vi": shared_vi, "status": "computed"}
            figures = external.filter((pl.col("indicator") == indicator) & (pl.col("year") <= edition))
            year = figures["year"].max()
            if year is None:
                line |= {
                    "status": "not_published",
                    "reason": f"not_published: no figure of {edition} or an earlier year was read",
                    "reason_vi": f"chưa công bố: chưa đọc được số liệu của năm {edition} hoặc năm trước đó",
                }
            else:
                both = ranked.join(figures.filter(pl.col("year") == year), on="province_id", maintain_order="left")
                line |= {"year": year, **_link(both["score"].to_numpy(), both["value"].to_numpy(), logarithm)}
            lines.append(line)
    return pl.DataFrame(lines, infer_schema_length=None)


def _of_the_units_of(external: pl.DataFrame, rankings: pl.DataFrame) -> pl.DataFrame:
    """Rankings of the unit system whose ids the external figures carry."""
    named = set(external["province_id"])
    systems = [system for (system,), own in rankings.group_by("unit_system") if named == set(own["province_id"])]
    return rankings.filter(pl.col("unit_system").is_in(systems))


def _values(external_indicators: pl.DataFrame) -> pl.DataFrame:
    """Indicator, year, province_id, value of every known figure, with the mean of the three of PAPI e-governance."""
    known = external_indicators.filter((pl.col("measure") != "rank") & pl.col("value").is_not_null()).select(
        "indicator", "year", "province_id", "value"
    )
    three = (
        known.filter(pl.col("indicator").is_in(E_GOVERNANCE))
        .group_by("year", "province_id")
        .agg(pl.col("value").mean(), pl.len().alias("n"))
        .filter(pl.col("n") == len(E_GOVERNANCE))
        .select(pl.lit(E_GOVERNANCE_MEAN).alias("indicator"), "year", "province_id", "value")
    )
    return pl.concat([known, three])


def _link(scores: FloatArray, values: FloatArray, logarithm: bool) -> dict[str, object]:
    correlation = links.spearman_interval(scores, values)
    regressor = z_scores((np.log(values) if logarithm else values)[:, None])
    fit = links.regress_hc3(scores, regressor, ["indicator"])
    slope = fit.coefficients[1]
    return {
        "spearman": correlation.spearman,
        "ci_low": correlation.ci_low,
        "ci_high": correlation.ci_high,
        "n": correlation.n,
        "resamples": correlation.resamples,
        "seed": SEED,
        "slope": slope.estimate,
        "slope_ci_low": slope.ci_low,
        "slope_ci_high": slope.ci_high,
        "slope_p_value": slope.p_value,
        "r_squared": fit.r_squared,
        "logarithm": logarithm,
    }
