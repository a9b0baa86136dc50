"""What can be wrong with an input, in words a person can act on."""

from __future__ import annotations

from dx_pipeline.errors import DxError


class SourceError(DxError, ValueError):
    """An input can't be used as it is. Trying again does not help; the message says what to look at."""


class ChecksumError(SourceError):
    """The bytes on disk are not the ones that were declared."""


def problem(where: str, expected: str, found: str, hint: str = "") -> str:
    """One line that names the place, what was expected there and what was found."""
    return f"{where}: expected {expected}, found {found}" + (f" ({hint})" if hint else "")
