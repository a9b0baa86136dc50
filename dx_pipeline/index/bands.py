"""How firm a rank is if the weights had differed: bands of ranks over drawn weights.

Stochastic multicriteria acceptability analysis; uncertainty analysis of composite indicators (Saisana, Saltelli,
Tarantola 2005, doi:10.1111/j.1467-985X.2005.00350.x).
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from dx_pipeline.index import DRAWS, SEED, TARGET_RANKS
from dx_pipeline.index.arrays import FloatArray, IndexInputError, IntArray, WeightsError, as_matrix, weighted_scores
from dx_pipeline.index.ranks import order_and_ranks
from dx_pipeline.index.weights import draw_weights

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
