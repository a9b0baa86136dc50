"""What an earlier build left, and the proof that it is what this one would make: then it is taken over.

A step of a build (a source, the figures, a public table) writes tables. When all of them are stored, `core.proofs` gets
a row: a hash over the files and the code they were made by, the fingerprints of the tables they were made from, and
their own. The next build of everything begins with no table; it takes over those whose proof says that nothing they
rest on is different, and whose rows still have the fingerprint they were stored with. A step that ends in the middle
has no proof, so a killed build costs time and nothing else.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from dx_pipeline import lake
from dx_pipeline.code import is_settled
from dx_pipeline.warehouse import (
    ANSWERS,
    BUILT,
    CHECK_RESULTS,
    PROOFS,
    begin_anew,
    connect,
    fingerprint,
    mark_built,
    tables_there,
    versions,
)

if TYPE_CHECKING:
    import duckdb

    from dx_pipeline.paths import Paths

log = logging.getLogger(__name__)


def begin_again(paths: Paths) -> None:
    """A build of everything begins with no table, and with the proofs of those whose rows are as they were stored."""
    import duckdb

    try:
        with connect(paths) as con:
            _prepare(con)
            for step, tables in con.sql(f"SELECT step, tables FROM {PROOFS}").fetchall():
                sound = all(_stored(con, name) == version for name, version in json.loads(tables).items())
                con.execute(f"UPDATE {PROOFS} SET sound = ? WHERE step = ?", [sound, step])
            _stored(con, ANSWERS)
            for name in (BUILT, CHECK_RESULTS):
                con.execute(f"DROP TABLE IF EXISTS {name}")
    except duckdb.Error as error:
        log.warning("%s cannot be relied on and is begun anew: %s", paths.warehouse, str(error).splitlines()[0])
        begin_anew(paths)


def take_nothing_over(con: duckdb.DuckDBPyConnection) -> None:
    """What is built next is asked for by name: it is built whatever was proved before."""
    _prepare(con)
    con.execute(f"UPDATE {PROOFS} SET sound = false")


def do(
    con: duckdb.DuckDBPyConnection,
    step: str,
    inputs: tuple[str, ...],
    made_by: Callable[[], str],
    work: Callable[[], Iterable[str]],
) -> list[str]:
    """Take over what an earlier build left, when it is what this step would write; otherwise do its work.

    Args:
        con: on the warehouse.
        step: name of what writes these tables together.
        inputs: tables they are made from.
        made_by: a hash over the files and the code that decide them, as they are now.
        work: writes all of them and returns their names.

    Returns:
        The names of the tables.
    """
    if lake.in_lake(con):  # each run there has a snapshot of its own, and workers share no memory of the last one
        return list(work())
    _prepare(con)
    built = versions(con)
    rests_on = [made_by(), json.dumps({name: built.get(name, "") for name in inputs})]
    proof = f"SELECT tables FROM {PROOFS} WHERE step = ? AND made_by = ? AND inputs = ? AND sound"
    found = con.execute(proof, [step, *rests_on]).fetchone()
    if found:
        stored: dict[str, str] = json.loads(found[0])
        for name, version in stored.items():
            mark_built(con, name, version, inputs, taken_over=True)
        return list(stored)
    con.execute(f"DELETE FROM {PROOFS} WHERE step = ?", [step])
    written = list(work())
    if made_by() == rests_on[0] and is_settled():
        built = versions(con)
        row = [step, *rests_on, json.dumps({name: built[name] for name in written})]
        con.execute(f"INSERT INTO {PROOFS} VALUES (?, ?, ?, ?, false)", row)
    return written


def _prepare(con: duckdb.DuckDBPyConnection) -> None:
    if PROOFS not in tables_there(con):
        con.execute("CREATE SCHEMA IF NOT EXISTS core")
        columns = "step VARCHAR, made_by VARCHAR, inputs VARCHAR, tables VARCHAR, sound BOOLEAN"
        con.execute(f"CREATE TABLE {PROOFS} ({columns})")


def _stored(con: duckdb.DuckDBPyConnection, name: str) -> str:
    import duckdb

    try:
        return fingerprint(con, name)
    except duckdb.CatalogException:
        return "gone"
