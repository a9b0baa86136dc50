"""The tables of a shared deployment: a DuckLake, its catalogue in PostgreSQL, its rows as Parquet on object storage.

Any number of processes write at once. A write is one transaction; one that another got ahead of is tried again.
Readers see whole releases: the newest snapshot that `core.published` names.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from dx_pipeline.errors import NO_RELEASE, DxError
from dx_pipeline.settings import Settings
from dx_pipeline.text import sql_literal

if TYPE_CHECKING:
    import duckdb

EXTENSIONS = ("ducklake", "postgres_scanner", "httpfs")
#: made when the lake is, so that no two writers make them at once
SCHEMAS = ("core", "raw", "large")
#: name of what was published, its release, a hash over its rows, the snapshot that holds it
PUBLISHED = "core.published"
#: the name under which the public tables are published
TABLES = "dti"
#: each run that built something, and what its build began with if it builds everything
BEGUN = "core.begun"
#: periods of large sources, each with a hash of what it was made of
LARGE = "large.built"
#: releases that readers may still ask for, and days for which every snapshot is kept
KEPT_RELEASES, KEPT_DAYS = 10, 7
LOOK = "`dx doctor` looks at each part of it."
#: how long a write that others got ahead of is tried again
RETRY_SECONDS = 120.0

T = TypeVar("T")
_numbers = itertools.count(1)


class LakeError(DxError):
    """The lake cannot be reached or is not what the settings say."""


def extension_file(name: str) -> Path:
    """The file of a DuckDB extension for the DuckDB that is installed; it comes as a package, nothing is downloaded.

    Raises:
        LakeError: the package is not there, or is made for another DuckDB.
    """
    import duckdb

    version = f"v{duckdb.__version__}"
    package = f"duckdb-extension-{name.replace('_', '-')}"
    remedy = f"Install {package}=={duckdb.__version__} (it is in deploy/requirements-shared.lock)."
    found = find_spec(f"duckdb_extension_{name}")
    if found is None or found.origin is None:
        raise LakeError(f"DuckDB's extension {name} is not installed", remedy)
    file = Path(found.origin).parent / "extensions" / version / f"{name}.duckdb_extension"
    if not file.is_file():
        raise LakeError(f"DuckDB's extension {name} is not made for DuckDB {version}", remedy)
    return file


@cache
def _engine(settings: Settings) -> duckdb.DuckDBPyConnection:
    """DuckDB with extensions and secrets; loading them takes a second, so a process does it once."""
    import duckdb

    engine = duckdb.connect()
    for name in EXTENSIONS if not settings.lake_catalogue else EXTENSIONS[:1]:
        engine.execute(f"LOAD {sql_literal(extension_file(name))}")
    engine.execute("SET enable_progress_bar = false")
    if settings.lake_data.startswith("s3://"):
        _secret(engine, "dx_s3", {"TYPE": "s3", **_s3(settings)})
    if not settings.lake_catalogue:
        _secret(engine, "dx_postgres", {
            "TYPE": "postgres", "HOST": settings.postgres_host, "PORT": str(settings.postgres_port),
            "DATABASE": settings.lake_db, "USER": settings.postgres_user,
            "PASSWORD": settings.postgres_password.get_secret_value(),
        })  # fmt: skip
        engine.execute(
            "CREATE SECRET dx_lake (TYPE ducklake, METADATA_PATH '',"
            " METADATA_PARAMETERS MAP {'TYPE': 'postgres', 'SECRET': 'dx_postgres'})"
        )
    return engine


def _s3(settings: Settings) -> dict[str, str]:
    found = {
        "KEY_ID": settings.s3_key_id, "SECRET": settings.s3_secret.get_secret_value(), "REGION": settings.s3_region,
    }  # fmt: skip
    if settings.s3_endpoint:
        address = urlsplit(settings.s3_endpoint)
        found |= {
            "ENDPOINT": address.netloc, "USE_SSL": str(address.scheme == "https").lower(), "URL_STYLE": "path",
        }  # fmt: skip
    return found


def _secret(engine: duckdb.DuckDBPyConnection, name: str, fields: dict[str, str]) -> None:
    stated = ", ".join(f"{key} {sql_literal(value)}" for key, value in fields.items())
    engine.execute(f"CREATE SECRET {name} ({stated})")


@contextmanager
def cursor(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that knows the extensions and secrets of the lake, attached to nothing yet.

    Raises:
        LakeError: DuckDB refuses what is asked of it; its words without any secret.
    """
    import duckdb

    try:
        con = _engine(settings).cursor()
        try:
            yield con
        finally:
            con.close()
    except duckdb.TransactionException as error:
        raise LakeError(f"others kept getting ahead: {settings.redacted(error)}", "Try again.", retry=True) from None
    except duckdb.Error as error:
        told = " ".join(settings.redacted(error).split())
        raise LakeError(f"the lake: {told}", LOOK) from None


