"""How a command ends when something cannot be done: one or two lines on stderr and an exit code.

What is told is what the error says of itself (`DxError`: message, hint, exit code); nothing here knows other layers.
"""

from __future__ import annotations

from collections.abc import Iterable

from dx_pipeline.errors import BAD_INPUT, FAILED, DxError, nearest

EXIT_CODES = """Exit codes: 0 done; 1 a build, a check or a verification failed; 2 the command or an argument is wrong;
3 there is no release yet; 4 another process builds, try again; 130 interrupted; 141 the reader of the output
went away."""


class CommandError(DxError):
    """A command or its arguments cannot be understood or done."""

    exit_code = BAD_INPUT


def unknown(what: str, text: object, known: Iterable[object], listing: str = "") -> CommandError:
    """The error for something that is not one of the known ones, with the nearest, a short list, or where to look."""
    said = nearest(text, known, listing)
    end = "" if not said or said[-1] in ".?" else "."
    return CommandError(f"unknown {what} {str(text)!r}", f"{said[:1].upper()}{said[1:]}{end}")


def foreseen(error: BaseException) -> DxError | None:
    """The error as it can be told; None when it is a fault of ours."""
    if isinstance(error, DxError):
        return error
    if isinstance(error, OSError) and error.strerror:
        return DxError(f"{error.filename or 'file'}: {error.strerror}", exit_code=FAILED)
    return None
