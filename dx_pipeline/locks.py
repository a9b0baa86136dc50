"""Locks that the kernel drops when a process dies, however it dies; the lock's file says who holds it and since when.

Also: whether a process still lives, and whether somebody has a DuckDB file open.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from dx_pipeline.errors import BusyError

log = logging.getLogger(__name__)

#: locks of this process, each with the thread that holds it
_held: set[tuple[Path, int]] = set()


@contextmanager
def locked(path: Path, doing: str, wait_seconds: float) -> Iterator[None]:
    """Hold a lock file, made with its folder when missing; the same thread may hold it several times.

    Waits for another holder and says so. `doing` is what this holder does with it, for whoever waits: "building".

    Raises:
        BusyError: another process (or thread) still holds it; says who, what for and since when.
    """
    path = path.absolute()
    own = (path, threading.get_ident())
    if own in _held:
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _wait_for(handle, path, doing, wait_seconds)
        _sign(handle, doing)
        _held.add(own)
        try:
            yield
        finally:
            _held.discard(own)
    finally:
        os.close(handle)


def _wait_for(handle: int, path: Path, doing: str, wait_seconds: float) -> None:
    deadline = time.monotonic() + wait_seconds
    said = False
    while not try_lock(handle):
        holder = holder_of(path, doing)
        if time.monotonic() >= deadline:
            waited = f" and did not finish within {wait_seconds:g} s" if wait_seconds else ""
            raise BusyError(f"{holder}{waited}; nothing was changed", "Try again when it is done.")
        if not said:
            log.warning("%s; waiting up to %g s for it to finish", holder, wait_seconds)
            said = True
        time.sleep(0.1)


def _sign(handle: int, doing: str) -> None:
    signature = {"pid": os.getpid(), "since": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), "doing": doing}
    with suppress(OSError):  # on a full disk the lock holds all the same, it only can't be signed
        os.ftruncate(handle, 0)
        os.pwrite(handle, json.dumps(signature).encode(), 0)


def holder_of(path: Path, doing: str) -> str:
    """Who holds a lock, in words: `process 4711 is building since 2026-01-05T02:00:00Z`."""
    try:
        signed = json.loads(path.read_text(encoding="utf-8"))
        return f"process {signed['pid']} is {signed['doing']} since {signed['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return f"another process is {doing}"


def try_lock(handle: int) -> bool:
    """Take an opened file's lock if it is free."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def is_locked(path: Path) -> bool:
    """Whether somebody holds the lock of this file now."""
    with suppress(OSError):
        handle = os.open(path, os.O_RDONLY)
        try:
            return not try_lock(handle)
        finally:
            os.close(handle)
    return False


def this_process() -> str:
    """A name of this process that no later one has, also not after a restart of the machine."""
    return f"{os.getpid()}:{_started(os.getpid())}"


def is_alive(process: str) -> bool:
    """Whether the process that gave itself this name with `this_process` still runs."""
    pid, _, started = process.partition(":")
    return pid.isdigit() and _started(int(pid)) == started != ""


def _started(pid: int) -> str:
    """When a process began, in ticks since a boot that is named too; empty when it is gone or a corpse."""
    try:
        state, *rest = (
            Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        )
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""
    return "" if state == "Z" else f"{rest[18]}@{boot}"


def user_of(database: Path, writing: bool = False) -> int | None:
    """The process that has a DuckDB file open (or open for writing), None when nobody has.

    DuckDB locks a file it has open; asking for the lock does not take it and does not disturb anybody.
    """
    if not database.exists():
        return None
    kind = fcntl.F_RDLCK if writing else fcntl.F_WRLCK
    asked = struct.pack("hhqqi4x", kind, os.SEEK_SET, 0, 0, 0)
    handle = os.open(database, os.O_RDONLY)
    try:
        answer = struct.unpack("hhqqi4x", fcntl.fcntl(handle, fcntl.F_GETLK, asked))
    except OSError:
        return None
    finally:
        os.close(handle)
    return None if answer[0] == fcntl.F_UNLCK else answer[4]
