"""Figures of other publishers, and the ratios that peers are sought by."""

from __future__ import annotations

import polars as pl

NAMES = {
    "pci_overall": "Provincial Competitiveness Index (PCI), overall",
    "pci_overall_rank": "Provincial Competitiveness Index (PCI), printed rank",
    "population": "Mean population",
    "area": "Area",
    "urban_population": "Urban population",
    "grdp_per_capita": "Gross regional domestic product per head",
    "population_density": "Population density",
    "urban_share": "Share of urban population",
}


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Printed figures of all sources but the DTI, plus density and urban share (derived, status says so)."""
    figures = tables["core.figures"].filter(
        ~pl.col("source_id").str.starts_with("dti_") & (pl.col("status") != "rejected")
    )
    papi = tables["raw.papi_codebook"].select(
        indicator=pl.lit("papi_") + pl.col("code").str.to_lowercase(), papi_name=pl.lit("PAPI: ") + pl.col("label_en")
    )
    printed = figures.select(
        "source_id",
        "province_id",
        "measure",
        "value",
        "unit",
        # score and rank of one index are two indicators here, so that a year and province have one row each
        indicator=pl.col("indicator")
        + pl.when(pl.col("measure") == "rank").then(pl.lit("_rank")).otherwise(pl.lit("")),
        year="edition",
        status=pl.when((pl.col("status") == "published") & pl.col("preliminary"))
        .then(pl.lit("preliminary"))
        .otherwise("status"),
    )
    everything = pl.concat([printed, *_ratios(printed)], how="diagonal")
    return everything.join(papi, on="indicator", how="left").select(
        "source_id",
        "indicator",
        indicator_en=pl.coalesce("papi_name", pl.col("indicator").replace_strict(NAMES, default=None)),
        year="year",
        province_id="province_id",
        measure="measure",
        value="value",
        unit="unit",
        status="status",
    )


def _ratios(printed: pl.DataFrame) -> list[pl.DataFrame]:
    """Density (persons per km2) and urban share (of 1), where both figures of the same year are known."""
    wide = printed.filter(pl.col("measure") == "value").pivot(
        "indicator", index=["year", "province_id"], values="value", aggregate_function="first"
    )
    density = wide.drop_nulls(["population", "area"]).select(
        "year", "province_id", source_id=pl.lit("nso_population"), indicator=pl.lit("population_density"),
        value=1000 * pl.col("population") / pl.col("area"), unit=pl.lit("persons per km2"),
    )  # fmt: skip
    urban = wide.drop_nulls(["population", "urban_population"]).select(
        "year", "province_id", source_id=pl.lit("nso_urban_population"), indicator=pl.lit("urban_share"),
        value=pl.col("urban_population") / pl.col("population"), unit=pl.lit("share of 1"),
    )  # fmt: skip
    return [frame.with_columns(measure=pl.lit("value"), status=pl.lit("derived")) for frame in (density, urban)]
