"""What became current when, and why: one line an event, only ever appended to, each with a hash of itself."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dx_pipeline.files import sync_folder
from dx_pipeline.paths import Paths
from dx_pipeline.release.store.layout import releases_folder

#: a release is about to get its name; without a later event it never became current
PUBLISHING = "publishing"
PUBLISHED = "published"


@dataclass(frozen=True)
class Event:
    """One line of the journal."""

    at: str
    action: str
    folder: str


@dataclass(frozen=True)
class Journal:
    """All readable events in order, and whether every line was readable and as it was written."""

    events: tuple[Event, ...]
    whole: bool

    @property
    def published(self) -> list[str]:
        """Folders that were current, in the order in which they last became it."""
        names = [event.folder for event in self.events if event.action != PUBLISHING]
        return sorted(set(names), key=lambda name: len(names) - names[::-1].index(name))

    @property
    def never_published(self) -> set[str]:
        """Folders that were named by a run that died before it published them."""
        return {event.folder for event in self.events} - set(self.published)


def journal_path(paths: Paths) -> Path:
    """The file."""
    return releases_folder(paths) / "journal.jsonl"


def append_event(paths: Paths, action: str, folder: Path) -> None:
    """Record that `folder` became current by `action` (published, rolled back, found after an interrupted run)."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    line = json.dumps({"at": at, "action": action, "folder": folder.name, "sum": _sum(at, action, folder.name)})
    path = journal_path(paths)
    path.parent.mkdir(parents=True, exist_ok=True)
    created = not path.exists()
    torn = not created and path.stat().st_size > 0 and not path.read_bytes().endswith(b"\n")
    with path.open("a", encoding="utf-8") as file:
        file.write(("\n" if torn else "") + line + "\n")
        file.flush()
        os.fsync(file.fileno())
    if created:
        sync_folder(path.parent)


def read_journal(paths: Paths) -> Journal:
    """All events in order; a line that is torn, damaged or forged is passed over."""
    path = journal_path(paths)
    if not path.is_file():
        return Journal((), whole=False)
    events, whole = [], True
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            entry = json.loads(line)
            event = Event(str(entry["at"]), str(entry["action"]), str(entry["folder"]))
            sound = entry.get("sum", "") in ("", _sum(event.at, event.action, event.folder))
        except (ValueError, KeyError, TypeError, AttributeError):
            sound = False
        if sound:
            events.append(event)
        else:
            whole = False
    return Journal(tuple(events), whole)


def _sum(at: str, action: str, folder: str) -> str:
    return hashlib.sha256(f"{at}\t{action}\t{folder}".encode()).hexdigest()[:12]
