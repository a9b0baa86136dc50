"""Further shapes of published files, each the smallest of its kind; see `shapes`."""

from __future__ import annotations

import json

from tests.sources.shapes import ROWS, Shape, both, comma, lines, one, shape, tr, workbook

RANKS = [(0, row[1], float(row[4])) for row in ROWS]


@shape
def workbook_sheet_a_year_named_in_words() -> Shape:
    def sheet(column: int) -> list[list[object]]:
        return [["Tỉnh", "Điểm số"], *([row[0], row[column]] for row in ROWS)]

    sheets = [("Ghi chú", [["Phương pháp"]], []), ("PCI 2022", sheet(2), []), ("PCI 2023", sheet(3), [])]
    return "pci.xlsx", workbook(*sheets), both()


@shape
def page_with_a_table_a_year() -> Shape:
    def table(year: int, column: int) -> str:
        rows = "".join(tr(row[0], comma(float(row[column]))) for row in ROWS)
        return f"<h2>{year}</h2><table>{tr('Tỉnh', f'Điểm {year}', tag='th')}{rows}</table>"

    head = '<!doctype html><meta charset="utf-8">'
    return "diem.html", (head + table(2022, 2) + table(2023, 3)).encode(), both()


@shape
def ranks_that_say_of_how_many() -> Shape:
    rows = [["Tỉnh", "Xếp hạng 2023"], *([row[0], f"{row[4]:02d}/63"] for row in ROWS)]
    return "hang.csv", lines(rows).encode(), [(2023, province, rank) for _, province, rank in RANKS]


@shape
def years_as_columns_and_an_indicator_a_row() -> Shape:
    rows: list[list[object]] = [["Chỉ tiêu", "Tỉnh", "2022", "2023"]]
    rows += [[said, row[0], row[2], row[3]] for said in ("Dân số", "Dân số đô thị") for row in ROWS]
    return "dan-so.csv", lines(rows).encode(), both() * 2


@shape
def json_lines() -> Shape:
    rows = [json.dumps({"tinh": row[0], "nam": 2022, "diem": row[2]}, ensure_ascii=False) for row in ROWS]
    return "diem.jsonl", "\n".join(rows).encode(), one(2022)


@shape
def json_stat_1() -> Shape:
    places = {row[0]: place for place, row in enumerate(ROWS)}
    dimension = {
        "id": ["area", "time"],
        "size": [len(ROWS), 2],
        "area": {"category": {"index": places}},
        "time": {"category": {"index": {"2022": 0, "2023": 1}}},
    }
    cube = {"label": "Dân số", "dimension": dimension, "value": [value for row in ROWS for value in row[2:4]]}
    return "cube.json", json.dumps({"population": cube}, ensure_ascii=False).encode(), both()


@shape
def numbering_row_with_formulas() -> Shape:
    head = [["Địa phương", "Dự toán 2023", "Thực hiện 2022"], ["A", "1", "2=1-3"]]
    rows = [[row[0], comma(float(row[3])), comma(float(row[2]))] for row in ROWS]
    return "ngan-sach.csv", lines([*head, *rows], ";").encode(), both()
