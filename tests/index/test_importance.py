"""Importance against weight, consistency, stability."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dx_pipeline.index.arrays import IndexInputError
from dx_pipeline.index.importance import component_importance, cronbach_alpha, edition_stability


def test_covariance_shares_of_2022(dti_2022):
    importance = component_importance(dti_2022.components, dti_2022.weights)
    assert importance.covariance_share == pytest.approx([0.483, 0.288, 0.123, 0.106], abs=0.0005)
    assert importance.weight.tolist() == [0.5, 0.2, 0.15, 0.15]
    expected = [np.corrcoef(column, dti_2022.overall)[0, 1] ** 2 for column in dti_2022.components.T]
    assert importance.r_squared == pytest.approx(expected)


@given(st.integers(0, 2**32 - 1))
def test_covariance_shares_sum_to_one(seed):
    generator = np.random.default_rng(seed)
    importance = component_importance(generator.uniform(size=(12, 5)), generator.dirichlet(np.ones(5)))
    assert importance.covariance_share.sum() == pytest.approx(1)


def test_a_constant_component_explains_nothing():
    importance = component_importance([[0.5, 0.1], [0.5, 0.2], [0.5, 0.4]], [0.5, 0.5])
    assert importance.r_squared.tolist() == pytest.approx([0, 1])
    with pytest.raises(IndexInputError):
        component_importance([[0.5, 0.1], [0.5, 0.1]], [0.5, 0.5])


def test_cronbach_alpha_of_two_items():
    assert cronbach_alpha(np.array([(1, 2, 3, 4), (2, 2, 4, 4)]).T) == pytest.approx(0.941176, abs=1e-6)
    for items in ([[1.0], [2.0]], [[1.0, 2.0]], [[1.0, 2.0], [2.0, 1.0]]):
        with pytest.raises(IndexInputError):
            cronbach_alpha(items)


def test_stability_2022_to_2023(dti_2022, dti_2023):
    stability = edition_stability(dti_2022.overall, dti_2023.overall)
    assert stability.spearman == pytest.approx(0.861, abs=0.0005)
    assert stability.kendall == pytest.approx(0.680, abs=0.0005)
    assert stability.mean_abs_rank_change == pytest.approx(7.17, abs=0.005)


def test_an_edition_is_perfectly_stable_with_itself(dti_2022):
    assert edition_stability(dti_2022.overall, dti_2022.overall) == pytest.approx((1, 1, 0))
