"""Query results as a table, CSV, JSON or Parquet, written as they come, so that a large one needs no large memory."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from dx_pipeline.cli.errors import CommandError
from dx_pipeline.cli.output import aligned, plain_value

if TYPE_CHECKING:
    import duckdb

BATCH = 2000
#: longest cell shown to a person; a pipe gets all of it
LONGEST_SHOWN = 60


def _names(cursor: duckdb.DuckDBPyConnection) -> list[str]:
    """Column names, a repeated one numbered: a JSON object has one value a name."""
    names: list[str] = []
    for column in cursor.description or ():
        name, number = column[0], 1
        while name in names:
            number += 1
            name = f"{column[0]}_{number}"
        names.append(name)
    return names


def _rows(cursor: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    while batch := cursor.fetchmany(BATCH):
        yield from batch


def write_table(cursor: duckdb.DuckDBPyConnection, stream: TextIO) -> None:
    """Aligned columns, widths set batch by batch; null is empty."""
    short = stream is sys.stdout and sys.stdout.isatty()
    header: list[list[str]] = [_names(cursor)]
    while True:
        batch = cursor.fetchmany(BATCH)
        cells = [[_cell(value, short) for value in row] for row in batch]
        if header or cells:
            for line in aligned(header + cells):
                stream.write(line + "\n")
        header = []
        if len(batch) < BATCH:
            return


def _cell(value: Any, short: bool) -> str:
    plain = plain_value(value)
    if plain is None:
        return ""
    text = json.dumps(plain, ensure_ascii=False) if isinstance(plain, dict | list | bool) else str(plain)
    text = " ".join(text.split())
    return text[: LONGEST_SHOWN - 1] + "…" if short and len(text) > LONGEST_SHOWN else text


def write_csv(cursor: duckdb.DuckDBPyConnection, stream: TextIO) -> None:
    """CSV with a header; null is an empty cell, numbers are exact."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(_names(cursor))
    for row in _rows(cursor):
        plain = (plain_value(value) for value in row)
        writer.writerow(json.dumps(v, ensure_ascii=False) if isinstance(v, dict | list | bool) else v for v in plain)


def write_json(cursor: duckdb.DuckDBPyConnection, stream: TextIO) -> None:
    """A JSON array of objects, one a line."""
    names = _names(cursor)
    before = "[\n"
    for row in _rows(cursor):
        stream.write(before + json.dumps(dict(zip(names, map(plain_value, row), strict=True)), ensure_ascii=False))
        before = ",\n"
    stream.write("[]\n" if before == "[\n" else "\n]\n")


def write_parquet(con: duckdb.DuckDBPyConnection, statement: str, path: Path) -> None:
    """Parquet through Arrow, because the locked connection may not write files itself."""
    relation = con.sql(statement)
    if relation is None:
        raise CommandError("the statement has no result", hint="Begin with SELECT or FROM.")
    relation.pl().write_parquet(path)


WRITERS: dict[str, Callable[[duckdb.DuckDBPyConnection, TextIO], None]] = {
    "table": write_table,
    "csv": write_csv,
    "json": write_json,
}
