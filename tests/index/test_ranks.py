"""Competition ranks, their changes and the counterfactuals."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dx_pipeline.index.arrays import IndexInputError, normalise_weights, weighted_scores
from dx_pipeline.index.changes import decompose_rank_changes, rank_counterfactuals
from dx_pipeline.index.ranks import competition_rank, competition_ranks, rank_of_replaced_score

# Four decimals, as published: ties are frequent and real.
score_lists = st.lists(st.integers(0, 40), min_size=1, max_size=30).map(lambda v: np.array(v) / 40)


def weighted_ranks(x, weights):
    return competition_ranks(weighted_scores(x, weights))


def counted_ranks(scores):
    """The definition, one province at a time."""
    rounded = np.round(scores, 10)
    return [1 + sum(other > own for other in rounded) for own in rounded]


def test_equal_scores_share_a_rank_and_the_next_is_skipped():
    assert competition_ranks([0.7, 0.9, 0.7, 0.5]).tolist() == [2, 1, 2, 4]


def test_thanh_hoa_and_yen_bai_share_rank_15_in_2022(dti_2022):
    ranks = competition_ranks(dti_2022.overall)
    assert [ranks[dti_2022.row(n)] for n in ("Thanh Hóa", "Yên Bái", "Hải Dương", "Thái Nguyên")] == [15, 15, 13, 8]
    assert 16 not in ranks
    assert (competition_ranks(dti_2022.components @ dti_2022.weights) == ranks).all()


def test_float_noise_never_breaks_a_tie():
    assert competition_ranks([0.1 + 0.2, 0.3, 0.2]).tolist() == [1, 1, 3]


@given(score_lists)
def test_ranks_are_one_plus_the_number_of_better_scores(scores):
    assert competition_ranks(scores).tolist() == counted_ranks(scores)


def test_leading_axes_are_ranked_row_by_row():
    scores = np.round(np.random.default_rng(0).uniform(-5, 5, size=(3, 4, 9)), 1)
    ranks = competition_ranks(scores)
    for index in np.ndindex(3, 4):
        assert ranks[index].tolist() == counted_ranks(scores[index])


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e9])
def test_what_cannot_be_ranked_is_refused(bad):
    with pytest.raises(IndexInputError, match="finite"):
        competition_ranks([0.1, bad])


@given(score_lists, st.randoms())
def test_permuting_provinces_permutes_ranks(scores, random):
    order = list(range(len(scores)))
    random.shuffle(order)
    assert (competition_ranks(scores[order]) == competition_ranks(scores)[order]).all()


@given(st.floats(0.01, 1000))
def test_scaling_all_weights_changes_nothing(factor):
    x = np.random.default_rng(1).integers(0, 11, size=(20, 4)) / 10
    weights = np.array([0.5, 0.2, 0.15, 0.15])
    assert (weighted_ranks(x, normalise_weights(weights * factor)) == weighted_ranks(x, weights)).all()


@given(st.integers(0, 2**32 - 1))
def test_a_dominated_newcomer_changes_nobody_elses_order(seed):
    generator = np.random.default_rng(seed)
    x = generator.integers(1, 11, size=(12, 4)) / 10
    newcomer = x[generator.integers(12)] - 0.05
    weights = generator.dirichlet(np.ones(4))
    before, after = weighted_ranks(x, weights), weighted_ranks(np.vstack([x, newcomer]), weights)[:12]
    assert (np.sign(before[:, None] - before) == np.sign(after[:, None] - after)).all()


def test_the_expression_ranks_as_the_function_does_and_not_at_all_with_a_gap():
    scores = [0.3, 0.5, 0.1 + 0.2, 0.4, 0.7, None]
    frame = pl.DataFrame({"table": ["a"] * 4 + ["b"] * 2, "score": scores})
    ranks = frame.select(competition_rank("score", ["table"])).to_series().to_list()
    assert ranks == [*competition_ranks(scores[:4]).tolist(), None, None] == [3, 1, 3, 2, None, None]


def test_a_replaced_score_is_ranked_among_the_others_only():
    # The second province's own old score must not count as a rival of its new one.
    assert rank_of_replaced_score([0.5, 0.6, 0.4], [0.5, 0.55, 0.4]).tolist() == [2, 1, 3]


def test_hand_example_of_own_and_others_effect():
    change = decompose_rank_changes([0.5, 0.6, 0.4], [0.55, 0.58, 0.70])
    assert [int(r[0]) for r in change[:4]] == [2, 2, 3, 3]
    assert (change.own_effect[0], change.others_effect[0]) == (0, 1)


def test_hai_duong_2022_to_2023(dti_2022, dti_2023):
    change = decompose_rank_changes(dti_2022.overall, dti_2023.overall)
    row = dti_2022.row("Hải Dương")
    assert [int(r[row]) for r in change[:4]] == [13, 5, 51, 26]
    assert (change.own_effect[row], change.others_effect[row]) == (-16.5, 29.5)


@given(st.integers(0, 2**32 - 1))
def test_own_and_others_effect_sum_to_the_rank_change(seed):
    generator = np.random.default_rng(seed)
    before, after = generator.integers(0, 20, size=(2, 15)) / 20
    change = decompose_rank_changes(before, after)
    assert (change.rank_from == competition_ranks(before)).all()
    assert (change.rank_to == competition_ranks(after)).all()
    assert (change.own_effect + change.others_effect == change.rank_to - change.rank_from).all()


def test_who_stands_still_among_others_that_stand_still_has_no_effects():
    change = decompose_rank_changes([0.5, 0.5, 0.2], [0.5, 0.5, 0.2])
    assert not change.own_effect.any()
    assert not change.others_effect.any()


def test_counterfactual_ranks_of_hai_duong_2023(dti_2022, dti_2023):
    ranks = rank_counterfactuals(dti_2022.components, dti_2023.components, dti_2023.weights)
    assert ranks[dti_2023.row("Hải Dương")].tolist() == [32, 19, 12, 23]


def test_a_component_that_grew_by_the_mean_leaves_the_rank():
    before = np.array([[0.2, 0.5], [0.4, 0.1], [0.6, 0.3]])
    after = before + np.array([0.1, 0.2])
    ranks = rank_counterfactuals(before, after, [0.5, 0.5])
    assert (ranks == competition_ranks(after.mean(axis=1))[:, None]).all()


def test_editions_of_different_provinces_are_refused():
    with pytest.raises(IndexInputError):
        decompose_rank_changes([0.1, 0.2], [0.1])
    with pytest.raises(IndexInputError):
        rank_counterfactuals([[0.1, 0.2]], [[0.1, 0.2, 0.3]], [1, 1, 1])
