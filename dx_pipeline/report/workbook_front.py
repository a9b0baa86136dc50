"""The first sheet of the workbook: what it is, where its sheets are, which tables are elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dx_pipeline.contracts import NOT_EXPORTED
from dx_pipeline.report.site_data import SiteData
from dx_pipeline.report.workbook_texts import Sheet

CHARTS = "Biểu đồ - Charts"


def read_me(sheets: Sequence[Sheet], data: SiteData) -> Iterator[tuple[str, str, str]]:
    """Lines of the first sheet: Vietnamese, English, and the sheet or file a line leads to (empty for none)."""
    yield (
        "Chỉ số chuyển đổi số cấp tỉnh (DTI) của Việt Nam: số liệu đã kiểm tra, có nguồn và giới hạn.",
        "Viet Nam's provincial Digital Transformation Index (DTI): checked figures with their sources and limits.",
        "",
    )
    yield (
        "Điểm từ 0 đến 1; «trên thang 1000» là đóng góp vào điểm chung; hạng 1 là cao nhất, đồng điểm thì đồng hạng.",
        "Scores run from 0 to 1; points of 1000 are contributions to the overall; rank 1 is best, ties share a rank.",
        "",
    )
    yield (
        "Cột số chỉ chứa số. Ô trống là không có số liệu; lý do và điều còn nghi ngờ đứng ở cột ghi chú cùng dòng.",
        "Columns of numbers hold numbers only. An empty cell has no figure; reasons and doubts stand beside.",
        "",
    )
    systems = ", ".join(str(system) for system in data.systems)
    yield (
        f"Không so điểm qua lần đổi bộ chỉ số; các hệ đơn vị ({systems}) không xếp chung.",
        f"Scores do not compare across a new indicator set; the sets of units ({systems}) never mix.",
        "",
    )
    yield "", "", ""
    yield "Các trang (bấm để mở)", "Sheets (click to open)", ""
    for sheet in sheets:
        yield f"{sheet.name}: {sheet.about_vi}", f"{sheet.name}: {sheet.about_en}", sheet.name
    if any(sheet.chart and sheet.rows for sheet in sheets):
        yield (
            f"{CHARTS}: điểm kỳ mới nhất theo thứ hạng",
            f"{CHARTS}: scores of the latest edition in rank order",
            CHARTS,
        )
    yield "", "", ""
    yield "Các bảng không nằm trong tệp này", "Tables that are not in this file", ""
    here = {table for sheet in sheets for table in sheet.tables}
    for name, contract in data.tables.contracts.items():
        if name not in here:
            file = f"dti.duckdb, {name}" if name in NOT_EXPORTED else f"csv/{name}.csv"
            yield f"{contract.title_vi}: {file}", f"{contract.title_en}: {file}", ""
