"""The texts of a column of figures: what in them is the figure, what is a note, and what must not be there.

What is taken away from a text is kept, as a figure of its own (`01 (0,727)`) or in `note` (a footnote mark, a tie, the
number of units a rank is one of). Nothing is read as a number here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl

from dx_pipeline.errors import Problem
from dx_pipeline.sources.cells import Sheet
from dx_pipeline.sources.resolved import PrintedColumn, TableSpec
from dx_pipeline.sources.texts import shown

#: a mark behind a figure; a number in round brackets is none, as it may be a figure
FOOTNOTE = r"\s*((?:\*+|[†‡§]+|\(\s*\*+\s*\)|\[\s*(?:\*+|\d{1,2}|[a-z])\s*\]|[⁰¹²³⁴⁵⁶⁷⁸⁹]+)+)\s*$"
ENDS_IN_MARK = r"[*†‡§)\]⁰¹²³⁴⁵⁶⁷⁸⁹]\s*$"
BRACKETS = r"^\s*(.*?\S)\s*\(\s*([^()]*\d[^()]*)\s*\)\s*$"
TIE = r"^\s*(=\s*\d+|\d+\s*=|\d+\s*[-–]\s*\d+)"
OF_UNITS = r"/\s*(\d+)"
WORDS = {
    "error": ("a number", "mend it with the publisher, leave the row out, or ignore the column"),
    "date": ("a number", "the cell holds a date: is it the right column? a spreadsheet may have turned 1-2 into a day"),
    "list": ("a number", "the field holds a list: point `rows` deeper, or ignore the field"),
    "merged": (
        "a figure of its own",
        "the cell is merged with the one before it: leave the row out, or ignore the column",
    ),
    "missing": (
        "a cell, blank or filled, in every column",
        "a delimiter is lost there: compare with the publisher's file",
    ),
    "boolean": ("a number", "the cell holds true or false: is it the right column?"),
}
#: problems of one column that are told
SHOWN = 5


@dataclass
class Cells:
    """`frame`: value_text, number, note; a row a row of the table."""

    frame: pl.DataFrame
    problems: list[Problem] = field(default_factory=list)


def cells_of(
    where: str, sheet: Sheet, rows: slice, place: int, column: PrintedColumn, kept: pl.Series, numbers: pl.Series
) -> Cells:
    """The cells of one column of figures; what must not stand there is a problem that names the cell."""
    text = sheet.texts[str(place)][rows]
    number = sheet.numbers.get(place)
    number = None if number is None else number[rows]
    found = Cells(pl.DataFrame())
    note = _marks(where, sheet, rows, place, column, kept, found)
    if not sheet.unmarked and text.str.contains(ENDS_IN_MARK).any():
        extracted = text.str.extract(FOOTNOTE, 1)
        note = extracted if note is None else note.fill_null(extracted)
    found.frame = pl.DataFrame(
        [
            text.alias("value_text"),
            *([number.alias("number")] if number is not None else []),
            *([note.alias("note")] if note is not None and note.null_count() < len(note) else []),
        ]
    )
    return found


def _marks(
    where: str, sheet: Sheet, rows: slice, place: int, column: PrintedColumn, kept: pl.Series, found: Cells
) -> pl.Series | None:
    """Notes of the form itself; errors, dates and truth values are problems."""
    if sheet.marks.is_empty():
        return None
    marks = sheet.marks.filter(
        (pl.col("column") == place) & (pl.col("row") >= rows.start) & (pl.col("row") < rows.stop)
    )
    if marks.is_empty():
        return None
    used = marks.filter(pl.col("row").sub(rows.start).is_in(kept.arg_true()))
    for row, _, kind, said in used.filter(pl.col("kind") != "note").head(SHOWN).rows():
        expected, remedy = WORDS[kind]
        at = f"{where}, {sheet.address(row, place)} (column {column.printed})"
        if kind == "missing":
            at, expected = f"{where}, row {sheet.row_number(row)}", f"{place + 1} cells"
        found.problems.append(Problem(at, expected, said, remedy))
    notes = marks.filter(pl.col("kind") == "note").unique("row", keep="first")
    height = rows.stop - rows.start
    if notes.is_empty():
        return None
    series = pl.Series([None], dtype=pl.String).new_from_index(0, height)
    return series.scatter((notes["row"] - rows.start).to_list(), notes["note"].to_list())


def split(
    where: str, frame: pl.DataFrame, column: PrintedColumn, table: TableSpec, printed: str, kept: pl.Series,
    problems: list[Problem],
) -> Iterator[tuple[pl.DataFrame, str | None, str]]:  # fmt: skip
    """The frame once, or twice where each cell holds a second figure in brackets; with its measure and column name."""
    measure = None if "measure" in frame.columns else column.measure or table.sole_measure
    if column.in_brackets:
        text = frame["value_text"]
        parts = {"value_text": text.str.extract(BRACKETS, 1), "second": text.str.extract(BRACKETS, 2)}
        without = kept & text.is_not_null() & parts["second"].is_null()
        bare = {"value_text": parts["value_text"].fill_null(text), "second": parts["second"]}
        if without.any() and parts["second"].is_null().all():
            row = frame["row"].filter(without)[0]
            told = shown(text.filter(without)[0])
            problems.append(
                Problem(
                    f"{where}, row {row}, column {printed}", "a second figure in brackets", told, "remove `in_brackets`"
                )
            )
        yield _with_rank_notes(frame.with_columns(bare["value_text"].alias("value_text")), measure), measure, printed
        second = frame.with_columns(bare["second"].alias("value_text"))
        yield second, column.in_brackets, f"{printed}, in brackets"
        return
    if measure in ("rank", None):
        ranks = kept if measure == "rank" else kept & (frame["measure"] == "rank")
        double = ranks & frame["value_text"].str.contains(BRACKETS).fill_null(False)
        if double.any():
            row = frame["row"].filter(double)[0]
            told = shown(frame["value_text"].filter(double)[0])
            remedy = 'say what the brackets hold: `in_brackets = "score"` under this column'
            problems.append(Problem(f"{where}, row {row}, column {printed}", "one figure a cell", told, remedy))
    yield _with_rank_notes(frame, measure), measure, printed


def _with_rank_notes(frame: pl.DataFrame, measure: str | None) -> pl.DataFrame:
    """Keep as a note that a rank is tied, and of how many units it is one."""
    if measure != "rank" and not (measure is None and "measure" in frame.columns):
        return frame
    text = pl.col("value_text")
    tie, units = text.str.extract(TIE, 1), text.str.extract(OF_UNITS, 1)
    note = pl.concat_str(
        [pl.lit("tie ") + tie, pl.lit("of ") + units, *([pl.col("note")] if "note" in frame.columns else [])],
        separator="; ", ignore_nulls=True,
    )  # fmt: skip
    rank = pl.lit(True) if measure == "rank" else pl.col("measure") == "rank"
    before = pl.col("note") if "note" in frame.columns else pl.lit(None, dtype=pl.String)
    told = frame.with_columns(
        note=pl.when(rank & (tie.is_not_null() | units.is_not_null())).then(note).otherwise(before)
    )
    return told if told["note"].null_count() < told.height else told.drop("note")
