"""Query results as a table, CSV, JSON, Parquet or workbook; text is written as it comes, a long one needs no memory."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from dx_pipeline.cli.output import CommandError, aligned, fitted, json_text, plain_value, safe, window

if TYPE_CHECKING:
    import duckdb

BATCH = 2000
#: digits after the point that a person is shown; files and pipes get all
DECIMALS_SHOWN = 6
#: rows of an Excel sheet, the heading included
SHEET_ROWS = 1_048_576


def names_of(cursor: duckdb.DuckDBPyConnection) -> list[str]:
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


def write_text(cursor: duckdb.DuckDBPyConnection, form: str, stream: TextIO, limit: int | None = None) -> None:
    """As `table`, `csv` or `json`; only a table has a limit."""
    if form == "table":
        _write_table(cursor, stream, limit)
    else:
        (_write_csv if form == "csv" else _write_json)(cursor, stream)


def _write_table(cursor: duckdb.DuckDBPyConnection, stream: TextIO, limit: int | None) -> None:
    """Aligned columns, numbers flush right; null is empty. In a window the columns fit it, long texts are folded.

    So many rows are shown as `limit` says, and what is left is said on stderr; None shows all.
    """
    room = window() if stream is sys.stdout else None
    names = [safe(name) for name in names_of(cursor)]
    kinds = [str(column[1]) for column in cursor.description or ()]
    right = [number for number, kind in enumerate(kinds) if kind.upper() in ("NUMBER", "BIGINT", "INTEGER", "DOUBLE")]
    header: list[list[str]] = [names]
    shown = 0
    while True:
        batch = cursor.fetchmany(BATCH if limit is None else min(BATCH, limit - shown + 1))
        more = limit is not None and shown + len(batch) > limit
        batch = batch[: limit - shown] if limit is not None and more else batch
        shown += len(batch)
        cells = [[_cell(value, room is not None) for value in row] for row in batch]
        if header or cells:
            table = header + cells
            for line in aligned(table, right) if room is None else fitted([names, *cells], right, room):
                stream.write(line + "\n")
        header = []
        if more:
            print(f"first {shown} rows; all of them with --limit 0, or in a file with -o FILE", file=sys.stderr)
        if more or len(batch) < BATCH:
            return


def _cell(value: Any, short: bool) -> str:
    plain = plain_value(value)
    if plain is None:
        return ""
    if short and isinstance(plain, float):
        text = f"{plain:.{DECIMALS_SHOWN}f}".rstrip("0")
        return text + "0" if text.endswith(".") else text
    text = json.dumps(plain, ensure_ascii=False) if isinstance(plain, dict | list | bool) else str(plain)
    return safe(text)


def _write_csv(cursor: duckdb.DuckDBPyConnection, stream: TextIO) -> None:
    """CSV with a header; null is an empty cell, numbers are exact. A terminal gets no control characters."""
    shown = stream is sys.stdout and sys.stdout.isatty()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(names_of(cursor))
    for row in _rows(cursor):
        plain = (plain_value(value) for value in row)
        cells = [json.dumps(v, ensure_ascii=False) if isinstance(v, dict | list | bool) else v for v in plain]
        writer.writerow(safe(cell) if shown and isinstance(cell, str) else cell for cell in cells)


def _write_json(cursor: duckdb.DuckDBPyConnection, stream: TextIO) -> None:
    """A JSON array of objects, one a line."""
    names = names_of(cursor)
    before = "[\n"
    for row in _rows(cursor):
        stream.write(before + json_text(dict(zip(names, map(plain_value, row), strict=True))))
        before = ",\n"
    stream.write("[]\n" if before == "[\n" else "\n]\n")


def write_workbook(cursor: duckdb.DuckDBPyConnection, path: Path) -> None:
    """One sheet with a frozen header; numbers are numbers, and no text is run as a formula."""
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(path, options) as book:
        sheet = book.add_worksheet("result")
        bold = book.add_format({"bold": True})
        for column, name in enumerate(names_of(cursor)):
            sheet.write_string(0, column, name, bold)
        for number, row in enumerate(_rows(cursor), start=1):
            if number >= SHEET_ROWS:
                raise CommandError(f"a spreadsheet holds {SHEET_ROWS - 1:,} rows", "Write CSV or Parquet instead.")
            for column, value in enumerate(map(plain_value, row)):
                if isinstance(value, bool):
                    sheet.write_boolean(number, column, value)
                elif isinstance(value, int | float):
                    sheet.write_number(number, column, value)
                elif value is not None:
                    told = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
                    sheet.write_string(number, column, told[:32_767])
        sheet.freeze_panes(1, 0)
