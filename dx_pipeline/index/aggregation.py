"""Where a province would stand if the index were put together in another established way.

Every method takes component scores (provinces, components) and returns one score a province; higher is better. Each
also has an interval: outer bounds of the scores if every component is within its error. The components are taken as
free of each other and goalposts at their own ends, so it may be a little wider than need be, and never too narrow.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from dx_pipeline.index import TIE_TOLERANCE
from dx_pipeline.index.arrays import FloatArray, IndexInputError, as_matrix, min_max, normalise_weights, weighted_scores
from dx_pipeline.index.ranks import RankInterval, rank_interval

OFFICIAL: Final = "official"
"""The sum of the decision itself."""


NEARLY_GEOMETRIC = 1e-6  # below this exponent the power mean loses more digits than the geometric mean is away from it


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
        if abs(exponent) < NEARLY_GEOMETRIC:
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


def method_scores(components: ArrayLike, weights: ArrayLike) -> dict[str, FloatArray]:
    """Score of every province by every method, each of shape (provinces,).

    The adjusted Mazziotta-Pareto index has the edition's minimum and maximum as goalposts, mapped to 70-130.

    Raises:
        IndexInputError: if a component is the same for all provinces.
    """
    matrix = as_matrix(components)
    shares = normalise_weights(weights, matrix.shape[1])
    return {
        OFFICIAL: weighted_scores(matrix, shares),
        "geometric": generalised_mean(matrix, shares, 0.0),
        "copeland": copeland(matrix, shares),
        "benefit_of_the_doubt": benefit_of_the_doubt(matrix, shares),
        "adjusted_mazziotta_pareto": mazziotta_pareto(70.0 + min_max(matrix, 60.0)),
        "min_max_first": weighted_scores(min_max(matrix), shares),
    }


SHARE_SPREAD = 0.5
"""Each component's share of the score may differ by +-50 % from its official weight."""

_SOLVER_DECIMALS = 9  # the solver's own tolerance; scores on the frontier must tie at 1


def benefit_of_the_doubt(
    components: ArrayLike, shares: ArrayLike | None = None, spread: float = SHARE_SPREAD
) -> FloatArray:
    """Benefit-of-the-doubt score of every province, 0-1; several may reach 1 and share the first rank.

    Linear programme of province i: maximise sum_j v_j x_ij subject to sum_j v_j x_kj <= 1 for every k, v >= 0 and, with
    shares s, (1 - spread) s_j <= v_j x_ij / score_i <= (1 + spread) s_j.

    Args:
        components: scores >= 0, shape (provinces, components).
        shares: official weights, shape (components,); None leaves the weights free.
        spread: relative width of the share restriction.

    Returns:
        Shape (provinces,). A province with 0 in a component of which a share is demanded gets 0.

    Raises:
        IndexInputError: if a score is negative or the spread is not within 0-1.
    """
    matrix = as_matrix(components)
    if (matrix < 0).any():
        raise IndexInputError("benefit of the doubt needs scores of at least 0")
    if not 0.0 <= spread <= 1.0:
        raise IndexInputError(f"spread: expected a share between 0 and 1, found {spread}")
    provinces, count = matrix.shape
    official = None if shares is None else normalise_weights(shares, count)
    return np.array([best_score(i, matrix, official, spread) for i in range(provinces)])


def best_score(row: int, matrix: FloatArray, official: FloatArray | None = None, spread: float = SHARE_SPREAD) -> float:
    """The score of one province (a row of the matrix) under the weights kindest to it.

    Raises:
        IndexInputError: the programme has no solution.
    """
    from scipy.optimize import linprog  # imported here: half a second that a reader of ranks need not wait for

    own = matrix[row]
    rows = [matrix]
    if official is not None:
        parts = np.diag(own)
        rows.append((1.0 - spread) * np.outer(official, own) - parts)
        rows.append(parts - (1.0 + spread) * np.outer(official, own))
    constraints = np.vstack(rows)
    limits = np.concatenate([np.ones(len(matrix)), np.zeros(len(constraints) - len(matrix))])
    solution = linprog(-own, A_ub=constraints, b_ub=limits, method="highs")
    if not solution.success:
        raise IndexInputError(f"benefit of the doubt of row {row} ({own.tolist()}): {solution.message}")
    return round(float(-solution.fun), _SOLVER_DECIMALS)


