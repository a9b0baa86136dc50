"""What a rank owes to one component: the rank without it."""

import numpy as np
from numpy.typing import ArrayLike

from dx_pipeline.index.arrays import IntArray, as_matrix, normalise_weights, weighted_scores
from dx_pipeline.index.errors import WeightsError
from dx_pipeline.index.ranks import competition_ranks


def leave_one_out_ranks(components: ArrayLike, weights: ArrayLike) -> IntArray:
    """Ranks when one component gets weight 0 and the other weights are rescaled to sum 1.

    Args:
        components: scores 0-1, shape (provinces, components).
        weights: shape (components,).

    Returns:
        Shape (provinces, components): column j holds the ranks without component j.

    Raises:
        WeightsError: if a component carries all the weight, so that nothing is left without it.
    """
    matrix = as_matrix(components)
    official = normalise_weights(weights, matrix.shape[1])
    columns = []
    for j in range(len(official)):
        without = official.copy()
        without[j] = 0.0
        if without.sum() <= 0:
            raise WeightsError(f"component {j} carries all the weight; without it nothing is measured")
        columns.append(competition_ranks(weighted_scores(matrix, normalise_weights(without))))
    return np.stack(columns, axis=1)
