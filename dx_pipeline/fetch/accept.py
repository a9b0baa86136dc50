"""Accepting a snapshot: the raw file and its hash in `source.toml` are replaced together, or not at all.

Two files cannot be replaced by one rename. So a journal is written first; from that moment the acceptance has happened,
and whoever comes next, a fetch or a build, finishes it. It runs under the build's lock: no build ever reads between.
What is not accepted by itself waits for a person.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dx_pipeline.errors import BAD_INPUT, DxError
from dx_pipeline.fetch.judge import judge
from dx_pipeline.fetch.plan import Planned, declared_with, planned, read_fetch
from dx_pipeline.fetch.records import mark, read_records, source_folder, write_records
from dx_pipeline.fetch.snapshots import Snapshot, find
from dx_pipeline.files import read_json, write_json, write_whole
from dx_pipeline.paths import Paths
from dx_pipeline.warehouse import build_lock

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
    journals = sorted(paths.snapshots.glob(f"*/{JOURNAL}"))
    return [name for journal in journals for name in _finish(paths, journal.parent.name)]


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
    declared = tomllib.loads(now).get("files", {}).get(entry["file"], {}).get("sha256", "")
    if str(declared).lower() == entry["sha256"]:
        data = (paths.snapshots / entry["snapshot"]).read_bytes()
        if hashlib.sha256(data).hexdigest() == entry["sha256"]:
            write_whole(folder / entry["file"], data)
            done.append(f"{source_id}/{entry['file']}")
    journal.unlink()
    return done


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def declaration_hash(folder: Path) -> str:
    """Hash of a source's declaration, to see whether somebody changed it since."""
    return hashlib.sha256((folder / "source.toml").read_bytes()).hexdigest()


@dataclass(frozen=True)
class Waiting:
    """One snapshot that was not accepted by itself, and why."""

    source_id: str
    file: str
    snapshot: Snapshot
    problems: tuple[str, ...]


def waiting(paths: Paths, source_ids: list[str]) -> list[Waiting]:
    """Everything that waits, in the order of the sources."""
    found = []
    for source_id in source_ids:
        for file, record in read_records(paths, source_id).items():
            snapshot = find(source_folder(paths, source_id) / file, record.sha256) if record.waiting else None
            if snapshot:
                found.append(Waiting(source_id, file, snapshot, tuple(record.waiting)))
    return found


def accept(paths: Paths, source_id: str, file: str = "") -> list[str]:
    """Accept what waits in a source, or one file of it; returns a line a file, telling what changed.

    A person may accept fewer rows or other columns, but not what cannot be read: the next build would fail on it.

    Raises:
        DxError: nothing waits, or it cannot be read as source.toml stands.
    """
    now = datetime.now(UTC)
    there = [one for one in waiting(paths, [source_id]) if file in ("", one.file)]
    if not there:
        hint = "`dx fetch` looks at the publisher; what changed and is not accepted by itself then waits"
        raise DxError(f"nothing of {source_id} waits to be accepted", hint, exit_code=BAD_INPUT)
    declared = read_fetch(paths.raw / source_id)
    if declared is None:
        raise DxError(f"{source_id}/source.toml has no [fetch] block any more", exit_code=BAD_INPUT)
    files = {one.file: one for one in planned(paths.raw / source_id, *declared)}
    records = read_records(paths, source_id)
    told = []
    for one in there:
        record = records[one.file]
        plan = files.get(one.file)
        if plan is None:
            raise DxError(f"{source_id}/{one.file} is not fetched any more", "see [fetch] in source.toml")
        verdict = judge(paths, source_id, plan, one.snapshot.path.read_bytes(), record.sha256)
        if verdict.unreadable:
            listed = "\n".join(f"- {problem}" for problem in verdict.unreadable)
            raise DxError(
                f"{source_id}/{one.file} cannot be read as source.toml stands:\n{listed}",
                f"change data/raw/{source_id}/source.toml so that it fits {one.snapshot.path}, then accept again",
            )
        with build_lock(paths):
            take_over(paths, source_id, plan, one.snapshot, now)
        record.waiting, record.judged_with, record.failure = [], "", None
        record.good_at = now.isoformat(timespec="seconds")
        write_records(paths, source_id, records)
        mark(paths, now, [f"{source_id}/{one.file}"])
        told.append(f"{source_id}/{one.file}: {verdict.change}")
    return told
