"""What a published figure must equal: the arithmetic of the index as linear maps, and how exactly they can hold.

The foundation is what the total leaves once the activities are paid for; a pillar is the foundation and its own
activity, weighted by their points (decision 922/QĐ-BTTTT, and 405/QĐ-BKHCN with other points). Figures are printed with
four decimals, so an identity holds within rounding and never exactly.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dx_pipeline.index.arrays import BoolArray, FloatArray, normalise_weights

#: a difference of exactly the half-width must not be decided by the seventeenth digit
SLACK = 1e-12


def error_half_width(coefficients: ArrayLike, half_widths: ArrayLike) -> FloatArray:
    """Largest error of linear combinations of rounded figures: sum_j |A_j| h_j (M27).

    A printed figure is exact to half a unit of its last digit. It is a bound that no rounding can pass, not a standard
    error: simulated roundings reach about 95 % of it.

    Args:
        coefficients: one combination a row, shape (..., combinations, figures) or (figures,).
        half_widths: half the last printed digit of each figure, shape (..., figures).
    """
    weights = np.abs(np.asarray(coefficients, dtype=np.float64))
    return np.asarray(np.asarray(half_widths, dtype=np.float64) @ weights.T)


def within_error(difference: ArrayLike, joint_half_width: ArrayLike) -> BoolArray:
    """Whether the printed figures leave the sign of a difference undecided: |difference| <= half-width (M27).

    Between two figures printed with the same digits the order is decided as soon as they differ, since rounding keeps
    order: give them a half-width of 0.
    """
    size = np.abs(np.asarray(difference, dtype=np.float64))
    return np.asarray(size <= np.asarray(joint_half_width, dtype=np.float64) + SLACK)


def parts_from_printed(points: ArrayLike) -> FloatArray:
    """The parts (foundation, activities) as combinations of the printed (overall, activities), shape (parts, parts).

    F = (y - sum of activity shares) / w_F, so that the parts sum to the printed overall exactly.

    Args:
        points: of the foundation and the activities, any positive scale.
    """
    shares = normalise_weights(points)
    matrix = np.eye(len(shares))
    matrix[0] = np.concatenate([[1.0], -shares[1:]]) / shares[0]
    return matrix


def derive_foundation(overall: ArrayLike, activities: ArrayLike, points: ArrayLike) -> FloatArray:
    """Foundation from the printed overall, shape (...), and the activities, shape (..., activities)."""
    total = np.asarray(overall, dtype=np.float64)[..., None]
    printed = np.concatenate([total, np.asarray(activities, dtype=np.float64)], axis=-1)
    return np.asarray(printed @ parts_from_printed(points)[0])


def pillar_map(points: ArrayLike) -> FloatArray:
    """The pillars as combinations of (foundation, activities): each its own activity and the foundation, by points.

    The pillars overlap in the foundation, so they do not add up to the overall.

    Args:
        points: maximum points of the foundation and the activities; 500, 200, 150, 150 in 2021-2023.

    Returns:
        Shape (activities, parts).
    """
    foundation, *activities = np.asarray(points, dtype=np.float64)
    matrix = np.zeros((len(activities), len(activities) + 1))
    for row, own in enumerate(activities):
        matrix[row, 0] = foundation / (foundation + own)
        matrix[row, row + 1] = own / (foundation + own)
    return matrix


def pillars_from_components(components: ArrayLike, points: ArrayLike) -> FloatArray:
    """Pillar scores, shape (..., pillars), e.g. government (500F+200G)/700; components have shape (..., parts)."""
    return np.asarray(np.asarray(components, dtype=np.float64) @ pillar_map(points).T)


def pillars_from_printed(points: ArrayLike) -> FloatArray:
    """The pillars as combinations of the printed (overall, activities).

    Written so, a pillar is the overall less the other activities, e.g. (1000y - 150K - 150S)/700: the own one cancels,
    and the error is smaller than that of foundation and activity taken apart.
    """
    return np.asarray(pillar_map(points) @ parts_from_printed(points))


def parts_from_pillars(points: ArrayLike) -> FloatArray:
    """The parts as combinations of the printed (pillars, overall): the exact inverse, shape (parts, parts).

    In 2021-2023 F = (700 government + 650 economy + 650 society - 1000 y) / 1000, then each activity from its pillar;
    half-widths 1.5e-4, 3.75e-4, 5e-4, 5e-4.
    """
    shares = normalise_weights(points)
    return np.asarray(np.linalg.inv(np.vstack([pillar_map(points), shares])))
