"""One file, one night: ask, check what came, store what changed, judge it, accept it or let it wait."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from dx_pipeline.fetch import snapshots
from dx_pipeline.fetch.accept import declaration_hash, take_over
from dx_pipeline.fetch.addresses import shown
from dx_pipeline.fetch.content import check_content
from dx_pipeline.fetch.download import NOT_FOUND, Answer, Manners, Robots, download, with_retries
from dx_pipeline.fetch.errors import FetchError, TransientFetchError
from dx_pipeline.fetch.judge import judge
from dx_pipeline.fetch.plan import Planned
from dx_pipeline.fetch.records import Failure, Record, moment, source_folder
from dx_pipeline.paths import Paths
from dx_pipeline.sources.declaration import Fetch
from dx_pipeline.warehouse import build_lock

if TYPE_CHECKING:
    import httpx

Result = Literal["unchanged", "accepted", "waiting", "not yet", "failed", "not due"]
#: what a publisher answers for an edition that is not there yet; some serve a page instead of 404
NOT_YET = (*(f"http {status}" for status in NOT_FOUND), "web page", "error page")
#: a daily look half an hour early is still the next day's
EARLY = timedelta(hours=6)


@dataclass(frozen=True)
class Outcome:
    """How one look ended, in one word or two and in one sentence."""

    source_id: str
    file: str
    result: Result
    told: str
    #: why a snapshot of it waits for somebody, tonight or from an earlier night
    problems: tuple[str, ...] = ()
    #: of a failure, tonight's or, when it was not due, the one before; what to do, and whether it may pass by itself
    kind: str = ""
    hint: str = ""
    retry: bool = False


@dataclass(frozen=True)
class Visit:
    """What all looks of one source share."""

    paths: Paths
    source_id: str
    fetch: Fetch
    client: httpx.Client
    manners: Manners
    robots: Robots
    now: datetime

    def folder(self, file: Planned) -> Path:
        """Where the snapshots of a file lie."""
        return source_folder(self.paths, self.source_id) / file.file

    def outcome(
        self, file: Planned, result: Result, told: str, problems: Iterable[str] = (), **failure: Any
    ) -> Outcome:
        """An outcome of this source; `failure`: its kind, hint, and whether it may pass by itself."""
        return Outcome(self.source_id, file.file, result, told, tuple(problems), **failure)


def look_at(visit: Visit, file: Planned, record: Record) -> Outcome:
    """Look at one file and bring its record up to date; whatever fails becomes an outcome.

    Raises:
        OSError: the disk is full or not writable.
    """
    if not due(visit, record):
        wish = moment(record.not_before)
        why = f"was looked at on {record.good_at}"
        if wish and wish > visit.now:
            why = f"the server asked to be left alone until {record.not_before}"
        last = {"kind": record.failure.kind, "retry": record.failure.retry} if record.failure else {}
        return visit.outcome(file, "not due", why, record.waiting, **last)
    before = record.checked_at
    record.checked_at = visit.now.isoformat(timespec="seconds")
    try:
        outcome = _look(visit, file, record)
    except FetchError as error:
        if file.is_new and error.kind in NOT_YET:
            outcome = visit.outcome(file, "not yet", f"{shown(file.url)} is not published yet")
        else:
            return _failed(visit, file, record, error)
    record.failure = None
    record.not_before = ""
    if outcome.result in ("unchanged", "accepted"):
        record.good_at = _good_at(record, moment(before), visit.now)
    return outcome


def _good_at(record: Record, before: datetime | None, now: datetime) -> str:
    """The moment of this good look, unless the clock went back since the last one: one such night is not believed."""
    last = moment(record.good_at)
    if last and before and now < last - timedelta(days=1) and before >= last:
        return record.good_at
    return record.checked_at


def due(visit: Visit, record: Record) -> bool:
    """Whether it is time: as often as declared, after a failure every night, never before a server's own wish."""
    wish = moment(record.not_before)
    # a wish from a clock that was wrong is not kept for ever
    if wish and visit.now < wish <= visit.now + timedelta(days=7):
        return False
    last = moment(record.good_at)
    if record.failure or record.waiting or last is None or last > visit.now:
        return True
    return visit.now >= last + timedelta(days=visit.fetch.every_days) - EARLY


