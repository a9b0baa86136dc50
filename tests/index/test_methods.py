"""Other ways to put the index together: normalisations, aggregations, leave one out, Sobol indices."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dx_pipeline.index.aggregation import (
    benefit_of_the_doubt,
    copeland,
    generalised_mean,
    mazziotta_pareto,
    method_scores,
)
from dx_pipeline.index.arrays import IndexInputError, WeightsError, min_max, z_scores
from dx_pipeline.index.importance import leave_one_out_ranks
from dx_pipeline.index.ranks import competition_ranks
from dx_pipeline.index.sensitivity import FACTORS, rank_model, rank_sensitivity, sobol_indices

COLUMN = np.array([[3.0], [7.0], [10.0], [15.0]])


def test_normalisations_of_one_column():
    assert min_max(COLUMN, 100)[:, 0] == pytest.approx([0, 33.3333, 58.3333, 100], abs=1e-4)
    assert z_scores(COLUMN)[:, 0] == pytest.approx([-1.136814, -0.345987, 0.247133, 1.235667], abs=1e-6)


def test_a_component_that_is_the_same_for_all_cannot_be_stretched():
    flat = [[0.5, 1], [0.5, 2]]
    for normalisation in (min_max, z_scores):
        with pytest.raises(IndexInputError, match="column 0"):
            normalisation(flat)


def test_generalised_means():
    assert generalised_mean([[1, 2, 3]], [1, 1, 2], 0)[0] == pytest.approx(2.059767, abs=1e-6)
    assert generalised_mean([[1, 2, 3]], [2, 1, 1], -1)[0] == pytest.approx(1.411765, abs=1e-6)
    assert generalised_mean([[1, 2, 3]], [2, 1, 1], 1)[0] == pytest.approx(1.75)
    near = generalised_mean([[1, 2, 3]], [1, 1, 2], 2e-6)[0]
    assert near == pytest.approx(generalised_mean([[1, 2, 3]], [1, 1, 2], 0)[0], abs=1e-5)
    assert generalised_mean([[0.0, 0.5]], [1, 1], 0)[0] == 0
    with pytest.raises(IndexInputError):
        generalised_mean([[-0.1, 0.5]], [1, 1], 0)


def test_benefit_of_the_doubt_with_free_weights():
    assert benefit_of_the_doubt([[1, 0.5], [0.5, 1], [0.6, 0.6]]).tolist() == [1, 1, 0.8]


def test_restricted_shares_can_only_lower_the_benefit_of_the_doubt(dti_2022):
    free = benefit_of_the_doubt(dti_2022.components)
    restricted = benefit_of_the_doubt(dti_2022.components, dti_2022.weights)
    assert (restricted <= free + 1e-9).all()
    assert restricted.max() == 1


def test_benefit_of_the_doubt_of_who_has_nothing_where_a_share_is_demanded_is_zero():
    assert benefit_of_the_doubt([[0.0, 0.9], [0.5, 0.5]], [0.5, 0.5])[0] == 0


def test_benefit_of_the_doubt_needs_scores_and_a_spread_it_is_defined_for():
    with pytest.raises(IndexInputError, match="spread"):
        benefit_of_the_doubt([[0.5, 0.5], [0.4, 0.6]], [0.5, 0.5], spread=-0.1)
    with pytest.raises(IndexInputError):
        benefit_of_the_doubt([[-1.0, 0.5]])


def test_mazziotta_pareto_takes_imbalance_off_the_mean():
    assert mazziotta_pareto([[100, 130]])[0] == pytest.approx(113.043478, abs=1e-6)
    assert mazziotta_pareto([[115, 115]])[0] == 115


def test_copeland_counts_duels_and_not_how_far_they_are_won():
    narrow_winner, far_ahead_once, last = [0.51, 0.51, 0.0], [0.50, 0.50, 1.0], [0.1, 0.1, 0.0]
    assert copeland([narrow_winner, far_ahead_once, last], [1, 1, 1]).tolist() == [2, 0, -2]
    # The third component now outweighs the other two.
    assert copeland([narrow_winner, far_ahead_once, last], [1, 1, 3]).tolist() == [0, 2, -2]


def test_hai_duong_2022_by_six_methods(dti_2022):
    scores = method_scores(dti_2022.components, dti_2022.weights)
    row = dti_2022.row("Hải Dương")
    assert [int(competition_ranks(scores[m])[row]) for m in scores] == [13, 10, 28, 10, 8, 13]
    assert (competition_ranks(scores["official"]) == competition_ranks(dti_2022.overall)).all()


def test_hai_duong_2022_without_each_component(dti_2022):
    ranks = leave_one_out_ranks(dti_2022.components, dti_2022.weights)
    assert ranks[dti_2022.row("Hải Dương")].tolist() == [4, 16, 21, 18]


@given(st.integers(0, 2**32 - 1))
def test_without_a_component_its_scores_do_not_matter(seed):
    generator = np.random.default_rng(seed)
    x = generator.uniform(size=(9, 4))
    other = x.copy()
    other[:, 2] = generator.uniform(size=9)
    weights = generator.dirichlet(np.ones(4))
    assert (leave_one_out_ranks(x, weights)[:, 2] == leave_one_out_ranks(other, weights)[:, 2]).all()


def test_leaving_out_the_only_component_with_weight_is_refused():
    with pytest.raises(WeightsError, match="component 1"):
        leave_one_out_ranks([[0.1, 0.2]], [0, 1])


def test_sobol_indices_of_a_sum():
    result = sobol_indices(lambda s: s[:, :3] @ np.array([[1.0], [2], [3]]), ("a", "b", "c", "unused"), 4096)
    assert result.s1[0] == pytest.approx([1 / 14, 4 / 14, 9 / 14, 0], abs=0.005)
    assert result.st[0] == pytest.approx([1 / 14, 4 / 14, 9 / 14, 0], abs=0.005)
    assert result.s1[0, 3] == pytest.approx(0, abs=1e-12)


def test_an_output_that_never_varies_has_no_indices():
    result = sobol_indices(lambda s: np.column_stack([s[:, 0], np.ones(len(s))]), ("a", "b"), 64)
    assert np.isnan(result.s1[1]).all()
    assert np.isfinite(result.s1[0]).all()


def test_the_base_sample_is_a_power_of_two():
    with pytest.raises(IndexInputError, match="power of two"):
        sobol_indices(lambda s: s, ("a",), 1000)


def test_the_rank_model_at_its_corners_is_the_named_method(dti_2022):
    x, weights = dti_2022.components, np.array([0.25] * 4)
    # Equal weights have a box too; a single draw makes the trigger choose it always.
    model = rank_model(x, weights, weight_draws=1, seed=3)
    from dx_pipeline.index.weights import draw_box

    drawn = draw_box(weights, 0.25, 1, np.random.default_rng(3))[0]
    official, geometric, stretched = model(np.array([[0.5, 1, 0.2], [0.5, 0, 0.2], [0.5, 1, 0.8]]))
    assert (official == competition_ranks(x @ drawn)).all()
    assert (geometric == competition_ranks(generalised_mean(x, drawn, 0))).all()
    assert (stretched == competition_ranks(min_max(x) @ drawn)).all()


def test_sensitivity_of_every_province_is_seeded_and_named(dti_2022):
    first, second = (rank_sensitivity(dti_2022.components, dti_2022.weights, base_samples=64) for _ in range(2))
    assert first.s1.shape == first.st.shape == (63, len(FACTORS))
    assert first.s1.tobytes() == second.s1.tobytes()
    assert first.st_error.tobytes() == second.st_error.tobytes()
