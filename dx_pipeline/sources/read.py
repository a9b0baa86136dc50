"""A source as frames: printed figures (long), records, and what each file held."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from dx_pipeline.errors import Problem
from dx_pipeline.sources.account import NAMES
from dx_pipeline.sources.cells import Sheet
from dx_pipeline.sources.errors import refuse, refuse_all
from dx_pipeline.sources.layout import Laid, Part
from dx_pipeline.sources.readers import read_sheets
from dx_pipeline.sources.resolved import FileSpec, SourceSpec, TableSpec
from dx_pipeline.sources.tables_of_file import filled_cells, lay_file
from dx_pipeline.sources.verified_bytes import read_verified
from dx_pipeline.text import plain

#: one printed figure: what it says, and where it stands. `number` is that of a typed cell (workbook, JSON, Parquet,
#: Stata) at full precision, whatever `decimal` says, and null for text; `note` is a footnote mark of the cell, or what
#: the layout parsed away from its text. `preliminary` may differ from row to row.
FIGURE_SCHEMA: dict[str, Any] = {
    "source_id": pl.String,
    "file": pl.String,
    "layout": pl.String,
    "complete": pl.Boolean,
    "table_no": pl.String,
    "row": pl.Int64,
    "column": pl.String,
    "locator": pl.String,
    "edition": pl.Int64,
    "unit_system": pl.Int64,
    "province_text": pl.String,
    "indicator": pl.String,
    "measure": pl.String,
    "value_text": pl.String,
    "number": pl.Float64,
    "note": pl.String,
    "decimal": pl.String,
    "unit": pl.String,
    "min": pl.Float64,
    "max": pl.Float64,
    "kind": pl.String,
    "tier": pl.String,
    "publisher": pl.String,
    "url": pl.String,
    "preliminary": pl.Boolean,
    "remark": pl.String,
    "doubts": pl.String,
    "rejected": pl.String,
}
#: `cells` = the five that follow it: nothing a file holds is lost without a word
CELL_COUNTS = ("cells", *(f"cells_{name}" for name in NAMES.values()))
FILE_SCHEMA: dict[str, Any] = {
    "source_id": pl.String,
    "file": pl.String,
    "form": pl.String,
    "sha256": pl.String,
    "bytes": pl.Int64,
    "rows_read": pl.Int64,
    "figures_read": pl.Int64,
    **dict.fromkeys(CELL_COUNTS, pl.Int64),
}
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
        whole = [figures_of(part) for part in self.parts]
        order = ["file", "table_no", "row"]
        ranks = {file: place for place, file in enumerate(self.files["file"])}
        everything = pl.concat(whole)
        if everything.is_empty():
            return everything
        return everything.sort(pl.col("file").replace_strict(ranks), *order[1:], maintain_order=True)


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
    if letters:
        return pl.format(f"{_braced(file)}, {_braced(place)}cell {letters}{{}}, column {_braced(column)}", "row")
    return pl.format(f"{_braced(file)}, {_braced(place)}row {{}}, column {_braced(column)}", "row")


def _braced(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def read_source(source: SourceSpec) -> Reading:
    """Read every file of a source.

    Raises:
        SourceError: a file can't be used; the message names file, row and column.
    """
    reading, problems = read_as_far_as_possible(source)
    refuse_all(problems)
    return reading


def read_as_far_as_possible(source: SourceSpec) -> tuple[Reading, list[Problem]]:
    """What could be read, and everything that is wrong with the tables.

    Raises:
        SourceError: a file can't be read at all.
    """
    parts: list[Part] = []
    records: dict[str, pl.DataFrame] = {}
    files: list[dict[str, Any]] = []
    left_out: list[pl.DataFrame] = []
    columns: list[pl.DataFrame] = []
    problems: list[Problem] = []
    for file in source.files:
        data = read_verified(file)
        sheets = read_sheets(file, data)
        counts = dict.fromkeys(CELL_COUNTS, 0)
        if file.layout == "records":
            records[file.table], rows = _records(file, sheets)
            figures = 0
            counts |= {"cells": filled_cells(sheets), "cells_notes": filled_cells(sheets)}
        else:
            laid, accounts = lay_file(file, sheets)
            problems += [problem for _, one in laid for problem in one.problems]
            own = [part for _, one in laid for part in one.parts]
            parts += own
            rows, figures = sum(one.rows for _, one in laid), sum(part.frame.height for part in own)
            for account in accounts:
                for name, count in account.counts().items():
                    counts[name if name == "cells" else f"cells_{name}"] += count
            left_out += [_told(file, table, frame) for table, one in laid for frame in one.left_out]
            columns += [_columns(file, table, one) for table, one in laid]
        files.append(
            {
                "source_id": source.source_id,
                "file": file.path.name,
                "form": file.form,
                "sha256": file.sha256,
                "bytes": len(data),
                "rows_read": rows,
                "figures_read": figures,
                **counts,
            }
        )
    reading = Reading(
        tuple(parts),
        records,
        pl.DataFrame(files, schema=FILE_SCHEMA, orient="row"),
        pl.concat([pl.DataFrame(schema=LEFT_OUT_SCHEMA), *left_out]),
        pl.concat([pl.DataFrame(schema=COLUMN_SCHEMA), *columns]),
    )
    return reading, problems


def _records(file: FileSpec, sheets: list[Sheet]) -> tuple[pl.DataFrame, int]:
    """A table as it stands: its first row (or the names of its fields) are the columns."""
    if len(sheets) > 1:
        refuse(file.where, "one table of records", f"{len(sheets)} of them", "keep one sheet in the file")
    sheet = sheets[0]
    first = 0 if sheet.header is not None else 1
    header = (
        list(sheet.header) if sheet.header is not None else [plain(text) for text in (sheet.texts.rows() or [()])[0]]
    )
    doubled = sorted({name for name in header if header.count(name) > 1 or not name})
    if not header or doubled:
        refuse(
            f"{file.where}, header",
            "a name of its own for each column",
            f"{doubled or 'no columns'}",
            "name each column",
        )
    data = sheet.texts[first:]
    filled = data.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    numbers = pl.Series("row", range(sheet.first_row + first, sheet.first_row + first + data.height), dtype=pl.Int64)
    data = data.rename(dict(zip(data.columns, header, strict=True))).insert_column(0, numbers).filter(filled)
    return data, data.height


def _told(file: FileSpec, table: TableSpec, frame: pl.DataFrame) -> pl.DataFrame:
    said = {"file": file.path.name, "table_no": table.name, "unit_system": table.unit_system, "folder": file.folder}
    told = frame.with_columns(**{name: pl.lit(value) for name, value in said.items()})
    return told.select(pl.col(name).cast(dtype) for name, dtype in LEFT_OUT_SCHEMA.items())


def _columns(file: FileSpec, table: TableSpec, laid: Laid) -> pl.DataFrame:
    rows = [(file.path.name, table.name, *column) for column in laid.columns]
    return pl.DataFrame(rows, schema=COLUMN_SCHEMA, orient="row")
