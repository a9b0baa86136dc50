"""Between which ranks a province must stay: exact bounds over all weights in a box, and what no weighting overturns.

Idea: Foster, McGillivray, Seth 2013, doi:10.1080/07474938.2012.690647. For two provinces the difference of overall
scores, sum_j w_j d_j, is linear in the weights. Its largest value over low <= w <= high, sum w = 1, is a continuous
knapsack: start every weight at its low end and give what is left to 1 to the components in falling order of d, each up
to its high end (Dantzig 1957, doi:10.1287/opre.5.2.266). No solver is needed and all pairs are done at once. A province
ahead in every component is ahead under all weights: it dominates.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from dx_pipeline.index import TIE_TOLERANCE
from dx_pipeline.index.arrays import BoolArray, FloatArray, IntArray, WeightsError, as_matrix
from dx_pipeline.index.weights import box_bounds


class RankBounds(NamedTuple):
    """Best and worst rank over the box, each of shape (provinces,)."""

    best: IntArray
    worst: IntArray


def largest_weighted_sum(differences: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """Largest sum_j w_j d_j over low <= w <= high with sum w = 1.

    Args:
        differences: d, shape (..., components).
        low: lowest weights, shape (components,).
        high: highest weights, shape (components,).

    Raises:
        WeightsError: if no weights within the box sum to 1.
    """
    slack = 1e-12
    if low.sum() > 1.0 + slack or high.sum() < 1.0 - slack or (low > high).any():
        raise WeightsError(f"no weights between {low.tolist()} and {high.tolist()} sum to 1")
    order = np.argsort(-differences, axis=-1, kind="stable")
    best_first = np.take_along_axis(differences, order, axis=-1)
    room = (high - low)[order]
    taken_before = np.cumsum(room, axis=-1) - room
    given = np.clip(max(1.0 - float(low.sum()), 0.0) - taken_before, 0.0, room)
    return np.asarray((differences * low).sum(axis=-1) + (best_first * given).sum(axis=-1), dtype=np.float64)


def pairwise_extremes(components: ArrayLike, weights: ArrayLike, delta: float) -> tuple[FloatArray, FloatArray]:
    """Smallest and largest lead of every province over every other, for weights within +-delta that sum to 1.

    Args:
        components: scores 0-1, shape (provinces, components).
        weights: official weights, shape (components,).
        delta: half-width of the box, relative to each weight, 0-1.

    Returns:
        Two matrices (province, rival) of score differences; the smallest lead of i over k is minus the largest of k
        over i, exactly.
    """
    matrix = as_matrix(components)
    low, high = box_bounds(weights, delta)
    largest = largest_weighted_sum(matrix[:, None, :] - matrix[None, :, :], low, high)
    return -largest.T, largest


def rank_bounds(components: ArrayLike, weights: ArrayLike, delta: float) -> RankBounds:
    """Best rank = 1 + rivals ahead for every weight in the box; worst = 1 + rivals ahead for some.

    Each bound holds for every weighting in the box. The worst need not be reached by one weighting, since different
    rivals may need different weights.

    Args:
        components: scores 0-1, shape (provinces, components).
        weights: official weights, shape (components,).
        delta: half-width of the box, relative to each weight, 0-1.
    """
    smallest, largest = pairwise_extremes(components, weights, delta)
    best = 1 + (smallest > TIE_TOLERANCE).sum(axis=0)
    worst = 1 + (largest > TIE_TOLERANCE).sum(axis=0)
    return RankBounds(best, worst)


def dominance_matrix(components: ArrayLike) -> BoolArray:
    """Whether the row province is strictly ahead of the column province in every component; shape (n, n)."""
    matrix = as_matrix(components)
    return np.asarray((matrix[:, None, :] - matrix[None, :, :] > TIE_TOLERANCE).all(axis=-1))
