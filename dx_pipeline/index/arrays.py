"""The checks every method makes on its inputs, and what can be wrong with these; every error is a `ValueError` too.

And what they share: weighted sums, and two ways to put components on one scale (OECD and JRC 2008, Handbook on
Constructing Composite Indicators, doi:10.1787/9789264043466-en, step 5).
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dx_pipeline.errors import BAD_INPUT, DxError


class IndexInputError(DxError, ValueError):
    """An input of a method is not what the method is defined for; trying again with the same input cannot help."""

    exit_code = BAD_INPUT


class ScoreOutOfRange(IndexInputError):
    """A component score lies outside 0-1 or is not a number."""


class WeightsError(IndexInputError):
    """Weights are negative, not finite, of the wrong number, or do not sum to 1 where the method needs that."""


class UnknownIndicator(IndexInputError):
    """An indicator code is not one of the components of the matrix."""


class UnknownProvince(IndexInputError):
    """A province identifier is not one of the rows of the matrix."""


FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

WEIGHT_SUM_TOLERANCE = 1e-9


def as_matrix(components: ArrayLike, name: str = "component scores") -> FloatArray:
    """Return component scores as a float matrix, provinces x components.

    A province without a figure must be left out by the caller and reported there: a rank computed over a silent gap
    would be a rank among somebody else.

    Raises:
        IndexInputError: if the array is not two-dimensional, is empty, or holds a value that is not finite.
    """
    matrix = np.asarray(components, dtype=np.float64)
    if matrix.ndim != 2 or 0 in matrix.shape:
        raise IndexInputError(f"{name}: expected a matrix of provinces x components, found shape {matrix.shape}")
    if not np.isfinite(matrix).all():
        row, column = (int(k) for k in np.argwhere(~np.isfinite(matrix))[0])
        raise IndexInputError(
            f"{name}: row {row}, column {column} is {matrix[row, column]}; leave provinces without figures out"
        )
    return matrix


def as_vector(values: ArrayLike, name: str = "scores", length: int | None = None) -> FloatArray:
    """Return values as a finite float vector of the given length.

    Raises:
        IndexInputError: if the array is not one-dimensional, has another length, or holds a value that is not finite.
    """
    vector = np.asarray(values, dtype=np.float64)
    if vector.ndim != 1 or (length is not None and len(vector) != length):
        wanted = "a vector" if length is None else f"a vector of {length}"
        raise IndexInputError(f"{name}: expected {wanted}, found shape {vector.shape}")
    if not np.isfinite(vector).all():
        position = int(np.argmin(np.isfinite(vector)))
        raise IndexInputError(f"{name}: position {position} is {vector[position]}; leave missing figures out")
    return vector


def normalise_weights(weights: ArrayLike, size: int | None = None) -> FloatArray:
    """Return weights divided by their sum, so that maximum points (500, 200, 150, 150) serve as well as shares.

    Raises:
        WeightsError: if a weight is negative or not finite, all are zero, or their number differs from `size`.
    """
    vector = np.asarray(weights, dtype=np.float64)
    if vector.ndim != 1 or (size is not None and len(vector) != size):
        wanted = "a vector" if size is None else f"{size} of them"
        raise WeightsError(f"weights: expected {wanted}, found shape {vector.shape}")
    if not np.isfinite(vector).all() or (vector < 0).any():
        raise WeightsError(f"weights: expected finite numbers of at least 0, found {vector.tolist()}")
    total = float(vector.sum())
    if total <= 0:
        raise WeightsError("weights: all are zero, so nothing is measured")
    # Weights that already sum to 1 stay bit for bit what they are.
    return vector if abs(total - 1.0) <= 1e-15 else vector / total


def weighted_scores(components: FloatArray, weights: FloatArray) -> FloatArray:
    """Weighted sums over the last axis, added component by component.

    Not `components @ weights`: a matrix product may add in another order on another machine or for another row, and two
    provinces with the same parts must get the same bits to stay tied.

    Args:
        components: scores 0-1, shape (..., components).
        weights: shape (components,) or broadcastable to `components` (one weight vector a draw).
    """
    total = components[..., 0] * weights[..., 0]
    for j in range(1, components.shape[-1]):
        total = total + components[..., j] * weights[..., j]
    return total


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
