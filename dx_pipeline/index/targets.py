"""What a target rank would take: the points missing, the cheapest way to gain them, and where the threshold is heading.

All of it holds the other provinces still or extends a handful of points; none of it is a forecast.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from dx_pipeline.index import POINTS_PER_SCORE, TIE_TOLERANCE
from dx_pipeline.index.arrays import (
    BoolArray,
    FloatArray,
    IndexInputError,
    as_matrix,
    as_vector,
    normalise_weights,
    weighted_scores,
)

SAFETY_MARGIN = 1e-4
"""One published unit more than needed, so that rounding cannot leave a province one place short."""

REACH_QUANTILE = 0.9
"""A component may rise at most to what the best tenth of the provinces reached (linear quantile over all of them)."""


def rank_thresholds(scores: ArrayLike, ranks: ArrayLike) -> FloatArray:
    """Score of the k-th province of the edition, for each k; a province with that score has at most rank k.

    Args:
        scores: overall scores, shape (provinces,).
        ranks: target ranks k, shape (targets,).

    Raises:
        IndexInputError: if a target rank is not between 1 and the number of provinces.
    """
    ordered = np.sort(as_vector(scores))[::-1]
    wanted = np.asarray(ranks, dtype=np.int64)
    if (wanted < 1).any() or (wanted > len(ordered)).any():
        raise IndexInputError(f"target ranks: expected 1 to {len(ordered)}, found {wanted.tolist()}")
    return ordered[wanted - 1]


def points_needed(scores: ArrayLike, ranks: ArrayLike) -> FloatArray:
    """Points each province lacks to each threshold, 0 where it is reached; shape (provinces, targets)."""
    lacking = rank_thresholds(scores, ranks) - as_vector(scores)[:, None]
    return POINTS_PER_SCORE * np.where(lacking > TIE_TOLERANCE, lacking, 0.0)


def component_requirements(
    components: ArrayLike, weights: ArrayLike, need_points: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Rise of one component alone that would give the points, and the points each component could still give.

    Args:
        components: scores 0-1, shape (provinces, components).
        weights: all positive, shape (components,).
        need_points: shape (provinces,) or (provinces, targets).

    Returns:
        need/w in score units, shape (provinces, [targets,] components), and the headroom 1000 w (1 - x) in points,
        shape (provinces, components). A rise above 1 - x is not possible.
    """
    matrix = as_matrix(components)
    official = normalise_weights(weights, matrix.shape[1])
    rise = np.asarray(need_points, dtype=np.float64)[..., None] / POINTS_PER_SCORE / official
    return rise, POINTS_PER_SCORE * official * (1.0 - matrix)


class CheapestPaths(NamedTuple):
    """Cheapest way of every province to every target rank.

    `need_points` has shape (provinces, targets); `increase` (score units) and `cost` (standard deviations) have shape
    (provinces, targets, components). Where a target is met all are 0; where it is out of reach (`reachable` False)
    increase and cost are NaN.
    """

    need_points: FloatArray
    increase: FloatArray
    cost: FloatArray
    reachable: BoolArray


def cheapest_paths(components: ArrayLike, weights: ArrayLike, target_ranks: ArrayLike) -> CheapestPaths:
    """Smallest effort, in standard deviations, that lifts each province to each target while the others stand still.

    Minimise sum_j d_j/sd_j subject to sum_j w_j d_j >= need + 1e-4 and 0 <= d_j <= max(P90_j - x_j, 0). With a single
    constraint this linear programme is a continuous knapsack: raise components in falling order of w_j sd_j, each to
    its cap, until the need is covered (Dantzig 1957, doi:10.1287/opre.5.2.266). sd is the sample standard deviation
    (n - 1) and P90 the linear quantile, both over all provinces of the edition.

    Args:
        components: scores 0-1, shape (provinces, components).
        weights: shape (components,).
        target_ranks: shape (targets,).

    Raises:
        IndexInputError: if a component is the same for all provinces, so that effort has no unit.
    """
    matrix = as_matrix(components)
    official = normalise_weights(weights, matrix.shape[1])
    spread = matrix.std(axis=0, ddof=1)
    if (spread <= 0).any():
        raise IndexInputError(f"component {int(np.argmin(spread))} is the same for all provinces: effort has no unit")
    room = np.maximum(np.quantile(matrix, REACH_QUANTILE, axis=0) - matrix, 0.0)
    need = points_needed(weighted_scores(matrix, official), target_ranks)
    wanted = np.where(need > 0, need / POINTS_PER_SCORE + SAFETY_MARGIN, 0.0)
    order = np.argsort(-official * spread, kind="stable")
    gains = (official * room)[:, order]
    gained_before = np.cumsum(gains, axis=1) - gains
    taken = np.clip(wanted[:, :, None] - gained_before[:, None, :], 0.0, gains[:, None, :])
    reachable = wanted <= gains.sum(axis=1, keepdims=True) + 1e-12
    increase = np.zeros((*wanted.shape, len(official)))
    # A component of weight 0 gives no points and is never raised.
    ordered_weights = official[order]
    increase[:, :, order] = np.divide(taken, ordered_weights, out=np.zeros_like(taken), where=ordered_weights > 0)
    increase[~reachable] = np.nan
    return CheapestPaths(need, increase, increase / spread, reachable)


class ThresholdScenarios(NamedTuple):
    """Next value of a threshold if its last, or its mean, step were repeated; NaN where no comparable step exists."""

    last_step: float
    mean_step: float


def threshold_scenarios(thresholds: ArrayLike) -> ThresholdScenarios:
    """Two scenarios of where a moving threshold goes next; three points allow no forecast interval.

    Args:
        thresholds: the threshold's own path, one value an edition, shape (editions,), since the last step that does not
            compare: an older one was measured with another ruler.

    Returns:
        Last value plus the last step, and plus the mean of the steps; NaN where there is none.
    """
    path = as_vector(thresholds, "thresholds")
    steps = np.diff(path)
    if not len(steps):
        return ThresholdScenarios(np.nan, np.nan)
    return ThresholdScenarios(float(path[-1] + steps[-1]), float(path[-1] + steps.mean()))
