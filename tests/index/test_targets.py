"""What a target rank would take."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from dx_pipeline.index.arrays import IndexInputError
from dx_pipeline.index.ranks import competition_ranks
from dx_pipeline.index.targets import (
    cheapest_paths,
    component_requirements,
    points_needed,
    rank_thresholds,
    threshold_scenarios,
)


def test_hai_duong_2022_lacked_seven_tenths_of_a_point_to_the_top_ten(dti_2022):
    assert rank_thresholds(dti_2022.overall, [10])[0] == 0.6390
    assert points_needed(dti_2022.overall, [10])[dti_2022.row("Hải Dương"), 0] == pytest.approx(0.7, abs=1e-9)


def test_who_reached_the_threshold_needs_nothing(dti_2022):
    need = points_needed(dti_2022.overall, [10, 15, 20])
    assert ((need == 0) == (competition_ranks(dti_2022.overall)[:, None] <= [10, 15, 20])).all()


def test_a_target_rank_beyond_the_ranking_is_refused():
    with pytest.raises(IndexInputError, match="1 to 2"):
        rank_thresholds([0.1, 0.2], [3])


def test_requirement_and_headroom_of_one_component_alone(dti_2022):
    row = dti_2022.row("Hải Dương")
    rise, headroom = component_requirements(
        dti_2022.components, dti_2022.weights, points_needed(dti_2022.overall, [10])
    )
    assert rise.shape == (63, 1, 4)
    assert rise[row, 0] == pytest.approx([0.0014, 0.0035, 0.0007 / 0.15, 0.0007 / 0.15])
    assert headroom[row] == pytest.approx(1000 * dti_2022.weights * (1 - dti_2022.components[row]))


def test_cheapest_path_of_hai_duong_2023_to_the_top_ten(dti_2023):
    paths = cheapest_paths(dti_2023.components, dti_2023.weights, [10])
    row = dti_2023.row("Hải Dương")
    assert np.round(paths.increase[row, 0], 4).tolist() == [0.0571, 0.0698, 0, 0]
    assert paths.cost[row, 0].sum() == pytest.approx(1.586, abs=0.0005)


def solve(row, x, weights, need):
    """The same programme by a general solver; None where there is no solution."""
    room = np.maximum(np.quantile(x, 0.9, axis=0) - row, 0)
    solved = linprog(1 / x.std(axis=0, ddof=1), A_ub=[-weights], b_ub=[-need], bounds=[(0, r) for r in room])
    return solved.fun if solved.success else None


def test_cheapest_paths_of_all_provinces_agree_with_a_linear_programme(editions):
    for edition in editions:
        paths = cheapest_paths(edition.components, edition.weights, [10, 20])
        for i, t in np.ndindex(63, 2):
            need = paths.need_points[i, t] / 1000
            if need == 0:
                assert paths.reachable[i, t]
                assert not paths.increase[i, t].any()
                continue
            cost = solve(edition.components[i], edition.components, edition.weights, need + 1e-4)
            assert paths.reachable[i, t] == (cost is not None)
            if cost is None:
                assert np.isnan(paths.increase[i, t]).all()
            else:
                assert paths.cost[i, t].sum() == pytest.approx(cost, abs=1e-8)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_cheapest_path_reaches_its_target_while_the_others_stand_still(seed):
    generator = np.random.default_rng(seed)
    x = generator.uniform(size=(15, 4))
    weights = generator.dirichlet(np.ones(4))
    paths = cheapest_paths(x, weights, [3])
    for i in np.flatnonzero(paths.reachable[:, 0]):
        raised = x.copy()
        raised[i] += paths.increase[i, 0]
        assert competition_ranks(raised @ weights)[i] <= 3
        cost = solve(x[i], x, weights, paths.need_points[i, 0] / 1000 + 1e-4) if paths.need_points[i, 0] else 0
        assert paths.cost[i, 0].sum() == pytest.approx(cost, abs=1e-7)


def test_a_component_that_is_the_same_for_all_gives_effort_no_unit():
    with pytest.raises(IndexInputError, match="component 1"):
        cheapest_paths([[0.1, 0.5], [0.2, 0.5]], [0.5, 0.5], [1])


def test_the_cut_of_the_top_twenty_moved(dti_2022, dti_2023):
    path = [float(rank_thresholds(e.overall, [20])[0]) for e in (dti_2022, dti_2023)]
    assert path == [0.6274, 0.7092]
    assert threshold_scenarios(path) == pytest.approx((0.7910, 0.7910))


def test_scenarios_repeat_the_last_step_and_the_mean_of_all():
    assert threshold_scenarios([0.5, 0.6, 0.9]) == pytest.approx((1.2, 1.1))
    assert np.isnan(threshold_scenarios([0.5])).all()
