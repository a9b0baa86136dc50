"""Workbooks (`.xlsx`, `.xls`, `.xlsb`, `.ods`): typed numbers at full precision, values of formulas, merged cells.

calamine reads the cells; it gives error cells as blanks and trusts the file's word on its size, so both are looked at
before and beside it.
"""

from __future__ import annotations

import io
import re
from typing import Any

import polars as pl

from dx_pipeline.sources import budgets
from dx_pipeline.sources.cells import MARKS, Sheet, number_texts, without_blanks
from dx_pipeline.sources.errors import refuse
from dx_pipeline.sources.readers import packed
from dx_pipeline.sources.resolved import FileSpec

#: calamine's words for errors in the forms that are not XML
ERROR_FOUND = re.compile(r"Error\((\w+)\)")
ERROR_NAMES = {"Div0": "#DIV/0!", "NA": "#N/A", "Name": "#NAME?", "Null": "#NULL!", "Num": "#NUM!", "Ref": "#REF!",
               "Value": "#VALUE!", "GettingData": "#GETTING_DATA"}  # fmt: skip


def read_workbook(file: FileSpec, data: bytes) -> list[Sheet]:
    """Every sheet of a workbook, hidden ones marked.

    Raises:
        SourceError: it is no workbook, is locked, has no sheet, or is larger than the budget once unpacked.
    """
    import python_calamine

    where = file.where
    parts = packed.look_into(where, data)
    data = parts.repaired or data
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        metadata = [one for one in workbook.sheets_metadata if one.typ == python_calamine.SheetTypeEnum.WorkSheet]
    except python_calamine.PasswordError:
        refuse(where, "a workbook", "one with a password", "save it without")
    except Exception as error:  # the library raises several unrelated classes
        refuse(
            where, "a workbook (.xlsx, .xls, .xlsb, .ods)", str(error) or type(error).__name__, "open and save it again"
        )
    if not metadata:
        refuse(where, "a workbook with a sheet", "none", "open and save it again")
    sheets = []
    for one in metadata:
        hidden = one.visible != python_calamine.SheetVisibleEnum.Visible
        try:
            sheet = workbook.get_sheet_by_name(one.name)
            budgets.check_cells(f"{where}, sheet {one.name!r}", sheet.total_height * sheet.total_width, budgets.OBJECTS)
            rows = sheet.to_python(skip_empty_area=False)
            merged = sheet.merged_cell_ranges or []
        except python_calamine.CalamineError as error:
            refuse(f"{where}, sheet {one.name!r}", "readable cells", str(error), "open and save the workbook again")
        errors = parts.errors.get(one.name) if parts.is_xlsx else _errors(data, one.name, rows)
        sheets.append(_sheet(one.name, rows, merged, errors or {}, hidden))
    return sheets


def _sheet(
    name: str, rows: list[list[Any]], merged: list[Any], errors: dict[tuple[int, int], str], hidden: bool
) -> Sheet:
    for (top, left), (bottom, right) in merged:
        filled = rows[top][left] if top < len(rows) and left < len(rows[top]) else ""
        for row in range(top, min(bottom + 1, len(rows))):
            for column in range(left, min(right + 1, len(rows[row]))):
                rows[row][column] = filled
    width = max((len(row) for row in rows), default=0)
    texts: list[pl.Series] = []
    numbers: dict[int, pl.Series] = {}
    marks: list[tuple[int, int, str, str]] = []
    for place in range(max(width, 1)):
        text, number = _column(place, [row[place] for row in rows] if width else [], marks)
        texts.append(text.alias(str(place)))
        if number is not None:
            numbers[place] = number
    for (row, column_place), said in errors.items():
        if row < len(rows) and column_place < width:
            marks.append((row, column_place, "error", said))
    frame = _with_errors(without_blanks(pl.DataFrame(texts)), errors)
    return Sheet(
        name, frame, numbers, pl.DataFrame(marks, schema=MARKS, orient="row"), letters=True,
        spans_known=bool(merged), hidden=hidden,
    )  # fmt: skip


def _column(
    place: int, column: list[Any], marks: list[tuple[int, int, str, str]]
) -> tuple[pl.Series, pl.Series | None]:
    """Texts of a column, and its typed numbers; dates, times and truth values are marked."""
    kinds = set(map(type, column))
    if kinds <= {str}:
        return pl.Series(column, dtype=pl.String), None
    numbers = pl.Series([one if type(one) in (float, int) else None for one in column], dtype=pl.Float64, strict=False)
    texts = pl.Series([one if type(one) is str else None for one in column], dtype=pl.String)
    if kinds - {str, float, int}:
        others = {}
        for row, one in enumerate(column):
            if type(one) not in (str, float, int):
                kind = "boolean" if isinstance(one, bool) else "date"
                others[row] = str(one) if kind == "date" else str(one).upper()
                marks.append((row, place, kind, others[row]))
        texts = texts.scatter(list(others), list(others.values()))
    return texts.fill_null(number_texts(numbers)), numbers if numbers.null_count() < len(numbers) else None


def _with_errors(frame: pl.DataFrame, errors: dict[tuple[int, int], str]) -> pl.DataFrame:
    """Error cells show what they say, so that they are not taken for blanks."""
    for (row, column), said in errors.items():
        if row < frame.height and column < frame.width:
            frame = frame.with_columns(frame[str(column)].scatter([row], [said]))
    return frame


def _errors(data: bytes, name: str, rows: list[list[Any]]) -> dict[tuple[int, int], str]:
    """Error cells of a form that is not XML, as a second reading reports them; asked only where there are blanks."""
    import fastexcel

    if not any("" in row for row in rows):
        return {}
    try:
        sheet = fastexcel.read_excel(data).load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
        _, found = sheet.to_arrow_with_errors()
    except fastexcel.FastExcelError:
        return {}
    errors = {}
    for one in found.errors if found else ():
        match = ERROR_FOUND.search(one.detail)
        if match:
            errors[one.position] = ERROR_NAMES.get(match[1], match[1])
    return errors
