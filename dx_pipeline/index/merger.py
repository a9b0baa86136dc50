"""What the 34 units of 1 July 2025 would have scored: means over the provinces that went into them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dx_pipeline.index.arrays import FloatArray, IndexInputError, IntArray, as_matrix


class MergedScores(NamedTuple):
    """Scores of merged units in order of their identifiers.

    `units` and `members` (number of member provinces) have shape (units,); `mean` and `population_weighted` have shape
    (units, columns). `population_weighted` is NaN for a unit with a member of unknown population.
    """

    units: NDArray[np.str_]
    members: IntArray
    mean: FloatArray
    population_weighted: FloatArray


def merge_scores(scores: ArrayLike, successors: ArrayLike, populations: ArrayLike | None = None) -> MergedScores:
    """Mean over member provinces, column by column: the rule by which the edition 2024 was published for 34 units.

    The published rule is the unweighted mean; earlier editions are our own back-cast by the same rule. The
    population-weighted mean is an alternative, not what was published.

    Args:
        scores: any score columns (overall and components), shape (provinces, columns).
        successors: identifier of the unit each province went into, shape (provinces,).
        populations: any unit, NaN where unknown, shape (provinces,); None leaves the weighted mean NaN.

    Raises:
        IndexInputError: if the lengths differ or a population is not positive.
    """
    matrix = as_matrix(scores, "scores")
    names = np.asarray(successors, dtype=np.str_)
    if names.shape != (len(matrix),):
        raise IndexInputError(f"successors: expected one a province ({len(matrix)}), found shape {names.shape}")
    people = np.full(len(matrix), np.nan) if populations is None else np.asarray(populations, dtype=np.float64)
    if people.shape != (len(matrix),) or (people <= 0).any():
        raise IndexInputError(f"populations: expected {len(matrix)} positive numbers, found shape {people.shape}")
    units, position = np.unique(names, return_inverse=True)
    belongs = (position[None, :] == np.arange(len(units))[:, None]).astype(np.float64)
    members = belongs.sum(axis=1)
    # Summed unit by unit, because 0 times an unknown population elsewhere would be unknown too.
    weighted = np.stack([people[row > 0] @ matrix[row > 0] / people[row > 0].sum() for row in belongs])
    return MergedScores(units, members.astype(np.int64), belongs @ matrix / members[:, None], weighted)
