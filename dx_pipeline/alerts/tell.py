"""The one door: say what is broken now, and whoever should know is told."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dx_pipeline.alerts.causes import Cause, fill
from dx_pipeline.alerts.channels import channels, languages, send
from dx_pipeline.alerts.memory import Event, compare, queue, read_memory, settle, write_memory
from dx_pipeline.alerts.message import write_message
from dx_pipeline.paths import Paths

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)


def tell(
    paths: Paths,
    domain: str,
    causes: Iterable[Cause],
    now: datetime | None = None,
    deliver: Callable[[str, str, str], bool] = send,
) -> list[Event]:
    """Tell what is new, what lasts, and what is over in this domain; returns these events.

    The message is written down before it is sent: after a crash it is sent by the next call, at worst twice. What
    cannot be delivered stays in the outbox for a week. An alert that fails never fails what it is about.

    Args:
        paths: the project.
        domain: `fetch` or `build`.
        causes: everything that is broken now in this domain; none means that all is well.
        now: the moment, for tests.
        deliver: sends one message over one address.
    """
    now = now or datetime.now(UTC)
    there = channels()
    with _memory_lock(paths):
        memory = read_memory(paths)
        events = compare(memory, domain, causes, now)
        if events:
            title, body = write_message(events, languages())
            log.warning("%s\n%s", title, body)
            if there:
                queue(memory, title, body, there, now)
        if events or memory["outbox"] or memory["causes"]:
            write_memory(paths, memory)
        if memory["outbox"]:
            for message in memory["outbox"]:
                left = [
                    mark
                    for mark in message["channels"]
                    if mark in there and not deliver(there[mark], message["title"], message["body"])
                ]
                message["channels"] = left
            if any(message["channels"] for message in memory["outbox"]):
                log.error("an alert could not be delivered; it is kept and sent again with the next one")
            settle(memory, now)
            write_memory(paths, memory)
    return events


def tell_test() -> dict[str, bool]:
    """Send a test message over every channel; mark of the channel -> whether it arrived."""
    text = fill("alert.test")
    body = "\n".join(text.in_language(language) for language in languages())
    return {mark: send(url, "dx-pipeline", body) for mark, url in channels().items()}


def undelivered(paths: Paths) -> dict[str, object]:
    """For `dx status`: how many messages wait, and when one was given up last."""
    memory = read_memory(paths)
    return {"waiting": len(memory["outbox"]), "given_up": memory["given_up"] or None, "channels": len(channels())}


def _memory_lock(paths: Paths):  # type: ignore[no-untyped-def]
    from filelock import FileLock

    paths.snapshots.mkdir(parents=True, exist_ok=True)
    return FileLock(paths.snapshots / ".alerts.lock", timeout=60)
