"""A source as frames: printed figures (long), records, and what each file held."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import polars as pl

from dx_pipeline.errors import Problem, nearest
from dx_pipeline.sources.cells import CELL_COUNTS, IGNORED, Account, Sheet
from dx_pipeline.sources.declaration import YEAR_MARK
from dx_pipeline.sources.errors import SourceError, quoted, refuse
from dx_pipeline.sources.headings import Heading, bounds, find_heading
from dx_pipeline.sources.layout import Laid, Part, lay_out
from dx_pipeline.sources.readers import read_sheets
from dx_pipeline.sources.resolved import FileSpec, SourceSpec, TableSpec
from dx_pipeline.sources.texts import YEAR
from dx_pipeline.sources.verified_bytes import read_verified
from dx_pipeline.text import plain

#: one printed figure: what it says, and where it stands. `number` is that of a typed cell (workbook, JSON, Parquet,
#: Stata) at full precision, whatever `decimal` says, 57.3 where a cell shows 57.3 %, and null for text; `note` is a
#: footnote mark of the cell, or what the layout parsed away from its text. `preliminary` may differ from row to row.
FIGURE_SCHEMA: dict[str, Any] = {
    "source_id": pl.String, "file": pl.String, "layout": pl.String, "complete": pl.Boolean, "table_no": pl.String,
    "row": pl.Int64, "column": pl.String, "locator": pl.String,
    "edition": pl.Int64, "unit_system": pl.Int64, "province_text": pl.String, "indicator": pl.String,
    "measure": pl.String, "value_text": pl.String, "number": pl.Float64, "note": pl.String, "decimal": pl.String,
    "percent": pl.String, "unit": pl.String, "min": pl.Float64, "max": pl.Float64, "kind": pl.String,
    "tier": pl.String, "publisher": pl.String, "url": pl.String,
    "preliminary": pl.Boolean, "remark": pl.String, "doubts": pl.String, "rejected": pl.String,
}  # fmt: skip
FILE_SCHEMA: dict[str, Any] = {
    "source_id": pl.String, "file": pl.String, "form": pl.String, "sha256": pl.String, "bytes": pl.Int64,
    "rows_read": pl.Int64, "figures_read": pl.Int64, **dict.fromkeys(CELL_COUNTS, pl.Int64),
}  # fmt: skip
LEFT_OUT_SCHEMA: dict[str, Any] = {
    "file": pl.String, "table_no": pl.String, "row": pl.Int64, "text": pl.String, "by": pl.String, "reason": pl.String,
    "unit_system": pl.Int64, "folder": pl.String,
}  # fmt: skip
COLUMN_SCHEMA: dict[str, Any] = {
    "file": pl.String, "table_no": pl.String, "place": pl.String, "heading": pl.String, "became": pl.String,
}  # fmt: skip


@dataclass(frozen=True)
class Reading:
    """What one source printed.

    `figures` has FIGURE_SCHEMA, made from `parts` when it is asked for; `records` are tables that are not figures of a
    province and edition, all columns text, with `row`; `files` has FILE_SCHEMA: the counts against which nothing may
    get lost later; `left_out` (LEFT_OUT_SCHEMA) are the rows that are no figures; `columns` (COLUMN_SCHEMA) say what
    each column became.
    """

    parts: tuple[Part, ...]
    records: dict[str, pl.DataFrame]
    files: pl.DataFrame
    left_out: pl.DataFrame
    columns: pl.DataFrame

    @cached_property
    def figures(self) -> pl.DataFrame:
        """All figures, row by row of each table."""
        if not self.parts:
            return pl.DataFrame(schema=FIGURE_SCHEMA)
        places = {file: place for place, file in enumerate(self.files["file"])}
        place = pl.col("file").replace_strict(places, return_dtype=pl.Int64)
        return pl.concat(map(figures_of, self.parts)).sort(place, "table_no", "row", maintain_order=True)


def figures_of(part: Part) -> pl.DataFrame:
    """The figures of one column with FIGURE_SCHEMA."""
    said = part.frame.columns
    constant = {
        name: pl.lit(part.constants.get(name), dtype=dtype)
        for name, dtype in FIGURE_SCHEMA.items()
        if name not in said and name != "locator"
    }
    frame = part.frame.with_columns(**constant)
    if "preliminary" in said and part.constants["preliminary"]:
        frame = frame.with_columns(preliminary=pl.lit(True))
    elif "preliminary" in said:
        frame = frame.with_columns(pl.col("preliminary").fill_null(False))
    if "number" in said:
        typed = pl.col("number").is_not_null()
        frame = frame.with_columns(decimal=pl.when(typed).then(pl.lit(".")).otherwise("decimal"))
    return frame.with_columns(locator=_locator(part)).select(
        pl.col(name).cast(dtype) for name, dtype in FIGURE_SCHEMA.items()
    )


def _locator(part: Part) -> pl.Expr:
    """Where a figure stands, in the words a person would use to find it."""
    file, table, column = (part.constants[key] for key in ("file", "table_no", "column"))
    letters = part.constants["letters"]
    place = "" if table == "1" else f"sheet {table}, " if letters else f"table {table}, "
    cell = f"cell {letters}{{}}" if letters else "row {}"
    return pl.format(f"{_braced(file)}, {_braced(place)}{cell}, column {_braced(column)}", "row")


def _braced(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def read_source(source: SourceSpec) -> Reading:
    """Read every file of a source.

    Raises:
        SourceError: a file can't be used; the message names file, row and column.
    """
    reading, problems = read_as_far_as_possible(source)
    SourceError.refuse(problems)
    return reading


def read_as_far_as_possible(source: SourceSpec) -> tuple[Reading, list[Problem]]:
    """What could be read, and everything that is wrong with the tables.

    Raises:
        SourceError: a file can't be read at all.
    """
    parts: list[Part] = []
    records: dict[str, pl.DataFrame] = {}
    files: list[tuple[Any, ...]] = []
    left_out = [pl.DataFrame(schema=LEFT_OUT_SCHEMA)]
    columns: list[tuple[str, ...]] = []
    problems: list[Problem] = []
    for file in source.files:
        data = read_verified(file)
        sheets = read_sheets(file, data)
        counts = dict.fromkeys(CELL_COUNTS, 0)
        if file.layout == "records":
            table = records[file.table] = _records(file, sheets)
            counts |= dict.fromkeys(("cells", "cells_notes"), sheets[0].filled)
            rows, figures = table.height, 0
        else:
            laid, accounts = _lay_file(file, sheets)
            problems += [problem for one in laid for problem in one.problems]
            own = [part for one in laid for part in one.parts]
            parts += own
            rows, figures = sum(one.rows for one in laid), sum(part.frame.height for part in own)
            for account in accounts:
                for name, count in account.counts().items():
                    counts[name] += count
            for one in laid:
                left_out += [_told(file, one.table, frame) for frame in one.left_out]
                columns += [(file.path.name, one.table.name, *column) for column in one.columns]
        about = (source.source_id, file.path.name, file.form, file.sha256, len(data), rows, figures)
        files.append((*about, *counts.values()))
    reading = Reading(
        tuple(parts),
        records,
        pl.DataFrame(files, schema=FILE_SCHEMA, orient="row"),
        pl.concat(left_out),
        pl.DataFrame(columns, schema=COLUMN_SCHEMA, orient="row"),
    )
    return reading, problems


def _records(file: FileSpec, sheets: list[Sheet]) -> pl.DataFrame:
    """A table as it stands: its first row (or the names of its fields) are the columns."""
    if len(sheets) > 1:
        refuse(file.where, "one table of records", f"{len(sheets)} of them", "keep one sheet in the file")
    texts, names = sheets[0].texts, sheets[0].header
    first = 1 if names is None else 0
    header = [plain(text) for row in texts[:1].rows() for text in row] if names is None else list(names)
    doubled = sorted({name for name in header if header.count(name) > 1 or name in ("", "row")})
    if not header or doubled:
        found = f"{doubled or 'no columns'}"
        refuse(f"{file.where}, header", "a name of its own for each column, and not `row`", found, "name each column")
    data = texts[first:].rename(dict(zip(texts.columns, header, strict=True)))
    numbered = data.with_row_index("row", sheets[0].first_row + first).cast({"row": pl.Int64})
    return numbered.filter(pl.any_horizontal(pl.exclude("row").is_not_null()))


def _told(file: FileSpec, table: TableSpec, frame: pl.DataFrame) -> pl.DataFrame:
    said = {"file": file.path.name, "table_no": table.name, "unit_system": table.unit_system, "folder": file.folder}
    told = frame.with_columns(**{name: pl.lit(value) for name, value in said.items()})
    return told.select(pl.col(name).cast(dtype) for name, dtype in LEFT_OUT_SCHEMA.items())


def _lay_file(file: FileSpec, sheets: list[Sheet]) -> tuple[list[Laid], list[Account]]:
    """Lay out every declared table, and account for the cells of every sheet."""
    by_sheet: dict[str, list[TableSpec]] = {}
    problems: list[Problem] = []
    for table in file.tables:
        found = _sheets_of(file, sheets, table)
        if isinstance(found, Problem):
            problems.append(found)
            continue
        for sheet, told in found:
            by_sheet.setdefault(sheet.name, []).append(told)
    SourceError.refuse(problems)
    laid: list[Laid] = []
    accounts = [Account(sheet) for sheet in sheets]
    for sheet, account in zip(sheets, accounts, strict=True):
        tables = by_sheet.get(sheet.name, [])
        own = [lay_out(file, sheet, one, account, _columns_of_others(sheet, one, tables)) for one in tables]
        laid += own
        if not tables or any(table.area for table in tables):
            account.became[account.became == 0] = IGNORED
        elif not any(one.problems for one in own):
            own[-1].problems.extend(account.lost(file.where))
    laid[-1].problems.extend(_unread(file, sheets, by_sheet))
    return laid, accounts


def _sheets_of(file: FileSpec, sheets: list[Sheet], table: TableSpec) -> list[tuple[Sheet, TableSpec]] | Problem:
    """The sheets a table stands on: one, or all that `{year}` in its name fits, with their edition."""
    names = [sheet.name for sheet in sheets]
    if YEAR_MARK in table.sheet:
        before, after = map(re.escape, plain(table.sheet).split(YEAR_MARK))
        found = [(sheet, re.fullmatch(f"{before}({YEAR}){after}", plain(sheet.name))) for sheet in sheets]
        fitting = [
            (sheet, replace(table, name=sheet.name, edition=int(match[1]), own_edition=True))
            for sheet, match in found
            if match
        ]
        return fitting or Problem(file.where, f"sheets named {table.sheet!r}", f"sheets {names}", "name one of them")
    if table.sheet == "1" and "1" not in names:
        return [(sheets[0], table)]
    for sheet in sheets:
        if plain(sheet.name) == plain(table.sheet):
            return [(sheet, table)]
    expected = f"{'a sheet' if file.form == 'workbook' else 'a table number'} {table.sheet}"
    return Problem(file.where, expected, f"{len(names)} tables: {names[:12]}", nearest(table.sheet, names))


def _columns_of_others(sheet: Sheet, table: TableSpec, tables: list[TableSpec]) -> set[int]:
    """Columns that another table of the same sheet reads, as far as their headings say."""
    found: set[int] = set()
    for other in tables:
        heading = None if other is table else find_heading("", sheet, other, bounds(sheet, other.area))
        if isinstance(heading, Heading):
            found |= heading.columns_of(other.selectors)
    return found


def _unread(file: FileSpec, sheets: list[Sheet], read: dict[str, list[TableSpec]]) -> Iterator[Problem]:
    """Sheets that hold something must be read or said to be ignored; hidden ones are."""
    said = {plain(name): name for name in file.ignore_tables}
    unread = [
        sheet.name
        for sheet in sheets
        if sheet.name not in read and not sheet.hidden and plain(sheet.name) not in said and sheet.filled
    ]
    if unread and "*" not in said:
        remedy = f"declare them under `tables`, or `ignore_tables = {quoted(unread)}`"
        yield Problem(file.where, "only the tables of source.toml", f"also {unread}", remedy)
    names = [sheet.name for sheet in sheets]
    unknown = [name for folded, name in said.items() if folded not in {"*", *map(plain, names)}]
    if unknown:
        remedy = nearest(unknown[0], names)
        yield Problem(f"{file.where}, ignore_tables", "names of its tables", f"{unknown}", remedy)