@contextmanager
def connect(settings: Settings, snapshot: int | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """The lake, for writing; or as it was at one snapshot, for reading.

    Raises:
        LakeError: it cannot be reached.
    """
    with cursor(settings) as con:
        name = f"lake_{next(_numbers)}"
        options = [f"DATA_PATH {sql_literal(settings.lake_data)}"]
        options += [] if snapshot is None else [f"SNAPSHOT_VERSION {snapshot}", "READ_ONLY"]
        where = sql_literal(f"ducklake:{settings.lake_catalogue or 'dx_lake'}")
        con.execute(f"ATTACH {where} AS {name} ({', '.join(options)})")
        try:
            con.execute(f"USE {name}")
            yield con
        finally:
            with suppress(Exception):
                con.execute("USE memory")
                con.execute(f"DETACH {name}")


def prepare(settings: Settings) -> None:
    """Make the schemas and the tables of what runs and releases leave, where they are not there yet."""
    with connect(settings) as con:
        for schema in SCHEMAS:
            con.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        con.execute(
            f"CREATE TABLE IF NOT EXISTS {PUBLISHED}"
            " (name VARCHAR, release VARCHAR, data_hash VARCHAR, snapshot BIGINT, published_at TIMESTAMP)"
        )
        con.execute(f"CREATE TABLE IF NOT EXISTS {BEGUN} (number BIGINT, run_id VARCHAR, inputs VARCHAR)")
        con.execute(f"CREATE TABLE IF NOT EXISTS {LARGE} (source_id VARCHAR, period VARCHAR, made_of VARCHAR)")


def _name(con: duckdb.DuckDBPyConnection) -> str:
    """Under which the lake is attached to a connection."""
    return str(con.sql("SELECT current_database()").fetchall()[0][0])


def in_lake(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether a connection is on a lake: it knows no primary keys, and others write too."""
    kinds = con.sql("SELECT type FROM duckdb_databases() WHERE database_name = current_database()").fetchone()
    return kinds == ("ducklake",)


def copy_here(con: duckdb.DuckDBPyConnection) -> None:
    """Bring the public tables, all of one snapshot, into this process: hundreds of checks then ask no storage."""
    name = _name(con)
    con.begin()
    for (table,) in con.sql(
        f"SELECT table_name FROM duckdb_tables() WHERE database_name = '{name}' AND schema_name = 'main'"
    ).fetchall():
        con.execute(f'CREATE TEMP TABLE "{table}" AS FROM {name}.main."{table}"')
    con.commit()


def committed(con: duckdb.DuckDBPyConnection, work: Callable[[], T]) -> T:
    """Do something in one transaction; when another one got ahead of it, all of it again.

    Raises:
        duckdb.TransactionException: others got ahead for `RETRY_SECONDS`.
    """
    import duckdb
    from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_random_exponential

    for attempt in Retrying(
        retry=retry_if_exception_type(duckdb.TransactionException), wait=wait_random_exponential(0.05, max=2.0),
        stop=stop_after_delay(RETRY_SECONDS), reraise=True,
    ):  # fmt: skip
        con.begin()
        with attempt:
            try:
                found = work()
                con.commit()
            except BaseException:
                with suppress(duckdb.Error):  # a commit that failed is rolled back already
                    con.rollback()
                raise
    return found


def last_snapshot(con: duckdb.DuckDBPyConnection) -> int:
    """The snapshot that the last commit of this connection made, or the newest it sees."""
    name = _name(con)
    for ask in ("last_committed_snapshot", "current_snapshot"):
        (number,) = con.sql(f"SELECT * FROM {name}.{ask}()").fetchone() or (None,)
        if number is not None:
            return int(number)
    return 0


def publish(con: duckdb.DuckDBPyConnection, name: str, release: str, data_hash: str, snapshot: int) -> None:
    """From now on readers of `name` see this snapshot. One row, the last thing a release writes."""
    now = datetime.now(UTC).replace(tzinfo=None)
    row = [name, release, data_hash, snapshot, now]
    committed(con, lambda: con.execute(f"INSERT INTO {PUBLISHED} VALUES (?, ?, ?, ?, ?)", row))


def published(con: duckdb.DuckDBPyConnection, name: str) -> tuple[str, str, int] | None:
    """Release, hash over its rows and snapshot of what readers of `name` see; None before the first one."""
    newest = f"SELECT release, data_hash, snapshot FROM {PUBLISHED} WHERE name = ? ORDER BY snapshot DESC LIMIT 1"
    return con.execute(newest, [name]).fetchone()


@contextmanager
def released(settings: Settings, name: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """The newest whole release of `name`, for reading, whatever is written meanwhile.

    Raises:
        LakeError: nothing was published yet, or the lake cannot be reached.
    """
    with connect(settings) as con:
        found = published(con, name)
    if found is None:
        raise LakeError(f"nothing of {name} is published in the lake yet", "Run `dx run`.", exit_code=NO_RELEASE)
    with connect(settings, found[2]) as con:
        yield con


def tidy(settings: Settings, keep_days: int = KEPT_DAYS) -> int:
    """Forget snapshots older than `keep_days` but those of the newest releases, and remove files nobody needs since.

    Returns:
        How many snapshots are gone.
    """
    with connect(settings) as con:
        name = _name(con)
        old = con.sql(
            f"SELECT snapshot_id FROM {name}.snapshots() WHERE snapshot_time < now() - INTERVAL {keep_days} DAY"
            f" AND snapshot_id NOT IN (SELECT snapshot FROM {PUBLISHED} ORDER BY snapshot DESC LIMIT {KEPT_RELEASES})"
            f" AND snapshot_id < (SELECT max(snapshot_id) FROM {name}.snapshots())"
        ).fetchall()
        if old:
            con.execute(f"CALL ducklake_expire_snapshots('{name}', versions => {[number for (number,) in old]})")
        con.execute(f"CALL ducklake_cleanup_old_files('{name}', older_than => now() - INTERVAL {keep_days} DAY)")
        return len(old)
