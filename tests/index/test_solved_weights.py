"""Weights solved from published rows (M28)."""

from __future__ import annotations

import numpy as np
import pytest

from dx_pipeline.index.arrays import IndexInputError
from dx_pipeline.index.weights import deviations, solved_shares

POINTS = np.array([50, 140, 200, 150])


def rows(count):
    scores = np.random.default_rng(5).random((count, 4)).round(4)
    return scores, (scores @ POINTS / POINTS.sum()).round(4)


def test_the_shares_come_back_within_rounding():
    shares = solved_shares(*rows(30))
    assert np.abs(shares * POINTS.sum() - POINTS).max() < 0.2


def test_only_the_true_total_makes_all_points_tens():
    totals = np.arange(100.0, 1001.0, 10.0)
    assert totals[deviations(solved_shares(*rows(30)), totals) <= 0.5].tolist() == [540.0]


def test_too_few_rows_are_refused():
    with pytest.raises(IndexInputError, match="3 rows determine only 3 of 4 shares"):
        solved_shares(*rows(3))
