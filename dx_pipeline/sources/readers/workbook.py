"""Workbooks (`.xlsx`, `.xls`, `.xlsb`, `.ods`): typed numbers at full precision, values of formulas, merged cells.

calamine reads the cells; it gives error cells as blanks, .573 where 57.3 % is shown, and trusts the file's word on its
size, so these are looked at before and beside it; how the cells of an `.xls` are shown is not.
"""

from __future__ import annotations

import io
import re
from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np
import polars as pl

from dx_pipeline.sources import budgets
from dx_pipeline.sources.cells import MARKS, SAFE_DIGITS, Sheet, number_texts
from dx_pipeline.sources.errors import refuse
from dx_pipeline.sources.readers import packed
from dx_pipeline.sources.readers.percents import Boxes
from dx_pipeline.sources.resolved import FileSpec
from dx_pipeline.sources.texts import holds_digit

#: texts and typed numbers of some rows of a column, each null where the other is
Piece = tuple[pl.Series, pl.Series]
#: cells that are Python objects at the same time
OBJECTS_AT_ONCE = 50_000
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
        at = f"{where}, sheet {one.name!r}"
        try:
            cells = workbook.get_sheet_by_name(one.name)
            budgets.check_cells(at, cells.total_height * cells.total_width, budgets.OBJECTS)
            sheet = _sheet(at, one.name, cells, one.visible != python_calamine.SheetVisibleEnum.Visible)
        except python_calamine.CalamineError as error:
            refuse(at, "readable cells", str(error), "open and save the workbook again")
        if len(parts.percent.get(one.name, ())):
            sheet = _in_percent(sheet, parts.percent[one.name], cells.merged_cell_ranges or [])
        errors = parts.errors.get(one.name, {}) if parts.is_xml else _errors(data, sheet)
        sheets.append(_with_notes(_with_errors(sheet, errors), parts.noted))
    return sheets


