"""Where alerts go: Apprise addresses from the environment. They hold secrets, so nothing here ever shows one.

`DX_ALERT_URLS`: one or more addresses, separated by white space: a Slack or Teams webhook as it is, any other https
address as a generic JSON webhook, `mailtos://user:password@host?to=...` for e-mail, or whatever else Apprise knows.
`DX_ALERT_LANGUAGES`: `vi`, `en` or `vi,en` (the default).
"""

from __future__ import annotations

import hashlib
import logging
import os
from typing import Any

URLS, LANGUAGES = "DX_ALERT_URLS", "DX_ALERT_LANGUAGES"

log = logging.getLogger(__name__)


def channels() -> dict[str, str]:
    """Mark of a channel (a hash, without secrets) -> its address."""
    return {hashlib.sha256(url.encode()).hexdigest()[:12]: url for url in os.environ.get(URLS, "").split()}


def languages() -> tuple[str, ...]:
    """In which languages alerts are written, the first one also for the title."""
    asked = os.environ.get(LANGUAGES, "").replace(",", " ").split()
    return tuple(name for name in asked if name in ("vi", "en")) or ("vi", "en")


def send(url: str, title: str, body: str) -> bool:
    """Deliver one message over one channel; False when that failed, whatever the reason."""
    import apprise

    for name in ("apprise", "urllib3", "requests"):  # they log addresses
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        channel = _instance(url)
        return channel is not None and bool(
            channel.notify(title=title, body=body, body_format=apprise.NotifyFormat.TEXT)
        )
    except Exception as error:
        # a plugin's own fault; its message may hold the address, so only its kind is told
        log.warning("an alert could not be delivered: %s", type(error).__name__)
        return False


def _instance(url: str) -> Any:
    """The channel Apprise knows for an address; an unknown https address is a generic JSON webhook."""
    import apprise

    channel = apprise.Apprise.instantiate(url, suppress_exceptions=True)
    if channel is None and url.startswith(("https://", "http://")):
        channel = apprise.Apprise.instantiate("json" + url.removeprefix("http"), suppress_exceptions=True)
    return channel
