"""Trying again: transient failures only, a few times, with growing scattered pauses, or as long as a server asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from dx_pipeline.fetch.errors import TransientFetchError

if TYPE_CHECKING:
    from tenacity import RetryCallState

ATTEMPTS = 4
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 60.0
#: a server that asks for more than this is left alone until then
LONGEST_WISH = 120.0

T = TypeVar("T")


def with_retries(ask: Callable[[], T], sleep: Callable[[float], None]) -> T:
    """What `ask` returns, at the first success within a few attempts.

    Raises:
        TransientFetchError: the last one, after all attempts or when the server asks to wait long.
        PermanentFetchError: at once.
    """
    from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter

    grown = wait_exponential_jitter(initial=FIRST_PAUSE, max=LONGEST_PAUSE, jitter=FIRST_PAUSE)

    def wait(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        wish = error.after_seconds if isinstance(error, TransientFetchError) else None
        return max(wish or 0.0, float(grown(state)))

    def worth_it(error: BaseException) -> bool:
        return isinstance(error, TransientFetchError) and (error.after_seconds or 0) <= LONGEST_WISH

    return Retrying(
        stop=stop_after_attempt(ATTEMPTS), wait=wait, retry=retry_if_exception(worth_it), sleep=sleep, reraise=True
    )(ask)
