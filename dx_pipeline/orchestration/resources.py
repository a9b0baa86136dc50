"""What assets share: the project's folders, the right to build, and the one writing connection to the warehouse.

Every run of Dagster, from any door, comes through here: it waits for other builds, puts in order what a killed one
left, and leaves its trace in the record of how things stand.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import dagster as dg
from pydantic import PrivateAttr

from dx_pipeline.errors import BusyError, DxError
from dx_pipeline.lake import copy_here
from dx_pipeline.locks import this_process
from dx_pipeline.orchestration import state
from dx_pipeline.orchestration.failure import reasons_of
from dx_pipeline.orchestration.launcher import PROCESS_TAG
from dx_pipeline.orchestration.upkeep import need_room
from dx_pipeline.paths import Paths, default_paths
from dx_pipeline.proofs import begin_again, take_nothing_over
from dx_pipeline.settings import Settings, read_settings
from dx_pipeline.warehouse import ANSWERS, WAIT_SECONDS, begin_anew, build_lock, connect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import duckdb

    from dx_pipeline.release.store.staging import Candidate

RELEASE = dg.AssetKey(["publication", "release"])
PUBLISHERS = dg.AssetKey(["watch", "publishers"])
#: who materialises all of these materialises everything
FROM_END_TO_END = {
    dg.AssetKey(["raw", "reference"]),
    dg.AssetKey(["core", "figures"]),
    dg.AssetKey(["publication", "release_candidate"]),
    RELEASE,
}
#: Dagster's own tags of runs that go on where another one ended
RESUMED_TAGS = {"dagster/is_resume_retry", "dagster/step_selection"}
#: the job that builds everything
REFRESH = "refresh"
DOOR_TAG = "dx/door"
#: of a run that does everything again, whatever earlier ones left
FULL_TAG = "dx/full"


class Project(dg.ConfigurableResource[Any]):
    """The project's root folder; everything else follows from it."""

    root: str = ""
    _run: ExitStack | None = PrivateAttr(None)
    _con: Any = PrivateAttr(None)

    @property
    def paths(self) -> Paths:
        """Folders under `root`, or the default root when it is empty."""
        return Paths(Path(self.root)) if self.root else default_paths()

    @property
    def settings(self) -> Settings:
        """Which deployment this is: as the environment and the root's `dx.toml` say."""
        return read_settings(self.paths.root)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Project]:
        """Held for a whole run, so that two builds can't mix their tables: the second one waits.

        In a shared deployment, where no process sees a whole run, held for a step.
        """
        run, instance = context.run, context.instance
        if run is None or instance is None:
            yield self
            return
        if self.settings.shared:
            from dx_pipeline.orchestration.shared import keep_connection, step

            keep_connection(instance)
            with step(self.paths, self.settings, run, is_whole(run), FULL_TAG in run.tags):
                yield self
            return
        instance.add_run_tags(run.run_id, {PROCESS_TAG: this_process()})
        with build_lock(self.paths), self._one_connection():
            self._prepare(whole=is_whole(run), full=FULL_TAG in run.tags)
            if not publishes(run):
                yield self
                return
            from dx_pipeline.release.store.repair import repair

            state.begin(self.paths, door_of(run), run.run_id, repair(self.paths))
            finished = False
            try:
                need_room(self.paths)
            except DxError as error:
                state.end(self.paths, "failed", [state.Reason.of(error)])
                raise
            try:
                yield self
                finished = True
            finally:
                leave_trace(self.paths, instance, run.run_id, finished)

    @contextmanager
    def _one_connection(self) -> Iterator[None]:
        try:
            with ExitStack() as self._run:
                yield
        finally:
            self._run = self._con = None

    def _prepare(self, whole: bool, full: bool) -> None:
        """A build of everything begins with no table: it uses what it writes, or takes over by proof."""
        from dx_pipeline.fetch.accept import finish_acceptances
        from dx_pipeline.release.inputs import forget_inputs, remember_inputs

        finish_acceptances(self.paths)
        if not whole:
            forget_inputs(self.paths)
            with connect(self.paths) as con:
                take_nothing_over(con)
            return
        if full:
            begin_anew(self.paths)
            with connect(self.paths) as con:
                con.execute(f"DROP TABLE IF EXISTS {ANSWERS}")
        else:
            begin_again(self.paths)
        remember_inputs(self.paths)

    @contextmanager
    def warehouse(self, to_read: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        """The warehouse, open for writing; where one process sees a whole run, its steps share the connection.

        `to_read`: the public tables are read often and not written.
        """
        if self._run is None:
            with connect(self.paths, self.settings) as con:
                if to_read and self.settings.shared:
                    copy_here(con)
                yield con
            return
        if self._con is None:
            self._con = self._run.enter_context(connect(self.paths, self.settings))
        yield self._con

    def staged(self) -> Candidate:
        """The staged release; where another worker is at one of its parts, after that.

        Raises:
            ReleaseError: nothing is staged.
            BusyError: another process is at work on it.
        """
        from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

        from dx_pipeline.release.store.staging import open_candidate

        wait = WAIT_SECONDS if self.settings.shared else 0.0
        again = Retrying(
            retry=retry_if_exception_type(BusyError), wait=wait_fixed(0.5), stop=stop_after_delay(wait), reraise=True
        )
        return again(open_candidate, self.paths)


def nightly_freshness() -> dg.FreshnessPolicy:
    """What is made every night is late after one that was missed."""
    return dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=36), warn_window=timedelta(hours=26))


def is_whole(run: dg.DagsterRun) -> bool:
    """Whether a run builds everything from the published bytes, and is not the rest of one that failed."""
    if RESUMED_TAGS & run.tags.keys():
        return False
    return run.asset_selection >= FROM_END_TO_END if run.asset_selection else run.job_name == REFRESH


def publishes(run: dg.DagsterRun) -> bool:
    """Whether a run is to publish a release."""
    return RELEASE in run.asset_selection if run.asset_selection else run.job_name == REFRESH


def door_of(run: dg.DagsterRun) -> str:
    """How a run was started."""
    if "dagster/schedule_name" in run.tags:
        return state.SCHEDULE
    return run.tags.get("dagster/sensor_name") or run.tags.get(DOOR_TAG) or "ui"


def released_by(instance: dg.DagsterInstance, run_id: str) -> Mapping[str, Any]:
    """What the asset of the release says of a run, empty when it did not come so far."""
    released = [
        entry.dagster_event.step_materialization_data.materialization.metadata
        for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
        if entry.dagster_event and entry.dagster_event.asset_key == RELEASE
    ]
    return {name: value.value for name, value in released[-1].items()} if released else {}


def outcome_of(instance: dg.DagsterInstance, run_id: str) -> Literal["released", "unchanged"] | None:
    """What a run made of the release, None when it did not come so far."""
    released = released_by(instance, run_id)
    return ("released" if released["switched"] else "unchanged") if released else None


def leave_trace(paths: Paths, instance: dg.DagsterInstance, run_id: str, finished: bool) -> None:
    """Write down how the run of this process ended."""
    outcome, reasons = outcome_of(instance, run_id), reasons_of(instance, run_id)
    if reasons:
        state.end(paths, "failed", reasons)
    elif outcome:
        state.end(paths, outcome)
    elif not finished:
        state.end(paths, "interrupted")
    else:
        nothing = state.Reason(where="run", message="it ended without a release; see the event log")
        state.end(paths, "failed", [nothing])
