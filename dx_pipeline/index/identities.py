"""What a published figure must equal: the arithmetic of the index, and how exactly rounded figures can obey it.

Decision 922/QĐ-BTTTT (editions 2021-2023) gives five foundation components of 100 points each, and 200, 150, 150
points to the activities of government, economy and society. Decision 1726/QĐ-BTTTT (edition 2020) had three disjoint
pillars of 400, 300 and 300 points. Figures are published with four decimals, so an identity holds within rounding and
never exactly.
"""

import numpy as np
from numpy.typing import ArrayLike

from dx_pipeline.index import POINTS_PER_SCORE
from dx_pipeline.index.arrays import BoolArray, FloatArray, normalise_weights, weighted_scores

ROUNDING_UNIT = 1e-4
"""Last published decimal."""

IDENTITY_TOLERANCE = 1e-4
"""Half a unit for the total and, weighted, half a unit for the parts."""

COMPONENT_POINTS = (500.0, 200.0, 150.0, 150.0)
"""Maximum points of foundation and the three activities, editions 2021-2023."""

PILLAR_POINTS_2020 = (400.0, 300.0, 300.0)
"""Maximum points of the pillars government, economy, society, edition 2020."""

_FLOAT_SLACK = 1e-12  # a residual of exactly one unit must not fail for the seventeenth digit


def overall_score(components: ArrayLike, weights: ArrayLike) -> FloatArray:
    """Overall score y = sum_j w_j x_j.

    Args:
        components: scores 0-1, shape (..., components).
        weights: shape (components,), any positive scale.
    """
    return weighted_scores(np.asarray(components, dtype=np.float64), normalise_weights(weights))


def component_points(components: ArrayLike, weights: ArrayLike) -> FloatArray:
    """Points of each component in the overall, 1000 w_j x_j; same shape as `components`."""
    return POINTS_PER_SCORE * normalise_weights(weights) * np.asarray(components, dtype=np.float64)


def overall_residual(overall: ArrayLike, components: ArrayLike, weights: ArrayLike) -> FloatArray:
    """Published overall minus the overall computed from its parts, in score units, shape (...)."""
    return np.asarray(overall, dtype=np.float64) - overall_score(components, weights)


def overall_agrees(overall: ArrayLike, components: ArrayLike, weights: ArrayLike) -> BoolArray:
    """Whether published overall and parts agree within rounding: |residual| <= 1e-4. A missing figure does not."""
    residual = overall_residual(overall, components, weights)
    return np.asarray(np.abs(residual) <= IDENTITY_TOLERANCE + _FLOAT_SLACK)


def error_half_width(coefficients: ArrayLike, unit: float = ROUNDING_UNIT) -> FloatArray:
    """Largest error of linear combinations of rounded figures: sum_j |A_j| unit/2.

    It is a bound that no rounding can pass, not a standard error: simulated roundings reach about 95 % of it.

    Args:
        coefficients: one combination a row, shape (..., figures).
        unit: the rounding step of the figures.
    """
    return np.asarray(np.abs(np.asarray(coefficients, dtype=np.float64)).sum(axis=-1) * unit / 2)


def foundation_mean(five: ArrayLike) -> FloatArray:
    """Foundation score F: plain mean of the five foundation components (100 points each), shape (..., 5) -> (...)."""
    return np.asarray(np.asarray(five, dtype=np.float64).mean(axis=-1), dtype=np.float64)


def derive_foundation(overall: ArrayLike, activities: ArrayLike, weights: ArrayLike) -> tuple[FloatArray, float]:
    """Foundation from the published overall and the activities: F = (y - sum of activity parts) / w_F.

    The four parts then sum exactly to the published overall.

    Args:
        overall: published overall, shape (...).
        activities: government, economy, society activity scores, shape (..., 3).
        weights: of foundation and the three activities, shape (4,).

    Returns:
        F, shape (...), and its error half-width (2021-2023: F = 2y - .4G - .3K - .3S, so 1.5e-4).
    """
    shares = normalise_weights(weights, 4)
    scores = np.asarray(activities, dtype=np.float64)
    foundation = (np.asarray(overall, dtype=np.float64) - weighted_scores(scores, shares[1:])) / shares[0]
    coefficients = np.concatenate([[1.0], shares[1:]]) / shares[0]
    return foundation, float(error_half_width(coefficients))


def _pillar_matrix(points: ArrayLike = COMPONENT_POINTS) -> FloatArray:
    """Three pillars as combinations of (F, G, K, S): the foundation plus its own activity, over their points."""
    foundation, *activities = np.asarray(points, dtype=np.float64)
    matrix = np.zeros((3, 4))
    for row, own in enumerate(activities):
        matrix[row, 0] = foundation / (foundation + own)
        matrix[row, row + 1] = own / (foundation + own)
    return matrix


def _inverse_matrix() -> FloatArray:
    """(F, G, K, S) as combinations of (government, economy, society, overall): the exact inverse."""
    overall_row = np.array(COMPONENT_POINTS) / sum(COMPONENT_POINTS)
    return np.linalg.inv(np.vstack([_pillar_matrix(), overall_row]))


def pillars_from_components(components: ArrayLike, points: ArrayLike = COMPONENT_POINTS) -> FloatArray:
    """Pillars of 2021-2023: government (500F+200G)/700, economy (500F+150K)/650, society (500F+150S)/650.

    The pillars overlap in the foundation, so they do not add up to the overall.

    Args:
        components: (F, G, K, S), shape (..., 4).
        points: maximum points of the four parts; those of 2021-2023 by default.

    Returns:
        Shape (..., 3).
    """
    return np.asarray(components, dtype=np.float64) @ _pillar_matrix(points).T


def derived_pillar_half_widths(points: ArrayLike) -> FloatArray:
    """Error half-widths of pillars whose foundation was derived, shape (3,).

    Written in published figures a pillar is overall minus the two other activities, e.g. (1000y - 150K - 150S)/700: the
    own activity cancels, so this is narrower than `pillar_half_widths` of the parts.

    Args:
        points: maximum points of foundation and the three activities, shape (4,).
    """
    parts = np.asarray(points, dtype=np.float64)
    others = parts[1:].sum() - parts[1:]
    return np.asarray((parts.sum() + others) / (parts[0] + parts[1:]) * ROUNDING_UNIT / 2, dtype=np.float64)


def components_from_pillars(pillars: ArrayLike, overall: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Foundation and activities back from three published pillars and the overall (2021-2023).

    F = (700 government + 650 economy + 650 society - 1000 y) / 1000, then each activity from its pillar.

    Args:
        pillars: shape (..., 3).
        overall: shape (...).

    Returns:
        (F, G, K, S), shape (..., 4), and the error half-widths of the four, shape (4,):
        1.5e-4, 3.75e-4, 5e-4, 5e-4.
    """
    inverse = _inverse_matrix()
    total = np.asarray(overall, dtype=np.float64)[..., None]
    figures = np.concatenate([np.asarray(pillars, dtype=np.float64), total], axis=-1)
    return figures @ inverse.T, error_half_width(inverse)


def pillar_half_widths(component_half_widths: ArrayLike) -> FloatArray:
    """Error half-widths of the three pillars, given those of (F, G, K, S); shape (4,) -> (3,)."""
    return np.abs(_pillar_matrix()) @ np.asarray(component_half_widths, dtype=np.float64)


def overall_2020(pillars: ArrayLike) -> FloatArray:
    """Overall of 2020: .4 government + .3 economy + .3 society, disjoint pillars, shape (..., 3) -> (...)."""
    return overall_score(pillars, PILLAR_POINTS_2020)
