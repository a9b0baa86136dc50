"""The private DuckDB file of a build: one connection, tables written by column name from their contract."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dx_pipeline.contracts import Contract

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb
    import polars as pl

    from dx_pipeline.paths import Paths

#: read by DuckDB 1.2 to 2.0, whatever version writes it
STORAGE_VERSION = "v1.2.0"
#: how long a build waits for another one to end
WAIT_SECONDS = 900.0

log = logging.getLogger(__name__)


class BuildBusyError(RuntimeError):
    """Another build is running and did not end in time; trying again later helps."""


@contextmanager
def build_lock(paths: Paths, wait_seconds: float = WAIT_SECONDS) -> Iterator[None]:
    """The right to build, for one process at a time; the kernel takes it back when the process dies.

    Raises:
        BuildBusyError: another process still builds after `wait_seconds`.
    """
    from filelock import FileLock, Timeout

    paths.build.mkdir(parents=True, exist_ok=True)
    lock = FileLock(paths.build / ".build.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        log.warning("another build is running in %s; waiting up to %g s for it to end", paths.build, wait_seconds)
        try:
            lock.acquire(timeout=wait_seconds)
        except Timeout:
            raise BuildBusyError(
                f"another build is still running after {wait_seconds:g} s; nothing was changed, try again later"
            ) from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def connect(paths: Paths) -> Iterator[duckdb.DuckDBPyConnection]:
    """A writing connection to the build's warehouse, closed at the end even after an error.

    Raises:
        duckdb.IOException: another build holds the file.
    """
    import duckdb

    paths.build.mkdir(parents=True, exist_ok=True)
    con = duckdb.connect()
    try:
        con.execute(f"ATTACH '{_literal(paths.warehouse)}' AS warehouse (STORAGE_VERSION '{STORAGE_VERSION}')")
        con.execute("USE warehouse")
        yield con
    finally:
        con.close()


def _literal(path: object) -> str:
    return str(path).replace("'", "''")


def write_table(con: duckdb.DuckDBPyConnection, contract: Contract, frame: pl.DataFrame) -> pl.DataFrame:
    """Replace a table by the frame, columns matched by name; returns what was stored, sorted by key.

    Raises:
        ContractError: columns or types differ from the contract, a key is duplicated, or a required value is missing.
    """
    import duckdb

    stored = contract.conform(frame)
    con.execute(f'DROP TABLE IF EXISTS "{contract.name}"')
    con.execute(contract.ddl())
    try:
        con.execute(f'INSERT INTO "{contract.name}" BY NAME SELECT * FROM stored')
    except duckdb.ConstraintException as error:
        raise contract.refusal(stored) from error
    return stored


def read_table(con: duckdb.DuckDBPyConnection, name: str) -> pl.DataFrame:
    """A whole table (`name` or `schema.name`) as a frame.

    Raises:
        duckdb.CatalogException: the table has not been built yet.
    """
    quoted = ".".join(f'"{part}"' for part in name.split("."))
    return con.sql(f"SELECT * FROM {quoted}").pl()
