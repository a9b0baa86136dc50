"""The tables of a build: written by column name on one connection, with a record of what was written.

They lie in a private DuckDB file, which one process writes at a time; in a shared deployment in a lake (lake.py), which
many write, a transaction a table. Whoever reads or writes a table need not know which.

`core.built` names each table with a fingerprint of its rows and those of the tables it was made from, so that a table
of an earlier build is never taken for one of this build.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Iterable
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from dx_pipeline import lake
from dx_pipeline.contracts import Contract
from dx_pipeline.errors import BusyError, DxError
from dx_pipeline.locks import locked, user_of
from dx_pipeline.text import sql_literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb
    import polars as pl

    from dx_pipeline.paths import Paths
    from dx_pipeline.settings import Settings

#: read by DuckDB 1.2 to 2.0, whatever version writes it
STORAGE_VERSION = "v1.2.0"
#: answers about tables, each under a hash of what it depends on (quality/memory.py)
ANSWERS = "core.gx_answers"
#: the tables of this build, each with a fingerprint of its rows
BUILT = "core.built"
#: by which a later build may take tables over (proofs.py)
PROOFS = "core.proofs"
#: what the checks found (quality/gate.py)
CHECK_RESULTS = "core.check_results"
#: what a build writes about its tables
RECORDS = {BUILT, PROOFS, ANSWERS, CHECK_RESULTS}
#: how long a build waits for another one to end
WAIT_SECONDS = 900.0

log = logging.getLogger(__name__)


class NotBuiltError(DxError):
    """Something needs tables that have not been built yet, or not since what they are made of changed."""

    def __init__(self, what: str, tables: Iterable[str]) -> None:
        self.tables = tuple(tables)
        super().__init__(f"{what} needs {', '.join(self.tables)}, not built yet", "Build that first, or run `dx run`.")


def build_lock(paths: Paths, wait_seconds: float = WAIT_SECONDS) -> AbstractContextManager[None]:
    """The right to build in the warehouse file, for one process at a time; the kernel takes it back when it dies.

    Raises:
        BusyError: another process still builds after `wait_seconds`; says which one and since when.
    """
    return locked(paths.build / ".build.lock", "building", wait_seconds)


@contextmanager
def connect(paths: Paths, settings: Settings | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A writing connection to the build's warehouse, or to the lake of a shared deployment, closed even after an error.

    What is no DuckDB file any more is thrown away: everything in it can be built again. Nothing else is.

    Raises:
        BusyError: another process, or another connection of this one, has the file open.
        OSError: this user may not read and write it.
        DxError: it is sound and cannot be written, as on a full disk.
        LakeError: the lake cannot be reached.
    """
    import duckdb

    if settings and settings.shared:
        with lake.connect(settings) as con:
            yield con
        return
    paths.build.mkdir(parents=True, exist_ok=True)
    con = duckdb.connect()
    try:
        con.execute("SET enable_progress_bar = false")
        try:
            _attach(con, paths)
        except duckdb.Error as error:
            told = str(error).splitlines()[0]
            pid = user_of(paths.warehouse)
            if pid is not None:
                raise BusyError(
                    f"process {pid} has {paths.warehouse} open; nothing was changed", "Close it and run again."
                ) from error
            if not _is_damaged(paths):
                raise DxError(f"{paths.warehouse} cannot be opened for writing: {told}", retry=True) from error
            log.warning("%s cannot be read and is begun anew: %s", paths.warehouse, told)
            begin_anew(paths)
            _attach(con, paths)
        con.execute("USE warehouse")
        yield con
    finally:
        con.close()


def _attach(con: duckdb.DuckDBPyConnection, paths: Paths, how: str = f"STORAGE_VERSION '{STORAGE_VERSION}'") -> None:
    import duckdb

    try:
        con.execute(f"ATTACH {sql_literal(paths.warehouse)} AS warehouse ({how})")
    except duckdb.BinderException as error:  # DuckDB opens a file once in a process
        raise BusyError(
            f"this process ({os.getpid()}) has {paths.warehouse} open already; nothing was changed",
            "Close that connection first.",
        ) from error


def _is_damaged(paths: Paths) -> bool:
    """Whether DuckDB cannot even read what this user may read and write."""
    import duckdb

    try:
        with paths.warehouse.open("r+b"), duckdb.connect() as con:
            _attach(con, paths, "READ_ONLY")
    except (duckdb.Error, IsADirectoryError, FileNotFoundError):
        return True
    return False


def begin_anew(paths: Paths, settings: Settings | None = None) -> None:
    """Forget every table of earlier builds; what is kept by a hash of its own inputs stays.

    In a lake, readers go on seeing the snapshot that was published last.

    Raises:
        BusyError: this process has the warehouse open.
    """
    if settings and settings.shared:
        with lake.connect(settings) as con:
            lake.committed(con, lambda: drop_built(con))
        return
    kept = _answers(paths)
    for path in paths.build.glob(f"{paths.warehouse.name}*"):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    if kept is not None:
        with connect(paths) as con:
            con.execute("CREATE SCHEMA core")
            con.execute(f"CREATE TABLE {ANSWERS} AS SELECT * FROM kept")


def _answers(paths: Paths) -> pl.DataFrame | None:
    import duckdb

    if not paths.warehouse.is_file():
        return None
    try:
        with duckdb.connect() as con:
            _attach(con, paths)  # not read-only: two such may share a file, and nobody would be noticed
            return con.sql(f"SELECT * FROM warehouse.{ANSWERS}").pl()
    except duckdb.Error:
        return None


def drop_built(con: duckdb.DuckDBPyConnection) -> None:
    """Forget in a lake every table of earlier builds, in the transaction of the caller; large ones are of no build."""
    for name in sorted(tables_there(con) - {ANSWERS}):
        con.execute(f"DROP TABLE {_quoted(name)}")


