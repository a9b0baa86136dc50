"""What became current when: one line of JSON an event, appended and made durable after the link was moved.

The journal tells a release that was published from one whose build was killed between renaming its folder and moving
the link; the second kind is removed by the next run.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

from dx_pipeline.paths import Paths
from dx_pipeline.release.store.layout import releases_folder, sync_folder


def journal_path(paths: Paths) -> Path:
    """The journal's file."""
    return releases_folder(paths) / "journal.jsonl"


def start_journal(paths: Paths) -> None:
    """Create an empty journal if there is none."""
    path = journal_path(paths)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        sync_folder(path.parent)


def append_event(paths: Paths, action: str, folder: Path) -> None:
    """Record that `folder` became current by `action` (published, rolled back, found after an interrupted run)."""
    line = json.dumps({"at": datetime.now(UTC).isoformat(timespec="seconds"), "action": action, "folder": folder.name})
    path = journal_path(paths)
    torn = path.exists() and path.stat().st_size > 0 and not path.read_bytes().endswith(b"\n")
    with path.open("a", encoding="utf-8") as file:
        file.write(("\n" if torn else "") + line + "\n")
        file.flush()
        os.fsync(file.fileno())


def read_events(paths: Paths) -> list[dict[str, str]]:
    """All events in order; a line torn by a power cut is skipped."""
    path = journal_path(paths)
    events = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        try:
            events.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    return events
