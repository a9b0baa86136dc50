"""The Dagster instance: made once under a lock, renewed when it is damaged, in memory when there is no DAGSTER_HOME.

`python -m dx_pipeline.orchestration.instance` makes it ready, so that the web server, the daemon and the code server,
which all start at once, find it made.
"""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import yaml

from dx_pipeline.errors import DxError
from dx_pipeline.locks import locked
from dx_pipeline.orchestration.failure import explained
from dx_pipeline.orchestration.launcher import end_dead_runs
from dx_pipeline.orchestration.shared import export_settings, keep_connection
from dx_pipeline.paths import Paths, default_paths
from dx_pipeline.settings import read_settings

log = logging.getLogger(__name__)

SETTINGS = "dagster.yaml"
SHARED_SETTINGS = "deploy/dagster.shared.yaml"
DAMAGED = "damaged-"
#: so many damaged instances are kept for somebody to look at
KEPT_DAMAGED = 1


@contextmanager
def opened(paths: Paths) -> Iterator[dg.DagsterInstance]:
    """The instance of DAGSTER_HOME, or one in memory.

    Raises:
        DxError: it cannot be opened, and not because it is damaged.
    """
    settings = read_settings(paths.root)
    named = os.environ.get("DAGSTER_HOME")
    if settings.shared:
        named = named or str(paths.root / ".dagster")
        export_settings(settings)
    if not named:
        with dg.DagsterInstance.ephemeral() as instance:
            yield instance
        return
    home = Path(named).absolute()  # Dagster refuses a relative one
    os.environ["DAGSTER_HOME"] = str(home)
    with locked(home / ".instance.lock", "opening the Dagster instance", 120.0):
        instance = _open_or_renew(home, paths, settings.shared)
        if settings.shared:
            keep_connection(instance)
        else:  # the process of a run may be on another machine
            end_dead_runs(instance)
    with instance:
        yield instance


def _open_or_renew(home: Path, paths: Paths, shared: bool) -> dg.DagsterInstance:
    _settings(home, paths, shared)
    damaged = _damaged(home, thorough=False)
    try:
        if not damaged:
            return _open()
    except Exception as error:
        damaged = _damaged(home, thorough=True)
        if not damaged:
            cause = explained(error)
            raise DxError(
                f"the Dagster instance in {home} cannot be opened: {cause.message}",
                cause.hint or "Set DAGSTER_HOME to another folder, or run without it.",
            ) from error
    log.warning("the Dagster instance in %s is damaged (%s) and begun anew", home, ", ".join(damaged))
    _set_aside(home)
    _settings(home, paths, shared)
    return _open()


def _open() -> dg.DagsterInstance:
    """Open it and touch each of its stores, which makes those that are missing."""
    instance = dg.DagsterInstance.get()
    instance.get_run_records(limit=1)
    instance.event_log_storage.get_maximum_record_id()
    instance.all_instigator_state()
    return instance


def _settings(home: Path, paths: Paths, shared: bool) -> None:
    """Put the project's settings in place when there are none, or none that can be read and are of this deployment."""
    own, project = home / SETTINGS, paths.root / (SHARED_SETTINGS if shared else SETTINGS)
    try:
        found = yaml.safe_load(own.read_text(encoding="utf-8"))
        sound = isinstance(found, dict) and ("postgres" in found.get("storage", {})) == shared
    except (OSError, ValueError, yaml.YAMLError):
        sound = False
    if not sound and project.is_file():
        shutil.copyfile(project, own)
    elif not sound and shared:
        raise DxError(f"{own} keeps no runs in PostgreSQL, and {project} is not there", f"Copy {SHARED_SETTINGS}.")


def _damaged(home: Path, thorough: bool) -> list[str]:
    """SQLite files of the instance that are broken, or that two processes made at the same time."""
    return [
        path.relative_to(home).as_posix()
        for path in sorted(home.rglob("*.db"))
        if not path.relative_to(home).parts[0].startswith(DAMAGED) and not _is_sound(path, thorough)
    ]


def _is_sound(path: Path, thorough: bool) -> bool:
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)) as con:
            if thorough and con.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                return False
            tables = {name for (name,) in con.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if "alembic_version" not in tables:
                return not thorough
            (versions,) = con.execute("SELECT count(*) FROM alembic_version").fetchone()
            return int(versions) <= 1
    except sqlite3.DatabaseError:
        return False


def _set_aside(home: Path) -> None:
    earlier = sorted(path for path in home.glob(f"{DAMAGED}*") if path.is_dir())
    for path in earlier[: max(len(earlier) - KEPT_DAMAGED + 1, 0)]:
        shutil.rmtree(path, ignore_errors=True)
    aside = home / f"{DAMAGED}{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    aside.mkdir()
    for path in home.iterdir():
        if not path.name.startswith((DAMAGED, ".instance.lock")) and path.name != SETTINGS:
            path.rename(aside / path.name)


def main() -> None:
    """Make the instance ready, or say in a line each what is wrong."""
    from dx_pipeline.orchestration.deployment import refuse_unready

    paths = default_paths()
    try:
        refuse_unready(read_settings(paths.root), workers=False)
        with opened(paths):
            pass
    except DxError as error:
        sys.exit(f"{error.message}\n{error.hint}".strip())


if __name__ == "__main__":
    main()
