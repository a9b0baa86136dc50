"""What must hold in the index tables for every province, whatever the figures are."""

from __future__ import annotations

from itertools import pairwise

import polars as pl
import pytest

from tests.marts.frames import pick

EDITIONS = [2022, 2023, 2024]
RESTS_ON_WEIGHTS = (
    "component_gaps",
    "rank_bands",
    "rank_bounds",
    "method_ranks",
    "leave_one_out",
    "dominance",
    "component_importance",
    "index_consistency",
    "cheapest_paths",
)


def rows_of(n):
    """Rows of each table for a system of n units with three complete editions of five."""
    return {
        "component_gaps": 3 * n * (n - 1) * 5,
        "score_changes": 2 * n * 5,
        "rank_changes": 4 * n,
        "rank_counterfactuals": 2 * n * 4,
        "rank_bands": 3 * n * 3,
        "rank_bounds": 3 * n * 2,
        "rank_sensitivity": 3 * n * 3,
        "method_ranks": 3 * n * 6,
        "leave_one_out": 3 * n * 4,
        "dominance": 3 * n,
        "component_importance": 3 * 4,
        "index_consistency": 3,
        "edition_stability": 3,
        "cheapest_paths": 3 * n * 3 * 4,
        "threshold_paths": 2 * 3,
        "expected_scores": 3 * n,
        "findings": 4 * n,
    }


def test_every_unit_and_edition_is_there(of_each):
    n, tables = of_each
    wrong = {name: tables[name].height for name, rows in rows_of(n).items() if tables[name].height != rows}
    assert not wrong


def test_tables_that_are_not_of_one_system(tables):
    expected = {"external_links": 2 * 3 * 8, "merged_units": 3 * 34, "merged_components": 3 * 34 * 4}
    assert {name: tables[name].height for name in expected} == expected


def test_rows_that_rest_on_solved_weights_say_so(tables):
    for name in RESTS_ON_WEIGHTS:
        frame = tables[name]
        # the sum of the gaps and the official method rest on printed totals
        free = {"component_gaps": pl.col("indicator") == "overall", "method_ranks": pl.col("method") == "official"}
        rests = pick(frame, edition=2024).filter(~free.get(name, pl.lit(False)))
        assert set(rests["status"]) == set(rests["basis"]) == {"solved"}, name
        assert set(frame.filter(pl.col("edition") < 2024)["status"]) == {"computed"}, name


def test_parts_add_up_to_the_gap_and_the_gap_turns_its_sign(of_each):
    _, tables = of_each
    gaps = tables["component_gaps"]
    pair = ["edition", "province_id", "peer_id"]
    parts = gaps.filter(pl.col("indicator") != "overall").group_by(pair).agg(pl.col("gap_points").sum().alias("sum"))
    overall = pick(gaps, indicator="overall").join(parts, on=pair)
    assert overall.select((pl.col("sum") - pl.col("gap_points")).abs().max()).item() < 3e-4
    turned = overall.join(
        overall.select("edition", peer_id="province_id", province_id="peer_id", back="gap_points"), on=pair
    )
    assert turned.height == overall.height
    assert turned.select((pl.col("back") + pl.col("gap_points")).abs().max()).item() < 1e-9


def test_parts_add_up_to_the_change_of_the_published_score(of_each):
    n, tables = of_each
    scores = pick(tables["province_rankings"], unit_system=n).select("edition", "province_id", "score")
    overall = (
        pick(tables["score_changes"], indicator="overall", comparability="same_structure")
        .join(scores, left_on=["edition_from", "province_id"], right_on=["edition", "province_id"])
        .join(scores, left_on=["edition_to", "province_id"], right_on=["edition", "province_id"], suffix="_to")
    )
    assert overall.height == n
    change = 1000 * (pl.col("score_to") - pl.col("score")) - pl.col("performance_points") - pl.col("weight_points")
    assert overall.select(change.abs().max()).item() < 2e-3


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("score_changes", ["performance_points", "weight_points"]),
        ("rank_changes", ["own_effect", "others_effect"]),
        ("rank_counterfactuals", ["rank_counterfactual"]),
        ("threshold_paths", ["step", "scenario_last_step", "scenario_mean_step"]),
    ],
)
def test_nothing_is_computed_across_a_broken_step_and_the_row_says_so(tables, name, columns):
    broken = pick(tables[name], comparability="broken")
    assert broken.height > 0
    assert broken.select(pl.all_horizontal(pl.col(columns).is_null()).all()).item()
    assert set(broken["status"]) == {"not_comparable"}
    assert broken.select(pl.col("reason", "reason_vi").null_count()).row(0) == (0, 0)


