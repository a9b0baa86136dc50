"""Accepting a snapshot: the raw file and its hash in `source.toml` are replaced together, or not at all.

Two files cannot be replaced by one rename. So a journal is written first; from that moment the acceptance has happened,
and whoever comes next, a fetch or a build, finishes it. It runs under the build's lock: no build ever reads between.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

from dx_pipeline.errors import DxError
from dx_pipeline.fetch.plan import Planned
from dx_pipeline.fetch.records import source_folder
from dx_pipeline.fetch.snapshots import Snapshot
from dx_pipeline.fetch.toml_edit import declared_with
from dx_pipeline.files import read_json, write_json, write_whole
from dx_pipeline.paths import Paths

JOURNAL = "accepting.json"


def take_over(paths: Paths, source_id: str, file: Planned, snapshot: Snapshot, now: datetime) -> None:
    """Make a snapshot's bytes the declared ones. The caller holds the build's lock.

    Raises:
        DxError: the snapshot is damaged.
    """
    if snapshot.read() is None:
        raise DxError(f"{snapshot.path} is damaged: nothing was accepted", "the next fetch stores it again")
    declaration = paths.raw / source_id / "source.toml"
    before = declaration.read_text(encoding="utf-8-sig")
    after = declared_with(before, file, snapshot.sha256, now.date())
    entry = {
        "file": file.file,
        "sha256": snapshot.sha256,
        "snapshot": str(snapshot.path.relative_to(paths.snapshots)),
        "before": _hash(before),
        "after": after,
    }
    write_json(source_folder(paths, source_id) / JOURNAL, entry)
    _finish(paths, source_id)


def finish_acceptances(paths: Paths) -> list[str]:
    """Finish what a killed process had accepted; returns `source/file` of each. The caller holds the build's lock."""
    done = []
    for journal in sorted(paths.snapshots.glob(f"*/{JOURNAL}")):
        done += _finish(paths, journal.parent.name)
    return done


def _finish(paths: Paths, source_id: str) -> list[str]:
    journal = source_folder(paths, source_id) / JOURNAL
    entry = read_json(journal)
    if not entry:
        return []
    folder = paths.raw / source_id
    declaration = folder / "source.toml"
    now = declaration.read_text(encoding="utf-8-sig")
    # somebody who edited the declaration in between keeps what they wrote
    if _hash(now) == entry["before"]:
        write_whole(declaration, entry["after"].encode())
        now = entry["after"]
    done = []
    if _declared(now, entry["file"]) == entry["sha256"]:
        data = (paths.snapshots / entry["snapshot"]).read_bytes()
        if hashlib.sha256(data).hexdigest() == entry["sha256"]:
            write_whole(folder / entry["file"], data)
            done.append(f"{source_id}/{entry['file']}")
    journal.unlink()
    return done


def _declared(text: str, file: str) -> str:
    import tomllib

    return str(tomllib.loads(text).get("files", {}).get(file, {}).get("sha256", "")).lower()


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def declaration_hash(folder: Path) -> str:
    """Hash of a source's declaration, to see whether somebody changed it since."""
    return hashlib.sha256((folder / "source.toml").read_bytes()).hexdigest()