class ScoreInterval(NamedTuple):
    """Lowest and highest score, each of shape (units,)."""

    low: FloatArray
    high: FloatArray


def method_intervals(components: FloatArray, errors: FloatArray, weights: FloatArray) -> dict[str, ScoreInterval]:
    """The interval of every method but the official one, which is linear and needs none of this.

    Args:
        components: scores 0-1, shape (units, components).
        errors: their half-widths, same shape.
        weights: summing to 1, shape (components,).
    """
    low, high = np.maximum(components - errors, 0.0), components + errors
    stretched = _stretched(components, errors)
    return {
        "geometric": ScoreInterval(generalised_mean(low, weights, 0.0), generalised_mean(high, weights, 0.0)),
        "copeland": _copeland(components, errors, weights),
        "benefit_of_the_doubt": _benefit(low, high, weights),
        "adjusted_mazziotta_pareto": ScoreInterval(*(mazziotta_pareto(70.0 + 60.0 * one) for one in stretched)),
        "min_max_first": ScoreInterval(*(weighted_scores(one, weights) for one in stretched)),
    }


def ranks_of_intervals(scores: ScoreInterval) -> RankInterval:
    """Ranks left open: 1 + number surely above, 1 + number possibly above."""
    return rank_interval((scores.low + scores.high) / 2, (scores.high - scores.low) / 2)


def _stretched(components: FloatArray, errors: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Components stretched to 0-1 with the ends of the scale anywhere within their errors."""
    smallest, largest = components.argmin(axis=0), components.argmax(axis=0)
    columns = np.arange(components.shape[1])
    bottom, top = components[smallest, columns], components[largest, columns]
    bottom_error, top_error = errors[smallest, columns], errors[largest, columns]
    narrow = (components - errors - bottom - bottom_error) / (top + top_error - bottom - bottom_error)
    wide = (components + errors - bottom + bottom_error) / (top - top_error - bottom + bottom_error)
    # the first and the last stay the ends of the scale themselves
    return np.clip(narrow, 0.0, 1.0), np.clip(wide, 0.0, 1.0)


def _copeland(components: FloatArray, errors: FloatArray, weights: FloatArray) -> ScoreInterval:
    """Duels won for sure less those possibly lost, and the other way round."""
    lead = components[:, None, :] - components[None, :, :]
    joint = errors[:, None, :] + errors[None, :, :]
    sure = weighted_scores((lead > joint + TIE_TOLERANCE).astype(np.float64), weights)
    possible = weighted_scores((lead > -joint - TIE_TOLERANCE).astype(np.float64), weights)
    wins = sure - possible.T > TIE_TOLERANCE
    may_win = possible - sure.T > TIE_TOLERANCE
    np.fill_diagonal(may_win, False)
    return ScoreInterval(
        (wins.sum(axis=1) - may_win.sum(axis=0)).astype(np.float64),
        (may_win.sum(axis=1) - wins.sum(axis=0)).astype(np.float64),
    )


def _benefit(low: FloatArray, high: FloatArray, weights: FloatArray) -> ScoreInterval:
    """One's own components at their low ends and all others' at their high ones, and the other way round."""
    ends = np.empty((2, len(low)))
    for place, (own, others) in enumerate(((low, high), (high, low))):
        for i in range(len(low)):
            rivals = others.copy()
            rivals[i] = own[i]
            ends[place, i] = best_score(i, rivals, weights)
    return ScoreInterval(ends[0], ends[1])
