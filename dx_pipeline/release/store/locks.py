"""Locks that the kernel drops when a process dies, however it dies.

Two kinds: one lock for everything that moves the link `current`, and one lock a staging folder, by which a later run
tells the folder of a killed build (removed) from that of a build still at work (left alone).
"""

from __future__ import annotations

import fcntl
import logging
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dx_pipeline.errors import BUSY
from dx_pipeline.paths import Paths
from dx_pipeline.release.store.layout import ReleaseError, releases_folder

log = logging.getLogger(__name__)

STAGING_PREFIX = ".staging-"

_held_by_this_process: dict[Path, int] = {}
_staging_handles: dict[Path, int] = {}


class ReleaseBusy(ReleaseError):
    """Another process is publishing; trying again later helps."""

    exit_code = BUSY
    retry = True


@contextmanager
def release_lock(paths: Paths, wait_seconds: float = 600.0) -> Iterator[None]:
    """Hold the right to publish. Waits for another holder and says so; may be nested within one process.

    Raises:
        ReleaseBusy: another process still holds it after `wait_seconds`.
    """
    path = (paths.marts / ".publish.lock").absolute()
    if _held_by_this_process.get(path, 0):
        _held_by_this_process[path] += 1
        try:
            yield
        finally:
            _held_by_this_process[path] -= 1
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _wait_for(handle, path, wait_seconds)
        os.ftruncate(handle, 0)
        os.write(handle, f"process {os.getpid()}".encode())
        _held_by_this_process[path] = 1
        try:
            yield
        finally:
            _held_by_this_process[path] = 0
    finally:
        os.close(handle)


def _wait_for(handle: int, path: Path, wait_seconds: float) -> None:
    deadline = time.monotonic() + wait_seconds
    said = False
    while not _try_lock(handle):
        holder = path.read_text(encoding="utf-8") or "another process"
        if time.monotonic() >= deadline:
            raise ReleaseBusy(
                f"{holder} is publishing a release and did not finish within {wait_seconds:g} s; "
                "nothing was changed, try again when it is done"
            )
        if not said:
            log.warning("%s is publishing a release; waiting up to %g s for it to finish", holder, wait_seconds)
            said = True
        time.sleep(0.1)


def _try_lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def create_staging(paths: Paths) -> Path:
    """A new empty folder to build a release in, locked for the life of this process or until `drop_staging`."""
    root = releases_folder(paths)
    root.mkdir(parents=True, exist_ok=True)
    folder = root / f"{STAGING_PREFIX}{secrets.token_hex(4)}"
    handle = os.open(_lock_file(folder), os.O_RDWR | os.O_CREAT, 0o644)
    fcntl.flock(handle, fcntl.LOCK_EX)
    folder.mkdir()
    _staging_handles[folder] = handle
    return folder


def drop_staging(folder: Path) -> None:
    """Remove a staging folder, if it still is one, and its lock."""
    shutil.rmtree(folder, ignore_errors=True)
    _lock_file(folder).unlink(missing_ok=True)
    handle = _staging_handles.pop(folder, None)
    if handle is not None:
        os.close(handle)


def remove_dead_staging(paths: Paths) -> list[Path]:
    """Remove staging folders whose process is gone; returns them."""
    removed = []
    root = releases_folder(paths)
    names = {path.name.removesuffix(".lock") for path in root.glob(f"{STAGING_PREFIX}*")}
    for folder in sorted(root / name for name in names):
        if folder in _staging_handles or _is_locked(_lock_file(folder)):
            continue
        drop_staging(folder)
        removed.append(folder)
    return removed


def _is_locked(path: Path) -> bool:
    with suppress(FileNotFoundError):
        handle = os.open(path, os.O_RDWR)
        try:
            return not _try_lock(handle)
        finally:
            os.close(handle)
    return False


def _lock_file(folder: Path) -> Path:
    return folder.with_name(folder.name + ".lock")
