"""What separates two provinces, or two editions of one, in points by component."""

import numpy as np
from numpy.typing import ArrayLike

from dx_pipeline.index import POINTS_PER_SCORE
from dx_pipeline.index.arrays import FloatArray, as_matrix, normalise_weights
from dx_pipeline.index.errors import IndexInputError


def component_gaps(components: ArrayLike, weights: ArrayLike) -> FloatArray:
    """Gap in points of every province to every other, 1000 w_j (x_ij - x_kj).

    Args:
        components: scores 0-1, shape (provinces, components).
        weights: shape (components,).

    Returns:
        Shape (provinces, peers, components); summed over the last axis it is the gap of the overall in points.
    """
    matrix = as_matrix(components)
    points = POINTS_PER_SCORE * normalise_weights(weights, matrix.shape[1])
    return points * (matrix[:, None, :] - matrix[None, :, :])


def score_changes(
    components_from: ArrayLike, components_to: ArrayLike, weights_from: ArrayLike, weights_to: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Split the change of the overall into performance and weights, by component, in points.

    Bennet's indicator (Bennet 1920, "The theory of measurement of changes in cost of living", Journal of the Royal
    Statistical Society 83, 455-462): performance_j = (w0 + w1)/2 (x1 - x0), weight_j = (x0 + x1)/2 (w1 - w0). All parts
    together are exactly the change of the overall.

    Args:
        components_from: earlier edition, shape (provinces, components).
        components_to: later edition, same shape.
        weights_from: weights of the earlier edition, shape (components,).
        weights_to: weights of the later edition.

    Returns:
        Performance and weight effects, each of shape (provinces, components).

    Raises:
        IndexInputError: if the two editions differ in shape or hold a missing figure.
    """
    before = as_matrix(components_from, "component scores of the earlier edition")
    after = as_matrix(components_to, "component scores of the later edition")
    if before.shape != after.shape:
        raise IndexInputError(f"the editions differ in shape: {before.shape} and {after.shape}")
    w0 = normalise_weights(weights_from, before.shape[1])
    w1 = normalise_weights(weights_to, before.shape[1])
    performance = POINTS_PER_SCORE * (w0 + w1) / 2 * (after - before)
    weight = POINTS_PER_SCORE * (before + after) / 2 * (w1 - w0)
    return np.asarray(performance), np.asarray(weight)
