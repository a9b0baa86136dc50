"""The texts of a column of figures: what in them is the figure, what is a note, and what must not be there.

What is taken away from a text is kept, as a figure of its own (`01 (0,727)`) or in `note` (a footnote mark, a tie, the
number of units a rank is one of). Nothing is read as a number here.
"""

from __future__ import annotations

from collections.abc import Iterator

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


def cells_of(
    where: str, sheet: Sheet, rows: slice, place: int, column: PrintedColumn, kept: pl.Series
) -> tuple[pl.DataFrame, list[Problem]]:
    """value_text, number, note of one column of figures; what must not stand there is a problem that names the cell."""
    text = sheet.texts[str(place)][rows]
    note, problems = _marks(where, sheet, rows, place, column, kept)
    if not sheet.unmarked and text.str.contains(ENDS_IN_MARK).any():
        note = note.fill_null(text.str.extract(FOOTNOTE, 1))
    columns = [text.alias("value_text")]
    if place in sheet.numbers:
        columns.append(sheet.numbers[place][rows].alias("number"))
    if note.null_count() < len(note):
        columns.append(note)
    return pl.DataFrame(columns), problems


def _marks(
    where: str, sheet: Sheet, rows: slice, place: int, column: PrintedColumn, kept: pl.Series
) -> tuple[pl.Series, list[Problem]]:
    """Notes of the form itself; errors, dates and truth values are problems."""
    problems: list[Problem] = []
    height = rows.stop - rows.start
    none = pl.repeat(None, height, dtype=pl.String, eager=True).alias("note")
    if sheet.marks.is_empty():
        return none, problems
    marks = sheet.marks.filter(pl.col("column") == place, pl.col("row").is_between(rows.start, rows.stop - 1))
    used = marks.filter(pl.col("row").sub(rows.start).is_in(kept.arg_true()))
    for row, _, kind, said in used.filter(pl.col("kind") != "note").head(SHOWN).rows():
        expected, remedy = WORDS[kind]
        at = f"{where}, {sheet.address(row, place)} (column {column.printed})"
        if kind == "missing":
            at, expected = f"{where}, row {sheet.row_number(row)}", f"{place + 1} cells"
        problems.append(Problem(at, expected, said, remedy))
    notes = marks.filter(pl.col("kind") == "note").unique("row", keep="first")
    return none.scatter((notes["row"] - rows.start).to_list(), notes["note"].to_list()), problems


def split(
    where: str, frame: pl.DataFrame, column: PrintedColumn, table: TableSpec, printed: str, kept: pl.Series,
    problems: list[Problem],
) -> Iterator[tuple[pl.DataFrame, str | None, str]]:  # fmt: skip
    """The frame once, or twice where each cell holds a second figure in brackets; with its measure and column name."""
    measure = None if "measure" in frame.columns else column.measure or table.sole_measure
    text = frame["value_text"]

    def tell(rows: pl.Series, expected: str, remedy: str) -> None:
        if rows.any():
            row, printed_text = frame.filter(rows).select("row", "value_text").row(0)
            problems.append(Problem(f"{where}, row {row}, column {printed}", expected, shown(printed_text), remedy))

    if column.in_brackets:
        second = text.str.extract(BRACKETS, 2)
        if second.null_count() == len(second):
            tell(kept & text.is_not_null(), "a second figure in brackets", "remove `in_brackets`")
        before = frame.with_columns(value_text=text.str.extract(BRACKETS, 1).fill_null(text))
        yield _with_rank_notes(before, measure), measure, printed
        yield frame.with_columns(value_text=second), column.in_brackets, f"{printed}, in brackets"
        return
    if measure in ("rank", None):
        ranks = kept if measure == "rank" else kept & (frame["measure"] == "rank")
        double = ranks & text.str.contains(BRACKETS).fill_null(False)
        tell(double, "one figure a cell", 'say what the brackets hold: `in_brackets = "score"` under this column')
    yield _with_rank_notes(frame, measure), measure, printed


def _with_rank_notes(frame: pl.DataFrame, measure: str | None) -> pl.DataFrame:
    """Keep as a note that a rank is tied, and of how many units it is one."""
    if measure != "rank" and "measure" not in frame.columns:
        return frame
    text = pl.col("value_text")
    tie, units = text.str.extract(TIE, 1), text.str.extract(OF_UNITS, 1)
    before = pl.col("note") if "note" in frame.columns else pl.lit(None, dtype=pl.String)
    parts = [pl.lit("tie ") + tie, pl.lit("of ") + units, before]
    said = (measure == "rank" or pl.col("measure") == "rank") & (tie.is_not_null() | units.is_not_null())
    note = pl.when(said).then(pl.concat_str(parts, separator="; ", ignore_nulls=True)).otherwise(before)
    told = frame.with_columns(note=note)
    return told if told["note"].null_count() < told.height else told.drop("note")
