"""A night's look at every source that declares `fetch`: one after the other, and none stops the others."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import version
from typing import Any

from pydantic_core import to_jsonable_python

from dx_pipeline.declarations import read_toml
from dx_pipeline.errors import BAD_INPUT, DxError
from dx_pipeline.fetch import snapshots
from dx_pipeline.fetch.accept import JOURNAL, finish_acceptances
from dx_pipeline.fetch.download import Manners, Robots, open_client
from dx_pipeline.fetch.look import Outcome, Visit, look_at
from dx_pipeline.fetch.plan import Planned, planned, read_fetch
from dx_pipeline.fetch.records import Record, day, mark, moment, read_records, source_folder, write_records
from dx_pipeline.fetch.stale import Stale, read_stale, write_stale
from dx_pipeline.files import read_json, remove_parts, write_json
from dx_pipeline.locks import locked
from dx_pipeline.paths import Paths
from dx_pipeline.sources.declaration import Fetch
from dx_pipeline.warehouse import build_lock

log = logging.getLogger(__name__)

#: environment variable with a mail address or web page, sent to every host that is asked
CONTACT = "DX_CONTACT"
#: how the last look at all sources went
LAST_NIGHT = "last_night.json"


@dataclass(frozen=True)
class Night:
    """How a night went."""

    started_at: str
    outcomes: tuple[Outcome, ...] = ()
    stale: tuple[Stale, ...] = ()
    finished: tuple[str, ...] = ()

    def with_result(self, *results: str) -> list[Outcome]:
        """Outcomes of these kinds."""
        return [one for one in self.outcomes if one.result in results]

    @property
    def accepted(self) -> bool:
        """Whether a build has something new to read."""
        return bool(self.with_result("accepted") or self.finished)

    def lines(self) -> list[str]:
        """For people: a line a file that is not simply unchanged, and what it comes to."""
        if not self.outcomes:
            return ["No source declares `fetch`: nothing was looked at."]
        told = [one for one in self.outcomes if one.result not in ("unchanged", "not due", "not yet")]
        lines = [f"{one.source_id}/{one.file}: {one.result}: {one.told}" for one in told]
        lines += [f"{one.source_id}: stale, last good look on {one.last_good_on}: {one.reason}" for one in self.stale]
        counts = {one.result: len(self.with_result(one.result)) for one in self.outcomes}
        total = ", ".join(f"{count} {name}" for name, count in counts.items())
        return [*lines, f"{len(self.outcomes)} files: {total}." + ("" if self.accepted else " Nothing to build.")]

    def summary(self) -> dict[str, Any]:
        """The same for programs."""
        files, stale = to_jsonable_python((self.outcomes, self.stale))
        return {"started_at": self.started_at, "accepted": self.accepted, "files": files, "stale": stale}


def fetch_all(
    paths: Paths,
    now: datetime | None = None,
    manners: Manners | None = None,
    only: Iterable[str] = (),
) -> Night:
    """Look at every source, or only at those of some ids, and bring snapshots, records and declarations up to date.

    Raises:
        BusyError: another fetch is running.
        DxError: the manifest cannot be read, or a source named in `only` is not in it.
    """
    now = now or datetime.now(UTC)
    wanted = set(only)
    names = source_ids(paths)
    if unknown := sorted(wanted - set(names)):
        raise DxError(f"unknown source {', '.join(unknown)}", f"known: {', '.join(names)}", exit_code=BAD_INPUT)
    with locked(paths.snapshots / ".fetch.lock", "looking at the publishers", wait_seconds=0):
        remove_parts(paths.snapshots)
        finished: list[str] = []
        if any(paths.snapshots.glob(f"*/{JOURNAL}")):
            with build_lock(paths):
                finished = finish_acceptances(paths)
        if manners is None and any(declares_fetch(paths, name) for name in names):
            manners = Manners(user_agent())
        robots = Robots()
        outcomes: list[Outcome] = []
        stale: dict[str, Stale] = read_stale(paths) if wanted else {}
        for source_id in names:
            if wanted and source_id not in wanted:
                continue
            stale.pop(source_id, None)
            if manners:
                found, old = fetch_source(paths, source_id, now, manners, robots)
                outcomes += found
                stale |= {source_id: old} if old else {}
        changed = write_stale(paths, [one for name, one in stale.items() if name in names])
        why = [f"{one.source_id}/{one.file}" for one in outcomes if one.result == "accepted"] + finished
        if why or changed:
            mark(paths, now, [*why, *(["other sources are stale"] if changed else [])])
        night = Night(
            now.isoformat(timespec="seconds"), tuple(outcomes), tuple(read_stale(paths).values()), tuple(finished)
        )
        if not wanted:
            write_json(paths.snapshots / LAST_NIGHT, night.summary())
    return night


def looked_at(paths: Paths) -> datetime | None:
    """When all publishers were looked at last; None if never, or if no source declares `fetch`."""
    last = read_json(paths.snapshots / LAST_NIGHT)
    return moment(str(last.get("started_at", ""))) if last.get("files") else None


def source_ids(paths: Paths) -> list[str]:
    """The sources of the manifest, without reading any of them.

    Raises:
        DeclarationError: the manifest cannot be read.
    """
    names = read_toml(paths.raw / "manifest.toml", "data/raw/manifest.toml").get("sources", [])
    return [str(name) for name in names if (paths.raw / str(name) / "source.toml").is_file()]


def declares_fetch(paths: Paths, source_id: str) -> bool:
    """Whether a source is to be fetched; one whose declaration cannot be read counts, so that it is told."""
    try:
        return read_fetch(paths.raw / source_id) is not None
    except DxError:
        return True


def fetch_source(
    paths: Paths, source_id: str, now: datetime, manners: Manners, robots: Robots
) -> tuple[list[Outcome], Stale | None]:
    """Look at the files of a source, if it declares any; nothing that fails leaves this but a full or broken disk."""
    folder = paths.raw / source_id
    try:
        declared = read_fetch(folder)
        if declared is None:
            return [], None
        fetch, data = declared
        files = planned(folder, fetch, data)
    except DxError as error:
        hint = error.hint or "mend source.toml"
        return [Outcome(source_id, "source.toml", "failed", error.message, (), "declaration", hint)], None
    records, outcomes = read_records(paths, source_id), []
    with open_client(fetch, manners) as client:
        visit = Visit(paths, source_id, fetch, client, manners, robots, now)
        for file in files:
            record = records.setdefault(file.file, Record())
            outcomes.append(_guarded(visit, file, record))
            write_records(paths, source_id, records)
            kept = {file.sha256, record.sha256} if record.waiting else {file.sha256}
            snapshots.prune(source_folder(paths, source_id) / file.file, kept)
    retrieved = str(data.get("retrieved_on", ""))
    return outcomes, _staleness(source_id, fetch, files, records, retrieved, now)


def _guarded(visit: Visit, file: Planned, record: Record) -> Outcome:
    try:
        return look_at(visit, file, record)
    except DxError as error:
        return visit.outcome(file, "failed", error.message, kind="judging", hint=error.hint, retry=error.retry)
    except Exception as error:
        # a fault of ours in one source is no reason to leave the others out; it is told like any failure
        log.exception("%s/%s", visit.source_id, file.file)
        told, hint = f"{type(error).__name__}: {error}", "report it with the log of the night"
        return visit.outcome(file, "failed", told, kind="unforeseen", hint=hint)


def _staleness(
    source_id: str, fetch: Fetch, files: list[Planned], records: dict[str, Record], retrieved: str, now: datetime
) -> Stale | None:
    """The source's oldest file decides; an edition that is not published yet does not count."""
    oldest: date | None = None
    reason = ""
    for file in files:
        record = records.get(file.file, Record())
        good = day(record.good_at) or day(retrieved)
        if file.is_new and not (record.waiting or record.failure):
            continue
        if file.is_new:
            good = day(record.good_at) or day(record.failure.since if record.failure else record.checked_at)
        if good and (oldest is None or good < oldest):
            oldest = good
            reason = record.failure.message if record.failure else "; ".join(record.waiting[:1])
    if oldest is None or (now.date() - oldest).days <= fetch.stale_after_days:
        return None
    return Stale(source_id, oldest, now.date(), fetch.stale_after_days, reason or "it was not looked at")


def user_agent() -> str:
    """Who asks, with the operator's contact.

    Raises:
        DxError: nobody said who operates this.
    """
    contact = " ".join(os.environ.get(CONTACT, "").split())
    if not contact.isascii() or not contact:
        raise DxError(
            f"{CONTACT} is not set: hosts are told whom to ask about these requests",
            f"export {CONTACT}=you@example.org (a mail address or a web page)",
            exit_code=BAD_INPUT,
        )
    return f"dx-pipeline/{version('dx-pipeline')} (+{contact})"
