"""One reader a published form: bytes -> sheets of cells. Nothing is interpreted here.

What belongs here: how bytes become cells, and the budgets of that form. Doesn't: what a cell means (`layout`).
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from dx_pipeline.sources.cells import Sheet, check_texts
from dx_pipeline.sources.readers.encodings import check_suspects, unmasked
from dx_pipeline.sources.resolved import FileSpec

#: cells in which an old encoding is looked for
SAMPLE_ROWS, SAMPLE_COLUMNS = 60, 12


def read_sheets(file: FileSpec, data: bytes) -> list[Sheet]:
    """The sheets of a file in its declared form; the library a form needs is imported only now.

    Raises:
        SourceError: the bytes are not readable in this form, or hold more than its budget.
    """
    if file.form == "csv":
        from dx_pipeline.sources.readers.delimited import read_csv as read
    elif file.form == "html":
        from dx_pipeline.sources.readers.page import read_html as read
    elif file.form == "workbook":
        from dx_pipeline.sources.readers.workbook import read_workbook as read
    elif file.form in ("json", "jsonstat"):
        from dx_pipeline.sources.readers.objects import read_objects as read
    else:
        from dx_pipeline.sources.readers.typed import read_typed as read
    sheets = read(file, data)
    found = []
    for sheet in sheets:
        where = f"{file.where}, table {sheet.name}" if len(sheets) > 1 else file.where
        found.append(check_texts(where, _in_unicode(where, file, sheet)))
    return found


def _in_unicode(where: str, file: FileSpec, sheet: Sheet) -> Sheet:
    """The sheet with a declared old encoding undone; one that looks like it and doesn't say so is refused.

    The bytes of CSV and pages are decoded as a whole; elsewhere each distinct text is.
    """
    if file.encoding == "utf-8":
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
