"""The published example, Hải Dương beside Thái Nguyên, read from the tables."""

from __future__ import annotations

import polars as pl
import pytest

from tests.marts.frames import by_indicator, one, pick

HD = {"province_id": "hai-duong"}
STEP = {"edition_from": 2022, "edition_to": 2023}


def test_gap_to_thai_nguyen_by_component(of_63):
    gaps = pick(of_63["component_gaps"], edition=2022, peer_id="thai-nguyen", **HD)
    assert by_indicator(gaps, "gap_points") == pytest.approx((-49.74, -10.16, 40.05, 11.25), abs=0.01)
    assert one(gaps, "gap_points", indicator="overall") == pytest.approx(-8.6, abs=1e-9)


def test_score_change_by_component(of_63):
    changes = pick(of_63["score_changes"], **STEP, **HD)
    assert by_indicator(changes, "performance_points") == pytest.approx((59.83, 5.80, -20.26, 9.24), abs=0.01)
    assert one(changes, "performance_points", indicator="overall") == pytest.approx(54.6, abs=1e-9)
    assert one(changes, "weight_points", indicator="overall") == pytest.approx(0, abs=1e-9)


def test_rank_fell_because_the_others_rose(of_63):
    change = pick(of_63["rank_changes"], **STEP, **HD).row(0, named=True)
    assert (change["rank_from"], change["rank_to"]) == (13, 26)
    assert (change["own_effect"], change["others_effect"]) == (-16.5, 29.5)


def test_counterfactual_ranks(of_63):
    ranks = pick(of_63["rank_counterfactuals"], **STEP, **HD)
    assert by_indicator(ranks, "rank_counterfactual") == (32, 19, 12, 23)
    assert set(ranks["rank_actual"]) == {26}


def test_band_if_the_weights_had_differed(of_63):
    band = pick(of_63["rank_bands"], edition=2022, neighbourhood="box25", **HD).row(0, named=True)
    assert (band["p5"], band["p50"], band["p95"]) == (9, 13, 20)
    assert (band["rank_min"], band["rank_max"]) == (8, 21)
    assert band["p_top10"] == pytest.approx(0.385, abs=0.01)
    assert band["p_top20"] == pytest.approx(0.986, abs=0.01)
    assert band["draws"] >= 10_000


@pytest.mark.parametrize(("delta", "bounds"), [(0.10, (9, 19)), (0.25, (8, 21))])
def test_exact_bounds(of_63, delta, bounds):
    row = pick(of_63["rank_bounds"], edition=2022, delta=delta, **HD).row(0, named=True)
    assert (row["best"], row["worst"]) == bounds


def test_other_methods(of_63):
    ranks = pick(of_63["method_ranks"], edition=2022, **HD)
    assert dict(ranks.select("method", "rank").iter_rows()) == {
        "official": 13,
        "geometric": 10,
        "copeland": 28,
        "benefit_of_the_doubt": 10,
        "adjusted_mazziotta_pareto": 8,
        "min_max_first": 13,
    }


def test_ranks_without_one_component(of_63):
    assert by_indicator(pick(of_63["leave_one_out"], edition=2022, **HD), "rank_without") == (4, 16, 21, 18)


def test_what_each_component_decides(of_63):
    rows = pick(of_63["component_importance"], edition=2022)
    assert by_indicator(rows, "covariance_share") == pytest.approx((0.483, 0.288, 0.123, 0.106), abs=5e-4)
    assert by_indicator(rows, "weight") == pytest.approx((0.5, 0.2, 0.15, 0.15))


def test_stability_of_2022_and_2023(of_63):
    row = pick(of_63["edition_stability"], **STEP).row(0, named=True)
    assert row["spearman"] == pytest.approx(0.861, abs=5e-4)
    assert row["kendall"] == pytest.approx(0.680, abs=5e-4)
    assert row["mean_abs_rank_change"] == pytest.approx(7.17, abs=5e-3)


