"""Why a fetch failed. Two classes decide what happens: a transient failure is tried again, a permanent one is not."""

from __future__ import annotations

from dx_pipeline.errors import DxError


class FetchError(DxError):
    """A file could not be fetched, or what came is not the file. The last good data stay.

    Attributes:
        kind: a short stable word for the cause (`timeout`, `http 404`, `web page`): an alert is sent once per kind.
        after_seconds: how long the server asked to wait (`Retry-After`), None if it did not.
    """

    def __init__(self, kind: str, message: str, hint: str = "", after_seconds: float | None = None) -> None:
        super().__init__(message, hint)
        self.kind, self.after_seconds = kind, after_seconds


class TransientFetchError(FetchError):
    """The other side or the line is in trouble; the same request may succeed in a minute or tomorrow."""

    retry = True


class PermanentFetchError(FetchError):
    """Asking again changes nothing until somebody changes the declaration or the publisher mends the address."""
