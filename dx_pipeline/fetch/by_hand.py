"""What waits for a person, and the step with which a person accepts it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dx_pipeline.errors import BAD_INPUT, DxError
from dx_pipeline.fetch.accept import take_over
from dx_pipeline.fetch.judge import judge
from dx_pipeline.fetch.marker import mark
from dx_pipeline.fetch.plan import planned, read_fetch
from dx_pipeline.fetch.records import read_records, source_folder, write_records
from dx_pipeline.fetch.snapshots import find
from dx_pipeline.paths import Paths
from dx_pipeline.warehouse import build_lock


@dataclass(frozen=True)
class Waiting:
    """One snapshot that was not accepted by itself, and why."""

    source_id: str
    file: str
    snapshot: Path
    problems: tuple[str, ...]


def waiting(paths: Paths, source_ids: list[str]) -> list[Waiting]:
    """Everything that waits, in the order of the sources."""
    found = []
    for source_id in source_ids:
        for file, record in read_records(paths, source_id).items():
            snapshot = find(source_folder(paths, source_id) / file, file, record.sha256) if record.waiting else None
            if snapshot:
                found.append(Waiting(source_id, file, snapshot.path, tuple(record.waiting)))
    return found


def accept(paths: Paths, source_id: str, file: str = "", now: datetime | None = None) -> list[str]:
    """Accept what waits in a source, or one file of it; returns a line a file, telling what changed.

    A person may accept fewer rows or other columns, but not what cannot be read: the next build would fail on it.

    Raises:
        DxError: nothing waits, or it cannot be read as source.toml stands.
    """
    now = now or datetime.now(UTC)
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
        plan, data = files.get(one.file), one.snapshot.read_bytes()
        if plan is None:
            raise DxError(f"{source_id}/{one.file} is not fetched any more", "see [fetch] in source.toml")
        verdict = judge(paths, source_id, plan, data, record.sha256)
        if verdict.unreadable:
            listed = "\n".join(f"- {problem}" for problem in verdict.unreadable)
            raise DxError(
                f"{source_id}/{one.file} cannot be read as source.toml stands:\n{listed}",
                f"change data/raw/{source_id}/source.toml so that it fits {one.snapshot}, then accept again",
            )
        snapshot = find(one.snapshot.parents[1], one.file, record.sha256)
        assert snapshot is not None
        with build_lock(paths):
            take_over(paths, source_id, plan, snapshot, now)
        record.waiting, record.judged_with, record.failure = [], "", None
        record.good_at = now.isoformat(timespec="seconds")
        write_records(paths, source_id, records)
        mark(paths, now, [f"{source_id}/{one.file}"])
        told.append(f"{source_id}/{one.file}: {verdict.change}")
    return told
