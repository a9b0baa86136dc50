"""One reader a published form: bytes -> sheets of cells. Nothing is interpreted here.

What belongs here: how bytes become cells, and the budgets of that form. Doesn't: what a cell means (`layout`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import polars as pl

from dx_pipeline.sources.cells import Sheet, check_texts
from dx_pipeline.sources.readers.encodings import check_suspects, unmasked
from dx_pipeline.sources.resolved import FileSpec

UTF8 = "utf-8"
#: cells in which an old encoding is looked for
SAMPLE_ROWS, SAMPLE_COLUMNS = 60, 12

Reader = Callable[[FileSpec, bytes], list[Sheet]]


def read_sheets(file: FileSpec, data: bytes) -> list[Sheet]:
    """The sheets of a file in its declared form.

    Raises:
        SourceError: the bytes are not readable in this form, or hold more than its budget.
    """
    sheets = reader_of(file.form)(file, data)
    found = []
    for sheet in sheets:
        where = f"{file.where}, table {sheet.name}" if len(sheets) > 1 else file.where
        found.append(check_texts(where, _in_unicode(where, file, sheet)))
    return found


def _in_unicode(where: str, file: FileSpec, sheet: Sheet) -> Sheet:
    """The sheet with a declared old encoding undone; one that looks like it and doesn't say so is refused.

    The bytes of CSV and pages are decoded as a whole; elsewhere each distinct text is.
    """
    if file.encoding == UTF8:
        sample = sheet.texts[:SAMPLE_ROWS, :SAMPLE_COLUMNS]
        check_suspects(where, (text for column in sample for text in column.drop_nulls()))
    elif file.form not in ("csv", "html"):
        fixed = [
            column.replace_strict({text: unmasked(text, file.encoding) for text in column.drop_nulls().unique()})
            for column in sheet.texts
        ]
        header = sheet.header and tuple(unmasked(name, file.encoding) for name in sheet.header)
        return replace(sheet, texts=pl.DataFrame(fixed), header=header)
    return sheet


def reader_of(form: str) -> Reader:
    """The reader of a form; the library it needs is imported only now."""
    if form == "csv":
        from dx_pipeline.sources.readers.delimited import read_csv

        return read_csv
    if form == "html":
        from dx_pipeline.sources.readers.page import read_html

        return read_html
    if form == "workbook":
        from dx_pipeline.sources.readers.workbook import read_workbook

        return read_workbook
    if form == "json":
        from dx_pipeline.sources.readers.objects import read_json

        return read_json
    if form == "jsonstat":
        from dx_pipeline.sources.readers.objects import read_jsonstat

        return read_jsonstat
    from dx_pipeline.sources.readers.typed import read_typed

    return read_typed
