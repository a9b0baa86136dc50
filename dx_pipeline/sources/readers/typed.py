"""Parquet and Stata files: tables whose columns have names and types."""

from __future__ import annotations

import io
from typing import Any

import polars as pl

from dx_pipeline.sources import budgets
from dx_pipeline.sources.cells import MARKS, Sheet, frame_of, number_texts
from dx_pipeline.sources.errors import SourceError, refuse
from dx_pipeline.sources.resolved import FileSpec


def read_typed(file: FileSpec, data: bytes) -> list[Sheet]:
    """The one table of a Parquet or Stata file; rows count from 1.

    Raises:
        SourceError: the bytes are not of that form, hold nested columns, or more than the budget.
    """
    frame = _parquet(file.where, data) if file.form == "parquet" else _stata(file.where, data)
    texts: list[pl.Series] = []
    numbers: dict[int, pl.Series] = {}
    marks: list[tuple[int, int, str, str]] = []
    for place, series in enumerate(frame):
        kind = series.dtype
        if kind.is_nested() or kind in (pl.Object, pl.Binary):
            refuse(f"{file.where}, column {series.name!r}", "numbers or texts", str(kind), "leave the column out")
        if kind.is_numeric():
            numbers[place] = series.cast(pl.Float64).fill_nan(None)
            whole = kind.is_integer() or kind.is_decimal()
            texts.append(series.cast(pl.String) if whole else number_texts(numbers[place]))
            continue
        texts.append(series.cast(pl.String))
        if kind.is_temporal() or kind == pl.Boolean:
            word = "boolean" if kind == pl.Boolean else "date"
            marks += [(row, place, word, text) for row, text in enumerate(texts[-1]) if text is not None]
    mark_frame = pl.DataFrame(marks, schema=MARKS, orient="row")
    return [Sheet("1", frame_of(texts), numbers, mark_frame, header=tuple(frame.columns))]


def _parquet(where: str, data: bytes) -> pl.DataFrame:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        about = pq.read_metadata(io.BytesIO(data))
        budgets.check_cells(where, about.num_columns, budgets.COLUMNS, "columns")
        budgets.check_cells(where, about.num_rows * about.num_columns)
        unpacked = sum(about.row_group(group).total_byte_size for group in range(about.num_row_groups))
        budgets.check_cells(where, unpacked, budgets.UNPACKED_BYTES, "bytes unpacked")
        return pl.read_parquet(io.BytesIO(data), use_pyarrow=True)
    except SourceError:
        raise
    except (pa.ArrowException, pl.exceptions.PolarsError, OSError, ValueError) as error:
        refuse(where, "a Parquet file", str(error).split("\n")[0], "is the file whole?")


def _stata(where: str, data: bytes) -> pl.DataFrame:
    import pandas as pd

    try:
        with pd.read_stata(io.BytesIO(data), iterator=True) as reader:
            frame: Any = reader.read(1)
            rows = int(getattr(reader, "_nobs", 0))
        budgets.check_cells(where, rows * len(frame.columns))
        frame = pd.read_stata(io.BytesIO(data), convert_categoricals=True, preserve_dtypes=True)
        return pl.DataFrame({name: _stata_column(frame[name]) for name in frame.columns})
    except SourceError:
        raise
    except Exception as error:  # the library lets struct.error, KeyError, UnicodeDecodeError and more through
        refuse(where, "a Stata file (.dta)", str(error).split("\n")[0] or type(error).__name__, "is the file whole?")


def _stata_column(column: Any) -> pl.Series:
    """Labelled codes as their labels."""
    if str(column.dtype) == "category":
        return pl.Series([None if one is None or one != one else str(one) for one in column.tolist()], dtype=pl.String)
    return pl.Series(pl.from_pandas(column))
