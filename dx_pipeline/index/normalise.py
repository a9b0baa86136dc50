"""How components may be put on one scale before they are added: two normalisations.

OECD and JRC 2008, Handbook on Constructing Composite Indicators, doi:10.1787/9789264043466-en, step 5. All work
column by column on a matrix of provinces x components.
"""

import numpy as np
from numpy.typing import ArrayLike

from dx_pipeline.index.arrays import FloatArray, IndexInputError, as_matrix


def _spread(values: FloatArray, what: str) -> FloatArray:
    """Check that no column is constant; a scale of width zero has no units."""
    if (values <= 0).any():
        column = int(np.argmax(values <= 0))
        raise IndexInputError(f"column {column} is the same for all provinces: its {what} is zero")
    return values


def min_max(components: ArrayLike, scale: float = 1.0) -> FloatArray:
    """Scale (x - min)/(max - min): the last province of a component gets 0, the first gets `scale`.

    Raises:
        IndexInputError: if a component is the same for all provinces.
    """
    matrix = as_matrix(components)
    low = matrix.min(axis=0)
    return np.asarray(scale * (matrix - low) / _spread(matrix.max(axis=0) - low, "range"), dtype=np.float64)


def z_scores(components: ArrayLike) -> FloatArray:
    """Scale (x - mean)/sd with the sample standard deviation (n - 1).

    Raises:
        IndexInputError: if a component is the same for all provinces.
    """
    matrix = as_matrix(components)
    return np.asarray(
        (matrix - matrix.mean(axis=0)) / _spread(matrix.std(axis=0, ddof=1), "standard deviation"), dtype=np.float64
    )
