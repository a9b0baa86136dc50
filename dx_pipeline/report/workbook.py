"""One workbook a release, for people who work in a spreadsheet: main tables, sources and limits in two languages.

Numbers are numbers, text is text: a cell that begins with = + - @ is never run, an address never becomes a link by
itself. The same tables give the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dx_pipeline.report.site_data import SiteData
from dx_pipeline.report.workbook_sheets import Heading, Sheet, read_me, release_sheets
from dx_pipeline.tables import Tables

if TYPE_CHECKING:
    import duckdb

#: limits of the file format
MAX_ROWS = 1_048_576
MAX_LETTERS = 32_767
#: written as the time of creation: the release's own time stands in its manifest, not in every file
CREATED = datetime(2000, 1, 1)


def write_workbook(con: duckdb.DuckDBPyConnection, path: Path, release: str | Mapping[str, Any]) -> Path:
    """Write the workbook of a release; returns its path.

    Args:
        con: open connection whose default schema holds the public tables.
        path: the file to write.
        release: name of the release, or its manifest with the key `release`.

    Raises:
        ValueError: a sheet has more rows than a spreadsheet can hold.
    """
    import xlsxwriter

    name = release if isinstance(release, str) else str(release["release"])
    country = SiteData(Tables(con))
    sheets = list(release_sheets(country))
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(
        path,
        {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True},
    )
    book.set_properties({"title": "DTI Việt Nam", "comments": f"Bản phát hành / Release {name}", "created": CREATED})
    formats = {
        "text": book.add_format({"text_wrap": True, "valign": "top"}),
        "head": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#DCE6F1", "bottom": 1}),
        "title": book.add_format({"bold": True, "font_size": 14}),
    }
    kinds: dict[str, Any] = {}
    for heading in (heading for sheet in sheets for heading in sheet.headings):
        if heading.number and heading.number not in kinds:
            kinds[heading.number] = book.add_format({"num_format": heading.number, "valign": "top"})
    front = book.add_worksheet("Đọc trước - Read me")
    front.set_column(0, 1, 78)
    front.write_string(0, 0, f"DTI – bản phát hành {name}", formats["title"])
    front.write_string(0, 1, f"DTI – release {name}", formats["title"])
    for number, (vietnamese, english) in enumerate(read_me(sheets), start=2):
        front.write_string(number, 0, vietnamese, formats["text"])
        front.write_string(number, 1, english, formats["text"])
    for sheet in sheets:
        _write_sheet(book.add_worksheet(sheet.name), sheet, formats, kinds)
    book.close()
    return path


def _write_sheet(page: Any, sheet: Sheet, formats: Mapping[str, Any], kinds: Mapping[str, Any]) -> None:
    if len(sheet.rows) + 1 > MAX_ROWS:
        raise ValueError(
            f"sheet {sheet.name}: {len(sheet.rows)} rows, a spreadsheet holds {MAX_ROWS - 1}; leave it to the CSV"
        )
    for column, heading in enumerate(sheet.headings):
        page.set_column(column, column, heading.width)
        page.write_string(0, column, f"{heading.vi}\n{heading.en}", formats["head"])
    for number, row in enumerate(sheet.rows, start=1):
        for column, (heading, value) in enumerate(zip(sheet.headings, row, strict=True)):
            _write_cell(page, number, column, heading, value, formats["text"], kinds)
    page.set_row(0, 48)
    page.freeze_panes(1, sheet.fixed_columns)
    page.autofilter(0, 0, max(len(sheet.rows), 1), len(sheet.headings) - 1)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)


def _write_cell(
    page: Any, row: int, column: int, heading: Heading, value: Any, text: Any, kinds: Mapping[str, Any]
) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        page.write_string(row, column, "có / yes" if value else "không / no", text)
    elif isinstance(value, int | float):
        page.write_number(row, column, value, kinds.get(heading.number, text))
    elif isinstance(value, date):
        page.write_string(row, column, value.isoformat(), text)
    else:
        page.write_string(row, column, str(value)[:MAX_LETTERS], text)
