"""Which other weights one might have chosen, and what published rows say of weights nobody printed (M28).

Three named neighbourhoods of the official weights, and draws from them. Nothing here says how probable a weighting is:
a band computed from these draws answers "if the weights had differed", it is not a confidence interval.

With totals y and components x of enough units, y = sum_j (p_j / T) x_j determines the shares p_j / T by least squares;
rounding leaves each share a small error. Only the ratios are identified: that T is one number and no other follows from
the points being multiples of ten.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from dx_pipeline.index import DRAWS, SEED
from dx_pipeline.index.arrays import FloatArray, IndexInputError, WeightsError, as_matrix, as_vector, normalise_weights

BOX_DELTA: Final = 0.25
DIRICHLET_CONCENTRATION: Final = 50.0


def box_bounds(weights: ArrayLike, delta: float) -> tuple[FloatArray, FloatArray]:
    """Lowest and highest value of each weight in the box of +-delta (relative) around the official weights.

    Raises:
        WeightsError: if delta is outside 0-1 (a weight would turn negative).
    """
    official = normalise_weights(weights)
    if not 0.0 <= delta <= 1.0:
        raise WeightsError(f"delta: expected a share of the weight between 0 and 1, found {delta}")
    return official * (1.0 - delta), official * (1.0 + delta)


def draw_box(weights: ArrayLike, delta: float, draws: int, generator: np.random.Generator) -> FloatArray:
    """Weights uniform on the part of the box where they sum to 1, by rejection.

    All weights but one are drawn uniformly in the box and the last is what is left to 1; a draw whose last weight falls
    outside the box is rejected. That is uniform on the slice, whichever weight comes last; the widest does, because it
    rejects least. Rescaling draws to sum 1 instead would leave the box.

    Returns:
        Shape (draws, components).
    """
    low, high = box_bounds(weights, delta)
    last = int(np.argmax(high - low))
    others = np.delete(np.arange(len(low)), last)
    drawn = np.empty((draws, len(low)))
    filled = 0
    slack = 1e-12  # at delta = 0 the last weight is the official one but for float noise
    while filled < draws:
        candidate = np.empty((draws - filled, len(low)))
        candidate[:, others] = generator.uniform(low[others], high[others], size=(len(candidate), len(others)))
        candidate[:, last] = 1.0 - candidate[:, others].sum(axis=1)
        inside = (candidate[:, last] >= low[last] - slack) & (candidate[:, last] <= high[last] + slack)
        accepted = candidate[inside]
        drawn[filled : filled + len(accepted)] = accepted
        filled += len(accepted)
    return drawn


def draw_dirichlet(weights: ArrayLike, concentration: float, draws: int, generator: np.random.Generator) -> FloatArray:
    """Weights from Dirichlet(concentration * official weights): their mean is official. Shape (draws, components).

    Raises:
        WeightsError: if an official weight is zero; the distribution needs all to be positive.
    """
    official = normalise_weights(weights)
    if (official <= 0).any():
        raise WeightsError("a Dirichlet distribution needs every official weight to be positive")
    return generator.dirichlet(concentration * official, size=draws)


NEIGHBOURHOODS: Final[dict[str, Callable[[FloatArray, int, np.random.Generator], FloatArray]]] = {
    "box25": lambda weights, draws, generator: draw_box(weights, BOX_DELTA, draws, generator),
    "dirichlet50": lambda weights, draws, generator: draw_dirichlet(weights, DIRICHLET_CONCENTRATION, draws, generator),
    # uniform over all that are at least 0 and sum to 1
    "simplex": lambda weights, draws, generator: generator.dirichlet(np.ones(len(weights)), size=draws),
}
"""The named neighbourhoods of the table `rank_bands`."""


def draw_weights(weights: ArrayLike, neighbourhood: str, draws: int = DRAWS, seed: int = SEED) -> FloatArray:
    """Weight vectors from a named neighbourhood, shape (draws, components). Same seed, same bytes.

    Raises:
        WeightsError: if the neighbourhood is unknown or the number of draws is not positive.
    """
    if neighbourhood not in NEIGHBOURHOODS:
        raise WeightsError(f"neighbourhood: expected one of {', '.join(NEIGHBOURHOODS)}, found {neighbourhood!r}")
    if draws < 1:
        raise WeightsError(f"draws: expected at least 1, found {draws}")
    return NEIGHBOURHOODS[neighbourhood](normalise_weights(weights), draws, np.random.default_rng(seed))


#: points are awarded in steps of this
STEP = 10.0


def solved_shares(components: ArrayLike, overall: ArrayLike) -> FloatArray:
    """Least-squares shares of the components in the overall, without intercept.

    Args:
        components: scores 0-1 as printed, shape (units, components).
        overall: printed totals, shape (units,).

    Raises:
        IndexInputError: fewer units than components, or components that do not tell the shares apart.
    """
    matrix = as_matrix(components)
    total = as_vector(overall, "overall", len(matrix))
    shares, _, rank, _ = np.linalg.lstsq(matrix, total, rcond=None)
    if rank < matrix.shape[1]:
        raise IndexInputError(f"{len(matrix)} rows determine only {int(rank)} of {matrix.shape[1]} shares")
    return np.asarray(shares, dtype=np.float64)


def deviations(shares: FloatArray, totals: FloatArray) -> FloatArray:
    """Largest distance of the points that each total implies from a multiple of ten above zero, shape (totals,)."""
    points = np.outer(totals, shares)
    nearest = np.maximum(STEP, np.round(points / STEP) * STEP)
    return np.asarray(np.abs(points - nearest).max(axis=1))
