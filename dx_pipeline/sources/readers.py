"""One reader per published form: bytes -> grids of text. Numbers are left exactly as printed."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from dx_pipeline.sources.errors import SourceError, problem
from dx_pipeline.sources.grid import Grid, plain, split_at_header
from dx_pipeline.sources.spec import FileSpec

DELIMITERS = (",", ";", "\t")


def read_grids(file: FileSpec, data: bytes) -> dict[str, Grid]:
    """The tables of a file by name, each with the columns its declaration wants.

    Raises:
        SourceError: the bytes are not readable in the declared form, or a table is missing.
    """
    where = file.where
    reader = {"csv": read_csv, "json": read_json, "html": read_html, "workbook": read_workbook}[file.form]
    return reader(where, file, data)


def wanted_columns(file: FileSpec) -> dict[str, list[str]]:
    """Table name -> printed columns that must be there."""
    if file.layout == "long":
        return {"1": list(file.roles.values())}
    if file.layout == "records":
        return {"1": []}
    return {table.name: [table.province, *(column.printed for column in table.columns)] for table in file.tables}


def _text(where: str, file: FileSpec, data: bytes) -> str:
    encoding = "utf-8-sig" if file.encoding.lower().replace("-", "") == "utf8" else file.encoding
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise SourceError(problem(where, f"text in {file.encoding}", str(error), "declare `encoding`")) from error


def read_csv(where: str, file: FileSpec, data: bytes) -> dict[str, Grid]:
    """Comma, semicolon or tab: the one under which the declared columns are found. Ragged rows are refused."""
    text = _text(where, file, data)
    wanted = wanted_columns(file)["1"]
    needed = {plain(name) for name in wanted}
    delimiters = [file.delimiter] if file.delimiter else list(DELIMITERS)
    first_line = text.split("\n", 1)[0]
    fitting = [d for d in delimiters if needed <= {plain(cell) for cell in next(csv.reader([first_line], delimiter=d))}]
    # without declared columns the header decides: the delimiter that splits it most
    delimiter = (fitting if needed else sorted(delimiters, key=first_line.count, reverse=True) or [","])[:1]
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=(delimiter or [","])[0], strict=True))
    except csv.Error as error:
        raise SourceError(problem(where, "a CSV table", f"{error}")) from error
    cells: list[list[str | None]] = [[cell or None for cell in row] for row in rows]
    grid = (
        split_at_header(where, "1", cells, wanted)
        if wanted
        else Grid(
            "1",
            [cell or "" for cell in cells[0]],
            [row for row in cells[1:] if any(row)],
            [number for number, row in enumerate(cells[1:], start=2) if any(row)],
        )
    )
    for number, row in zip(grid.row_numbers, grid.rows, strict=True):
        if len(row) != len(grid.header):
            raise SourceError(
                problem(f"{where}, row {number}", f"{len(grid.header)} cells", f"{len(row)}: {[c for c in row if c]}")
            )
    return {"1": grid}


def read_json(where: str, file: FileSpec, data: bytes) -> dict[str, Grid]:
    """A list of flat objects, at the top or under `rows`; numbers keep their printed digits."""
    try:
        document: Any = json.loads(_text(where, file, data), parse_float=str, parse_int=str)
    except json.JSONDecodeError as error:
        raise SourceError(problem(where, "JSON", str(error))) from error
    for key, field_name in file.stated.items():
        expected, found = str(getattr(file, key)), str(document.get(field_name))
        if expected != found:
            raise SourceError(problem(f"{where}, field {field_name!r}", f"{expected} as source.toml says", found))
    entries = document.get(file.rows) if file.rows else document
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise SourceError(problem(where, f"a list of objects under {file.rows!r}", type(entries).__name__))
    header = list(dict.fromkeys(key for entry in entries for key in entry))
    rows = [
        [_json_cell(where, number, key, entry.get(key)) for key in header] for number, entry in enumerate(entries, 1)
    ]
    return {"1": Grid("1", header, rows, list(range(1, len(rows) + 1)))}


def _json_cell(where: str, number: int, key: str, value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value or None
    raise SourceError(problem(f"{where}, entry {number}, field {key!r}", "a number or a text", f"{value!r}"))


def read_html(where: str, file: FileSpec, data: bytes) -> dict[str, Grid]:
    """Every `<table>` of a page by its position (first = "1"); merged cells repeat their text."""
    from lxml import html

    document = html.document_fromstring(
        _text(where, file, data).encode("utf-8"), parser=html.HTMLParser(encoding="utf-8")
    )
    tables = document.xpath("//table")
    grids = {}
    for name, wanted in wanted_columns(file).items():
        if not name.isdecimal() or not 1 <= int(name) <= len(tables):
            raise SourceError(problem(where, f"a table number {name}", f"{len(tables)} tables"))
        grids[name] = split_at_header(f"{where}, table {name}", name, _html_cells(tables[int(name) - 1]), wanted)
    return grids


def _html_cells(table: Any) -> list[list[str | None]]:
    rows: list[list[str | None]] = []
    hanging: dict[tuple[int, int], str | None] = {}
    own_rows = [tr for tr in table.iter("tr") if next(tr.iterancestors("table")) is table]
    for number, tr in enumerate(own_rows):
        row: list[str | None] = []
        for cell in tr.xpath("./td|./th"):
            while (number, len(row)) in hanging:
                row.append(hanging.pop((number, len(row))))
            text = plain(cell.text_content()) or None
            for _ in range(_span(cell, "colspan")):
                for below in range(1, _span(cell, "rowspan")):
                    hanging[(number + below, len(row))] = text
                row.append(text)
        while (number, len(row)) in hanging:
            row.append(hanging.pop((number, len(row))))
        rows.append(row)
    return rows


def _span(cell: Any, attribute: str) -> int:
    text = cell.get(attribute, "1")
    return min(max(int(text), 1), 1000) if text.isdecimal() else 1


def read_workbook(where: str, file: FileSpec, data: bytes) -> dict[str, Grid]:
    """The declared sheets of an Excel or OpenDocument workbook ("1" is the first); the header may stand anywhere."""
    import fastexcel

    try:
        workbook = fastexcel.read_excel(data)
    except fastexcel.FastExcelError as error:
        raise SourceError(problem(where, "a workbook", str(error))) from error
    grids = {}
    for name, wanted in wanted_columns(file).items():
        sheet = workbook.sheet_names[0] if name == "1" else name
        if sheet not in workbook.sheet_names:
            raise SourceError(problem(where, f"a sheet {name!r}", f"sheets {workbook.sheet_names}"))
        frame = workbook.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string").to_polars()
        cells = [list(row) for row in frame.rows()]
        grids[name] = split_at_header(f"{where}, sheet {sheet!r}", name, cells, wanted)
    return grids