def test_order_no_weights_can_overturn(of_63):
    rows = pick(of_63["dominance"], edition=2022)
    assert rows["dominates"].sum() == rows["dominated_by"].sum() == 859
    assert pick(rows, **HD).select("dominated_by", "dominates").row(0) == (1, 23)


def test_cheapest_path_to_the_top_ten(of_63):
    path = pick(of_63["cheapest_paths"], edition=2023, target_rank=10, **HD)
    assert by_indicator(path, "increase") == pytest.approx((0.0571, 0.0698, 0, 0), abs=5e-5)
    assert path["cost_sd"].sum() == pytest.approx(1.586, abs=5e-4)
    need = pick(of_63["cheapest_paths"], edition=2022, target_rank=10, **HD)["need_points"]
    assert need.to_list() == pytest.approx([0.7] * 4)


def test_the_threshold_moved(of_63):
    row = pick(of_63["threshold_paths"], k=20, **STEP).row(0, named=True)
    assert (row["score_from"], row["score_to"]) == (0.6274, 0.7092)
    assert row["scenario_last_step"] == pytest.approx(0.7092 + 0.0818)


def test_new_hai_phong_is_the_mean_of_its_members(of_63):
    row = pick(of_63["merged_units"], edition=2024, province_id="hai-phong").row(0, named=True)
    assert row["score_mean"] == pytest.approx((0.8253 + 0.7461) / 2)
    assert round(row["score_mean"], 4) == row["score_published"] == 0.7857
    assert row["members"] == "hai-duong, hai-phong"
    saigon = pick(of_63["merged_units"], edition=2024, province_id="ho-chi-minh").row(0, named=True)
    assert round(saigon["score_mean"], 4) == 0.7769
    assert saigon["score_published"] == 0.7770


def test_named_peers_have_a_reason_in_both_languages(of_63):
    named = pick(of_63["peer_groups"], basis="named")
    assert pick(named, **HD)["peer_id"].to_list() == ["hai-phong", "thai-nguyen"]
    assert pick(named, province_id="thai-nguyen")["peer_id"].to_list() == ["hai-duong"]
    assert named.select(pl.col("reason", "reason_vi").null_count()).row(0) == (0, 0)


def test_printed_totals_and_components_of_2024_follow_from_solved_weights_and_members(tables):
    scores = pick(tables["component_scores"], edition=2024)
    weights = pick(tables["indicator_weights"], edition=2024).select("indicator", "weight")
    eight = pick(scores, unit_system=34, status="published").join(weights, on="indicator")
    totals = eight.group_by("province_id").agg(total=(pl.col("weight") * pl.col("score")).sum(), n=pl.len())
    ranked = totals.join(pick(tables["province_rankings"], edition=2024, unit_system=34), on="province_id")
    assert set(ranked["n"]) == {8}
    assert ranked.select((pl.col("total") - pl.col("score")).abs().max()).item() == pytest.approx(7.1e-5, abs=2e-6)
    members = pick(tables["provinces"], unit_system=63).select("province_id", "successor_id")
    means = (
        pick(scores, unit_system=63, status="published")
        .join(members, on="province_id")
        .group_by("successor_id", "indicator")
        .agg(mean=pl.col("score").mean())
    )
    both = pick(scores, unit_system=34, status="published").join(
        means, left_on=["province_id", "indicator"], right_on=["successor_id", "indicator"]
    )
    assert both.height == 34 * 4 + 11 * 4  # the other four components are held of the units that did not merge
    assert both.select((pl.col("mean") - pl.col("score")).abs().max()).item() <= 6.7e-5


def test_a_difference_of_printed_scores_is_what_a_person_would_write(tables):
    gap = pick(
        tables["peer_comparison"], edition=2022, unit_system=63, indicator="overall", peer_id="thai-nguyen", **HD
    )
    assert (gap["score"].item(), gap["peer_score"].item(), gap["gap"].item()) == (0.6383, 0.6469, -0.0086)
