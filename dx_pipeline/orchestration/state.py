"""The one record of how things stand, which every door writes and reads: command, UI, schedule.

It lies beside the releases as `state.json`: the last refreshes, one entry each, also of nights that changed nothing;
and the failure that stands, until a refresh ends well. A run that was killed is a failed run.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from dx_pipeline.errors import FAILED, BusyError, DxError
from dx_pipeline.files import write_whole
from dx_pipeline.locks import is_alive, locked, this_process
from dx_pipeline.paths import Paths
from dx_pipeline.release.store.layout import current_name

log = logging.getLogger(__name__)

#: so many refreshes are remembered
REMEMBERED = 60
#: room for the next record
SPARE_BYTES = 100_000
#: a nightly refresh that left no trace for so long is dead
NIGHT_HOURS = 26

Outcome = Literal["running", "released", "unchanged", "failed", "killed", "interrupted", "busy"]
BAD = ("failed", "killed")
GOOD = ("released", "unchanged")
SCHEDULE = "schedule"


class Record(BaseModel):
    """Something the record holds; what later versions add is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Reason(Record):
    """Why a refresh failed: where, the whole message, what to do, and what a caller needs to know."""

    where: str
    message: str
    hint: str = ""
    exit_code: int = FAILED
    retry: bool = False
    #: of a blocking check that did not hold: what it expected and found, and the rows it did not hold for
    check: str = ""
    keys: tuple[str, ...] = ()

    def __str__(self) -> str:
        told = f"{self.where}: {self.message}" if self.where else self.message
        return f"{told}\n{self.hint}" if self.hint else told

    @classmethod
    def of(cls, error: DxError, where: str = "") -> Reason:
        """The reason that an error is."""
        return cls(where=where, message=error.message, hint=error.hint, exit_code=error.exit_code, retry=error.retry)


class Refresh(Record):
    """One refresh, or one attempt at it."""

    started_at: str
    ended_at: str | None = None
    #: command, ui, schedule, or the name of a sensor
    door: str
    run_id: str = ""
    process: str = ""
    outcome: Outcome = "running"
    reasons: tuple[Reason, ...] = ()
    #: folder of the release that was current afterwards
    shown: str | None = None
    #: what had to be put right before or after
    put_right: tuple[str, ...] = ()


class State(Record):
    """How things stand."""

    refreshes: tuple[Refresh, ...] = ()

    @property
    def failure(self) -> Refresh | None:
        """The last refresh that failed, None as soon as one has ended well since."""
        judged = (one for one in reversed(self.refreshes) if one.outcome in (*BAD, *GOOD))
        return next((one if one.outcome in BAD else None for one in judged), None)

    @property
    def last(self) -> Refresh | None:
        """The newest refresh, running or ended."""
        return self.refreshes[-1] if self.refreshes else None

    @property
    def last_good(self) -> Refresh | None:
        """The newest refresh that ended well."""
        return next((one for one in reversed(self.refreshes) if one.outcome in GOOD), None)

    def missed_since(self, now: datetime) -> str | None:
        """The last trace of the nightly refresh when it should have left another one since; None when all is well."""
        # a clock that was a year ahead for a night would hide every night that is missed until then
        past = (now + timedelta(hours=1)).isoformat()
        nights = [one.started_at for one in self.refreshes if one.door == SCHEDULE and one.started_at <= past]
        late = nights and now - datetime.fromisoformat(nights[-1]) > timedelta(hours=NIGHT_HOURS)
        return nights[-1] if late else None


def state_file(paths: Paths) -> Path:
    """Where the record lies."""
    return paths.marts / "state.json"


def read_state(paths: Paths) -> State:
    """The record as it stands now: a refresh whose process is gone was killed. Empty when there is none to read."""
    try:
        state = State.model_validate_json(state_file(paths).read_bytes())
    except (OSError, ValidationError) as error:
        if not isinstance(error, FileNotFoundError):
            log.warning("%s cannot be read and is begun anew", state_file(paths))
        return State()
    return State(refreshes=tuple(map(_as_it_stands, state.refreshes)))


def _as_it_stands(refresh: Refresh) -> Refresh:
    if refresh.outcome != "running" or is_alive(refresh.process):
        return refresh
    reason = Reason(
        where="refresh",
        message=f"the run begun at {refresh.started_at} was killed: its process is gone and it never ended",
        hint="Nothing needs to be undone; run `dx run` again.",
        retry=True,
    )
    return refresh.model_copy(update={"outcome": "killed", "reasons": (reason,)})


def begin(paths: Paths, door: str, run_id: str = "", put_right: Iterable[str] = ()) -> None:
    """A refresh begins, or the one that this process began goes on as a run of Dagster."""

    def begun(state: State) -> State:
        others, mine = _split(state)
        mine = mine or Refresh(started_at=_now(), door=door, process=this_process())
        known = {"run_id": run_id, "put_right": (*mine.put_right, *put_right)}
        return State(refreshes=(*others, mine.model_copy(update=known)))

    _change(paths, begun)


def _split(state: State, ended: bool = False) -> tuple[tuple[Refresh, ...], Refresh | None]:
    """All other refreshes, and the newest one that this process began and has not ended (or has `ended`)."""
    own = [one for one in state.refreshes if one.process == this_process()]
    mine = [one for one in own if ended or one.outcome == "running"]
    newest = mine[-1] if mine else None
    return tuple(one for one in state.refreshes if one is not newest), newest


def end(paths: Paths, outcome: Outcome, reasons: Iterable[Reason] = (), door: str = "", run_id: str = "",
        put_right: Iterable[str] = ()) -> None:  # fmt: skip
    """The refresh of this process ends; with a door, also one that never began and is only written down."""

    def ended(state: State) -> State:
        others, mine = _split(state)
        if mine is None and not door:
            return state
        mine = mine or Refresh(started_at=_now(), door=door, run_id=run_id, process=this_process())
        update = {
            "ended_at": _now(),
            "outcome": outcome,
            "reasons": tuple(reasons),
            "put_right": (*mine.put_right, *put_right),
            "shown": current_name(paths),
        }
        return State(refreshes=(*others, mine.model_copy(update=update)))

    _change(paths, ended)


def interrupted(paths: Paths) -> None:
    """The newest refresh of this process was stopped by somebody: that is no failure, whatever its steps say."""

    def stopped(state: State) -> State:
        others, mine = _split(state, ended=True)
        if mine is None or mine.outcome in GOOD:
            return state
        update = {"outcome": "interrupted", "reasons": (), "ended_at": _now()}
        return State(refreshes=(*others, mine.model_copy(update=update)))

    _change(paths, stopped)


def _change(paths: Paths, changed: Callable[[State], State]) -> None:
    """Change the record under a lock; a record that cannot be written never hides what it would say."""
    try:
        with locked(paths.marts / ".state.lock", "writing the record", 10.0):
            state = State(refreshes=changed(read_state(paths)).refreshes[-REMEMBERED:])
            text = (state.model_dump_json(indent=1) + "\n").encode()
            try:
                write_whole(state_file(paths), text)
            except OSError:
                _spare(paths).unlink(missing_ok=True)
                write_whole(state_file(paths), text)
            if not _spare(paths).exists():
                with suppress(OSError):
                    _spare(paths).write_bytes(bytes(SPARE_BYTES))
    except (OSError, BusyError) as error:
        _warn(f"the record of how things stand cannot be written: {error}")


def _spare(paths: Paths) -> Path:
    """Holds the room for the next record: the disk may be full by then."""
    return paths.marts / ".state.json.room"


@cache
def _warn(told: str) -> None:
    log.warning("%s", told)  # once in a process


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