def test_ranks_are_shown_across_a_broken_step(of_each):
    _, tables = of_each
    step = pick(tables["rank_changes"], edition_from=2023, edition_to=2024)
    assert set(step["comparability"]) == {"broken"}
    assert step["rank_from"].null_count() == step["rank_to"].null_count() == 0
    assert set(pick(tables["edition_stability"], edition_to=2024)["comparability"]) == {"broken"}


def test_a_missing_result_always_has_a_reason(tables):
    for name in ("rank_changes", "rank_sensitivity", "external_links", "merged_units", "cheapest_paths"):
        frame = tables[name]
        missing = frame.filter(~pl.col("status").is_in(["computed", "solved", "published"]))
        assert missing.select(pl.col("reason", "reason_vi").null_count()).row(0) == (0, 0), name
    first = {"rank_changes": "own_effect", "rank_sensitivity": "s1", "external_links": "spearman"}
    for name, column in first.items():
        frame = tables[name]
        assert frame.filter(pl.col(column).is_null() != pl.col("reason").is_not_null()).is_empty(), name


def test_own_and_others_make_the_rank_change(of_each):
    _, tables = of_each
    rows = pick(tables["rank_changes"], edition_from=2022, edition_to=2023)
    assert (rows["own_effect"] + rows["others_effect"]).to_list() == rows["rank_change"].to_list()
    assert (rows["rank_to"] - rows["rank_from"]).to_list() == rows["rank_change"].to_list()


def test_bands_are_ordered_and_probabilities_nested(of_each):
    _, tables = of_each
    bands = tables["rank_bands"]
    ranks = [pl.col(name) for name in ("rank_min", "p5", "p50", "p95", "rank_max")]
    shares = [pl.col(name) for name in ("p_top10", "p_top15", "p_top20")]
    for low, high in [*pairwise(ranks), *pairwise(shares)]:
        assert bands.filter(low > high).is_empty()
    assert bands["probability_error"].max() <= 0.5 / 100_000**0.5


def test_draws_stay_within_the_exact_bounds_and_bounds_hold_the_rank(of_each):
    n, tables = of_each
    bounds = tables["rank_bounds"]
    box = pick(tables["rank_bands"], neighbourhood="box25").join(
        pick(bounds, delta=0.25), on=["edition", "province_id"]
    )
    assert box.height == 3 * n
    assert box.filter((pl.col("rank_min") < pl.col("best")) | (pl.col("rank_max") > pl.col("worst"))).is_empty()
    ranked = bounds.join(pick(tables["province_rankings"], unit_system=n), on=["edition", "province_id"])
    assert ranked.filter(~pl.col("rank").is_between("best", "worst")).is_empty()
    assert ranked.height == bounds.height


def test_covariance_shares_add_up_to_one(of_each):
    _, tables = of_each
    shares = tables["component_importance"].group_by("edition").agg(pl.col("covariance_share").sum())
    assert shares["covariance_share"].to_list() == pytest.approx([1.0] * 3, abs=1e-5)


def test_official_method_and_all_components_give_the_official_rank(of_each):
    n, tables = of_each
    official = pick(tables["province_rankings"], unit_system=n).select("edition", "province_id", official="rank")
    for frame in (pick(tables["method_ranks"], method="official"), tables["leave_one_out"]):
        joined = frame.join(official, on=["edition", "province_id"])
        assert joined.height == frame.height
        assert joined.filter(pl.col("rank") != pl.col("official")).is_empty()


