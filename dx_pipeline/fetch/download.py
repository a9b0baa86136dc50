"""One polite request: what robots.txt of the host asks (RFC 9309), a checked address, conditional headers, limits.

The body streams in under limits of size and time. Only transient failures are tried again, a few times, with growing
scattered pauses, or as long as a server asks.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urljoin, urlsplit
from urllib.robotparser import RobotFileParser

from dx_pipeline.fetch.addresses import allowed_addresses, check_redirect, shown
from dx_pipeline.fetch.errors import FetchError, PermanentFetchError, TransientFetchError
from dx_pipeline.sources.declaration import Fetch

if TYPE_CHECKING:
    import ssl

    import httpx
    from tenacity import RetryCallState


MAX_REDIRECTS = 5
REDIRECTS = (301, 302, 303, 307, 308)
#: answers after which the same request may succeed
TRANSIENT_STATUS = (408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524)
NOT_FOUND = (404, 410)
#: headers a snapshot keeps; never cookies
KEPT_HEADERS = ("etag", "last-modified", "content-type", "content-length", "content-encoding", "date", "server")


@dataclass(frozen=True)
class Answer:
    """What a server said: `data` is None when it said that nothing changed (304)."""

    status: int
    url: str
    headers: Mapping[str, str]
    data: bytes | None = field(repr=False)


@dataclass
class Manners:
    """How this run behaves towards hosts: who asks, and how long to wait between two requests to one host."""

    user_agent: str
    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic
    _last: dict[str, float] = field(default_factory=dict)

    def wait_for(self, host: str, pause_seconds: float) -> None:
        """Return when the host may be asked again."""
        last = self._last.get(host)
        if last is not None and (rest := last + pause_seconds - self.monotonic()) > 0:
            self.sleep(rest)
        self._last[host] = self.monotonic()


@contextmanager
def open_client(fetch: Fetch, manners: Manners) -> Iterator[httpx.Client]:
    """A client that follows nothing by itself, keeps no cookies between files, and reads no proxy from outside."""
    import httpx

    timeout = httpx.Timeout(fetch.timeout_seconds)
    headers = {"User-Agent": manners.user_agent, "Accept-Encoding": "identity", "Accept": "*/*"}
    with httpx.Client(
        timeout=timeout, headers=headers, follow_redirects=False, trust_env=False, verify=_trusted()
    ) as client:
        yield client


@cache
def _trusted() -> ssl.SSLContext:
    """The authorities a publisher's certificate may come from; reading them takes longer than most answers."""
    import httpx

    return httpx.create_ssl_context(trust_env=False)


def download(
    client: httpx.Client,
    url: str,
    fetch: Fetch,
    manners: Manners,
    *,
    conditions: Mapping[str, str] | None = None,
    pause_seconds: float | None = None,
) -> Answer:
    """Ask once, following declared redirects.

    `conditions` are `If-None-Match` and `If-Modified-Since` of the last good look; `pause_seconds` between two requests
    to a host are the declared ones if not given.

    Raises:
        TransientFetchError: the same request may succeed later.
        PermanentFetchError: it will not.
    """
    deadline = manners.monotonic() + fetch.deadline_seconds
    pause = fetch.pause_seconds if pause_seconds is None else pause_seconds
    client.cookies.clear()
    for _ in range(MAX_REDIRECTS + 1):
        manners.wait_for(urlsplit(url).hostname or "", pause)
        with _send(client, url, fetch, conditions or {}) as response:
            if response.status_code in REDIRECTS and "location" in response.headers:
                target = urljoin(url, response.headers["location"])
                check_redirect(url, target, fetch)
                url = target
                continue
            if response.status_code == 304:
                return Answer(304, url, _kept(response), None)
            _refuse_status(url, response)
            data = _body(url, response, fetch.max_bytes, lambda: manners.monotonic() > deadline)
            return Answer(response.status_code, url, _kept(response), data)
    raise PermanentFetchError("redirect", f"{shown(url)} redirects more than {MAX_REDIRECTS} times")


@contextmanager
def _send(client: httpx.Client, url: str, fetch: Fetch, conditions: Mapping[str, str]) -> Iterator[httpx.Response]:
    """The answer with its body not yet read. The connection goes to the very address that was checked."""
    import httpx

    asked = httpx.URL(url)
    failure: Exception | None = None
    with _as_fetch_error(url):
        for address in allowed_addresses(url, fetch):
            request = client.build_request(
                "GET",
                asked.copy_with(host=address),
                headers={**conditions, "Host": asked.netloc.decode("ascii")},
                extensions={"sni_hostname": asked.host},
            )
            try:
                response = client.send(request, stream=True)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failure = error
                continue
            try:
                yield response
            finally:
                response.close()
            return
        raise failure or TransientFetchError("name", f"{shown(url)}: no address")


