"""How good a province looks under the weights kindest to it: the benefit of the doubt.

Each province chooses the weights that make its own score largest, while no province may exceed 1 under them (Melyn
and Moesen 1991; Cherchye, Moesen, Rogge, Van Puyenbroeck 2007, doi:10.1007/s11205-006-9029-7). Restricting the
*shares* of the components in the score keeps a province from ignoring what it is bad at.
"""

import numpy as np
from numpy.typing import ArrayLike

from dx_pipeline.index.arrays import FloatArray, as_matrix, normalise_weights
from dx_pipeline.index.errors import IndexInputError

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