def test_a_wider_box_never_narrows_the_bounds(of_each):
    _, tables = of_each
    key = ["edition", "province_id"]
    both = pick(tables["rank_bounds"], delta=0.10).join(pick(tables["rank_bounds"], delta=0.25), on=key, suffix="_wide")
    assert both.filter((pl.col("best_wide") > pl.col("best")) | (pl.col("worst_wide") < pl.col("worst"))).is_empty()


def test_the_cheapest_path_reaches_its_target_and_no_further_than_needed(of_each):
    _, tables = of_each
    paths = tables["cheapest_paths"].filter("reachable")
    gained = paths.group_by("edition", "province_id", "target_rank").agg(
        (1000 * pl.col("weight") * pl.col("increase")).sum().alias("gain"), pl.col("need_points").first()
    )
    needed = gained.filter(pl.col("need_points") > 0)
    assert needed.select((pl.col("gain") - pl.col("need_points") - 0.1).abs().max()).item() < 2e-3
    assert gained.filter((pl.col("need_points") == 0) & (pl.col("gain") != 0)).is_empty()


def test_scenarios_of_the_threshold_start_from_the_later_edition(of_each):
    _, tables = of_each
    rows = pick(tables["threshold_paths"], comparability="same_structure")
    assert rows.select((pl.col("scenario_last_step") - pl.col("score_to") - pl.col("step")).abs().max()).item() < 2e-6


def test_peers_are_counted_and_in_order(of_63):
    tables = of_63
    peers = tables["peer_groups"]
    counts = peers.group_by("basis", "province_id").len()
    assert pick(counts, basis="score")["len"].to_list() == [5] * 63
    near = pick(peers, basis="endowments")
    assert near["distance"].max() <= 1.5
    assert pick(counts, basis="endowments")["len"].max() == 5
    # nobody is like the two largest cities, so that they have no peer of this kind
    assert not {"ha-noi", "ho-chi-minh"} & set(near["province_id"])
    regions = pick(tables["provinces"], unit_system=63).group_by("region_code").len()
    assert pick(counts, basis="region")["len"].sum() == sum(n * (n - 1) for n in regions["len"])
    ordered = peers.filter(pl.col("basis") != "named").sort("province_id", "basis", "position")
    steps = ordered.with_columns(step=pl.col("distance").diff().over("province_id", "basis"))
    assert steps.filter(pl.col("step") < 0).is_empty()


def test_residual_is_what_is_left_of_the_score(of_each):
    _, tables = of_each
    rows = tables["expected_scores"]
    assert rows.select((pl.col("score") - pl.col("expected") - pl.col("residual")).abs().max()).item() < 2e-6
    means = rows.group_by("edition").agg(pl.col("residual").mean())
    assert means["residual"].abs().max() < 1e-6
    beyond = pl.col("residual").abs() > pl.col("residual_spread")
    assert rows.filter(beyond == (pl.col("performance") == "level")).is_empty()
    assert rows.filter((pl.col("performance") == "over") & (pl.col("residual") < 0)).is_empty()


def test_the_year_of_another_index_is_never_later_than_the_edition(tables):
    links = pick(tables["external_links"], unit_system=63)
    assert links.filter(pl.col("year") > pl.col("edition")).is_empty()
    assert pick(links, indicator="pci_overall")["year"].to_list() == [2022, 2022, 2022]
    assert pick(links, indicator="grdp_per_capita").sort("edition")["year"].to_list() == [2022, 2023, 2024]
    assert pick(links, indicator="urban_share").sort("edition")["status"].to_list() == [
        "computed",
        "computed",
        "computed",
    ]
    known = links.filter(pl.col("status") == "computed")
    assert known.filter(~pl.col("spearman").is_between("ci_low", "ci_high")).is_empty()


def test_published_scores_of_the_34_are_the_means_within_rounding(tables):
    rows = pick(tables["merged_units"], edition=2024)
    assert rows["score_published"].null_count() == 0
    assert rows.select((pl.col("score_mean") - pl.col("score_published")).abs().max()).item() <= 1.5e-4
    assert set(tables["merged_units"].filter(pl.col("edition") < 2024)["status"]) == {"computed"}
    foundation = pick(tables["merged_components"], indicator="foundation", edition=2024)
    assert set(foundation["status"]) == {"solved"}