@contextmanager
def _as_fetch_error(url: str) -> Iterator[None]:
    import ssl

    import httpx

    try:
        yield
    except FetchError:
        raise
    except httpx.TimeoutException as error:
        raise TransientFetchError("timeout", f"{shown(url)} did not answer in time") from error
    except httpx.DecodingError as error:
        raise TransientFetchError("cut", f"{shown(url)}: the compressed body cannot be unpacked: {error}") from error
    except httpx.TransportError as error:
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, ssl.SSLCertVerificationError):
                message = f"{shown(url)}: its certificate is not accepted: {cause.verify_message}"
                raise PermanentFetchError("certificate", message) from error
            cause = cause.__cause__ or cause.__context__
        cut = isinstance(error, httpx.RemoteProtocolError | httpx.ReadError)
        kind, told = ("cut", "the connection was cut") if cut else ("connection", "no connection")
        raise TransientFetchError(kind, f"{shown(url)}: {told}: {error}") from error
    except (httpx.InvalidURL, ValueError) as error:
        raise PermanentFetchError("address", f"{shown(url)} is no address that can be asked: {error}") from error


def _refuse_status(url: str, response: httpx.Response) -> None:
    status = response.status_code
    if status == 200:
        return
    name = f"{shown(url)} answers {status} {response.reason_phrase}".strip()
    if status in TRANSIENT_STATUS:
        raise TransientFetchError(
            f"http {status}", name, after_seconds=retry_after(response.headers.get("retry-after"))
        )
    hints = {
        401: "it asks for a login: find an open address",
        403: "ask the publisher, or fetch it by hand",
        404: "look where the publisher has moved it and change `url`",
        410: "the publisher has withdrawn it",
    }
    raise PermanentFetchError(f"http {status}", name, hints.get(status, ""))


def retry_after(text: str | None) -> float | None:
    """Seconds a server asks to wait, from a number or a date; None when it says nothing usable."""
    if not text:
        return None
    if text.strip().isdecimal():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _body(url: str, response: httpx.Response, limit: int, late: Callable[[], bool]) -> bytes:
    told = response.headers.get("content-length", "")
    if told.isdecimal() and int(told) > limit:
        raise _too_large(url, int(told), limit)
    parts, size = [], 0
    for part in response.iter_bytes():
        size += len(part)
        if size > limit:
            raise _too_large(url, size, limit)
        if late():
            raise TransientFetchError("timeout", f"{shown(url)} is too slow: {size:,} bytes at the time limit")
        parts.append(part)
    return b"".join(parts)


def _too_large(url: str, size: int, limit: int) -> PermanentFetchError:
    return PermanentFetchError(
        "size",
        f"{shown(url)}: at least {size:,} bytes, allowed are {limit:,}",
        "raise `max_bytes` if the file is right",
    )


def _kept(response: httpx.Response) -> dict[str, str]:
    return {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}


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
        return max(getattr(error, "after_seconds", None) or 0.0, float(grown(state)))

    def worth_it(error: BaseException) -> bool:
        return isinstance(error, TransientFetchError) and (error.after_seconds or 0) <= LONGEST_WISH

    return Retrying(
        stop=stop_after_attempt(ATTEMPTS), wait=wait, retry=retry_if_exception(worth_it), sleep=sleep, reraise=True
    )(ask)


#: the name under which a robots.txt may speak to this program
AGENT = "dx-pipeline"
MAX_BYTES = 512 * 1024
#: a longer Crawl-delay would stop a night; the file is left out instead
MAX_DELAY = 120.0


@dataclass
class Robots:
    """What hosts ask of visitors."""

    _rules: dict[str, RobotFileParser] = field(default_factory=dict)

    def pause(self, client: httpx.Client, url: str, fetch: Fetch, manners: Manners) -> float:
        """Seconds to keep between two requests to the url's host.

        Raises:
            PermanentFetchError: the host does not want this address to be fetched.
            TransientFetchError: robots.txt cannot be read now; nobody knows what is wanted.
        """
        rules = self._of(client, url, fetch, manners)
        if not rules.can_fetch(AGENT, url):
            raise PermanentFetchError(
                "robots", f"{shown(url)}: robots.txt of the host asks not to fetch it", "fetch it by hand, or ask them"
            )
        wanted = float(rules.crawl_delay(AGENT) or 0)
        if wanted > MAX_DELAY:
            raise PermanentFetchError("robots", f"{shown(url)}: robots.txt asks for {wanted:g} s between requests")
        return max(wanted, fetch.pause_seconds)

    def _of(self, client: httpx.Client, url: str, fetch: Fetch, manners: Manners) -> RobotFileParser:
        parts = urlsplit(url)
        root = f"{parts.scheme}://{parts.netloc}"
        if root not in self._rules:
            rules = RobotFileParser()
            try:
                limited = fetch.model_copy(update={"max_bytes": MAX_BYTES})
                answer = download(client, f"{root}/robots.txt", limited, manners)
                lines = (answer.data or b"").decode("utf-8", "replace").splitlines()
            except PermanentFetchError as error:
                if error.kind in ("private address", "scheme", "certificate"):
                    raise
                lines = []
            rules.parse(lines)
            self._rules[root] = rules
        return self._rules[root]
