"""Snapshots: what a publisher served, when, with its hash and headers. A snapshot never changes; one rename makes it.

    data/snapshots/<source>/<file>/000007-20261127T183012Z-3f9a0c12ab34/<file>
                                                                       /snapshot.json

The number orders them, whatever a clock says.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dx_pipeline.fetch.addresses import shown
from dx_pipeline.fetch.download import Answer
from dx_pipeline.files import sync, write_whole

#: of each file so many are kept, beside those that wait for somebody or were accepted last
KEPT = 4


@dataclass(frozen=True)
class Snapshot:
    """One stored answer."""

    folder: Path
    sha256: str

    @property
    def path(self) -> Path:
        """The bytes, in a file named as the folder of all its snapshots."""
        return self.folder / self.folder.parent.name

    def read(self) -> bytes | None:
        """The bytes, None if they are not the ones that were stored."""
        try:
            data = self.path.read_bytes()
        except OSError:
            return None
        return data if hashlib.sha256(data).hexdigest() == self.sha256 else None


def stored(folder: Path) -> list[Snapshot]:
    """Snapshots of one file that are whole, oldest first; `folder` has the name of the file, here and below."""
    found = []
    for path in sorted(folder.glob("[0-9]*-*-*")):
        try:
            facts = json.loads((path / "snapshot.json").read_bytes())
            found.append(Snapshot(path, str(facts["sha256"])))
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return found


def find(folder: Path, sha256: str) -> Snapshot | None:
    """The newest sound snapshot with these bytes."""
    sound = (one for one in reversed(stored(folder)) if one.sha256 == sha256 and one.read() is not None)
    return next(sound, None)


def store(folder: Path, answer: Answer, now: datetime) -> Snapshot:
    """Store an answer's bytes, unless the newest snapshot has the very same."""
    data = answer.data or b""
    sha256 = hashlib.sha256(data).hexdigest()
    known = stored(folder)
    if known and known[-1].sha256 == sha256 and known[-1].read() is not None:
        return known[-1]
    numbers = [int(path.name.split("-")[0]) for path in folder.glob("[0-9]*-*-*")]
    name = f"{max(numbers, default=0) + 1:06d}-{now.strftime('%Y%m%dT%H%M%SZ')}-{sha256[:12]}"
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f".{secrets.token_hex(4)}.part"
    part.mkdir()
    facts = {
        "file": folder.name,
        "sha256": sha256,
        "bytes": len(data),
        "fetched_at": now.isoformat(timespec="seconds"),
        "url": shown(answer.url),
        "headers": dict(answer.headers),
    }
    told = (json.dumps(facts, ensure_ascii=False, indent=1) + "\n").encode()
    for path, content in ((part / folder.name, data), (part / "snapshot.json", told)):
        write_whole(path, content)
        path.chmod(0o444)
    part.rename(folder / name)
    sync(folder)
    return Snapshot(folder / name, sha256)


def prune(folder: Path, needed: Container[str]) -> None:
    """Remove all but the newest snapshots and those with a needed hash."""
    for one in stored(folder)[:-KEPT]:
        if one.sha256 not in needed:
            shutil.rmtree(one.folder, ignore_errors=True)
