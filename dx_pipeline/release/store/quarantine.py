"""Where damaged things go: out of everybody's way, with the reason beside them, and not for ever."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

from dx_pipeline.locks import user_of
from dx_pipeline.paths import Paths
from dx_pipeline.release.store.manifest import DATABASE

#: so many damaged things are kept for somebody to look at
KEPT = 3
REASON = ".why.txt"


def quarantine_folder(paths: Paths) -> Path:
    """Beside the releases, on the same disk."""
    return paths.marts / "quarantine"


def set_aside(paths: Paths, damaged: Path, why: str) -> Path:
    """Move a file or folder out of the way; returns where it is now."""
    folder = quarantine_folder(paths)
    folder.mkdir(parents=True, exist_ok=True)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    target = folder / f"{stamp}-{damaged.name}"
    damaged.rename(target)
    (folder / (target.name + REASON)).write_text(why + "\n", encoding="utf-8")
    return target


def forget_oldest(paths: Paths, keep: int = KEPT) -> list[str]:
    """Remove all but the newest of what was set aside; what a reader still has open stays."""
    folder = quarantine_folder(paths)
    if not folder.is_dir():
        return []
    found = sorted(path for path in folder.iterdir() if not path.name.endswith(REASON))
    gone = [path for path in found[: max(len(found) - keep, 0)] if user_of(path / DATABASE) is None]
    for path in gone:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
        (folder / (path.name + REASON)).unlink(missing_ok=True)
    return [path.name for path in gone]
