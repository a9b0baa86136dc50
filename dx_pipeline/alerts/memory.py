"""What was told already: a cause is told once, again after a week if it lasts, and once more when it is over.

Kept in `data/snapshots/alerts.json`, with the messages that could not be delivered yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from dx_pipeline.alerts.causes import Cause
from dx_pipeline.fetch.records import moment
from dx_pipeline.files import read_json
from dx_pipeline.language.words import Words
from dx_pipeline.paths import Paths

#: a cause that lasts is told again after so long
REMIND_AFTER = timedelta(days=7)
#: a cause that comes and goes is told at most so often in a week
TOLD_A_WEEK = 4
#: what has been over for so long is forgotten
FORGET_AFTER = timedelta(days=30)
#: a message that could not be delivered for so long is given up
GIVE_UP_AFTER = timedelta(days=7)
WAITING_AT_MOST = 50

Mark = Literal["new", "still", "recovered"]


@dataclass(frozen=True)
class Event:
    """One thing to tell: a cause that is new, still there, or over (then only its headline is known)."""

    mark: Mark
    key: str
    since: str
    headline: Words
    cause: Cause | None = None


def memory_file(paths: Paths) -> Path:
    """Where the memory lies."""
    return paths.snapshots / "alerts.json"


def read_memory(paths: Paths) -> dict[str, Any]:
    """`causes` by domain and key, and `outbox`; empty at first and after damage."""
    found = read_json(memory_file(paths))
    causes, outbox = found.get("causes"), found.get("outbox")
    return {
        "causes": causes if isinstance(causes, dict) else {},
        "outbox": outbox if isinstance(outbox, list) else [],
        "given_up": found.get("given_up", ""),
    }


def compare(memory: dict[str, Any], domain: str, causes: Iterable[Cause], now: datetime) -> list[Event]:
    """What to tell now; brings the memory of this domain up to date.

    `memory` comes from `read_memory` and is changed in place; `causes` are all that hold now in the domain.
    """
    known: dict[str, dict[str, Any]] = memory["causes"].setdefault(domain, {})
    events = []
    current = {cause.key: cause for cause in causes}
    for key, cause in current.items():
        entry = known.get(key)
        if entry is None or not entry["active"]:
            entry = _begin(known, key, cause, now)
        mark: Mark = "still" if entry["told"] else "new"
        if (mark == "new" or _old(entry["last_told"], now, REMIND_AFTER)) and _allowed(entry, now):
            _tell(entry, now)
            entry["told"] = True
            events.append(Event(mark, key, entry["since"], Words(*entry["headline"]), cause))
    subjects = {cause.subject for cause in current.values()}
    for key, entry in known.items():
        if entry["active"] and key not in current:
            entry["active"], entry["over_at"] = False, _text(now)
            # the same thing is broken in another way now: that is no recovery
            if entry["told"] and entry["subject"] not in subjects:
                _tell(entry, now)
                events.append(Event("recovered", key, entry["since"], Words(*entry["headline"])))
    memory["causes"][domain] = {
        key: entry for key, entry in known.items() if entry["active"] or not _old(entry["over_at"], now, FORGET_AFTER)
    }
    return events


def _begin(known: dict[str, dict[str, Any]], key: str, cause: Cause, now: datetime) -> dict[str, Any]:
    before = known.get(key, {})
    known[key] = {
        "active": True,
        "told": False,
        "subject": cause.subject,
        "since": now.date().isoformat(),
        "headline": list(cause.headline),
        "last_told": before.get("last_told", ""),
        "times": before.get("times", []),
        "over_at": "",
    }
    return known[key]


def _tell(entry: dict[str, Any], now: datetime) -> None:
    entry["last_told"] = _text(now)
    entry["times"] = [*entry["times"], _text(now)][-2 * TOLD_A_WEEK :]


def _allowed(entry: Mapping[str, Any], now: datetime) -> bool:
    week = [text for text in entry["times"] if not _old(text, now, timedelta(days=7))]
    return len(week) < TOLD_A_WEEK


def _old(text: str, now: datetime, limit: timedelta) -> bool:
    """Whether a stored moment lies further back than the limit; one that lies ahead comes from a wrong clock."""
    then = moment(text)
    return then is None or now - then >= limit or then - now > timedelta(days=1)


def _text(now: datetime) -> str:
    return now.isoformat(timespec="seconds")


def queue(memory: dict[str, Any], title: str, body: str, channels: Iterable[str], now: datetime) -> None:
    """Put a message into the outbox for these channels."""
    message = {"title": title, "body": body, "channels": sorted(channels), "queued_at": _text(now)}
    memory["outbox"] = [*memory["outbox"], message][-WAITING_AT_MOST:]


def settle(memory: dict[str, Any], now: datetime) -> None:
    """Drop delivered messages, and give up those that could not be delivered for a week, which is written down."""
    waiting = [message for message in memory["outbox"] if message["channels"]]
    memory["outbox"] = [message for message in waiting if not _old(message["queued_at"], now, GIVE_UP_AFTER)]
    if len(memory["outbox"]) < len(waiting):
        memory["given_up"] = _text(now)
