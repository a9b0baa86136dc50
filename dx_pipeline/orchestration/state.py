"""The note a failed refresh leaves for the person who looks in the morning."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dx_pipeline.paths import Paths


def failure_note(paths: Paths) -> Path:
    """Where the note lies."""
    return paths.build / "last_failure.json"


def write_failure_note(paths: Paths, run_id: str, reasons: list[str]) -> None:
    """Record why a run failed, and when."""
    paths.build.mkdir(parents=True, exist_ok=True)
    note = {"failed_at": datetime.now(UTC).isoformat(timespec="seconds"), "run_id": run_id, "reasons": reasons}
    failure_note(paths).write_text(json.dumps(note, ensure_ascii=False, indent=1), encoding="utf-8")


def read_failure_note(paths: Paths) -> dict[str, Any] | None:
    """The note of the last failed run, None when the last one succeeded."""
    try:
        return json.loads(failure_note(paths).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None


def clear_failure_note(paths: Paths) -> None:
    """Forget it: a run has succeeded since."""
    failure_note(paths).unlink(missing_ok=True)