def _look(visit: Visit, file: Planned, record: Record) -> Outcome:
    answer = with_retries(lambda: _ask(visit, file, record), visit.manners.sleep)
    if answer.data is None:
        if record.waiting:
            return _again(visit, file, record)
        return visit.outcome(file, "unchanged", "unchanged (304)")
    sha256 = hashlib.sha256(answer.data).hexdigest()
    if sha256 == file.sha256:
        _remember(record, answer, sha256)
        # what waited has been taken back by the publisher
        record.waiting, record.judged_with = [], ""
        return visit.outcome(file, "unchanged", "unchanged (same bytes)")
    snapshot = snapshots.store(visit.folder(file), answer, visit.now)
    outcome = _settle(visit, file, record, snapshot, answer.data)
    # the validators are kept only now: after a crash before this line, the next request brings the bytes again
    _remember(record, answer, sha256)
    return outcome


def _ask(visit: Visit, file: Planned, record: Record) -> Answer:
    pause = visit.robots.pause(visit.client, file.url, visit.fetch, visit.manners)
    conditions = record.conditions if _still_here(visit, file, record) else {}
    answer = download(visit.client, file.url, visit.fetch, visit.manners, conditions=conditions, pause_seconds=pause)
    if answer.data is None and not conditions:
        raise TransientFetchError("http 304", f"{shown(file.url)} answers 304 although nothing was conditional")
    if answer.data is not None:
        kind = answer.headers.get("content-type", "")
        check_content(shown(file.url), file.form, kind, answer.data, visit.fetch.content_types)
    return answer


def _still_here(visit: Visit, file: Planned, record: Record) -> bool:
    """Whether what the validators stand for is what is declared, or waits as a sound snapshot."""
    if record.sha256 == file.sha256:
        return bool(file.sha256)
    return bool(record.waiting) and snapshots.find(visit.folder(file), record.sha256) is not None


def _again(visit: Visit, file: Planned, record: Record) -> Outcome:
    """The same bytes still wait; they are judged again when somebody has changed the declaration."""
    snapshot = snapshots.find(visit.folder(file), record.sha256)
    if snapshot and record.judged_with != declaration_hash(visit.paths.raw / visit.source_id):
        return _settle(visit, file, record, snapshot, snapshot.read() or b"")
    return visit.outcome(file, "waiting", "still waits for somebody to look", record.waiting)


def _settle(visit: Visit, file: Planned, record: Record, snapshot: snapshots.Snapshot, data: bytes) -> Outcome:
    verdict = judge(visit.paths, visit.source_id, file, data, snapshot.sha256)
    if verdict.holds and visit.fetch.accept == "automatic":
        with build_lock(visit.paths):
            take_over(visit.paths, visit.source_id, file, snapshot, visit.now)
        record.waiting, record.judged_with = [], ""
        what = f"edition {file.edition}" if file.is_new else "changed"
        return visit.outcome(file, "accepted", f"{what}: {verdict.change}")
    reasons = verdict.problems or ["the source is accepted by hand only"]
    record.waiting = reasons
    record.judged_with = declaration_hash(visit.paths.raw / visit.source_id)
    return visit.outcome(file, "waiting", f"changed and waits for somebody to look; {verdict.change}", reasons)


def _remember(record: Record, answer: Answer, sha256: str) -> None:
    record.sha256 = sha256
    record.etag = answer.headers.get("etag", "")
    record.last_modified = answer.headers.get("last-modified", "")


def _failed(visit: Visit, file: Planned, record: Record, error: FetchError) -> Outcome:
    before = record.failure
    since = before.since if before and before.kind == error.kind else record.checked_at
    record.failure = Failure(error.kind, error.message, error.hint, error.retry, since)
    wish = error.after_seconds
    record.not_before = (visit.now + timedelta(seconds=wish)).isoformat(timespec="seconds") if wish else ""
    failure = {"kind": error.kind, "hint": error.hint, "retry": error.retry}
    return visit.outcome(file, "failed", error.message, record.waiting, **failure)
