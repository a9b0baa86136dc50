"""What became current when, and why: one line an event, only ever appended to, each with a hash of itself."""

from __future__ import annotations

import hashlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from dx_pipeline.files import sync
from dx_pipeline.paths import Paths
from dx_pipeline.release.store.layout import release_folders, releases_folder

#: a release is about to get its name; without a later event it never became current
PUBLISHING = "publishing"


class Journal(NamedTuple):
    """Action and folder of all readable events in order, and whether every line was readable and as it was written."""

    events: list[tuple[str, str]]
    whole: bool

    @property
    def published(self) -> list[str]:
        """Folders that were current, in the order in which they last became it."""
        names = [folder for action, folder in self.events if action != PUBLISHING]
        return list(dict.fromkeys(names[::-1]))[::-1]

    @property
    def never_published(self) -> set[str]:
        """Folders that were named by a run that died before it published them."""
        return {folder for _, folder in self.events} - set(self.published)


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
        sync(path.parent)


def read_journal(paths: Paths) -> Journal:
    """All events in order; a line that is torn, damaged or forged is passed over."""
    path = journal_path(paths)
    if not path.is_file():
        return Journal([], whole=False)
    events = []
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    for line in lines:
        try:
            entry = json.loads(line)
            action, folder = str(entry["action"]), str(entry["folder"])
            if entry.get("sum", "") in ("", _sum(str(entry["at"]), action, folder)):
                events.append((action, folder))
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
    return Journal(events, whole=len(events) == len(lines))


def by_last_use(paths: Paths) -> list[Path]:
    """All releases on disk, the one that became current longest ago first; those the journal does not know lead."""
    order = {name: number for number, name in enumerate(read_journal(paths).published)}
    return sorted(release_folders(paths), key=lambda folder: order.get(folder.name, -1))


def _sum(at: str, action: str, folder: str) -> str:
    return hashlib.sha256(f"{at}\t{action}\t{folder}".encode()).hexdigest()[:12]
