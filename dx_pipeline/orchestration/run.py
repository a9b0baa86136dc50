"""The main job without a browser: materialise every asset in this process, release, and say what came out."""

from __future__ import annotations

import logging
import os
import signal
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dx_pipeline.errors import BusyError
from dx_pipeline.orchestration import state
from dx_pipeline.orchestration.shared import only_build
from dx_pipeline.orchestration.state import Reason
from dx_pipeline.orchestration.upkeep import forget, need_room, unchanged
from dx_pipeline.paths import Paths
from dx_pipeline.release.store.layout import current_name
from dx_pipeline.settings import read_settings
from dx_pipeline.warehouse import WAIT_SECONDS, build_lock

if TYPE_CHECKING:
    import dagster as dg

    from dx_pipeline.fetch.night import Night

#: the event log keeps everything; the terminal gets the summary, or the reasons of a failure
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
#: by this tag the UI knows that a run belongs to the code location, and shows it in the timeline
REPOSITORY_TAG, REPOSITORY = ".dagster/repository", "__repository__@dx_pipeline"


@dataclass(frozen=True)
class Refresh:
    """How a refresh ended."""

    #: folder of the release that is current now, None if there is none
    release: str | None
    #: the data are those of the release before
    unchanged: bool
    #: why nothing new was released; empty on success
    reasons: tuple[Reason, ...] = ()
    #: why nothing was built, when nothing was
    skipped: str = ""

    @property
    def failures(self) -> list[str]:
        """The reasons as texts."""
        return [str(reason) for reason in self.reasons]


def refresh(
    paths: Paths,
    full: bool = False,
    door: str = "command",
    wait_seconds: float = WAIT_SECONDS,
) -> Refresh:
    """Run the job `refresh` and wait for it. The event log goes to DAGSTER_HOME if that is set.

    `full`: build everything, whatever earlier builds left and whether or not anything changed. `door`: who asks, for
    the record. `wait_seconds`: for another build to end.

    Raises:
        BusyError: another build is at work, here or on another machine, and did not end in time; nothing was changed.
        KeyboardInterrupt: somebody stopped it.
    """
    try:
        with build_lock(paths, wait_seconds), only_build(read_settings(paths.root), wait_seconds):
            state.begin(paths, door)
            told = None if full else unchanged(paths, door)
            if told:
                return Refresh(current_name(paths), unchanged=True, skipped=told)
            need_room(paths)
            return _run(paths, door, full)
    except BusyError as busy:
        state.end(paths, "busy", [Reason.of(busy)], door)
        raise
    except KeyboardInterrupt:
        state.interrupted(paths)
        raise
    except Exception as error:
        from dx_pipeline.orchestration.failure import explained, foreseen

        reason = Reason.of(explained(error))
        state.end(paths, "failed", [reason], door)
        if not foreseen(error):
            logging.getLogger(__name__).exception("the refresh failed for a reason that was not foreseen")
        return Refresh(current_name(paths), unchanged=False, reasons=(reason,))


def whole_night(paths: Paths) -> tuple[Night, Refresh]:
    """Look, build what is new, tell. A look that fails does not keep the build from what was accepted before.

    Raises:
        DxError: nothing could be looked at; the build was made all the same.
    """
    from dx_pipeline.orchestration.watch import look, tell_of_builds

    trouble: Exception | None = None
    try:
        seen = look(paths)
    except Exception as error:
        trouble = error
    built = refresh(paths, door="night")
    tell_of_builds(paths)
    if trouble is not None:
        raise trouble
    return seen, built


def _run(paths: Paths, door: str, full: bool) -> Refresh:
    import dagster as dg

    from dx_pipeline.orchestration.failure import reasons_of
    from dx_pipeline.orchestration.graph import build_definitions
    from dx_pipeline.orchestration.instance import opened
    from dx_pipeline.orchestration.resources import DOOR_TAG, FULL_TAG, REFRESH, Project, released_by

    shared = read_settings(paths.root).shared
    with opened(paths) as instance, _own_output(), _stoppable() as stopped:
        tags = {DOOR_TAG: door, REPOSITORY_TAG: REPOSITORY} | ({FULL_TAG: "true"} if full else {})
        how: dict[str, Any] = {"instance": instance, "raise_on_error": False, "run_config": QUIET, "tags": tags}
        try:
            if shared:
                result: dg.ExecutionResult = _by_workers(paths, how)
            else:
                result = (
                    build_definitions(Project(root=str(paths.root))).resolve_job_def(REFRESH).execute_in_process(**how)
                )
        except dg.DagsterExecutionInterruptedError:
            raise KeyboardInterrupt from None
        if stopped():
            raise KeyboardInterrupt
        reasons = () if result.success else reasons_of(instance, result.run_id)
        if reasons:
            state.end(paths, "failed", reasons)  # an interrupted run ends before it leaves its trace
        new_data = released_by(instance, result.run_id).get("new data")
        forget(paths, instance)
    return Refresh(current_name(paths), unchanged=result.success and not new_data, reasons=reasons)


def _by_workers(paths: Paths, how: dict[str, Any]) -> dg.ExecutionResult:
    """The run where other processes run its steps; they find the job by its name."""
    import dagster as dg

    from dx_pipeline.orchestration.graph import refresh_job
    from dx_pipeline.orchestration.resources import leave_trace

    os.environ["DX_ROOT"] = str(paths.root)
    # the integration registers its one task anew for each step
    warnings.filterwarnings("ignore", message="Task name .* is already registered")
    with dg.execute_job(dg.reconstructable(refresh_job), **how) as result:
        leave_trace(paths, how["instance"], result.run_id, finished=True)
    return result


@contextmanager
def _own_output() -> Iterator[None]:
    """Have stdout and stderr back at the end: Dagster writes them to files, and on a full disk leaves them there."""
    kept = [os.dup(number) for number in (1, 2)]
    try:
        yield
    finally:
        for number, own in zip((1, 2), kept, strict=True):
            os.dup2(own, number)
            os.close(own)


@contextmanager
def _stoppable() -> Iterator[Callable[[], bool]]:
    """Know whether somebody pressed Ctrl-C, also when a library took the interrupt for an error of its own."""
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    reading, writing = os.pipe()
    for end in (reading, writing):
        os.set_blocking(end, False)
    before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)

    def stopped() -> bool:
        try:
            return signal.SIGINT in os.read(reading, 1000)
        except BlockingIOError:
            return False

    try:
        yield stopped
    finally:
        signal.set_wakeup_fd(before)
        os.close(reading)
        os.close(writing)
