"""What keeps the project small and quick over years: nights without work, and what may be forgotten."""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dx_pipeline import lake
from dx_pipeline.errors import BusyError, DxError
from dx_pipeline.orchestration import state
from dx_pipeline.paths import Paths
from dx_pipeline.settings import read_settings
from dx_pipeline.warehouse import build_lock

if TYPE_CHECKING:
    import dagster as dg

log = logging.getLogger(__name__)

#: runs of which Dagster keeps the event log
KEPT_RUNS = 14
#: what the event log of one run takes at most
EVENT_LOG_BYTES = 16_000_000


@dataclass(frozen=True)
class Forgotten:
    """What was removed."""

    releases: tuple[str, ...] = ()
    quarantine: tuple[str, ...] = ()
    runs: int = 0


def night_without_work(paths: Paths, instance: dg.DagsterInstance) -> str | None:
    """Put things in order, and say why there is nothing to build tonight; None when there is."""
    from dx_pipeline.orchestration.launcher import end_dead_runs

    if not read_settings(paths.root).shared:
        end_dead_runs(instance)
    try:
        with build_lock(paths, wait_seconds=0):
            told = unchanged(paths, state.SCHEDULE)
            if told:
                forget(paths, instance)
            return told
    except BusyError:
        return None  # the run waits for its turn


def unchanged(paths: Paths, door: str) -> str | None:
    """Whether the current release is what a build would make; says so, and leaves the trace. None when it is not."""
    from dx_pipeline.fetch.accept import finish_acceptances
    from dx_pipeline.orchestration.shared import is_published
    from dx_pipeline.release.inputs import nothing_to_do
    from dx_pipeline.release.store.layout import current_folder
    from dx_pipeline.release.store.manifest import read_manifest
    from dx_pipeline.release.store.repair import repair

    put_right = [*repair(paths), *(f"finished accepting {name}" for name in finish_acceptances(paths))]
    current, settings = current_folder(paths), read_settings(paths.root)
    if current is None or not nothing_to_do(paths):
        return None
    if settings.shared and not is_published(settings, read_manifest(current).data_hash):
        return None
    state.end(paths, "unchanged", door=door, put_right=put_right)
    return f"nothing changed since {current.name}: data, reference, corrections and code are those it was built from"


def need_room(paths: Paths) -> None:
    """Make sure that a build will not fill the disk; called when all has been put in order.

    Raises:
        DxError: there is less space than one and a half times the current release and a run's event log.
    """
    from dx_pipeline.release.store.layout import ReleaseError, current_folder
    from dx_pipeline.release.store.manifest import read_manifest

    try:
        current = current_folder(paths)
        release = sum(mark.bytes for mark in read_manifest(current).files.values()) if current else 0
    except ReleaseError:
        release = 0
    needed = 1.5 * release + EVENT_LOG_BYTES
    for folder in (paths.marts, Path(os.environ.get("DAGSTER_HOME") or paths.marts)):
        there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
        free = shutil.disk_usage(there).free
        if free < needed:
            raise DxError(
                f"{there}: no space left for a build: {free / 1e6:,.0f} MB are free, {needed / 1e6:,.0f} may be needed",
                "Free some space (`dx prune` removes what is not needed) and run again.",
                retry=True,
            )


def forget(paths: Paths, instance: dg.DagsterInstance | None = None, vacuum: bool = False) -> Forgotten:
    """Remove what is kept for a time only: old releases, what was set aside, event logs of old runs.

    `vacuum` gives the space of the event log back to the disk; without it, later runs use it.
    """
    from dx_pipeline.release.store.repair import forget_oldest, prune
    from dx_pipeline.release.store.staging import release_lock

    with release_lock(paths):
        releases, aside = prune(paths), forget_oldest(paths)
    settings = read_settings(paths.root)
    if settings.shared:
        lake.tidy(settings)
    runs = forget_runs(instance) if instance is not None else 0
    if instance is not None and vacuum and not instance.is_ephemeral:
        compact(Path(instance.root_directory).rglob("*.db"))
    return Forgotten(tuple(releases), tuple(aside), runs)


def forget_runs(instance: dg.DagsterInstance) -> int:
    """Delete all but the newest runs that have ended, with their events and logs; returns how many."""
    ended = [record.dagster_run for record in instance.get_run_records() if record.dagster_run.is_finished]
    for run in ended[KEPT_RUNS:]:
        instance.delete_run(run.run_id)
        if not instance.is_ephemeral:
            for folder in ("storage", "logs"):
                shutil.rmtree(Path(instance.root_directory) / folder / run.run_id, ignore_errors=True)
    return len(ended[KEPT_RUNS:])


def compact(databases: Iterable[Path]) -> None:
    """Give unused pages of SQLite files back to the disk; a file that somebody is busy with is passed by."""
    for path in databases:
        try:
            with closing(sqlite3.connect(path, timeout=5)) as con:
                con.execute("VACUUM")
                con.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as error:
            log.warning("%s is left as it is: %s", path.name, error)
