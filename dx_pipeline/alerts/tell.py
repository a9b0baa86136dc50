"""The one door: say what is broken now, and whoever should know is told, in Vietnamese, in English, or both.

`DX_ALERT_URLS`: one or more Apprise addresses, separated by white space: a Slack or Teams webhook as it is, any other
https address as a generic JSON webhook, `mailtos://user:password@host?to=...` for e-mail, or whatever else Apprise
knows. They hold secrets, so nothing here ever shows one. `DX_ALERT_LANGUAGES`: `vi`, `en` or `vi,en` (the default).
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from dx_pipeline.alerts.causes import Cause
from dx_pipeline.alerts.memory import Event, compare, memory_file, queue, read_memory, settle
from dx_pipeline.errors import BusyError
from dx_pipeline.files import write_json
from dx_pipeline.language.words import filled
from dx_pipeline.locks import locked
from dx_pipeline.paths import Paths

log = logging.getLogger(__name__)

URLS, LANGUAGES = "DX_ALERT_URLS", "DX_ALERT_LANGUAGES"
ORDER = ("new", "still", "recovered")


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

    loggers = [logging.getLogger(name) for name in ("apprise", "urllib3", "requests")]  # they log addresses
    levels = [one.level for one in loggers]
    try:
        for one in loggers:
            one.setLevel(logging.CRITICAL + 1)
        channel = _instance(url)
        return channel is not None and bool(
            channel.notify(title=title, body=body, body_format=apprise.NotifyFormat.TEXT)
        )
    except Exception as error:
        # a plugin's own fault; its message may hold the address, so only its kind is told
        log.warning("an alert could not be delivered: %s", type(error).__name__)
        return False
    finally:
        for one, level in zip(loggers, levels, strict=True):
            one.setLevel(level)


def _instance(url: str) -> Any:
    """The channel Apprise knows for an address; an unknown https address is a generic JSON webhook."""
    import apprise

    channel = apprise.Apprise.instantiate(url, suppress_exceptions=True)
    if channel is None and url.startswith(("https://", "http://")):
        channel = apprise.Apprise.instantiate("json" + url.removeprefix("http"), suppress_exceptions=True)
    return channel


def tell(
    paths: Paths,
    domain: str,
    causes: Iterable[Cause],
    now: datetime | None = None,
    deliver: Callable[[str, str, str], bool] = send,
) -> list[Event]:
    """Tell what is new, what lasts, and what is over in this domain (`fetch`, `build`); returns these events.

    `causes` are everything that is broken now in this domain; none means that all is well.

    The message is written down before it is sent: after a crash it is sent by the next call, at worst twice. What
    cannot be delivered stays in the outbox for a week. An alert that fails never fails what it is about.
    """
    now = now or datetime.now(UTC)
    there = channels()
    try:
        with locked(paths.snapshots / ".alerts.lock", "sending alerts", wait_seconds=60):
            memory = read_memory(paths)
            events = compare(memory, domain, causes, now)
            if events:
                title, body = write_message(events, languages())
                log.warning("%s\n%s", title, body)
                if there:
                    queue(memory, title, body, there, now)
            if events or memory["outbox"] or memory["causes"]:
                write_json(memory_file(paths), memory)
            if memory["outbox"]:
                for message in memory["outbox"]:
                    message["channels"] = [
                        mark
                        for mark in message["channels"]
                        if mark in there and not deliver(there[mark], message["title"], message["body"])
                    ]
                if any(message["channels"] for message in memory["outbox"]):
                    log.error("an alert could not be delivered; it is kept and sent again with the next one")
                settle(memory, now)
                write_json(memory_file(paths), memory)
    except BusyError as busy:  # the next call finds the same causes and tells them
        log.error("no alert was sent: %s", busy.message)
        return []
    return events


def tell_test() -> dict[str, bool]:
    """Send a test message over every channel; mark of the channel -> whether it arrived."""
    text = filled("alert.test")
    body = "\n".join(text.in_language(language) for language in languages())
    return {mark: send(url, "dx-pipeline", body) for mark, url in channels().items()}


def undelivered(paths: Paths) -> dict[str, object]:
    """For `dx status`: how many messages wait, and when one was given up last."""
    memory = read_memory(paths)
    return {"waiting": len(memory["outbox"]), "given_up": memory["given_up"] or None, "channels": len(channels())}


def write_message(events: Sequence[Event], languages: Sequence[str] = ("vi", "en")) -> tuple[str, str]:
    """Title and body."""
    ordered = sorted(events, key=lambda event: ORDER.index(event.mark))
    counts = Counter(event.mark for event in ordered)
    what = ", ".join(_text(mark, languages[0], n=count) for mark, count in counts.items())
    parts = [_part(event, language) for language in languages for event in ordered]
    return _text("title", languages[0], what=what), "\n\n".join(parts)


def _text(key: str, language: str, **values: object) -> str:
    return filled(f"alert.{key}", **values).in_language(language)


def _part(event: Event, language: str) -> str:
    mark = _text(f"mark.{event.mark}", language, since=event.since)
    lines = [f"[{mark}] {event.headline.in_language(language)}"]
    cause = event.cause
    if cause:
        if cause.broke:
            lines.append(_text("broke", language, text=cause.broke))
        if cause.keys:
            lines.append(_text("keys", language, keys="; ".join(cause.keys)))
        lines += [_text("works", language, text=cause.works), _text("todo", language, text=cause.todo)]
    return "\n".join(lines)
