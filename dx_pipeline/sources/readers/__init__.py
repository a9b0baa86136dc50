"""One reader a published form: bytes -> sheets of cells. Nothing is interpreted here.

What belongs here: how bytes become cells, and the budgets of that form. What a cell means is said by `layout`.
"""

from __future__ import annotations

from collections.abc import Callable

from dx_pipeline.sources.cells import Sheet, check_texts
from dx_pipeline.sources.resolved import FileSpec

Reader = Callable[[FileSpec, bytes], list[Sheet]]


def read_sheets(file: FileSpec, data: bytes) -> list[Sheet]:
    """The sheets of a file in its declared form.

    Raises:
        SourceError: the bytes are not readable in this form, or hold more than its budget.
    """
    sheets = reader_of(file.form)(file, data)
    several = len(sheets) > 1
    return [check_texts(f"{file.where}, table {sheet.name}" if several else file.where, sheet) for sheet in sheets]


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
        from dx_pipeline.sources.readers.jsonstat import read_jsonstat

        return read_jsonstat
    from dx_pipeline.sources.readers.typed import read_typed

    return read_typed
