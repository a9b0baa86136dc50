"""What can be wrong with the inputs of a method, each with a name a caller can catch. All are `ValueError`s as well."""

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
