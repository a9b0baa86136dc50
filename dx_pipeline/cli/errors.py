"""What the command line says when something cannot be done: one or two lines on stderr and an exit code."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

OK, FAILED, BAD_INPUT, NO_RELEASE, BUSY = 0, 1, 2, 3, 4

EXIT_CODES = """Exit codes: 0 done; 1 a build, a check or a verification failed; 2 the command or an argument is wrong;
3 there is no release yet; 4 another process is publishing, try again; 130 interrupted; 141 the reader of the output
went away."""


#: so many names still fit into one line
LISTED = 6


class CommandError(Exception):
    """A command cannot do what was asked. `hint` says what would work."""

    def __init__(self, message: str, exit_code: int = BAD_INPUT, hint: str = "") -> None:
        super().__init__(message)
        self.exit_code = exit_code
        self.hint = hint


def unknown(what: str, text: object, known: Iterable[object], listing: str = "") -> CommandError:
    """The error for something that is not one of the known ones, with the nearest, a short list, or where to look."""
    names = [str(one) for one in known]
    near = difflib.get_close_matches(str(text), names, 3) or [one for one in names if str(text) and str(text) in one]
    message = f"unknown {what} {str(text)!r}"
    if len(names) <= LISTED:
        return CommandError(message, hint=f"Known: {', '.join(names) or 'none'}.")
    if near:
        return CommandError(message, hint=f"Did you mean {', '.join(near[:LISTED])}?")
    return CommandError(message, hint=listing)


def as_command_error(error: BaseException) -> CommandError | None:
    """The readable form of an error that a layer below raises for a known reason; None when it is a fault of ours."""
    from dx_pipeline.release.store.layout import ReleaseError
    from dx_pipeline.sources.errors import SourceError
    from dx_pipeline.tables import NoReleaseError

    if isinstance(error, CommandError):
        return error
    if isinstance(error, NoReleaseError):
        return CommandError("there is no release yet", NO_RELEASE, "Run `make run` first.")
    if isinstance(error, ReleaseError):
        busy = type(error).__name__ == "ReleaseBusy"  # its module is not loaded for this: it needs a Unix system
        return CommandError(str(error), BUSY if busy else FAILED)
    if isinstance(error, SourceError):
        return CommandError(str(error), FAILED)
    if isinstance(error, PermissionError | FileNotFoundError | NotADirectoryError | IsADirectoryError):
        return CommandError(f"{error.filename or 'file'}: {error.strerror or error}", FAILED)
    if type(error).__module__.endswith("duckdb") and type(error).__name__ == "IOException":
        return CommandError(f"the published file cannot be read: {str(error).splitlines()[0]}", FAILED)
    return None
