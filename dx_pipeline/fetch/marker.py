"""A mark that changes when a build has something new to read: accepted bytes, or a source that became stale or fresh.

A sensor compares it with what it saw last; that is cheaper than hashing all inputs every minute.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from dx_pipeline.files import read_json, write_json
from dx_pipeline.paths import Paths


def marker_file(paths: Paths) -> Path:
    """Where the mark lies."""
    return paths.snapshots / "to_build.json"


def mark(paths: Paths, now: datetime, why: Iterable[str]) -> None:
    """Write down that there is something to build."""
    number = int(read_json(marker_file(paths)).get("number", 0)) + 1
    write_json(marker_file(paths), {"number": number, "at": now.isoformat(timespec="seconds"), "why": sorted(why)})


def read_mark(paths: Paths) -> tuple[str, list[str]]:
    """Its identity, empty before the first one, and what is new."""
    found = read_json(marker_file(paths))
    return (f"{found['number']}-{found['at']}", list(found.get("why", []))) if found else ("", [])
