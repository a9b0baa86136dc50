"""CSV: comma, semicolon, tab or bar, any line ends, title lines above and notes below."""

from __future__ import annotations

import csv
import io
import itertools
import re

import numpy as np
import numpy.typing as npt
import polars as pl

from dx_pipeline.sources import budgets
from dx_pipeline.sources.cells import BLANKS, NO_MARKS, Sheet, without_blanks
from dx_pipeline.sources.errors import refuse
from dx_pipeline.sources.readers.encodings import decoded, utf8
from dx_pipeline.sources.resolved import FileSpec
from dx_pipeline.text import plain

DELIMITERS = (",", ";", "\t", "|")
#: bytes of which none is in a file without forbidden characters and footnote marks: controls, marks, the first byte of
#: raised digits, and those of right-to-left marks and daggers
MAY_BE_MARKS = [*(one for one in (*range(32), 127) if one not in b"\t\n\r"), *b"*)]\xc2\xd8\xe2"]
#: pairs of bytes that are counted at once
COUNTED = 1 << 19
#: lines at the head from which delimiter and width are seen
SAMPLE_LINES = 300
#: short records that are looked at
SHORT_ROWS = 10_000
#: a row may be so much wider than every row of the sample
SPARE_COLUMNS = 1


def read_csv(file: FileSpec, data: bytes) -> list[Sheet]:
    """The one table of a CSV file; the row number is that of the record, the first being 1."""
    where = file.where
    data = utf8(where, file.encoding, data)
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    sample = b"".join(itertools.islice(io.BytesIO(data), SAMPLE_LINES)).decode("utf-8", "replace")
    delimiter = file.delimiter or best_delimiter(sample, file)
    counts = byte_counts(data)
    budgets.check_cells(where, int(counts[ord(delimiter)] + counts[ord("\n")]))
    frame = table(where, data, sample, delimiter)
    quoted = counts[ord('"')] > 0  # only then may a cell begin with the end of a line
    frame = without_blanks(frame, [one for one in BLANKS if counts[one.encode()[0]] and (quoted or one != "\n")])
    marks = _missing(where, frame, data, delimiter)
    return [Sheet("1", frame, marks=marks, unmarked=not counts[MAY_BE_MARKS].any())]


def byte_counts(data: bytes) -> npt.NDArray[np.int64]:
    """How often each byte occurs, counted as pairs: a look for each byte of its own takes several times as long."""
    pairs = np.frombuffer(data, np.uint16, len(data) // 2)
    found = np.zeros(65_536, np.int64)
    for start in range(0, len(pairs), COUNTED):
        found += np.bincount(pairs[start : start + COUNTED], minlength=65_536)
    counts: npt.NDArray[np.int64] = found.reshape(256, 256).sum(axis=0) + found.reshape(256, 256).sum(axis=1)
    if len(data) % 2:
        counts[data[-1]] += 1
    return counts


def table(where: str, data: bytes, sample: str, delimiter: str) -> pl.DataFrame:
    """All records as texts; short ones are filled with blanks.

    Raises:
        SourceError: a record is wider than the table, or a quotation mark is never closed; the row is named.
    """
    width = max(map(len, _records(where, sample, delimiter, strict=False)), default=0)
    if not width:
        refuse(where, "a CSV table", "no cell", "is it the right file?")
    budgets.check_cells(where, width, budgets.COLUMNS, "columns")
    schema = {str(column): pl.String for column in range(width + SPARE_COLUMNS)}
    try:
        frame = pl.read_csv(data, has_header=False, separator=delimiter, schema=schema, missing_columns="insert")
    except pl.exceptions.PolarsError:
        frame = _record_by_record(where, decoded(where, "utf-8", data), delimiter)
    full = [column for column in frame.columns if frame[column].null_count() < frame.height]
    return frame.select(frame.columns[: int(full[-1]) + 1] if full else frame.columns[:1])


def _missing(where: str, frame: pl.DataFrame, data: bytes, delimiter: str) -> pl.DataFrame:
    """Marks for the cells that a short record does not have; a blank cell between delimiters is there."""
    doubtful = frame.select(pl.nth(-1).is_null() & pl.any_horizontal(pl.all().is_not_null())).to_series()
    if not doubtful.any() or frame.width == 1:
        return NO_MARKS
    text = data.decode("utf-8")
    if '"' in text:
        cells = pl.Series([len(row) for row in _records(where, text, delimiter, strict=False)])
    else:
        cells = pl.Series(text.split("\n")).str.count_matches(delimiter, literal=True) + 1
    cells = cells.head(frame.height)
    short = doubtful.head(len(cells)) & (cells < frame.width)
    rows = pl.DataFrame({"row": short.arg_true().cast(pl.Int64), "cells": cells.filter(short).cast(pl.Int64)})
    columns = pl.DataFrame({"column": pl.Series(range(frame.width), dtype=pl.Int64)})
    pairs = rows.head(SHORT_ROWS).join(columns, how="cross").filter(pl.col("column") >= pl.col("cells"))
    return pairs.select("row", "column", kind=pl.lit("missing"), note=pl.col("cells").cast(pl.String))


def _record_by_record(where: str, text: str, delimiter: str) -> pl.DataFrame:
    """The careful way, for a file the fast reader refuses: stray quotation marks, one record much wider."""
    rows = _records(where, text, delimiter, strict=True)
    width = max(map(len, rows), default=1)
    budgets.check_cells(where, width, budgets.COLUMNS, "columns")
    budgets.check_cells(where, width * len(rows))
    filled = [[*row, *[None] * (width - len(row))] for row in rows]
    return pl.DataFrame(filled, schema={str(column): pl.String for column in range(width)}, orient="row")


def _records(where: str, text: str, delimiter: str, strict: bool) -> list[list[str]]:
    csv.field_size_limit(16 * budgets.MIB)
    found: list[list[str]] = []
    try:
        found.extend(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict))
    except csv.Error as error:
        remedy = "a quotation mark is open or doubled there: mend it with the publisher, or declare `delimiter`"
        refuse(f"{where}, row {len(found) + 1}", "a CSV table", str(error), remedy)
    return found


def best_delimiter(sample: str, file: FileSpec) -> str:
    """The delimiter under which some row holds every declared heading; without one, that of the most regular rows."""
    candidates = [delimiter for delimiter in DELIMITERS if delimiter in sample]
    if len(candidates) < 2:
        return (candidates or [","])[0]
    scores: dict[str, tuple[float, float]] = {}
    named = {text for table in file.tables for text in table.selectors if not re.search(r"\{| / |^column ", text)}
    wanted = {plain(text) for text in named}
    for delimiter in candidates:
        rows = list(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter))
        headings = max((len(wanted & {plain(cell) for cell in row}) for row in rows), default=0)
        widths = [len(row) for row in rows if len(row) > 1]
        common = max(set(widths), key=widths.count) if widths else 1
        scores[delimiter] = (headings, widths.count(common) * (common - 1) ** 0.25 if widths else 0)
    return max(scores, key=lambda delimiter: scores[delimiter])
