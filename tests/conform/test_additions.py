"""Every figure of the tables read on 2026-11-27 is a row of figure_sources, and none was lost on the way."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

#: source, file, figures
COUNTS = [
    ("dti_eight_components", "2022_63_first5_last5.csv", 10 * 10),
    ("dti_eight_components", "2023_63_first5_last5.csv", 10 * 10),
    ("dti_eight_components", "2024_34.csv", 34 * 10 + 11 * 8),  # the unmerged units are units of the 63 too
    ("dti_press_figures", "figures_2026-11.csv", 118),
    ("nso_grdp_per_capita_2023", "2023.csv", 63 * 3),
    ("nso_urban_population_2022_2024", "2022-2024.csv", 63 * 3 * 2),
    ("public_service_index", "2022-2024.csv", 34 * 3 * 6),
    ("pci_subindices", "2021_first21.csv", 21 * 12),
    ("other_indices", "facts.csv", 192),
]


def test_every_figure_of_the_new_tables_is_there(tables):
    counted = tables["figure_sources"].group_by("source_id", "file").len()
    found = {(source, file): n for source, file, n in counted.iter_rows()}
    assert [(source, file, found.get((source, file))) for source, file, _ in COUNTS] == COUNTS


def test_the_units_of_today_have_all_eight_components_rank_and_score(tables):
    own = (pl.col("edition") == 2024) & (pl.col("unit_system") == 34)
    printed = tables["component_scores"].filter(own & (pl.col("status") == "published"))
    assert printed.group_by("province_id").len()["len"].to_list() == [8] * 34
    ranked = tables["province_rankings"].filter(own)
    assert ranked["rank_published"].null_count() == ranked["score"].null_count() == 0


def test_doubtful_figures_carry_their_doubt(tables):
    external = tables["external_indicators"]
    unclear = external.filter(pl.col("source_id") == "public_service_index")
    assert unclear.height == 612
    assert unclear["doubts"].str.contains("unit_unclear").all()
    unverified = external.filter((pl.col("indicator") == "grdp_per_capita") & (pl.col("year") == 2023))
    assert unverified["doubts"].str.contains("unverified").all()


def test_papi_scales_follow_the_number_of_parts_and_the_break_is_marked(tables):
    papi = tables["external_indicators"].filter(pl.col("indicator").str.starts_with("papi_sc"))
    units = {
        (code[:8], year): unit for code, year, unit in papi.select("indicator", "year", "unit").unique().iter_rows()
    }
    four = {"papi_sc1", "papi_sc2", "papi_sc4", "papi_sc6"}
    wrong = {
        key: unit
        for key, unit in units.items()
        if unit != ("points of 2.5" if key[0] in four or key == ("papi_sc5", 2020) else "points of 3.33")
    }
    assert wrong == {}
    series = papi.filter(pl.col("indicator") == "papi_sc51").select("year", "series").unique().sort("year").rows()
    assert series == [(2020, "before 2021"), *((year, "since 2021") for year in range(2021, 2025))]
    assert papi.filter(pl.col("indicator") == "papi_sc11")["series"].null_count() == 63 * 5


def test_units_of_two_systems_never_share_a_row(tables):
    external = tables["external_indicators"]
    key = ["unit_system", "indicator", "year", "province_id"]
    assert external.select(key).is_duplicated().sum() == 0
    assert set(external.filter(pl.col("indicator") == "pii")["unit_system"]) == {63, 34}


def test_solved_weights_follow_from_the_published_rows(tables):
    """M28: least squares on the 34 rows gives each of the eight weights within 0.15 of 940 points."""
    own = (pl.col("edition") == 2024) & (pl.col("unit_system") == 34)
    weights = tables["indicator_weights"].filter((pl.col("edition") == 2024) & (pl.col("indicator") != "foundation"))
    names = weights["indicator"].to_list()
    printed = tables["component_scores"].filter(own & pl.col("indicator").is_in(names))
    wide = printed.pivot("indicator", index="province_id", values="score").sort("province_id")
    overall = tables["province_rankings"].filter(own).sort("province_id")["score"].to_numpy()
    solved = np.linalg.lstsq(wide.select(names).to_numpy(), overall, rcond=None)[0]
    assert np.abs(solved * weights["max_points"].sum() - weights["max_points"].to_numpy()).max() <= 0.15


def test_the_announced_growth_of_2024_rests_on_means_one_column_off(tables):
    """M30: the ministry's +4.7, +13.3 and +13.4 % follow from the shifted means of 2023, not from the right ones."""
    pillars = ["digital_government", "digital_economy", "digital_society"]
    means = tables["national_means"].filter(pl.col("unit_system") == 63)

    def mean(edition, indicator):
        return means.filter((pl.col("edition") == edition) & (pl.col("indicator") == indicator))["mean_computed"].item()

    growth = tables["policy_actuals"].filter(pl.col("indicator").str.ends_with("_pillar_mean_growth"))
    announced = [
        growth.filter(pl.col("indicator") == f"dti_{one}_pillar_mean_growth")["value"].item() for one in pillars
    ]
    assert announced == [4.7, 13.3, 13.4]
    shifted = [0.7240, 0.6817, 0.6783]
    found = [100 * (mean(2024, one) / base - 1) for one, base in zip(pillars, shifted, strict=True)]
    assert found == pytest.approx(announced, abs=0.06)
    right = [100 * (mean(2024, one) / mean(2023, one) - 1) for one in pillars]
    assert right == pytest.approx([1.0, 6.7, 12.8], abs=0.06)
