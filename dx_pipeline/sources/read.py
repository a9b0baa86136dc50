"""A source as frames: printed figures (long), records, and what each file held."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from dx_pipeline.sources.errors import SourceError, problem
from dx_pipeline.sources.grid import Grid, column_positions, plain
from dx_pipeline.sources.readers import read_grids
from dx_pipeline.sources.spec import FileSpec, SourceSpec
from dx_pipeline.sources.verified_bytes import read_verified

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
    "rejected": pl.String,
}
FILE_SCHEMA: dict[str, Any] = {
    "source_id": pl.String,
    "file": pl.String,
    "form": pl.String,
    "sha256": pl.String,
    "bytes": pl.Int64,
    "rows_read": pl.Int64,
    "figures_read": pl.Int64,
}


@dataclass(frozen=True)
class Reading:
    """What one source printed.

    `figures` has FIGURE_SCHEMA; `records` are tables that are not figures of a province and edition, all columns text,
    with `row`; `files` has FILE_SCHEMA: the counts against which nothing may get lost later.
    """

    figures: pl.DataFrame
    records: dict[str, pl.DataFrame]
    files: pl.DataFrame


def read_source(source: SourceSpec) -> Reading:
    """Read every file of a source.

    Raises:
        SourceError: a file can't be used; the message names file, row and column.
    """
    figures: list[dict[str, Any]] = []
    records: dict[str, pl.DataFrame] = {}
    files: list[dict[str, Any]] = []
    for file in source.files:
        data = read_verified(file)
        grids = read_grids(file, data)
        before = len(figures)
        if file.layout == "records":
            records[file.table] = _records(grids["1"])
        elif file.layout == "long":
            figures += _long_figures(file, grids["1"])
        else:
            for table in file.tables:
                figures += _wide_figures(file, table.name, grids[table.name])
        files.append(
            {
                "source_id": source.source_id,
                "file": file.path.name,
                "form": file.form,
                "sha256": file.sha256,
                "bytes": len(data),
                "rows_read": sum(len(grid.rows) for grid in grids.values()),
                "figures_read": len(figures) - before,
            }
        )
    return Reading(
        pl.DataFrame(figures, schema=FIGURE_SCHEMA, orient="row"),
        records,
        pl.DataFrame(files, schema=FILE_SCHEMA, orient="row"),
    )


def _records(grid: Grid) -> pl.DataFrame:
    frame = pl.DataFrame(grid.rows, schema={plain(name): pl.String for name in grid.header}, orient="row")
    return frame.insert_column(0, pl.Series("row", grid.row_numbers, dtype=pl.Int64))


def _common(file: FileSpec) -> dict[str, Any]:
    return {
        "source_id": file.source_id,
        "file": file.path.name,
        "layout": file.layout,
        "complete": False,
        "decimal": file.decimal,
        "kind": "stated",
        "tier": file.tier,
        "publisher": file.publisher,
        "url": file.url,
        "number": None,
        "note": None,
        "preliminary": file.status == "preliminary",
        "remark": None,
        "rejected": None,
    }


def locator(file: str, table: str, row: int, column: str) -> str:
    """Where a figure stands, in the words a person would use to find it."""
    place = "" if table == "1" else f"table {table}, "
    return f"{file}, {place}row {row}, column {column}"


def _wide_figures(file: FileSpec, name: str, grid: Grid) -> list[dict[str, Any]]:
    table = next(table for table in file.tables if table.name == name)
    where = file.where + ("" if name == "1" else f", table {name}")
    wanted = [table.province, *(column.printed for column in table.columns)]
    positions = column_positions(where, grid, wanted, table.ignore)
    common = _common(file)
    footers = {plain(text).casefold() for text in file.footers}
    figures = []
    for number, row in zip(grid.row_numbers, grid.rows, strict=True):
        province = row[positions[table.province]]
        is_footer = plain(province).casefold() in footers
        figures += [
            common
            | {
                "table_no": name,
                "complete": table.complete,
                "row": number,
                "column": column.printed,
                "locator": locator(file.path.name, name, number, column.printed),
                "edition": file.edition,
                "unit_system": file.unit_system,
                "province_text": province,
                "indicator": column.indicator,
                "measure": column.measure,
                "value_text": row[positions[column.printed]],
                "unit": column.unit,
                "min": column.min,
                "max": column.max,
                "rejected": "footer row, not a province" if is_footer else None,
            }
            for column in table.columns
        ]
    return figures


def _long_figures(file: FileSpec, grid: Grid) -> list[dict[str, Any]]:
    where = file.where
    positions = column_positions(where, grid, list(file.roles.values()))
    at = {role: positions[printed] for role, printed in file.roles.items()}
    common = _common(file)
    figures = []
    for number, row in zip(grid.row_numbers, grid.rows, strict=True):
        cells = {role: row[position] for role, position in at.items()}
        measure = file.measures.get(cells["measure"] or "")
        if measure is None:
            expected = f"one of {sorted(file.measures)}"
            raise SourceError(
                problem(f"{where}, row {number}, column {file.roles['measure']}", expected, repr(cells["measure"]))
            )
        is_mean = bool(file.national_mean) and cells["province"] == file.national_mean
        optional = {role: cells[role] for role in ("kind", "tier", "publisher", "url", "remark") if role in cells}
        figures.append(
            common
            | optional
            | {
                "table_no": "1",
                "row": number,
                "column": file.roles["value"],
                "locator": locator(file.path.name, "1", number, file.roles["value"]),
                "edition": _whole(where, number, file.roles["edition"], cells["edition"]),
                "unit_system": _whole(where, number, file.roles["unit_system"], cells["unit_system"]),
                "province_text": cells["province"],
                "indicator": cells["indicator"],
                "measure": "mean" if is_mean else cells["measure"],
                "value_text": cells["value"],
                "unit": measure.unit,
                "min": measure.min,
                "max": measure.max,
            }
        )
    return figures


def _whole(where: str, number: int, column: str, text: str | None) -> int:
    if text is None or not text.strip().isdecimal():
        raise SourceError(problem(f"{where}, row {number}, column {column}", "a whole number", repr(text)))
    return int(text)