def _sheet(where: str, name: str, cells: Any, hidden: bool) -> Sheet:
    """One sheet, some rows at a time, so that few Python objects are there at once; merged cells repeat their text."""
    left = cells.start[1] if cells.start else 0
    merged = cells.merged_cell_ranges or []
    reach = [
        (min(bottom, cells.total_height) - top + 1) * (min(right, left + cells.width) - start + 1)
        for (top, start), (bottom, right) in merged
    ]
    budgets.check_cells(where, sum(reach), budgets.OBJECTS, "merged cells")
    iterator = cells.iter_rows()
    size = max(OBJECTS_AT_ONCE // max(cells.width, 1), 1)
    pieces: list[list[Piece]] = [[] for _ in range(cells.width)]
    marks: list[tuple[int, int, str, str]] = []
    held: dict[tuple[int, int], Any] = {}
    done = 0
    while part := list(islice(iterator, size)):
        _spread(part, done, left, merged, held)
        for place, column in enumerate(zip(*part, strict=True)):
            pieces[place].append(_piece(column, left + place, done, marks))
        done += len(part)
    for corner, (bottom, right) in merged:
        said = held.get(corner, "")
        if holds_digit(said):
            rows, columns = range(corner[0], min(bottom, done - 1) + 1), range(corner[1] + 1, right + 1)
            marks += [
                (row, column, "merged", str(said)) for row in rows for column in columns if column < left + cells.width
            ]
    blank = pl.repeat(None, done, dtype=pl.String, eager=True)
    texts = [blank] * (left if pieces else 1)  # a sheet of nothing has one column
    numbers: dict[int, pl.Series] = {}
    for place, column_pieces in enumerate(pieces, start=left):
        text, number = (pl.concat(series, rechunk=True) for series in zip(*column_pieces, strict=True))
        column_pieces.clear()
        if number.null_count() < len(number):
            numbers[place] = number
            text = text.fill_null(number_texts(number))  # as a person would print them
        texts.append(text)
    shown = pl.DataFrame([text.alias(str(place)) for place, text in enumerate(texts)])
    found = pl.DataFrame(marks, schema=MARKS, orient="row")
    return Sheet(name, shown, numbers, found, letters=True, spans_known=bool(merged), hidden=hidden)


def _spread(part: list[list[Any]], done: int, left: int, merged: list[Any], held: dict[tuple[int, int], Any]) -> None:
    """Repeat what a merged cell holds, which may begin in rows that are `held` from before."""
    for corner, (bottom, right) in merged:
        top, start = corner[0] - done, corner[1] - left
        if start < 0 or start >= len(part[0]) or top >= len(part) or bottom < done:
            continue
        if top >= 0:
            held[corner] = part[top][start]
        for row in part[max(top, 0) : bottom - done + 1]:
            row[start : right - left + 1] = [held.get(corner, "")] * len(row[start : right - left + 1])


def _piece(column: tuple[Any, ...], place: int, first: int, marks: list[tuple[int, int, str, str]]) -> Piece:
    """Texts and typed numbers of some rows of a column; dates, times and truth values are texts, and marked."""
    kinds = set(map(type, column))
    if kinds <= {float}:
        return pl.repeat(None, len(column), dtype=pl.String, eager=True), pl.Series(column, dtype=pl.Float64)
    texts = [one if type(one) is str and one.strip() else None for one in column]
    for row, one in enumerate(column) if kinds - {str, float, int} else ():
        if type(one) not in (str, float, int):
            kind = "boolean" if isinstance(one, bool) else "date"
            said = str(one) if kind == "date" else str(one).upper()
            texts[row] = said
            marks.append((first + row, place, kind, said))
    numbers = [one if type(one) in (float, int) else None for one in column]
    return pl.Series(texts, dtype=pl.String), pl.Series(numbers, dtype=pl.Float64, strict=False)


def _in_percent(sheet: Sheet, boxes: Boxes, merged: list[Any]) -> Sheet:
    """Typed numbers of cells in percent as they are shown: .573 is 57.3, and its text 57.3%."""
    height, width = sheet.texts.shape
    top, left, bottom, right = np.minimum(boxes, [height, width, height, width]).T
    # a step up where a rectangle begins, one down where it ends: their sums are above zero inside
    steps = np.zeros((height + 1, width + 1), np.int32)
    for rows, columns, step in ((top, left, 1), (top, right, -1), (bottom, left, -1), (bottom, right, 1)):
        np.add.at(steps, (rows, columns), step)
    inside = steps.cumsum(axis=0).cumsum(axis=1)[:height, :width] > 0
    for (first, start), (last, end) in merged:
        inside[first : last + 1, start : end + 1] = inside[first : first + 1, start : start + 1]
    texts, numbers = sheet.texts, dict(sheet.numbers)
    for place, typed in sheet.numbers.items():
        here = (pl.Series(inside[:, place]) & typed.is_not_null()).arg_true()
        if len(here):
            shown = (typed.gather(here) * 100).round_sig_figs(SAFE_DIGITS)
            numbers[place] = typed.scatter(here, shown)
            texts = texts.with_columns(texts[str(place)].scatter(here, number_texts(shown) + "%"))
    return replace(sheet, texts=texts, numbers=numbers)


def _with_errors(sheet: Sheet, errors: dict[tuple[int, int], str]) -> Sheet:
    """Error cells are marked and show what they say, so that they are not taken for blanks."""
    texts = sheet.texts
    inside = {cell: said for cell, said in errors.items() if cell[0] < texts.height and cell[1] < texts.width}
    for (row, column), said in inside.items():
        texts = texts.with_columns(texts[str(column)].scatter([row], [said]))
    marks = pl.DataFrame([(*cell, "error", said) for cell, said in inside.items()], schema=MARKS, orient="row")
    return replace(sheet, texts=texts, marks=pl.concat([sheet.marks, marks])) if inside else sheet


def _with_notes(sheet: Sheet, noted: dict[str, tuple[str, str]]) -> Sheet:
    """Footnote marks stand beside their texts."""
    if not noted:
        return sheet
    shorter = {text: one[0] for text, one in noted.items()}
    marks = [
        (row, place, "note", noted[column[row]][1].strip())
        for place, column in enumerate(sheet.texts)
        for row in column.is_in(list(noted)).fill_null(False).arg_true().to_list()
    ]
    found = pl.DataFrame(marks, schema=MARKS, orient="row")
    return replace(
        sheet, texts=sheet.texts.with_columns(pl.all().replace(shorter)), marks=pl.concat([sheet.marks, found])
    )


def _errors(data: bytes, read: Sheet) -> dict[tuple[int, int], str]:
    """Error cells of a form that is not XML, as a second reading reports them; asked only where there are blanks."""
    import fastexcel

    if not any(read.texts.null_count().row(0)):
        return {}
    try:
        sheet = fastexcel.read_excel(data).load_sheet(read.name, header_row=None, skip_rows=0, dtypes="string")
        _, found = sheet.to_arrow_with_errors()
    except fastexcel.FastExcelError:
        return {}
    errors = {}
    for one in found.errors if found else ():
        match = ERROR_FOUND.search(one.detail)
        if match:
            errors[one.position] = ERROR_NAMES.get(match[1], match[1])
    return errors
