"""Files as they are really published, made small: name -> (file name, bytes, the figures a reader would take).

A figure is (edition, province_id, value); editions are 0 where the file names no year and somebody has to say it.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from typing import Any

Figures = list[tuple[int, str, float]]
Shape = tuple[str, bytes, Figures]
#: name, province_id, figures of two years, a rank
ROWS = [
    ("Hà Nội", "ha-noi", 8435.6, 8587.1, 1),
    ("Hải Phòng", "hai-phong", 2088.0, 2105.5, 3),
    ("Hải Dương", "hai-duong", 1946.8, 1956.9, 4),
    ("Thái Nguyên", "thai-nguyen", 1336.0, 1350.3, 5),
    ("Đắk Lắk", "dak-lak", 1918.4, 1931.5, 6),
    ("Bà Rịa - Vũng Tàu", "ba-ria-vung-tau", 1178.7, 1187.5, 2),
    ("Hồ Chí Minh", "ho-chi-minh", 9389.7, 9456.7, 7),
]
SHAPES: dict[str, Callable[[], Shape]] = {}


def shape(make: Callable[[], Shape]) -> Callable[[], Shape]:
    """Add a maker under its name."""
    SHAPES[make.__name__] = make
    return make


def one(edition: int, column: int = 2) -> Figures:
    return [(edition, row[1], float(row[column])) for row in ROWS]


def both(first: int = 2022, second: int = 2023) -> Figures:
    return one(first, 2) + one(second, 3)


def comma(value: float, decimals: int = 1) -> str:
    return f"{value:.{decimals}f}".replace(".", ",")


def grouped(value: float, decimals: int = 1) -> str:
    return f"{value:,.{decimals}f}".replace(",", " ").replace(".", ",").replace(" ", ".")


def workbook(*sheets: tuple[str, list[list[Any]], list[tuple[int, int, int, int, str]]]) -> bytes:
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    for name, rows, merged in sheets:
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for place, value in enumerate(row):
                if value is not None:
                    sheet.write(number, place, value)
        for top, left, bottom, right, text in merged:
            sheet.merge_range(top, left, bottom, right, text)
    book.close()
    return buffer.getvalue()


def page(table: str, before: str = "") -> bytes:
    head = '<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>x</title></head><body>'
    return f"{head}{before}<table>{table}</table></body></html>".encode()


def tr(*cells: object, tag: str = "td") -> str:
    return "<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in cells) + "</tr>"


def lines(rows: list[list[object]], delimiter: str = ",", end: str = "\n") -> str:
    def cell(value: object) -> str:
        text = str(value)
        return f'"{text}"' if delimiter in text or "\n" in text or '"' in text else text

    return end.join(delimiter.join(cell(value) for value in row) for row in rows) + end


@shape
def plain_csv() -> Shape:
    return "dan_so_2022.csv", lines([["Tỉnh", "Dân số"], *([r[0], r[2]] for r in ROWS)]).encode(), one(2022)


@shape
def semicolon_csv_with_bom_and_decimal_comma() -> Shape:
    rows = [["STT", "Tỉnh/Thành phố", "Dân số (nghìn người)"]]
    rows += [[n, r[0], comma(r[2])] for n, r in enumerate(ROWS, 1)]
    return "b2022.csv", b"\xef\xbb\xbf" + lines(rows, ";", "\r\n").encode(), one(2022)


@shape
def tab_separated_utf16() -> Shape:
    rows = [["Province", "Population 2022"], *([r[0], r[2]] for r in ROWS)]
    return "pop.txt", lines(rows, "\t").encode("utf-16"), one(2022)


@shape
def statistical_yearbook_csv() -> Shape:
    rows: list[list[object]] = [
        ["Dân số trung bình phân theo địa phương", "", ""],
        ["Average population by province", "", ""],
        ["Nghìn người - Thous. pers.", "", ""],
        ["", "", ""],
        ["", "2022", "Sơ bộ - Prel. 2023"],
        ["CẢ NƯỚC - WHOLE COUNTRY", "99461,7", "100309,2"],
        ["Đồng bằng sông Hồng - Red River Delta", "23454,2", "23732,4"],
        *([r[0], comma(r[2]), comma(r[3])] for r in ROWS),
    ]
    return "v02.01.csv", lines(rows).encode(), both()


@shape
def yearbook_bilingual_regions_in_one_cell() -> Shape:
    rows: list[list[object]] = [["Địa phương\nProvinces", "2022", "2023"], ["CẢ NƯỚC\nWHOLE COUNTRY", 1, 2],
                                ["TÂY NGUYÊN\nCENTRAL HIGHLANDS", 3, 4]]  # fmt: skip
    rows += [[r[0], r[2], r[3]] for r in ROWS]
    return "y.csv", lines(rows).encode(), both()


@shape
def px_web_csv() -> Shape:
    rows: list[list[object]] = [["Cities, provincies", "Average population 2022", "Average population Prel. 2023"]]
    rows += [[" WHOLE COUNTRY", 99461.7, 100309.2], *([f" .. {r[0]}", r[2], r[3]] for r in ROWS)]
    return "E02.01.csv", lines(rows).encode(), both()


@shape
def sdmx_csv() -> Shape:
    header: list[object] = ["DATAFLOW", "FREQ", "REF_AREA", "INDICATOR", "TIME_PERIOD", "OBS_VALUE", "UNIT_MULT",
                            "OBS_STATUS"]  # fmt: skip
    rows = [header]
    for r in ROWS:
        rows += [
            ["GSO:POP(1.0)", "A", r[0], "POP_AVG", y, v, 3, s] for y, v, s in ((2022, r[2], "A"), (2023, r[3], "P"))
        ]
    return "data.csv", lines(rows).encode(), both()


@shape
def long_with_two_indicators() -> Shape:
    rows: list[list[object]] = [["year", "province", "indicator", "value"]]
    for r in ROWS:
        rows += [[2022, r[0], "Dân số", r[2]], [2022, r[0], "Thứ tự dân số", r[3]]]
    return "long.csv", lines(rows).encode(), one(2022) + one(2022, 3)


@shape
def panel_of_several_columns() -> Shape:
    rows: list[list[object]] = [["province", "year", "pop", "rank_pop"]]
    for r in ROWS:
        rows += [[r[0], 2022, r[2], r[4]], [r[0], 2023, r[3], r[4]]]
    return "panel.csv", lines(rows).encode(), both() + one(2022, 4) + one(2023, 4)


@shape
def panel_by_sex_with_totals() -> Shape:
    rows: list[list[object]] = [["Tỉnh", "Năm", "Giới tính", "Dân số"]]
    for r in ROWS:
        for year, value in ((2022, r[2]), (2023, r[3])):
            rows += [[r[0], year, "Tổng số", value], [r[0], year, "Nam", value / 2], [r[0], year, "Nữ", value / 2]]
    return "sex.csv", lines(rows).encode(), both()


@shape
def r_export_with_row_names() -> Shape:
    rows = ['"","province","score"', *(f'"{n}","{r[0]}",{r[2]}' for n, r in enumerate(ROWS, 1))]
    return "r_2022.csv", ("\n".join(rows) + "\n").encode(), one(2022)


@shape
def r_export_with_escapes() -> Shape:
    def escaped(text: str) -> str:
        return "".join(c if ord(c) < 128 else f"<U+{ord(c):04X}>" for c in text)

    rows = ['"province","score"', *(f'"{escaped(r[0])}",{r[2]}' for r in ROWS)]
    return "r_2022.csv", ("\n".join(rows) + "\n").encode(), one(2022)


@shape
def pandas_export_with_index() -> Shape:
    rows = [["", "Tinh", "Diem_2022", "Diem_2023"], *([n, r[0], r[2], r[3]] for n, r in enumerate(ROWS))]
    return "p.csv", lines(rows).encode(), both()


@shape
def tcvn3_csv() -> Shape:
    from dx_pipeline.sources.readers.encodings import TCVN3, TCVN3_LOW

    table = {letter: 128 + n for n, letter in enumerate(TCVN3)} | {letter: n for n, letter in TCVN3_LOW.items()}
    text = lines([["STT", "Tỉnh, thành phố", "Dân số"], *([n, r[0], comma(r[2])] for n, r in enumerate(ROWS, 1))], ";")
    return "cu_2022.csv", bytes(table.get(c, ord(c) if ord(c) < 128 else 63) for c in text), one(2022)


@shape
def windows_1258_csv() -> Shape:
    import unicodedata

    marks = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}

    def apart(text: str) -> str:
        out = ""
        for c in text:
            parts = unicodedata.normalize("NFD", c)
            tone = "".join(p for p in parts if p in marks)
            out += unicodedata.normalize("NFC", "".join(p for p in parts if p not in marks)) + tone
        return out

    text = lines([["Tỉnh", "Điểm 2022"], *([r[0], r[2]] for r in ROWS)])
    return "w.csv", apart(text).encode("cp1258"), one(2022)


@shape
def old_mac_line_ends() -> Shape:
    rows = [["Province", "Score"], *([r[0], r[2]] for r in ROWS)]
    return "mac_2022.csv", lines(rows, ",", "\r").encode(), one(2022)


@shape
def csv_with_total_below_and_source() -> Shape:
    rows: list[list[object]] = [["Tỉnh", "GRDP"], *([r[0], r[2]] for r in ROWS), ["Tổng cộng", 26293.2], [],
                                ["Nguồn: Tổng cục Thống kê"], ["(*) Số liệu sơ bộ"]]  # fmt: skip
    return "grdp-2022.csv", lines(rows).encode(), one(2022)


@shape
def csv_without_marks_and_thousands() -> Shape:
    names = ["Ha Noi", "Hai Phong", "Hai Duong", "Thai Nguyen", "Dak Lak", "BR-VT", "TP.HCM"]
    rows = [["Province", "Firms 2022"], *([n, f"{int(r[2] * 10):,}"] for n, r in zip(names, ROWS, strict=True))]
    return "firms.csv", lines(rows).encode(), [(e, p, float(int(v * 10))) for e, p, v in one(2022)]


@shape
def rank_and_score_in_one_cell() -> Shape:
    rows = [["Tỉnh", "Năm 2022"], *([r[0], f"{r[4]:02d} ({comma(r[4] / 10, 3)})"] for r in ROWS)]
    return "ict.csv", lines(rows, ";").encode(), one(2022, 4) + [(e, p, v / 10) for e, p, v in one(2022, 4)]


@shape
def percent_signs() -> Shape:
    rows = [["Địa phương", "Tỷ lệ"], *([r[0], f"{comma(r[4] + 0.5)}%"] for r in ROWS)]
    return "ty_le_2022.csv", lines(rows, ";").encode(), [(e, p, v + 0.5) for e, p, v in one(2022, 4)]


@shape
def ministry_page() -> Shape:
    head = tr("XẾP HẠNG", "TỈNH, THÀNH PHỐ", "ĐIỂM", tag="th")
    body = "".join(tr(r[4], f"<p>{r[0]}</p>", comma(r[2] / 10_000, 4)) for r in ROWS)
    figures = one(2022, 4) + [(2022, r[1], round(r[2] / 10_000, 4)) for r in ROWS]
    return "xep-hang-2022.html", page(head + body, "<h1>DTI</h1>"), figures


@shape
def page_with_layout_tables_and_two_levels() -> Shape:
    head = (
        "<tr><th rowspan=2>TT</th><th rowspan=2>Địa phương</th>"
        "<th colspan=2>Năm 2022</th><th colspan=2>Năm 2023</th></tr>" + tr("Điểm", "Hạng", "Điểm", "Hạng", tag="th")
    )
    body = "".join(tr(n, r[0], comma(r[2]), r[4], comma(r[3]), r[4]) for n, r in enumerate(ROWS, 1))
    before = "<table><tr><td>Trang chủ</td><td>Liên hệ</td></tr></table>"
    return "par.html", page(head + body, before), both() + one(2022, 4) + one(2023, 4)


@shape
def page_side_by_side_lists() -> Shape:
    half = [*ROWS[:4]], [*ROWS[4:], None]
    head = tr("Hạng", "Tỉnh", "Hạng", "Tỉnh", tag="th")
    body = "".join(
        tr(a[4], a[0], b[4] if b else "", b[0] if b else "") for a, b in zip(*half, strict=True) if a is not None
    )
    return "hang-2022.html", page(head + body), one(2022, 4)


@shape
def page_with_footnotes_and_hidden_rows() -> Shape:
    rows = [tr("Tỉnh", "Diện tích (km<sup>2</sup>)", tag="th"), '<tr style="display:none"><td>x</td><td>1</td></tr>']
    rows += [tr(f"{r[0]}<sup>(1)</sup>", f"{comma(r[2])}<sup>*</sup>") for r in ROWS]
    return "area_2022.html", page("".join(rows)), one(2022)


@shape
def wiki_page_with_links() -> Shape:
    head = tr("Tỉnh thành", "Dân số (2022)[1]", tag="th")
    body = "".join(tr(f'<a href="/w">{r[0]}</a>', f"{grouped(r[2])}<sup>[2]</sup>") for r in ROWS)
    return "wiki.html", page(head + body), one(2022)


@shape
def simple_workbook() -> Shape:
    rows = [["Tỉnh", "Điểm 2022"], *([r[0], r[2]] for r in ROWS)]
    return "a.xlsx", workbook(("Sheet1", rows, [])), one(2022)


@shape
def workbook_with_cover_and_titles() -> Shape:
    rows: list[list[Any]] = [[None, "BẢNG XẾP HẠNG NĂM 2022"], [], [None, "TT", "Tỉnh", "Điểm", "Hạng"]]
    rows += [[None, n, r[0], r[2], r[4]] for n, r in enumerate(ROWS, 1)]
    rows += [[], [None, None, "Trung bình", 3000.0], [None, "Ghi chú: theo báo cáo của địa phương"]]
    sheets = (("Bìa", [["Báo cáo"]], []), ("Bảng 1", rows, []))
    return "bao_cao.xlsx", workbook(*sheets), one(2022) + one(2022, 4)


@shape
def workbook_merged_two_level_heading() -> Shape:
    rows: list[list[Any]] = [[], [None, None, "Score", "Rank", "Score", "Rank"]]
    rows += [[n, r[0], r[2], r[4], r[3], r[4]] for n, r in enumerate(ROWS, 1)]
    merged = [(0, 0, 1, 0, "No"), (0, 1, 1, 1, "Province"), (0, 2, 0, 3, "2022"), (0, 4, 0, 5, "2023")]
    return "two.xlsx", workbook(("S", rows, merged)), both() + one(2022, 4) + one(2023, 4)


@shape
def workbook_unmerged_two_level_heading() -> Shape:
    rows: list[list[Any]] = [["TT", "Tỉnh", "Năm 2022", None, "Năm 2023", None],
                             [None, None, "Điểm", "Hạng", "Điểm", "Hạng"]]  # fmt: skip
    rows += [[n, r[0], r[2], r[4], r[3], r[4]] for n, r in enumerate(ROWS, 1)]
    return "two.xlsx", workbook(("S", rows, [])), both() + one(2022, 4) + one(2023, 4)


@shape
def papi_workbook_sheet_a_year() -> Shape:
    sheets = []
    for year, column in ((2022, 2), (2023, 3)):
        rows: list[list[Any]] = [["tentinh_vie", "Participation"], ["Tên tỉnh", "Tham gia"]]
        rows += [[r[0], r[column] / 2000] for r in ROWS]
        rows += [["Điểm cao nhất", 9.9], ["Điểm thấp nhất", 0.1]]
        sheets.append((f"{year}_PAPI", rows, []))
    return "papi.xlsx", workbook(*sheets), [(e, p, v / 2000) for e, p, v in both()]


@shape
def workbook_numbering_row_under_the_heading() -> Shape:
    rows: list[list[Any]] = [
        ["Biểu 3. Thu ngân sách 2022"],
        ["Đơn vị: tỷ đồng"],
        ["TT", "Địa phương", "Thu"],
        ["A", "B", 1],
    ]
    rows += [[n, r[0], r[2]] for n, r in enumerate(ROWS, 1)]
    return "thu.xlsx", workbook(("S", rows, [])), one(2022)


@shape
def workbook_regions_with_roman_numbers() -> Shape:
    rows: list[list[Any]] = [
        ["STT", "Tỉnh, thành phố", "Năm 2022"],
        [None, "Cả nước", 26293.2],
        ["I", "Đồng bằng sông Hồng", 5.0],
    ]
    rows += [[n, r[0], r[2]] for n, r in enumerate(ROWS[:3], 1)]
    rows += [["II", "Tây Nguyên", 6.0]]
    rows += [[n, r[0], r[2]] for n, r in enumerate(ROWS[3:], 4)]
    return "vung.xlsx", workbook(("S", rows, [])), one(2022)


@shape
def workbook_numbers_as_texts() -> Shape:
    rows: list[list[Any]] = [["Tỉnh", "Điểm 2022"], *([r[0], comma(r[2])] for r in ROWS)]
    return "texts.xlsx", workbook(("S", rows, [])), one(2022)


@shape
def workbook_lists_by_rank_of_each_index() -> Shape:
    other = sorted(ROWS, key=lambda r: r[4])
    rows: list[list[Any]] = [["Hạng", "Tỉnh", "PCI 2022", None, "PAPI 2022"]]
    rows += [[n, a[0], a[2], b[0], b[4] / 2] for n, (a, b) in enumerate(zip(ROWS, other, strict=True), 1)]
    figures = one(2022) + [(2022, r[1], r[4] / 2) for r in ROWS]
    figures += [(2022, r[1], float(n)) for n, r in enumerate(ROWS, 1)]
    return "lists.xlsx", workbook(("S", rows, [])), figures


@shape
def json_list() -> Shape:
    data = [{"tinh": r[0], "diem": r[2], "hang": r[4]} for r in ROWS]
    return "dti_2022.json", json.dumps(data, ensure_ascii=False).encode(), one(2022) + one(2022, 4)


@shape
def json_under_a_path() -> Shape:
    data = {"code": 200, "result": {"year": 2022, "items": [{"province": {"name": r[0]}, "score": r[2]} for r in ROWS]}}
    return "api_2022.json", json.dumps(data, ensure_ascii=False).encode(), one(2022)


@shape
def json_by_name() -> Shape:
    return "map_2022.json", json.dumps({r[0]: r[2] for r in ROWS}, ensure_ascii=False).encode(), one(2022)


@shape
def json_stat_2() -> Shape:
    labels = {str(n): r[0] for n, r in enumerate(ROWS)}
    data = {
        "version": "2.0", "class": "dataset", "label": "Dân số", "id": ["P", "Y"], "size": [len(ROWS), 2],
        "dimension": {
            "P": {"label": "Tỉnh", "category": {"index": {k: int(k) for k in labels}, "label": labels}},
            "Y": {"label": "Năm", "category": {"index": ["2022", "2023"]}},
        },
        "value": [v for r in ROWS for v in (r[2], r[3])],
    }  # fmt: skip
    return "stat.json", json.dumps(data, ensure_ascii=False).encode(), both()


@shape
def geojson() -> Shape:
    features = [
        {"type": "Feature", "properties": {"gid": n, "ten_tinh": r[0], "dan_so": r[2]},
         "geometry": {"type": "Point", "coordinates": [105.8, 21.0]}} for n, r in enumerate(ROWS, 1)
    ]  # fmt: skip
    data = {"type": "FeatureCollection", "features": features}
    return "tinh_2022.geojson", json.dumps(data, ensure_ascii=False).encode(), one(2022)


@shape
def parquet_panel() -> Shape:
    import polars as pl

    rows = [(r[0], y, v) for r in ROWS for y, v in ((2022, r[2]), (2023, r[3]))]
    buffer = io.BytesIO()
    pl.DataFrame(rows, schema=["province", "year", "grdp"], orient="row").write_parquet(buffer)
    return "panel.parquet", buffer.getvalue(), both()


@shape
def stata_panel() -> Shape:
    import pandas as pd

    rows = [(r[0], y, v) for r in ROWS for y, v in ((2022, r[2]), (2023, r[3]))]
    buffer = io.BytesIO()
    pd.DataFrame(rows, columns=["province", "year", "score"]).to_stata(buffer, write_index=False, version=118)
    return "panel.dta", buffer.getvalue(), both()


@shape
def the_34_units_of_2025() -> Shape:
    rows = [["Tỉnh", "Diện tích 2025 (km2)"], ["Hải Phòng", "3194.7"], ["Hồ Chí Minh", "6772.6"], ["Phú Thọ", "9361.4"]]
    figures = [(2025, "hai-phong", 3194.7), (2025, "ho-chi-minh", 6772.6), (2025, "phu-tho", 9361.4)]
    return "area.csv", lines(rows).encode(), figures  # type: ignore[arg-type]


@shape
def years_as_rows_provinces_down_with_blanks() -> Shape:
    rows: list[list[object]] = [["Tỉnh", "Năm", "Dân số"]]
    for r in ROWS:
        rows += [[r[0], 2022, r[2]], ["", 2023, r[3]]]
    return "blank.csv", lines(rows).encode(), both()


@shape
def missing_figures_as_dashes() -> Shape:
    rows: list[list[object]] = [["Tỉnh", "2022", "2023"], *([r[0], r[2], "-"] for r in ROWS[:2])]
    rows += [[r[0], r[2], r[3]] for r in ROWS[2:]]
    return (
        "dash.csv",
        lines(rows).encode(),
        one(2022) + [f for f in one(2023, 3) if f[1] not in ("ha-noi", "hai-phong")],
    )


def every_shape() -> Iterator[tuple[str, Shape]]:
    """Name and content of each."""
    for name, make in SHAPES.items():
        yield name, make()
