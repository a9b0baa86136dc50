"""Which order no weighting can overturn: a province ahead in every component is ahead under all weights."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from dx_pipeline.index import TIE_TOLERANCE
from dx_pipeline.index.arrays import BoolArray, IntArray, as_matrix


class Dominance(NamedTuple):
    """How many provinces are ahead of each in every component, and behind it in every one; shape (provinces,)."""

    dominated_by: IntArray
    dominates: IntArray


def dominance_matrix(components: ArrayLike) -> BoolArray:
    """Whether the row province is strictly ahead of the column province in every component; shape (n, n)."""
    matrix = as_matrix(components)
    return np.asarray((matrix[:, None, :] - matrix[None, :, :] > TIE_TOLERANCE).all(axis=-1))


def count_dominance(components: ArrayLike) -> Dominance:
    """Number of dominators and of dominated provinces, for every province."""
    ahead = dominance_matrix(components)
    return Dominance(ahead.sum(axis=0), ahead.sum(axis=1))
