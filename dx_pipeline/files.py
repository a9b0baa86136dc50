"""Writing so that a crash leaves the old file or the new one, and never half of either."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def write_whole(path: Path, data: bytes) -> None:
    """Replace `path` by one rename; durable when this returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    sync(path.parent)


def write_json(path: Path, data: Mapping[str, Any]) -> None:
    """Replace `path` by this record, keys in order."""
    write_whole(path, (json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode())


def read_json(path: Path) -> dict[str, Any]:
    """The record in `path`; empty when there is none. A damaged one is laid aside: it can be made again."""
    try:
        found = json.loads(path.read_bytes())
        if isinstance(found, dict):
            return found
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError):
        pass
    path.replace(path.with_name(f"{path.name}.damaged"))
    return {}


def sha256_of(path: Path) -> str:
    """The hash of a file, hexadecimal, without holding the file in memory."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Make the content of a file durable, or new names and renames in a folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_parts(folder: Path) -> None:
    """Remove what killed writers left below `folder`; the caller holds the lock under which they wrote."""
    import shutil

    for path in folder.rglob(".*.part"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
