"""The private DuckDB file of a build: one connection, tables written by column name from their contract."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from dx_pipeline.contracts import Contract, ContractError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb
    import polars as pl

    from dx_pipeline.paths import Paths

#: read by DuckDB 1.2 to 2.0, whatever version writes it
STORAGE_VERSION = "v1.2.0"


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
        raise ContractError(f"table {contract.name}: {error}") from error
    return stored


def read_table(con: duckdb.DuckDBPyConnection, name: str) -> pl.DataFrame:
    """A whole table (`name` or `schema.name`) as a frame.

    Raises:
        duckdb.CatalogException: the table has not been built yet.
    """
    quoted = ".".join(f'"{part}"' for part in name.split("."))
    return con.sql(f"SELECT * FROM {quoted}").pl()
