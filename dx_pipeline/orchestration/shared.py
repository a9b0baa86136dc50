"""A run of many machines: no process sees all of it, so each step finds in the lake what it must know of the run.

The first step of a run begins the build in the lake; a release becomes visible there in one row, the last it writes.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dx_pipeline import lake
from dx_pipeline.errors import BusyError, DxError
from dx_pipeline.orchestration.deployment import postgres, refuse_other_code, refuse_unready
from dx_pipeline.paths import Paths
from dx_pipeline.settings import PREFIX, Settings
from dx_pipeline.text import sql_literal
from dx_pipeline.warehouse import ANSWERS, drop_built, fingerprint

if TYPE_CHECKING:
    import dagster as dg

    from dx_pipeline.release.store.staging import Candidate

#: names the right to build in PostgreSQL
BUILDING = "dx_pipeline build"


@contextmanager
def step(paths: Paths, settings: Settings, run: dg.DagsterRun, whole: bool, full: bool) -> Iterator[None]:
    """Around every step, in whatever process.

    `whole`: its run builds everything; `full`: and asks every check again.

    Raises:
        DxError: this worker runs other code than the one the run was started with; or the lake cannot be reached.
    """
    from dx_pipeline.release.store.staging import let_go

    refuse_other_code(dict(run.tags))
    _begin(paths, settings, run.run_id, whole, full)
    try:
        yield
    finally:
        let_go()  # the next step of the release may be another worker's


def _begin(paths: Paths, settings: Settings, run_id: str, whole: bool, full: bool) -> None:
    """Begin the build, once a run; and write down here what it began with, for the release.

    Raises:
        DxError: the run goes on after another one began everything anew.
    """
    from dx_pipeline.release.inputs import INPUTS_FILE, forget_inputs, inputs_of

    def begin() -> str | None:
        rows = con.execute(f"SELECT run_id, inputs FROM {lake.BEGUN} ORDER BY number DESC").fetchall()
        if run_id in (known for known, _ in rows):
            newest = next(known for known, inputs in rows if not whole or inputs is not None)
            if whole and newest != run_id:
                raise DxError(f"run {run_id} was overtaken: run {newest} began everything anew", "Run again.")
            return str(rows[0][1]) if whole and rows[0][0] == run_id else None
        if whole:
            drop_built(con)
        if full:
            con.execute(f"DROP TABLE IF EXISTS {ANSWERS}")
        inputs = inputs_of(paths).model_dump_json() if whole else None
        con.execute(f"INSERT INTO {lake.BEGUN} VALUES (?, ?, ?)", [len(rows), run_id, inputs])
        return inputs

    with lake.connect(settings) as con:
        inputs = lake.committed(con, begin)
    if inputs is None:
        forget_inputs(paths)
    else:
        paths.build.mkdir(parents=True, exist_ok=True)
        (paths.build / INPUTS_FILE).write_text(inputs, encoding="utf-8")


def publish_in_lake(settings: Settings, candidate: Candidate) -> None:
    """Let readers of the lake see a complete candidate: its tables and the ledger's, at one snapshot.

    Raises:
        IncompleteReleaseError: a part is missing.
        DxError: a table of the lake was built again since the candidate was staged.
    """
    import duckdb

    from dx_pipeline.release.store.manifest import DATABASE
    from dx_pipeline.release.store.staging import complete_parts

    complete_parts(candidate)
    ledger = [name for name, contract in candidate.contracts.items() if contract.written_by_release]
    with duckdb.connect(str(candidate.folder / DATABASE), read_only=True) as staged:
        rows = {name: staged.sql(f'FROM "{name}"').pl() for name in ledger}
    files = {name: candidate.folder / "parquet" / f"{name}.parquet" for name in candidate.contracts.keys() - rows}
    with lake.connect(settings) as con:
        seen = lake.published(con, lake.TABLES)
        if seen is not None and seen[:2] == (candidate.release, candidate.data_hash):
            return
        for name, frame in rows.items():
            con.register(f"new_{name}", frame)

        def write() -> None:
            for name in rows:
                con.execute(f'CREATE OR REPLACE TABLE "{name}" AS FROM "new_{name}"')

        lake.committed(con, write)
        snapshot = lake.last_snapshot(con)
    with lake.connect(settings, snapshot) as con:
        for name, file in files.items():
            con.execute(f"CREATE OR REPLACE TEMP VIEW staged AS FROM {sql_literal(file)}")
            if fingerprint(con, name) != fingerprint(con, "staged"):
                told = f"{name} was built again in the lake since the release was staged; nothing was published"
                raise DxError(told, "Run again.", retry=True)
    with lake.connect(settings) as con:
        lake.publish(con, lake.TABLES, candidate.release, candidate.data_hash, snapshot)


def is_published(settings: Settings, data_hash: str) -> bool:
    """Whether readers of the lake see the data of a release."""
    with lake.connect(settings) as con:
        seen = lake.published(con, lake.TABLES)
    return seen is not None and seen[1] == data_hash


@contextmanager
def only_build(settings: Settings, wait_seconds: float) -> Iterator[None]:
    """The right to start a whole build, for one process on all machines; PostgreSQL takes it back when it dies.

    Nothing begins that could not work. One machine asks nobody.

    Raises:
        DxError: as `refuse_unready`.
        BusyError: another one still builds after `wait_seconds`.
    """
    if not settings.shared:
        yield
        return
    refuse_unready(settings, workers=True)
    con = postgres(settings, settings.lake_db)
    con.autocommit = True
    deadline = time.monotonic() + wait_seconds
    try:
        with con.cursor() as ask:
            while True:
                ask.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [BUILDING])
                if ask.fetchone()[0]:
                    break
                if time.monotonic() >= deadline:
                    raise BusyError(
                        f"another machine builds and did not finish within {wait_seconds:g} s; nothing was changed",
                        "Try again when it is done.",
                    )
                time.sleep(0.5)
        yield
    finally:
        con.close()


def keep_connection(instance: dg.DagsterInstance) -> None:
    """Keep a connection to the event log: Dagster opens one an event, and a run writes some 1,600 of them.

    Measured on loopback with two busy cores: 50 ms an event, 10 ms with this.
    """
    instance.event_log_storage.optimize_for_webserver(statement_timeout=120_000, pool_recycle=3600, max_overflow=20)


def export_settings(settings: Settings) -> None:
    """Put into the environment what dagster.yaml and processes started by this one read there."""
    for name in ("host", "port", "user", "db"):
        os.environ[f"{PREFIX}POSTGRES_{name.upper()}"] = str(getattr(settings, f"postgres_{name}"))
    os.environ[f"{PREFIX}POSTGRES_PASSWORD"] = settings.postgres_password.get_secret_value()
