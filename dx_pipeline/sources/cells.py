"""A sheet of cells: what every reader gives back, before anything is laid out, and what became of each cell.

Cells are columns of a frame, not objects: a text each (null where blank), the number where the form has types, and for
the few that are neither (errors, dates, footnotes) a row of `marks`.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from dx_pipeline.errors import Problem
from dx_pipeline.sources import budgets
from dx_pipeline.sources.errors import refuse
from dx_pipeline.sources.texts import FORBIDDEN, MARKLESS, shown

#: `kind` of a cell that is neither blank nor an ordinary value; `note` says what stands there
MARKS: dict[str, Any] = {"row": pl.Int64, "column": pl.Int64, "kind": pl.String, "note": pl.String}
NO_MARKS = pl.DataFrame(schema=MARKS)
#: so many digits of a number come back from a float as they were
SAFE_DIGITS = 15
#: numbers below and from here on may be written with an exponent
FROM_EXPONENT = (1e-3, 1e15)
#: what a cell that holds something can become; 0 is nothing yet
HEADING, FIGURE, NOTE, IGNORED, REJECTED = 1, 2, 3, 4, 5
#: how many cells hold something, and how many of them became what: nothing a file holds is lost without a word
CELL_COUNTS = ("cells", "cells_heading", "cells_figures", "cells_notes", "cells_ignored", "cells_rejected")
#: so many lost cells are named
LOST_SHOWN = 5
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
    def filled(self) -> int:
        """How many cells hold something."""
        return int(sum(self.texts.count().row(0)))

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
    tests = [pl.all().str.len_bytes() > budgets.CELL_TEXT]
    if not sheet.unmarked:
        tests.append(pl.all().str.contains(FORBIDDEN.pattern))
    for test in tests:
        found = sheet.texts.select(test.any()).row(0)
        if any(found):
            column = found.index(True)
            cell = sheet.texts.select(test).to_series(column).arg_true()[0]
            at, there = f"{where}, {sheet.address(cell, column)}", sheet.texts[cell, column]
            if test is tests[0]:
                refuse(at, f"at most {budgets.CELL_TEXT:,} bytes", f"{len(there.encode()):,}", "shorten it")
            refuse(at, MARKLESS, shown(there), "remove the mark")
    return sheet


class Account:
    """One sheet's cells and what each became. A table may claim what another one ignores."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        shape = (sheet.texts.height, sheet.texts.width)
        self.filled: npt.NDArray[np.bool_] = np.zeros(shape, np.bool_, order="F")
        for place, column in enumerate(sheet.texts):
            self.filled[:, place] = column.is_not_null().to_numpy()
        self.became: npt.NDArray[np.uint8] = np.zeros(shape, np.uint8, order="F")

    def mark(self, rows: slice, columns: Iterable[int], what: int, where: npt.NDArray[np.bool_] | None = None) -> None:
        """Say what the cells of some rows and columns became; `where` picks among the rows."""
        for column in columns:
            if not 0 <= column < self.became.shape[1]:
                continue
            before = self.became[rows, column]
            free = (before == 0) | (before == IGNORED)
            self.became[rows, column] = np.where(free if where is None else free & where, what, before)

    def counts(self) -> dict[str, int]:
        """Cells that hold something, in all and by what they became."""
        found = np.bincount(self.became[self.filled], minlength=len(CELL_COUNTS)).tolist()
        return dict(zip(CELL_COUNTS, [int(self.filled.sum()), *found[1:]], strict=True))

    def lost(self, where: str) -> list[Problem]:
        """Cells that hold something and became nothing."""
        lost = np.argwhere(self.filled & (self.became == 0)).tolist()
        if not lost:
            return []
        cells = [
            f"{self.sheet.address(*cell)} {shown(self.sheet.texts[tuple(cell)], 30)}" for cell in lost[:LOST_SHOWN]
        ]
        found = f"{len(lost):,} cells that nothing was said of: {', '.join(cells)}"
        return [Problem(where, "every cell read, left out or ignored", found, "say so in source.toml")]
