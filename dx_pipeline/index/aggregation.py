"""Where a province would stand if the index were put together in another established way.

Every function takes component scores (provinces, components) and returns one score a province; higher is better.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from dx_pipeline.index import TIE_TOLERANCE
from dx_pipeline.index.arrays import FloatArray, as_matrix, normalise_weights, weighted_scores
from dx_pipeline.index.benefit import benefit_of_the_doubt
from dx_pipeline.index.errors import IndexInputError
from dx_pipeline.index.normalise import min_max

OFFICIAL: Final = "official"
"""The sum of the decision itself."""


_NEARLY_GEOMETRIC = 1e-6  # below this exponent the power mean loses more digits than the geometric mean is away from it


def generalised_mean(components: ArrayLike, weights: ArrayLike, exponent: float) -> FloatArray:
    """Weighted power mean (sum_j w_j x_j^p)^(1/p): 1 is the official sum, 0 the geometric, -1 the harmonic mean.

    A low exponent lets a strong component make up less for a weak one. A zero gives a mean of zero when p <= 0.

    Raises:
        IndexInputError: if a score is negative.
    """
    matrix = as_matrix(components)
    shares = normalise_weights(weights, matrix.shape[1])
    if (matrix < 0).any():
        raise IndexInputError("a generalised mean needs scores of at least 0")
    if exponent == 1.0:
        return weighted_scores(matrix, shares)
    with np.errstate(divide="ignore"):
        if abs(exponent) < _NEARLY_GEOMETRIC:
            return np.exp(weighted_scores(np.log(matrix), shares))
        return weighted_scores(matrix**exponent, shares) ** (1.0 / exponent)


def copeland(components: ArrayLike, weights: ArrayLike) -> FloatArray:
    """Copeland score: duels won minus duels lost.

    A province wins a duel when the components in which it is ahead weigh more than those in which the rival is ahead;
    how far ahead does not count (Munda and Nardo 2009, doi:10.1080/00036840601019364, for composite indicators).
    """
    matrix = as_matrix(components)
    shares = normalise_weights(weights, matrix.shape[1])
    ahead = matrix[:, None, :] - matrix[None, :, :] > TIE_TOLERANCE
    support = weighted_scores(ahead.astype(np.float64), shares)
    margin = support - support.T
    return np.asarray(((margin > TIE_TOLERANCE).sum(axis=1) - (margin < -TIE_TOLERANCE).sum(axis=1)), dtype=np.float64)


def mazziotta_pareto(normalised: ArrayLike) -> FloatArray:
    """Mean minus a penalty for imbalance, M - S cv with cv = S/M, population standard deviation S, equal weights.

    Adjusted Mazziotta-Pareto index (Mazziotta and Pareto 2016, doi:10.1007/s11205-015-0998-2), given normalised values.
    """
    matrix = as_matrix(normalised, "normalised scores")
    mean = matrix.mean(axis=1)
    return np.asarray(mean - matrix.var(axis=1) / mean, dtype=np.float64)


def adjusted_mazziotta_pareto(components: ArrayLike) -> FloatArray:
    """Adjusted Mazziotta-Pareto index with the edition's minimum and maximum as goalposts, mapped to 70-130.

    Raises:
        IndexInputError: if a component is the same for all provinces.
    """
    return mazziotta_pareto(70.0 + min_max(components, 60.0))


def min_max_first(components: ArrayLike, weights: ArrayLike) -> FloatArray:
    """Official weighted sum of components that were first stretched to 0-1 (min-max)."""
    return weighted_scores(min_max(components), normalise_weights(weights))


def method_scores(components: ArrayLike, weights: ArrayLike) -> dict[str, FloatArray]:
    """Score of every province by every method, each of shape (provinces,)."""
    matrix = as_matrix(components)
    shares = normalise_weights(weights, matrix.shape[1])
    return {
        OFFICIAL: weighted_scores(matrix, shares),
        "geometric": generalised_mean(matrix, shares, 0.0),
        "copeland": copeland(matrix, shares),
        "benefit_of_the_doubt": benefit_of_the_doubt(matrix, shares),
        "adjusted_mazziotta_pareto": adjusted_mazziotta_pareto(matrix),
        "min_max_first": min_max_first(matrix, shares),
    }
