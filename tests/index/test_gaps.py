"""Gaps to a peer and changes between editions, in points."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dx_pipeline.index.arrays import IndexInputError
from dx_pipeline.index.changes import component_gaps, score_changes


def test_hai_duong_minus_thai_nguyen_2022(dti_2022):
    gaps = component_gaps(dti_2022.components, dti_2022.weights)
    gap = gaps[dti_2022.row("Hải Dương"), dti_2022.row("Thái Nguyên")]
    assert gap == pytest.approx([-49.74, -10.16, 40.05, 11.25], abs=1e-6)
    assert gap.sum() == pytest.approx(-8.6, abs=1e-6)


def test_gaps_of_all_pairs_sum_to_the_gap_of_the_overall_and_are_antisymmetric(editions):
    for edition in editions:
        gaps = component_gaps(edition.components, edition.weights)
        expected = 1000 * (edition.overall[:, None] - edition.overall)
        assert gaps.sum(axis=2) == pytest.approx(expected, abs=1e-9)
        assert (gaps == -gaps.transpose(1, 0, 2)).all()


def test_hai_duong_2022_to_2023_with_equal_weights(dti_2022, dti_2023):
    performance, weight = score_changes(dti_2022.components, dti_2023.components, dti_2022.weights, dti_2023.weights)
    row = dti_2022.row("Hải Dương")
    # The page prints two decimals.
    assert performance[row] == pytest.approx([59.83, 5.80, -20.26, 9.24], abs=0.0051)
    assert performance[row].sum() == pytest.approx(54.6, abs=1e-9)
    assert not weight.any()


@given(st.integers(0, 2**32 - 1))
def test_performance_and_weights_together_are_the_whole_change(seed):
    generator = np.random.default_rng(seed)
    before, after = generator.uniform(size=(2, 7, 4))
    w0, w1 = generator.dirichlet(np.ones(4), size=2)
    performance, weight = score_changes(before, after, w0, w1)
    assert (performance + weight).sum(axis=1) == pytest.approx(1000 * (after @ w1 - before @ w0), abs=1e-9)


def test_editions_of_different_shape_are_refused():
    with pytest.raises(IndexInputError):
        score_changes([[0.1, 0.2]], [[0.1]], [1, 1], [1])
