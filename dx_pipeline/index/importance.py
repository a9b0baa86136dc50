"""How much each component really decides, how far the parts agree, and how stable the ranking is.

A weight says how many points a component may give, not how much it separates provinces.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from dx_pipeline.index.arrays import (
    FloatArray,
    IndexInputError,
    IntArray,
    WeightsError,
    as_matrix,
    as_vector,
    normalise_weights,
    weighted_scores,
)
from dx_pipeline.index.ranks import competition_ranks


class Importance(NamedTuple):
    """Weight and effect of each component, each of shape (components,)."""

    weight: FloatArray
    r_squared: FloatArray
    covariance_share: FloatArray


def component_importance(components: ArrayLike, weights: ArrayLike) -> Importance:
    """Squared correlation with the overall, and covariance share w_j cov(x_j, y)/var(y), which sums to 1.

    Paruolo, Saisana, Saltelli 2013, doi:10.1111/j.1467-985X.2012.01059.x.

    Args:
        components: scores 0-1, shape (provinces, components).
        weights: shape (components,).

    Raises:
        IndexInputError: if the overall is the same for all provinces. A constant component has a squared correlation
        of 0.
    """
    matrix = as_matrix(components)
    official = normalise_weights(weights, matrix.shape[1])
    overall = weighted_scores(matrix, official)
    centred, deviation = matrix - matrix.mean(axis=0), overall - overall.mean()
    variance = float((deviation**2).mean())
    if variance <= 0:
        raise IndexInputError("the overall is the same for all provinces; nothing is there to explain")
    covariance = (centred * deviation[:, None]).mean(axis=0)
    own = (centred**2).mean(axis=0)
    r_squared = np.divide(covariance**2, own * variance, out=np.zeros_like(own), where=own > 0)
    return Importance(official, r_squared, official * covariance / variance)


def cronbach_alpha(items: ArrayLike) -> float:
    """Cronbach's alpha, k/(k-1) (1 - sum of variances / variance of the sum): how far the items move together.

    Cronbach 1951, doi:10.1007/BF02310555. A description, never a reason to pass or fail an index: an index may well be
    made of parts that differ.

    Args:
        items: shape (provinces, items).

    Raises:
        IndexInputError: if there are fewer than two items or two provinces, or the sum is the same for all provinces.
    """
    matrix = as_matrix(items, "items")
    provinces, count = matrix.shape
    if count < 2 or provinces < 2:
        raise IndexInputError(f"alpha needs at least two items and two provinces, found {count} and {provinces}")
    total = float(matrix.sum(axis=1).var(ddof=1))
    if total <= 0:
        raise IndexInputError("alpha: the sum of the items is the same for all provinces")
    return float(count / (count - 1) * (1.0 - float(matrix.var(axis=0, ddof=1).sum()) / total))


class Stability(NamedTuple):
    """How alike two editions rank the same provinces; `mean_abs_rank_change` is in places."""

    spearman: float
    kendall: float
    mean_abs_rank_change: float


def edition_stability(scores_from: ArrayLike, scores_to: ArrayLike) -> Stability:
    """Spearman's rho, Kendall's tau-b and mean absolute rank change between two editions.

    Args:
        scores_from: overall scores of the earlier edition, shape (provinces,).
        scores_to: of the later edition, same provinces in the same order.
    """
    from scipy.stats import kendalltau, spearmanr  # heavy import, needed only here

    before = as_vector(scores_from, "scores of the earlier edition")
    after = as_vector(scores_to, "scores of the later edition", len(before))
    ranks_before, ranks_after = competition_ranks(before), competition_ranks(after)
    return Stability(
        spearman=float(spearmanr(ranks_before, ranks_after).statistic),
        kendall=float(kendalltau(ranks_before, ranks_after).statistic),
        mean_abs_rank_change=float(np.abs(ranks_after - ranks_before).mean()),
    )


def leave_one_out_ranks(components: ArrayLike, weights: ArrayLike) -> IntArray:
    """Ranks when one component gets weight 0 and the other weights are rescaled to sum 1.

    Args:
        components: scores 0-1, shape (provinces, components).
        weights: shape (components,).

    Returns:
        Shape (provinces, components): column j holds the ranks without component j.
    """
    matrix = as_matrix(components)
    without = weights_without_each(normalise_weights(weights, matrix.shape[1]))
    return competition_ranks(np.stack([weighted_scores(matrix, one) for one in without])).T


def weights_without_each(weights: FloatArray) -> FloatArray:
    """The weights rescaled to sum 1 without the component of the row, shape (components, components).

    Raises:
        WeightsError: if a component carries all the weight, so that nothing is left without it.
    """
    left = weights * (1.0 - np.eye(len(weights)))
    sums = left.sum(axis=1, keepdims=True)
    if (sums <= 0).any():
        raise WeightsError(f"component {int(np.argmin(sums))} carries all the weight; without it nothing is measured")
    return np.asarray(left / sums)
