"""How firm a rank is if the weights had differed: bands over drawn weights, exact bounds, and what nothing overturns.

Bands: stochastic multicriteria acceptability analysis; uncertainty analysis of composite indicators (Saisana, Saltelli,
Tarantola 2005, doi:10.1111/j.1467-985X.2005.00350.x).

Bounds: Foster, McGillivray, Seth 2013, doi:10.1080/07474938.2012.690647. For two provinces the difference of overall
scores, sum_j w_j d_j, is linear in the weights. Its largest value over low <= w <= high, sum w = 1, is a continuous
knapsack: start every weight at its low end and give what is left to 1 to the components in falling order of d, each up
to its high end (Dantzig 1957, doi:10.1287/opre.5.2.266). No solver is needed and all pairs are done at once. A province
ahead in every component is ahead under all weights: it dominates.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from dx_pipeline.index import DRAWS, SEED, TARGET_RANKS, TIE_TOLERANCE
from dx_pipeline.index.arrays import (
    BoolArray,
    FloatArray,
    IndexInputError,
    IntArray,
    WeightsError,
    as_matrix,
    weighted_scores,
)
from dx_pipeline.index.ranks import order_and_ranks
from dx_pipeline.index.weights import box_bounds, draw_weights

QUANTILES = (0.05, 0.50, 0.95)

_CHUNK = 1024  # draws at a time: 1024 x 63 scores stay in the processor's cache, twice as fast as all at once


class RankBands(NamedTuple):
    """Rank bands of all provinces over one set of drawn weights; arrays have shape (provinces,) unless said otherwise.

    `p_top10`, `p_top15` and `p_top20` are the share of draws with a rank of at most 10, 15, 20. `probability_error`
    is the largest standard error of the three; `quantile_error` half the width, in ranks, of the widest 95 %
    order-statistic interval of the three quantiles. Both tell the noise of drawing, not of the index.
    """

    p5: IntArray
    p50: IntArray
    p95: IntArray
    rank_min: IntArray
    rank_max: IntArray
    p_top10: FloatArray
    p_top15: FloatArray
    p_top20: FloatArray
    probability_error: FloatArray
    quantile_error: FloatArray
    draws: int
    seed: int


def count_ranks(components: ArrayLike, weight_draws: ArrayLike) -> IntArray:
    """How often each province takes each rank over the drawn weights.

    Args:
        components: scores 0-1, shape (provinces, components).
        weight_draws: shape (draws, components).

    Returns:
        Shape (provinces, provinces): row a province, column rank - 1; each row sums to the number of draws.

    Raises:
        WeightsError: if the draws do not have one weight a component.
    """
    matrix = as_matrix(components)
    weights = np.asarray(weight_draws, dtype=np.float64)
    if weights.ndim != 2 or weights.shape[1] != matrix.shape[1]:
        raise WeightsError(f"weight draws: expected (draws, {matrix.shape[1]}), found shape {weights.shape}")
    provinces = len(matrix)
    counts = np.zeros(provinces * provinces, dtype=np.int64)
    for start in range(0, len(weights), _CHUNK):
        scores = weighted_scores(matrix[None], weights[start : start + _CHUNK, None])
        columns, ranks = order_and_ranks(scores)
        counts += np.bincount((columns * provinces + (ranks - 1)).ravel(), minlength=len(counts))
    return counts.reshape(provinces, provinces)


def _quantile_rank(cumulated: IntArray, probability: float, draws: int) -> IntArray:
    """Smallest rank reached by at least this share of the draws: a rank that really occurs, never 12.5."""
    wanted = min(max(math.ceil(round(probability * draws, 6)), 1), draws)
    return np.asarray(1 + (cumulated < wanted).sum(axis=1), dtype=np.int64)


def bands_from_counts(counts: IntArray, seed: int) -> RankBands:
    """Summarise rank counts (from `count_ranks`) as bands."""
    draws = int(counts[0].sum())
    cumulated = counts.cumsum(axis=1)
    shares = cumulated[:, np.minimum(TARGET_RANKS, len(counts)) - 1] / draws
    error = np.sqrt(shares * (1.0 - shares) / draws).max(axis=1)
    widths = []
    for q in QUANTILES:
        step = 1.96 * math.sqrt(q * (1.0 - q) / draws)
        upper, lower = _quantile_rank(cumulated, q + step, draws), _quantile_rank(cumulated, q - step, draws)
        widths.append((upper - lower) / 2)
    p5, p50, p95 = (_quantile_rank(cumulated, q, draws) for q in QUANTILES)
    top10, top15, top20 = shares.T
    reached = counts > 0
    first, last = 1 + reached.argmax(axis=1), reached.shape[1] - reached[:, ::-1].argmax(axis=1)
    return RankBands(p5, p50, p95, first, last, top10, top15, top20, error, np.max(widths, axis=0), draws, seed)


def rank_bands(
    components: ArrayLike, weights: ArrayLike, neighbourhood: str, draws: int = DRAWS, seed: int = SEED
) -> RankBands:
    """Rank bands of all provinces over a named neighbourhood of the weights (see `weights.NEIGHBOURHOODS`).

    Args:
        components: scores 0-1, shape (provinces, components).
        weights: official weights, shape (components,).
        neighbourhood: box25, dirichlet50 or simplex.
        draws: at least 10,000, below which the tails are noise.
        seed: of the generator; stands in the result.

    Raises:
        IndexInputError: if fewer than 10,000 draws are asked for.
        WeightsError: if the neighbourhood is unknown.
    """
    if draws < 10_000:
        raise IndexInputError(f"draws: expected at least 10000 for a band, found {draws}")
    return bands_from_counts(count_ranks(components, draw_weights(weights, neighbourhood, draws, seed)), seed)


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