def write_table(
    con: duckdb.DuckDBPyConnection, contract: Contract, frame: pl.DataFrame, inputs: Iterable[str] = ()
) -> pl.DataFrame:
    """Replace a table by the frame, columns matched by name; returns what was stored, sorted by key.

    Raises:
        ContractError: columns or types differ from the contract, a key is duplicated, or a required value is missing.
    """
    stored = contract.conform(frame)
    contract.refuse(stored)  # a lake knows no keys
    statements = [
        f'DROP TABLE IF EXISTS "{contract.name}"',
        contract.ddl(keyed=not lake.in_lake(con)),
        f'INSERT INTO "{contract.name}" BY NAME SELECT * FROM stored',
    ]
    _store(con, contract.name, stored, statements, inputs)
    return stored


def replace_table(con: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame, inputs: Iterable[str] = ()) -> None:
    """Replace a table without a contract (`raw.` or `core.`) by the frame."""
    statements = [
        f"CREATE SCHEMA IF NOT EXISTS {name.split('.')[0]}",
        f"CREATE OR REPLACE TABLE {_quoted(name)} AS SELECT * FROM stored",
    ]
    _store(con, name, frame, statements, inputs)


def _store(
    con: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame, statements: list[str], inputs: Iterable[str]
) -> None:
    """Write the frame, called `stored` in the statements, and its fingerprint in one transaction."""
    con.register("stored", frame)

    def write() -> None:
        con.execute("; ".join(statements))
        mark_built(con, name, fingerprint(con, name), inputs)

    lake.committed(con, write)
    con.unregister("stored")


def read_table(con: duckdb.DuckDBPyConnection, name: str) -> pl.DataFrame:
    """A whole table (`name` or `schema.name`) as a frame.

    Raises:
        NotBuiltError: the table has not been built yet.
    """
    import duckdb

    try:
        return con.sql(f"SELECT * FROM {_quoted(name)}").pl()
    except duckdb.CatalogException as error:
        raise NotBuiltError("this", [name]) from error


def need(con: duckdb.DuckDBPyConnection, what: str, tables: Iterable[str]) -> None:
    """Make sure that tables are there before something is made from them.

    Raises:
        NotBuiltError: names those that are not.
    """
    there = tables_there(con)
    missing = [name for name in tables if name not in there]
    if missing:
        raise NotBuiltError(what, missing)


def tables_there(con: duckdb.DuckDBPyConnection) -> set[str]:
    """Names of the tables of this build, those outside the default schema with it: `raw.indicators`.

    What an earlier build left and this one has not taken over (proofs.py) is not there.
    """
    rows = con.sql(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal AND database_name = current_database()"
    ).fetchall()
    stored = {table if schema == "main" else f"{schema}.{table}" for schema, table in rows}
    return stored & (RECORDS | versions(con).keys())


def mark_built(
    con: duckdb.DuckDBPyConnection, name: str, version: str, inputs: Iterable[str], taken_over: bool = False
) -> None:
    """Write down that a table is of this build: its fingerprint, and the tables it was made from as they are now.

    `taken_over` says that an earlier build made it, and this one would make the same.
    """
    con.execute("CREATE SCHEMA IF NOT EXISTS core")
    columns = "name VARCHAR, version VARCHAR, inputs VARCHAR, taken_over BOOLEAN"
    con.execute(f"CREATE TABLE IF NOT EXISTS {BUILT} ({columns})")
    known = versions(con)
    made_from = json.dumps({table: known.get(table, "") for table in inputs})
    con.execute(f"DELETE FROM {BUILT} WHERE name = ?", [name])
    con.execute(f"INSERT INTO {BUILT} VALUES ($1, $2, $3, $4)", [name, version, made_from, taken_over])


def fingerprint(con: duckdb.DuckDBPyConnection, name: str) -> str:
    """A hash over columns and rows of a table: as fast as reading it.

    Public tables are sorted by their key; of the others the order of the rows counts.
    """
    columns = con.execute(f"DESCRIBE {_quoted(name)}").fetchall()
    rows, of_row = f"{_quoted(name)} AS t", "hash(t)"
    if "." in name:
        rows, of_row = f"(SELECT t, row_number() OVER () AS place FROM {rows})", "hash(t, place)"
    counted = con.sql(f"SELECT count(*), sum({of_row}::HUGEINT) FROM {rows}").fetchone()
    return f"{counted} of {[column[:2] for column in columns]}"


def out_of_date(con: duckdb.DuckDBPyConnection, tables: Iterable[str]) -> dict[str, list[str]]:
    """Tables made from something that was built again since with other rows, with the names of that.

    Looks at these tables and at everything they were made of.
    """
    if BUILT not in tables_there(con):
        return {}
    known = versions(con)
    made_from = {name: json.loads(inputs) for name, inputs in con.sql(f"SELECT name, inputs FROM {BUILT}").fetchall()}
    found: dict[str, list[str]] = {}
    waiting, seen = list(tables), set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        inputs = made_from.get(name, {})
        waiting += inputs
        changed = [table for table, version in inputs.items() if known.get(table, "") != version]
        if changed:
            found[name] = changed
    return found


def versions(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Table of this build -> fingerprint of its rows."""
    import duckdb

    try:
        return dict(con.sql(f"SELECT name, version FROM {BUILT}").fetchall())
    except duckdb.CatalogException:
        return {}


def was_taken_over(con: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Whether a table of this build was made by an earlier one."""
    return bool(con.sql(f"SELECT * FROM {BUILT} WHERE taken_over AND name = {sql_literal(name)}").fetchall())


def _quoted(name: str) -> str:
    return ".".join(f'"{part}"' for part in name.split("."))
