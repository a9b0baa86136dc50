"""Who is comparable: peers by endowment, and what score one would expect from endowment.

Endowments are what a province starts from (GRDP per head, population, density, urban share), never the index itself: a
peer chosen by score would be near by construction.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from dx_pipeline.index.arrays import FloatArray, IndexInputError, IntArray, as_matrix, as_vector, z_scores


def endowment_distances(endowments: ArrayLike) -> FloatArray:
    """Euclidean distance between provinces on endowments standardised by the sample standard deviation.

    Args:
        endowments: shape (provinces, endowments), any units.

    Returns:
        Shape (provinces, provinces), zero on the diagonal.

    Raises:
        IndexInputError: if a figure is missing or an endowment is the same for all provinces.
    """
    standard = z_scores(as_matrix(endowments, "endowments"))
    return np.asarray(np.sqrt(((standard[:, None, :] - standard[None, :, :]) ** 2).sum(axis=-1)), dtype=np.float64)


def nearest_peers(endowments: ArrayLike, count: int) -> tuple[IntArray, FloatArray]:
    """The `count` nearest other provinces of each, nearest first; equal distances in row order.

    Returns:
        Row numbers and distances, both of shape (provinces, count).

    Raises:
        IndexInputError: if there are not that many other provinces.
    """
    distances = endowment_distances(endowments)
    if not 1 <= count < len(distances):
        raise IndexInputError(f"peers: expected 1 to {len(distances) - 1} of them, found {count}")
    np.fill_diagonal(distances, np.inf)
    nearest = np.argsort(distances, axis=1, kind="stable")[:, :count]
    return nearest, np.take_along_axis(distances, nearest, axis=1)


class ExpectedScores(NamedTuple):
    """Score expected from endowments and what the province does better (positive) than that.

    `expected`, `residual` and `spread` have shape (provinces,), score units; `spread` is the standard deviation that a
    residual of this province has by itself; `r_squared` says how much endowment explains at all.
    """

    expected: FloatArray
    residual: FloatArray
    spread: FloatArray
    r_squared: float


def expected_scores(scores: ArrayLike, endowments: ArrayLike) -> ExpectedScores:
    """Ordinary least squares of the score on standardised endowments, with intercept.

    A residual is a starting point for questions, not a measure of merit: what is not in the endowments is in it.

    Args:
        scores: overall scores, shape (provinces,).
        endowments: shape (provinces, endowments).

    Raises:
        IndexInputError: if there are not more provinces than coefficients.
    """
    standard = z_scores(as_matrix(endowments, "endowments"))
    observed = as_vector(scores, "scores", len(standard))
    if len(standard) <= standard.shape[1] + 1:
        raise IndexInputError(f"{len(standard)} provinces cannot carry {standard.shape[1] + 1} coefficients")
    design = np.column_stack([np.ones(len(standard)), standard])
    coefficients, *_ = np.linalg.lstsq(design, observed, rcond=None)
    expected = design @ coefficients
    residual = observed - expected
    total = float(((observed - observed.mean()) ** 2).sum())
    explained = 1.0 - float((residual**2).sum()) / total if total > 0 else 0.0
    left_over = len(observed) - design.shape[1]
    # a province far from the others draws the line towards itself, so that its own residual spreads less
    leverage = (design * np.linalg.pinv(design).T).sum(axis=1)
    spread = np.sqrt(float((residual**2).sum()) / left_over * np.clip(1.0 - leverage, 0.0, 1.0))
    return ExpectedScores(expected, residual, spread, explained)
