"""Which cells of a workbook show percent: .573 with such a number format is printed as 57.3 %."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

import numpy as np
import numpy.typing as npt
import polars as pl

from dx_pipeline.sources import budgets
from dx_pipeline.sources.cells import column_of
from dx_pipeline.sources.errors import refuse

#: a rectangle of cells a row: its first row and column, and those behind its last
Boxes = npt.NDArray[np.int64]
#: number formats that no file writes out, and what in a written one does not stand for itself
BUILT_IN = {"9": "0%", "10": "0.00%"}
NOT_SHOWN = re.compile(r'"[^"]*"|[\\_*].|\[[^\]]*\]')
#: a cell of `.xlsx`, and of its attributes: column, row, style
CELL = r"<(?:\w+:)?c(?:[\s/][^>]*)?>"
COLUMN, ROW = r"""\sr\s*=\s*["']([A-Za-z]+)\d""", r"""\sr\s*=\s*["'][A-Za-z]+(\d{1,9})"""
STYLE = r"""\ss\s*=\s*["'](\d{1,9})"""
#: records of `.xlsb`: a sheet, a number format, a style, and around the styles of cells
SHEET, FORMAT, ONE_STYLE, OF_CELLS, END_OF_CELLS = 156, 44, 47, 617, 618


def records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The records of a part of `.xlsb`: type and content."""
    place = 0
    while place < len(data) - 1:
        kind, place = _varint(data, place, 2)
        size, place = _varint(data, place, 4)
        yield kind, data[place : place + size]
        place += size


def _varint(data: bytes, place: int, most: int) -> tuple[int, int]:
    found = shift = 0
    for _ in range(most):
        byte = data[place] if place < len(data) else 0
        place += 1
        found |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            break
    return found, place


def _wide_text(data: bytes) -> tuple[str, bytes]:
    """The text that content of a record begins with, and what follows it."""
    end = 4 + 2 * int.from_bytes(data[:4], "little")
    return data[4:end].decode("utf-16-le", "replace"), data[end:]


def sheets_named(workbook: bytes) -> list[tuple[str, str]]:
    """Relation and name of each sheet of `.xlsb`."""
    texts = [_wide_text(record[8:]) for kind, record in records(workbook) if kind == SHEET]
    return [(relation, _wide_text(rest)[0]) for relation, rest in texts]


def percent_styles(where: str, data: bytes, form: str) -> set[int]:
    """The styles of cells that show percent, by their place among the styles of cells.

    Raises:
        SourceError: the part is too large or no XML.
    """
    budgets.check_cells(where, len(data), budgets.STYLES_BYTES, "bytes of styles")
    formats, used = _binary_styles(data) if form == "bin" else _xml_styles(where, data)
    shown = {number for number, code in (BUILT_IN | formats).items() if "%" in NOT_SHOWN.sub("", code).split(";")[0]}
    return {place for place, number in enumerate(used) if number in shown}


def _xml_styles(where: str, xml: bytes) -> tuple[dict[str, str], list[str]]:
    """Number formats by number, and the number of each style of cells."""
    try:
        root = ElementTree.fromstring(xml)
    except (ElementTree.ParseError, LookupError, ValueError) as error:  # the last two: an encoding it does not know
        refuse(where, "readable styles", str(error), "open and save the workbook again")
    formats = root.findall("{*}numFmts/{*}numFmt")
    used = root.findall("{*}cellXfs/{*}xf")
    return (
        {one.get("numFmtId", ""): one.get("formatCode", "") for one in formats},
        [one.get("numFmtId", "") for one in used],
    )


def _binary_styles(data: bytes) -> tuple[dict[str, str], list[str]]:
    formats, used, of_cells = {}, [], False
    for kind, record in records(data):
        of_cells = kind == OF_CELLS or (of_cells and kind != END_OF_CELLS)
        if kind == FORMAT:
            formats[str(int.from_bytes(record[:2], "little"))] = _wide_text(record[2:])[0]
        elif kind == ONE_STYLE and of_cells:
            used.append(str(int.from_bytes(record[2:4], "little")))
    return formats, used


def percent_cells(where: str, xml: bytes, styles: set[int]) -> Boxes:
    """The cells of a sheet of `.xlsx` with one of the styles.

    Raises:
        SourceError: such a cell does not say where it is.
    """
    tag = pl.col("tag").str
    cells = (
        pl.DataFrame({"tag": [xml.decode("latin-1")]})  # tags are ASCII in every encoding calamine reads
        .select(tag.extract_all(CELL).explode())
        .filter(tag.extract(STYLE).cast(pl.Int64).fill_null(0).is_in(styles))
        .select(tag.extract(COLUMN).alias("letters"), row=tag.extract(ROW).cast(pl.Int64) - 1)
    )
    if cells["row"].null_count():
        refuse(where, "cells that say where they are", "some that do not", "open and save the workbook again")
    columns = {letters: column_of(letters) for letters in cells["letters"].unique().to_list()}
    places = cells.select("row", pl.col("letters").replace_strict(columns, return_dtype=pl.Int64)).to_numpy()
    return np.hstack([places, places + 1])
