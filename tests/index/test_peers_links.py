"""Peers by endowment, and links to other indices."""

import numpy as np
import pytest

from dx_pipeline.index.arrays import IndexInputError
from dx_pipeline.index.links import regress_hc3, spearman_interval
from dx_pipeline.index.peers import endowment_distances, expected_scores, nearest_peers

POINTS = [(0, 0), (1, 0), (0, 2), (3, 3), (1, 1)]


def test_distances_on_standardised_endowments():
    assert endowment_distances(POINTS)[0] == pytest.approx([0, 0.8165, 1.5339, 3.3607, 1.1202], abs=5e-5)


def test_nearest_peers_come_in_order_and_never_include_oneself():
    peers, distances = nearest_peers(POINTS, 3)
    assert peers[0].tolist() == [1, 4, 2]
    assert distances[0] == pytest.approx([0.8165, 1.1202, 1.5339], abs=5e-5)
    assert all(i not in row for i, row in enumerate(peers))
    with pytest.raises(IndexInputError):
        nearest_peers(POINTS, 5)


def test_units_of_measurement_do_not_choose_peers():
    scaled = np.array(POINTS) * [1000, 0.01] + [5, 7]
    assert endowment_distances(scaled) == pytest.approx(endowment_distances(POINTS))


def test_expected_score_is_the_regression_line():
    endowment = np.arange(10.0)[:, None]
    line = 0.3 + 0.02 * endowment[:, 0]
    result = expected_scores(line, endowment)
    assert result.expected == pytest.approx(line)
    assert result.r_squared == pytest.approx(1)
    bump = line.copy()
    bump[4] += 0.1
    result = expected_scores(bump, endowment)
    assert result.residual.argmax() == 4
    assert result.residual[4] > result.spread[4]
    assert (np.abs(np.delete(result.residual, 4)) < np.delete(result.spread, 4)).all()
    assert result.residual.sum() == pytest.approx(0)
    assert result.expected + result.residual == pytest.approx(bump)
    with pytest.raises(IndexInputError):
        expected_scores([0.1, 0.2], [[1], [2]])


def test_rank_correlation_with_a_seeded_interval(dti_2022, dti_2023):
    first = spearman_interval(dti_2022.overall, dti_2023.overall)
    assert first.spearman == pytest.approx(0.861, abs=0.0005)
    assert first.ci_low < first.spearman < first.ci_high
    assert first.n == 63
    assert first == spearman_interval(dti_2022.overall, dti_2023.overall)
    assert first != spearman_interval(dti_2022.overall, dti_2023.overall, seed=1)


def test_bootstrap_agrees_with_scipy(dti_2022, dti_2023):
    from scipy.stats import bootstrap, spearmanr

    ours = spearman_interval(dti_2022.overall, dti_2023.overall, resamples=4000)
    theirs = bootstrap(
        (dti_2022.overall, dti_2023.overall),
        lambda a, b: spearmanr(a, b).statistic,
        paired=True,
        vectorized=False,
        method="percentile",
        n_resamples=1500,
        rng=np.random.default_rng(0),
    ).confidence_interval
    assert (ours.ci_low, ours.ci_high) == pytest.approx(tuple(theirs), abs=0.015)


@pytest.mark.parametrize(("a", "b"), [([1, 2, 3], [1, 2, 3]), ([1, 1, 1, 1], [1, 2, 3, 4]), ([1, 2, 3, 4], [1, 2])])
def test_a_correlation_of_too_little_is_refused(a, b):
    with pytest.raises(IndexInputError):
        spearman_interval(a, b)


def test_regression_has_hc3_errors_by_the_formula():
    generator = np.random.default_rng(3)
    x = generator.uniform(size=(63, 2))
    y = 0.2 + x @ [0.5, -0.3] + generator.normal(size=63) * 0.05 * (1 + x[:, 0])
    fit = regress_hc3(y, x)
    design = np.column_stack([np.ones(63), x])
    inverse = np.linalg.inv(design.T @ design)
    beta = inverse @ design.T @ y
    leverage = np.einsum("ij,jk,ik->i", design, inverse, design)
    meat = design * ((y - design @ beta) / (1 - leverage))[:, None]
    errors = np.sqrt(np.diag(inverse @ meat.T @ meat @ inverse))
    assert fit.coefficients == pytest.approx(beta)
    assert fit.standard_errors == pytest.approx(errors)
    assert ((fit.ci_low < beta) & (beta < fit.ci_high)).all()
    with pytest.raises(IndexInputError, match="cannot carry 3"):
        regress_hc3(y[:3], x[:3])
