"""One workbook a release, for people who work in a spreadsheet: main tables, sources and limits in two languages.

Numbers are numbers, text is text: a cell that begins with = + - @ is never run, an address never becomes a link by
itself. The same tables give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dx_pipeline.contracts import NOT_EXPORTED
from dx_pipeline.errors import DxError
from dx_pipeline.report.site_data import SiteData
from dx_pipeline.report.workbook_sheets import Heading, Printed, Sheet, decimals_format, release_sheets
from dx_pipeline.tables import Tables

if TYPE_CHECKING:
    import duckdb

#: limits of the file format
MAX_ROWS = 1_048_576
MAX_LETTERS = 32_767
#: written as the time of creation: the release's own time stands in its manifest, not in every file
CREATED = datetime(2000, 1, 1)
CHARTS = "Biểu đồ - Charts"
#: what stands above the list of sheets
READ_ME = (
    ("Chỉ số chuyển đổi số cấp tỉnh (DTI) của Việt Nam: số liệu đã kiểm tra, có nguồn và giới hạn.",
     "Viet Nam's provincial Digital Transformation Index (DTI): checked figures with their sources and limits."),
    ("Điểm từ 0 đến 1; «trên thang 1000» là đóng góp vào điểm chung; hạng 1 là cao nhất, đồng điểm thì đồng hạng.",
     "Scores run from 0 to 1; points of 1000 are contributions to the overall; rank 1 is best, ties share a rank."),
    ("Cột số chỉ chứa số. Ô trống là không có số liệu; lý do và điều còn nghi ngờ đứng ở cột ghi chú cùng dòng.",
     "Columns of numbers hold numbers only. An empty cell has no figure; reasons and doubts stand beside."),
    ("Không so điểm qua lần đổi bộ chỉ số; các hệ đơn vị ({systems}) không xếp chung.",
     "Scores do not compare across a new indicator set; the sets of units ({systems}) never mix."),
    ("", ""),
    ("Các trang (bấm để mở)", "Sheets (click to open)"),
)  # fmt: skip


def write_workbook(con: duckdb.DuckDBPyConnection, path: Path, release: str, reference: Path) -> Path:
    """Write the workbook of a release; returns its path.

    The default schema of `con` holds the public tables; `reference` is the folder of the reference data.

    Raises:
        DxError: a sheet has more rows than a spreadsheet can hold.
    """
    import xlsxwriter

    data = SiteData(Tables(con), reference)
    sheets = list(release_sheets(data))
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(
        path,
        {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True},
    )
    book.set_properties({"title": "DTI Việt Nam", "comments": f"Bản phát hành / Release {release}", "created": CREATED})
    formats = {
        "text": book.add_format({"text_wrap": True, "valign": "top"}),
        "head": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#DCE6F1", "bottom": 1}),
        "link": book.add_format({"font_color": "#0A53B0", "underline": 1, "text_wrap": True, "valign": "top"}),
        "title": book.add_format({"bold": True, "font_size": 14}),
    }
    of_columns = (heading.number for sheet in sheets for heading in sheet.headings if heading.number)
    shown = dict.fromkeys([*of_columns, *map(decimals_format, range(1, 4))])
    kinds = {number: book.add_format({"num_format": number, "valign": "top"}) for number in shown}
    front = book.add_worksheet("Đọc trước - Read me")
    front.set_column(0, 1, 78)
    front.write_string(0, 0, f"DTI – bản phát hành {release}", formats["title"])
    front.write_string(0, 1, f"DTI – release {release}", formats["title"])
    for number, (vietnamese, english, target) in enumerate(_read_me(sheets, data), start=2):
        for column, text in enumerate((vietnamese, english)):
            if target:
                front.write_url(number, column, f"internal:'{target}'!A1", formats["link"], text)
            else:
                front.write_string(number, column, text, formats["text"])
    for sheet in sheets:
        page = book.add_worksheet(sheet.name)
        _write_sheet(page, sheet, formats, kinds)
    charts = [sheet for sheet in sheets if sheet.chart and sheet.rows]
    if charts:
        _draw_charts(book, book.add_worksheet(CHARTS), charts)
    book.close()
    return path


def _read_me(sheets: Sequence[Sheet], data: SiteData) -> Iterator[tuple[str, str, str]]:
    """Lines of the first sheet: Vietnamese, English, and the sheet or file a line leads to (empty for none)."""
    systems = ", ".join(str(system) for system in data.systems)
    for vietnamese, english in READ_ME:
        yield vietnamese.format(systems=systems), english.format(systems=systems), ""
    for sheet in sheets:
        yield f"{sheet.name}: {sheet.about_vi}", f"{sheet.name}: {sheet.about_en}", sheet.name
    if any(sheet.chart and sheet.rows for sheet in sheets):
        scores = "điểm kỳ mới nhất theo thứ hạng", "scores of the latest edition in rank order"
        yield f"{CHARTS}: {scores[0]}", f"{CHARTS}: {scores[1]}", CHARTS
    yield "", "", ""
    yield "Các bảng không nằm trong tệp này", "Tables that are not in this file", ""
    here = {table for sheet in sheets for table in sheet.tables}
    for name, contract in data.tables.contracts.items():
        if name not in here:
            file = f"dti.duckdb, {name}" if name in NOT_EXPORTED else f"csv/{name}.csv"
            yield f"{contract.title_vi}: {file}", f"{contract.title_en}: {file}", ""


def _draw_charts(book: Any, page: Any, sheets: Sequence[Sheet]) -> None:
    """One bar chart a ranking: scores of the latest edition in rank order."""
    for number, sheet in enumerate(sheets):
        names, figures, count = sheet.chart or (0, 0, 0)
        chart = book.add_chart({"type": "bar"})
        heading = sheet.headings[figures]
        chart.add_series(
            {
                "name": f"{heading.vi} / {heading.en}",
                "categories": [sheet.name, 1, names, count, names],
                "values": [sheet.name, 1, figures, count, figures],
                "fill": {"color": "#0A53B0"},
                "gap": 40,
            }
        )
        chart.set_title({"name": f"{sheet.name}: {heading.vi} / {heading.en}", "name_font": {"size": 12}})
        chart.set_y_axis({"reverse": True, "num_font": {"size": 8}, "interval_unit": 1})
        chart.set_x_axis({"num_format": "0.0", "major_gridlines": {"visible": True, "line": {"color": "#D3DBE3"}}})
        chart.set_legend({"none": True})
        chart.set_size({"width": 560, "height": 160 + 16 * count})
        page.insert_chart(1, 1 + 9 * number, chart, {"description": f"{heading.en}, {sheet.name}"})


def _write_sheet(page: Any, sheet: Sheet, formats: Mapping[str, Any], kinds: Mapping[str, Any]) -> None:
    if len(sheet.rows) + 1 > MAX_ROWS:
        raise DxError(
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
        number = decimals_format(value.decimals) if isinstance(value, Printed) else heading.number
        page.write_number(row, column, value, kinds.get(number, text))
    elif isinstance(value, date):
        page.write_string(row, column, value.isoformat(), text)
    else:
        page.write_string(row, column, str(value)[:MAX_LETTERS], text)
