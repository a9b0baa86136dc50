"""A sheet of cells: what every reader gives back, before anything is laid out.

Cells are columns of a frame, not objects: a text each (null where blank), the number where the form has types, and for
the few that are neither (errors, dates, footnotes) a row of `marks`.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from dx_pipeline.sources import budgets
from dx_pipeline.sources.errors import refuse
from dx_pipeline.sources.texts import BIDI, CONTROL, shown

#: `kind` of a cell that is neither blank nor an ordinary value; `note` says what stands there
MARKS: dict[str, Any] = {"row": pl.Int64, "column": pl.Int64, "kind": pl.String, "note": pl.String}
NO_MARKS = pl.DataFrame(schema=MARKS)
#: numbers below and from here on may be written with an exponent
FROM_EXPONENT = (1e-3, 1e15)
#: how a text of nothing but blanks may begin
BLANKS = (" ", "\t", "\n", "\u00a0", "\u3000", "\r")


@dataclass(frozen=True)
class Sheet:
    """One sheet or table as printed.

    Attributes:
        name: of the sheet, or the number of the table in the file.
        texts: one String column a printed column, named by its position from "0"; null where blank.
        numbers: position -> Float64, for columns that hold typed numbers; null where the cell is a text.
        marks: MARKS; rows and columns count from 0.
        header: names of the columns where the form knows them (objects, typed tables); otherwise they stand in a row.
        first_row: the number a person gives the first row of `texts`.
        letters: whether a person names columns by letter.
        spans_known: whether merged cells already repeat their text.
        hidden: whether the sheet is hidden in its workbook.
        unmarked: whether the reader has seen that no text holds a forbidden character or the mark of a footnote.
    """

    name: str
    texts: pl.DataFrame = field(repr=False)
    numbers: dict[int, pl.Series] = field(repr=False, default_factory=dict)
    marks: pl.DataFrame = field(repr=False, default_factory=lambda: NO_MARKS)
    header: tuple[str, ...] | None = None
    first_row: int = 1
    letters: bool = False
    spans_known: bool = False
    hidden: bool = False
    unmarked: bool = False

    @property
    def width(self) -> int:
        """How many columns."""
        return self.texts.width

    def row_number(self, row: int) -> int:
        """The number a person gives a row of the frame."""
        return row + self.first_row

    def column_name(self, column: int) -> str:
        """How a column is addressed by its place."""
        return f"column {letter(column) if self.letters else column + 1}"

    def address(self, row: int, column: int) -> str:
        """A cell as a person would say it: `C7` in a workbook, `row 7, column 3` elsewhere."""
        number = self.row_number(row)
        return f"{letter(column)}{number}" if self.letters else f"row {number}, column {column + 1}"


def letter(column: int) -> str:
    """The letters of a column counted from 0: 0 is A, 26 is AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def column_of(letters: str) -> int:
    """The column of its letters, counted from 0."""
    found = 0
    for one in letters.upper():
        found = found * 26 + ord(one) - 64
    return found - 1


def frame_of(columns: Sequence[pl.Series]) -> pl.DataFrame:
    """Series as the texts of a sheet: named by position, blank texts null."""
    frame = pl.DataFrame([series.alias(str(place)) for place, series in enumerate(columns)])
    return without_blanks(frame)


def without_blanks(frame: pl.DataFrame, beginnings: Sequence[str] = BLANKS) -> pl.DataFrame:
    """Texts of nothing but spaces become null; the others stay exactly as printed."""
    text = pl.col(pl.String)
    starts = [text.str.starts_with(one) for one in beginnings]
    doubtful = frame.select(functools.reduce(operator.or_, starts, text == "").any())
    columns = [name for name, found in zip(doubtful.columns, doubtful.row(0), strict=True) if found]
    if not columns:
        return frame
    text = pl.col(columns)
    return frame.with_columns(pl.when(text.str.strip_chars().str.len_bytes() > 0).then(text))


def number_texts(numbers: pl.Series) -> pl.Series:
    """Numbers as a person would print them, at full precision: no `.0` of a whole one, no exponent."""
    from decimal import Decimal

    values = numbers.to_numpy()
    size = np.abs(values)
    texts = numbers.cast(pl.String)
    (whole,) = np.nonzero((np.trunc(values) == values) & (size < FROM_EXPONENT[1]))
    if len(whole):
        texts = texts.scatter(whole, numbers.gather(whole).cast(pl.Int64).cast(pl.String))
    (odd,) = np.nonzero((size > 0) & (size < FROM_EXPONENT[0]) | (size >= FROM_EXPONENT[1]))
    if len(odd):
        texts = texts.scatter(odd, [format(Decimal(texts[int(row)]), "f").removesuffix(".0") for row in odd])
    return texts


def check_texts(where: str, sheet: Sheet) -> Sheet:
    """The sheet, if every text may enter: no control or right-to-left marks, none too long.

    Raises:
        SourceError: naming the first cell that may not.
    """
    text = pl.all()
    tests = {"long": text.str.len_bytes() > budgets.CELL_TEXT}
    if not sheet.unmarked:
        tests["forbidden"] = text.str.contains(f"[{CONTROL}{BIDI}]")
    for name, test in tests.items():
        found = sheet.texts.select(test.any()).row(0)
        if not any(found):
            continue
        column = found.index(True)
        cell = sheet.texts.select(test).to_series(column).arg_true()[0]
        at = f"{where}, {sheet.address(cell, column)}"
        there = sheet.texts[cell, column]
        if name == "long":
            refuse(at, f"at most {budgets.CELL_TEXT:,} bytes", f"{len(there.encode()):,}", "shorten it")
        refuse(at, "a text without control and right-to-left marks", shown(there), "remove the mark")
    return sheet
