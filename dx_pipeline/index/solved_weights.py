"""Weights solved from published rows: what the rows say of them, and which total makes them whole tens (M28).

With totals y and components x of enough units, y = sum_j (p_j / T) x_j determines the shares p_j / T by least squares;
rounding leaves each share a small error. Only the ratios are identified: that T is one number and no other follows from
the points being multiples of ten.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from dx_pipeline.index.arrays import FloatArray, IndexInputError, as_matrix, as_vector

#: points are awarded in steps of this
STEP = 10.0


class Deviation(NamedTuple):
    """How far the points that a total implies are from multiples of ten: the largest distance, in points."""

    total: float
    largest: float


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


def deviations(shares: ArrayLike, totals: ArrayLike) -> list[Deviation]:
    """For each total, the largest distance of its points from a multiple of ten above zero."""
    own = np.asarray(shares, dtype=np.float64)
    found = []
    for total in np.asarray(totals, dtype=np.float64):
        points = own * total
        nearest = np.maximum(STEP, np.round(points / STEP) * STEP)
        found.append(Deviation(float(total), float(np.abs(points - nearest).max())))
    return found
