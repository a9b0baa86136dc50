"""Neighbours of the kinds in `cases/`: the same trouble in another form, with its declaration and the right result."""

# ruff: noqa: E501  a table reads better with a case a line

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from dx_pipeline.conform.reference import load_reference
from dx_pipeline.conform.source_check import check_source
from tests.sources.shapes import lines, page, tr, workbook
from tests.sources.test_draft import REFERENCE

HEAD = """title = "t"
title_vi = "t"
publisher = "p"
where_read = "w"
retrieved_on = 2026-11-21
licence = "none"
tier = "official"
unit_system = 63
"""
SCORE = '\n[columns."Điểm"]\nindicator = "s"\nmeasure = "score"\n'
RANK = '\n[columns."Hạng"]\nindicator = "s"\nmeasure = "rank"\n'
WIDE = 'form = "{form}"\nlayout = "wide"\nprovince = "Tỉnh"\n'
CSV, PAGE, BOOK, JSON = (WIDE.format(form=form) for form in ("csv", "html", "workbook", "json"))
HN, HD, TN = ("Hà Nội", "ha-noi"), ("Hải Dương", "hai-duong"), ("Thái Nguyên", "thai-nguyen")


def csv(*rows: list[Any], delimiter: str = ",") -> bytes:
    return lines([list(row) for row in rows], delimiter).encode()


def book(*rows: list[Any], merged: tuple = (), name: str = "S") -> bytes:
    return workbook((name, [list(row) for row in rows], list(merged)))


def with_dimension(data: bytes, reference: str) -> bytes:
    """A workbook whose first sheet states another size."""
    import io
    import re
    import zipfile

    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name.endswith("sheet1.xml"):
                part = re.sub(rb'<dimension ref="[^"]*"', f'<dimension ref="{reference}"'.encode(), part)
            new.writestr(name, part)
    return target.getvalue()


def date_cell() -> bytes:
    import datetime
    import io

    import xlsxwriter

    buffer = io.BytesIO()
    made = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = made.add_worksheet("S")
    sheet.write_row(0, 0, ["Tỉnh", "Điểm"])
    sheet.write(1, 0, "Hà Nội")
    sheet.write_datetime(1, 1, datetime.datetime(2022, 2, 1), made.add_format({"num_format": "d/m/yyyy"}))
    sheet.write(2, 0, "Hải Dương")
    sheet.write_boolean(2, 1, True)
    made.close()
    return buffer.getvalue()


def raised_marks(*more: str) -> bytes:
    """A name, a figure and a unit with a raised digit; `more` are figures written as texts."""
    import io

    import xlsxwriter

    buffer = io.BytesIO()
    made = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet, raised = made.add_worksheet("S"), made.add_format({"font_script": 1})
    sheet.write(0, 0, "Tỉnh")
    sheet.write_rich_string(0, 1, "km", raised, "2")
    sheet.write_rich_string(1, 0, "Hà Nội", raised, "1")
    sheet.write_rich_string(1, 1, "57.3", raised, "1")
    sheet.write_row(2, 0, ["Hải Dương", 61.25])
    sheet.write_row(3, 0, more)
    made.close()
    return buffer.getvalue()


#: kind -> file, bytes, declaration, keys of the file, figures as (edition, province, measure, value) or words of the refusal
Case = tuple[str, bytes, str, str, list[tuple[int, str, str, float]] | str]
CASES: dict[str, Case] = {
    "a mark in square brackets is a note": (
        "a.csv", csv(["Tỉnh", "Điểm"], [HN[0], "0.69[1]"], [HD[0], "0.7*"]), CSV + SCORE, "edition = 2022",
        [(2022, HN[1], "score", 0.69), (2022, HD[1], "score", 0.7)]),
    "a mark set lower or raised by a style is a note, a lowered digit of a name is not": (
        "a.html", page(tr("Tỉnh", "CO<sub>2</sub>") + tr(HN[0], "57<sub>2</sub>")
        + tr(HD[0], '61.2<span style="vertical-align: super">1</span>')), PAGE + SCORE.replace("Điểm", "CO2"), "edition = 2022",
        [(2022, HN[1], "score", 57), (2022, HD[1], "score", 61.2)]),
    "a raised mark in a cell of a workbook is a note": (
        "a.xlsx", raised_marks(), BOOK + SCORE.replace("Điểm", "km2"), "edition = 2022",
        [(2022, HN[1], "score", 57.3), (2022, HD[1], "score", 61.25)]),
    "the same text with a raised mark and without": (
        "a.xlsx", raised_marks(TN[0], "57.31"), BOOK + SCORE.replace("Điểm", "km2"), "edition = 2022",
        "expected footnote marks apart from digits, found '57.31'"),
    "km with a raised two is a unit": (
        "a.html", page(tr("Tỉnh", "Diện tích (km<sup>2</sup>)", tag="th") + tr(HN[0], "33<br>"),), PAGE
        + '\n[columns."Diện tích (km2)"]\nindicator = "area"\nmeasure = "value"\n', "edition = 2022", [(2022, HN[1], "value", 33)]),
    "blocks and breaks in a name are spaces": (
        "a.html", page(tr("Tỉnh", "Điểm") + tr("<div>Hải</div><div>Dương</div>", "1") + tr("Hà<br/>Nội", "2")), PAGE + SCORE,
        "edition = 2022", [(2022, HD[1], "score", 1), (2022, HN[1], "score", 2)]),
    "a hidden cell holds nothing": (
        "a.html", page(tr("Tỉnh", "Điểm") + f'<tr><td>{HN[0]}</td><td><span style="display: none">9</span>1</td></tr>'),
        PAGE + SCORE, "edition = 2022", [(2022, HN[1], "score", 1)]),
    "the second table of a page": (
        "a.html", page(tr("Menu", "x"), "<table>" + tr("Tỉnh", "Điểm") + tr(HN[0], "1") + "</table>"),
        'form = "html"\nlayout = "wide"\nignore_tables = ["2"]\n[tables.1]\nprovince = "Tỉnh"\n'
        '[tables.1.columns."Điểm"]\nindicator = "s"\nmeasure = "score"\n', "edition = 2022", [(2022, HN[1], "score", 1)]),
    "a table that nothing was said of": (
        "a.html", page(tr("Menu", "x"), "<table>" + tr("Tỉnh", "Điểm") + tr(HN[0], "1") + "</table>"), PAGE + SCORE,
        "edition = 2022", 'ignore_tables = ["2"]'),
    "a date and a truth value among figures": (
        "a.xlsx", date_cell(), BOOK + SCORE, "edition = 2022", "B2 (column Điểm): expected a number, found 2022-02-01"),
    "a size of all columns": (
        "a.xlsx", with_dimension(book(["Tỉnh", "Điểm"], [HN[0], 1.5]), "A:C"), BOOK + SCORE, "edition = 2022",
        [(2022, HN[1], "score", 1.5)]),
    "a size of the whole sheet": (
        "a.xlsx", with_dimension(book(["Tỉnh", "Điểm"], [HN[0], 1.5]), "A1:XFD1048576"), BOOK + SCORE, "edition = 2022",
        [(2022, HN[1], "score", 1.5)]),
    "a typed number is itself whatever the decimal mark": (
        "a.xlsx", book(["Tỉnh", "Điểm"], [HN[0], 0.123456789012], [HD[0], "0,5"]), BOOK + 'decimal = ","\n' + SCORE,
        "edition = 2022", [(2022, HN[1], "score", 0.123456789012), (2022, HD[1], "score", 0.5)]),
    "merged names repeat": (
        "a.xlsx", book(["Tỉnh", "Năm", "Điểm"], [None, 2022, 1.0], [None, 2023, 2.0], merged=((1, 0, 2, 0, HN[0]),)),
        BOOK + 'roles = { edition = "Năm" }\n' + SCORE, "", [(2022, HN[1], "score", 1), (2023, HN[1], "score", 2)]),
    "blank names repeat when declared": (
        "a.csv", csv(["Tỉnh", "Năm", "Điểm"], [HN[0], 2022, 1], ["", 2023, 2]), CSV + 'fill_down = true\nroles = { edition = "Năm" }\n'
        + SCORE, "", [(2022, HN[1], "score", 1), (2023, HN[1], "score", 2)]),
    "blank names are refused when nothing was said": (
        "a.csv", csv(["Tỉnh", "Điểm"], [HN[0], 1], ["", 2]), CSV + SCORE, "edition = 2022", "`fill_down = true`"),
    "titles with more columns than the table": (
        "a.csv", csv(["Bảng 1", "", "", "trang 5"], ["Tỉnh", "Điểm"], [HN[0], 1]), CSV + SCORE, "edition = 2022",
        [(2022, HN[1], "score", 1)]),
    "a footnote without commas and a footer with them": (
        "a.csv", csv(["Tỉnh", "Điểm"], [HN[0], 1]) + "Nguồn: NSO\nGhi chú, xem trang 5\n".encode(),
        CSV + 'footers = ["Nguồn: NSO", "Ghi chú"]\n' + SCORE, "edition = 2022", [(2022, HN[1], "score", 1)]),
    "a footer that nothing was said of": (
        "a.csv", csv(["Tỉnh", "Điểm"], [HN[0], 1], ["Nguồn: NSO", ""]), CSV + SCORE, "edition = 2022", 'footers = ["Nguồn: NSO"]'),
    "the heading again on the next page": (
        "a.csv", csv(["Tỉnh", "Điểm"], [HN[0], 1], ["Tỉnh", "Điểm"], [HD[0], 2]), CSV + SCORE, "edition = 2022",
        [(2022, HN[1], "score", 1), (2022, HD[1], "score", 2)]),
    "two columns of one name under merged headings are told apart by their paths": (
        "a.html", page(tr(*["Tỉnh"], tag='th rowspan="2"').replace("/th rowspan=\"2\"", "/th").replace("</tr>", "")
        + '<th colspan="2">Năm 2022</th><th colspan="2">Năm 2023</th></tr>' + tr("Điểm", "Hạng", "Điểm", "Hạng", tag="th")
        + tr(HN[0], "90", "1", "91", "1")), PAGE + SCORE, "edition = 2023",
        'name one of ["Năm 2022 / Điểm", "Năm 2023 / Điểm"], or all of them by `[columns."Năm {year} / Điểm"]`)'),
    "a page cut off inside its table": (
        "a.html", page(tr("Tỉnh", "Điểm") + tr(HN[0], "57.31") + tr(HD[0], "61.25")).split(b".25")[0], PAGE + SCORE,
        "edition = 2022", "expected a page whose last table ends"),
    "a table inside a script or a comment is none": (
        "a.html", page(tr("Tỉnh", "Điểm") + tr(HN[0], "57.31")) + b"<script>'<table><\\/table>'</script><!-- <table> -->",
        PAGE + SCORE, "edition = 2022", [(2022, HN[1], "score", 57.31)]),
    "a heading without a row": ("a.csv", csv(["Tỉnh", "Điểm"]), CSV + SCORE, "edition = 2022", "expected a row below the heading"),
    "a year and the same year as preliminary": (
        "a.csv", csv(["Tỉnh", "2022", "Sơ bộ 2022"], [HN[0], 1, 2]),
        CSV + '[columns."{year}"]\nindicator = "s"\nmeasure = "score"\n', "", '`ignore = ["Sơ bộ 2022"]`'),
    "rows of both sexes in a long table without `only`": (
        "a.csv", csv(["p", "sex", "y", "v"], [HN[0], "T", 2022, 7.5], [HN[0], "F", 2022, 7.1], [HD[0], "T", 2022, 7.9]),
        'form = "csv"\nlayout = "long"\nignore = ["sex"]\nindicator = "s"\nmeasure = "score"\nroles = { province = "p", edition = "y", value = "v" }\n',
        "", "rows [2, 3], column v: expected one figure: s (score) of ha-noi in 2022, found 7.5 and 7.1"),
    "two publishers of one figure in a long table are rivals": (
        "a.csv", csv(["p", "who", "v"], [HN[0], "A", 7.5], [HN[0], "B", 7.1]),
        'form = "csv"\nlayout = "long"\nindicator = "s"\nmeasure = "score"\nroles = { province = "p", publisher = "who", value = "v" }\n',
        "edition = 2022", [(2022, HN[1], "score", 7.5), (2022, HN[1], "score", 7.1)]),
    "a rank beyond the number of units": (
        "a.csv", csv(["Tỉnh", "Hạng"], [HN[0], 64], [HD[0], 2]), CSV + RANK, "edition = 2022", "expected a rank from 1 to 63"),
    "scores in a column of ranks": (
        "a.csv", csv(["Tỉnh", "Hạng"], [HN[0], 0.81]), CSV + RANK, "edition = 2022", 'if the column holds no ranks: `measure = "score"`'),
    "a unit written into the cell, which no other decimal mark helps": (
        "a.csv", csv(["Tỉnh", "Điểm"], [HN[0], "57.3 điểm"]), CSV + SCORE, "edition = 2022", "(mend it with the publisher, `leave_out"),
    "a code of the index in a folder that prints none": (
        "a.csv", csv(["Tỉnh", "Điểm"], [HN[0], 1]), CSV + SCORE.replace('"s"', '"overall"'), "edition = 2022", "is called `dti_…`"),
    "lists side by side of which only some headings repeat": (
        "a.csv", csv(["Tỉnh", "Điểm", "Điểm"], [HN[0], 1, 2]), CSV + "side_by_side = 2\n" + SCORE, "edition = 2022",
        "lists side by side repeat all their headings"),
    "a footer that is a province": (
        "a.csv", csv(["Tỉnh", "Điểm"], [HN[0], 1], ["Hai Duong", 2]), CSV + 'footers = ["Hải Dương", "Hai Duong"]\n' + SCORE,
        "edition = 2022", "`rows = [3]`"),
    "rows left out that are not there": (
        "a.csv", csv(["Tỉnh", "Điểm"], [HN[0], 1]), CSV + 'leave_out = [{ rows = ["7-9"], reason = "x" }]\n' + SCORE,
        "edition = 2022", "found no row 7-9"),
    "regions in English": (
        "a.csv", csv(["Tỉnh", "Điểm"], ["WHOLE COUNTRY", 9], ["I. Red River Delta", 8], [HN[0], 1]),
        CSV + "leave_out_regions = true\n" + SCORE, "edition = 2022", [(2022, HN[1], "score", 1)]),
    "regions that nothing was said of": (
        "a.csv", csv(["Tỉnh", "Điểm"], ["CẢ NƯỚC", 9], ["Đồng bằng sông Hồng", 8], [HN[0], 1]), CSV + SCORE, "edition = 2022",
        '`leave_out_regions = true`, or `footers = ["CẢ NƯỚC", "Đồng bằng sông Hồng"]`'),
    "a year in the heading that is not the edition": (
        "a.csv", csv(["Tỉnh", "Điểm 2021"], [HN[0], 1]), CSV + '\n[columns."Điểm 2021"]\nindicator = "s"\nmeasure = "score"\n',
        "edition = 2022", "expected the edition 2022 as declared, found 'Điểm 2021'"),
    "an edition a column": (
        "a.csv", csv(["Tỉnh", "Điểm 2021", "Điểm"], [HN[0], 1, 2]), CSV + '\n[columns."Điểm 2021"]\nindicator = "s"\nmeasure = "score"\n'
        "edition = 2021\n" + SCORE, "edition = 2022", [(2021, HN[1], "score", 1), (2022, HN[1], "score", 2)]),
    "years in brackets, preliminary": (
        "a.csv", csv(["Tỉnh", "2021", "2022 (sơ bộ)"], [HN[0], 1, 2]), CSV + '\n[columns."{year}"]\nindicator = "s"\nmeasure = "score"\n',
        "", [(2021, HN[1], "score", 1), (2022, HN[1], "score", 2)]),
    "three heading rows": (
        "a.xlsx", book(["Tỉnh", "DTI", None], [None, "2022", None], [None, "Điểm", "Hạng"], [HN[0], 0.5, 1]),
        BOOK + '\n[columns."DTI / {year} / Điểm"]\nindicator = "s"\nmeasure = "score"\n'
        '[columns."DTI / {year} / Hạng"]\nindicator = "s"\nmeasure = "rank"\n', "",
        [(2022, HN[1], "score", 0.5), (2022, HN[1], "rank", 1)]),
    "a table without a heading": (
        "a.csv", csv([1, HN[0], 0.5], [2, HD[0], 0.25]), 'form = "csv"\nlayout = "wide"\nheading_rows = 0\nprovince = "column 2"\n'
        'ignore = ["column 1"]\n\n[columns."column 3"]\nindicator = "s"\nmeasure = "score"\n', "edition = 2022",
        [(2022, HN[1], "score", 0.5), (2022, HD[1], "score", 0.25)]),
    "two headings of one name": (
        "a.csv", csv(["Tỉnh", "Điểm", "Điểm"], [HN[0], 1, 2]), CSV + SCORE, "edition = 2022", 'name one of ["column 2", "column 3"]'),
    "lists side by side, one shorter": (
        "a.csv", csv(["Tỉnh", "Điểm", "Tỉnh", "Điểm"], [HN[0], 1, HD[0], 2], [TN[0], 3, "", ""]),
        CSV + "side_by_side = 2\n" + SCORE, "edition = 2022",
        [(2022, HN[1], "score", 1), (2022, HD[1], "score", 2), (2022, TN[1], "score", 3)]),
    "two tables on one sheet": (
        "a.xlsx", book(["Tỉnh", "Điểm"], [HN[0], 1.0], [], ["Tỉnh", "Hạng"], [HN[0], 3]),
        'form = "workbook"\nlayout = "wide"\n[tables.a]\nsheet = "S"\narea = "A1:B2"\nprovince = "Tỉnh"\n'
        '[tables.a.columns."Điểm"]\nindicator = "s"\nmeasure = "score"\n[tables.b]\nsheet = "S"\narea = "A4:B5"\nprovince = "Tỉnh"\n'
        '[tables.b.columns."Hạng"]\nindicator = "s"\nmeasure = "rank"\n', "edition = 2022",
        [(2022, HN[1], "score", 1), (2022, HN[1], "rank", 3)]),
    "ties and the number of units are notes": (
        "a.csv", csv(["Tỉnh", "Hạng"], [HN[0], "15-16"], [HD[0], "14/63"], [TN[0], "=15"]), CSV + RANK, "edition = 2022",
        [(2022, HN[1], "rank", 15), (2022, HD[1], "rank", 14), (2022, TN[1], "rank", 15)]),
    "a second figure in brackets that nothing was said of": (
        "a.csv", csv(["Tỉnh", "Hạng"], [HN[0], "01 (0.727)"]), CSV + RANK, "edition = 2022", '`in_brackets = "score"`'),
    "three digits behind a mark that nothing was said of": (
        "a.csv", csv(["Tỉnh", "Điểm"], [HN[0], "57,310"], [HD[0], "61,252"], delimiter=";"), CSV + SCORE, "edition = 2022",
        "row 2, column Điểm: expected a declared decimal mark, as it could be 57.310 or 57310, found '57,310' (`decimal = \",\"` or `decimal = \".\"`"),
    "two marks in one column": (
        "a.csv", csv(["Tỉnh", "Điểm"], [HN[0], "57,31"], [HD[0], "61.25"], delimiter=";"), CSV + SCORE, "edition = 2022",
        "row 2, column Điểm: expected a number with '.' before its decimals"),
    "a province in a heading of too many rows": (
        "a.csv", csv(["Tỉnh", "Điểm"], [HN[0], 1], [HD[0], 2]), CSV + "heading_rows = 2\n" + SCORE, "edition = 2022",
        "row 2: expected no province in the heading or above it, found 'Hà Nội', which is ha-noi"),
    "another table above the one that is read": (
        "a.csv", csv(["Tỉnh", "Hạng"], [HN[0], 1], ["Tỉnh", "Điểm"], [HD[0], 2]), CSV + SCORE, "edition = 2022",
        "row 2: expected no province in the heading or above it"),
    "one figure merged over two columns": (
        "a.html", page(tr("Tỉnh", "Điểm", "Hạng") + f'<tr><td>{HN[0]}</td><td colspan="2">15</td></tr>'), PAGE + SCORE + RANK,
        "edition = 2022", "row 2, column 3 (column Hạng): expected a figure of its own, found 15"),
    "a figure merged over two columns of a workbook": (
        "a.xlsx", book(["Tỉnh", "Điểm", "Hạng"], [HN[0], None, None], [HD[0], 1, 2], merged=((1, 1, 1, 2, 15),)), BOOK + SCORE + RANK,
        "edition = 2022", "C2 (column Hạng): expected a figure of its own, found 15"),
    "a dash merged over two columns": (
        "a.html", page(tr("Tỉnh", "Điểm", "Hạng") + f'<tr><td>{HN[0]}</td><td colspan="2">-</td></tr>' + tr(HD[0], "9.5", "1")),
        PAGE + SCORE + RANK, "edition = 2022", [(2022, HD[1], "score", 9.5), (2022, HD[1], "rank", 1)]),
    "a unit system and a kind that are none": (
        "a.csv", csv(["p", "u", "k", "v"], [HN[0], 0, "guess", 1]),
        'form = "csv"\nlayout = "long"\nindicator = "s"\nmeasure = "score"\nroles = { province = "p", unit_system = "u", kind = "k", value = "v" }\n',
        "edition = 2022", "row 2, column u: expected a whole number, the size of the system of provinces"),
    "half a column of percent signs": (
        "a.csv", csv(["Tỉnh", "Điểm"], [HN[0], "50%"], [HD[0], "0.5"]), CSV + SCORE, "edition = 2022", "a percent sign"),
    "several measures in one column": (
        "a.csv", csv(["Tỉnh", "Năm", "Loại", "Giá trị"], [HN[0], 2022, "điểm", 0.5], [HN[0], 2022, "hạng", 3]),
        'form = "csv"\nlayout = "long"\nindicator = "s"\n[roles]\nprovince = "Tỉnh"\nedition = "Năm"\nmeasure = "Loại"\nvalue = "Giá trị"\n'
        '[codes.measure]\n"điểm" = "score"\n"hạng" = "rank"\n', "", [(2022, HN[1], "score", 0.5), (2022, HN[1], "rank", 3)]),
    "a measure that nothing was said of": (
        "a.csv", csv(["Tỉnh", "Năm", "Loại", "Giá trị"], [HN[0], 2022, "scor", 0.5]),
        'form = "csv"\nlayout = "long"\nindicator = "s"\n[roles]\nprovince = "Tỉnh"\nedition = "Năm"\nmeasure = "Loại"\nvalue = "Giá trị"\n',
        "", "row 2, column Loại: expected one of"),
    "rows of a part": (
        "a.csv", csv(["Tỉnh", "Giới", "Điểm"], [HN[0], "Nam", 1], [HN[0], "Chung", 2]), CSV + 'only = { "Giới" = "Chung" }\n' + SCORE,
        "edition = 2022", [(2022, HN[1], "score", 2)]),
    "rows of a part that is not there": (
        "a.csv", csv(["Tỉnh", "Giới", "Điểm"], [HN[0], "Nam", 1], [HN[0], "Chung", 2]), CSV + 'only = { "Giới" = "Cả hai" }\n' + SCORE,
        "edition = 2022", "column Giới: expected 'Cả hai' in a row, found ['Nam', 'Chung']"),
    "a printed indicator that nothing was said of": (
        "a.csv", csv(["p", "k", "v"], [HN[0], "Dân  số ", 1], [HN[0], "Diện tích", 2]),
        'form = "csv"\nlayout = "long"\nmeasure = "value"\nroles = { province = "p", indicator = "k", value = "v" }\n[codes.indicator]\n"Dân số" = "s"\n'
        '[indicators.s]\nname_vi = "s"\nname_en = "s"\n', "edition = 2022",
        'row 3, column v: expected an indicator that a source.toml declares, found \'Diện tích\' (say which indicator it is under `[codes.indicator]`: `"Diện tích" = "…"`)'),
    "a sparse cube": (
        "a.json", json.dumps({"version": "2.0", "class": "dataset", "id": ["t", "p"], "size": [1, 2], "value": {"1": 7.5}, "dimension": {
            "t": {"category": {"index": ["2022"]}}, "p": {"category": {"index": {"a": 0, "b": 1}, "label": {"a": HN[0], "b": HD[0]}}}}}).encode(),
        'form = "jsonstat"\nlayout = "long"\nindicator = "s"\nmeasure = "value"\n[roles]\nprovince = "p"\nedition = "t"\nvalue = "value"\n', "",
        [(2022, HD[1], "value", 7.5)]),
    "columns of a JSON object": (
        "a.json", json.dumps({"d": {"Tỉnh": [HN[0], HD[0]], "Điểm": [1, 2]}}).encode(), JSON + 'rows = "d"\n' + SCORE,
        "edition = 2022", [(2022, HN[1], "score", 1), (2022, HD[1], "score", 2)]),
    "lists in a JSON list": (
        "a.json", json.dumps([["Tỉnh", "Điểm"], [HN[0], 1.25]]).encode(), JSON + SCORE, "edition = 2022", [(2022, HN[1], "score", 1.25)]),
    "numbers as texts in JSON": (
        "a.json", json.dumps([{"Tỉnh": HN[0], "Điểm": "0,5"}]).encode(), JSON + 'decimal = ","\n' + SCORE, "edition = 2022",
        [(2022, HN[1], "score", 0.5)]),
    "letters of an old font in a workbook": (
        "a.xlsx", book(["TØnh", "§iÓm"], ["Hµ Néi", 1.0], ["H¶i D­¬ng", 2.0], ["Th¸i Nguyªn", 3.0]),
        BOOK + 'encoding = "tcvn3"\n' + SCORE, "edition = 2022",
        [(2022, HN[1], "score", 1), (2022, HD[1], "score", 2), (2022, TN[1], "score", 3)]),
    "letters of an old font that nothing was said of": (
        "a.xlsx", book(["TØnh", "§iÓm"], ["Hµ Néi", 1.0], ["H¶i D­¬ng", 2.0], ["Th¸i Nguyªn", 3.0]), BOOK + SCORE,
        "edition = 2022", 'declare `encoding = "tcvn3"`'),
    "utf-8 stored twice": (
        "a.csv", csv(["Tỉnh", "Điểm"], [HN[0], 1]).decode("latin-1").encode(), CSV + 'encoding = "utf-8-twice"\n' + SCORE,
        "edition = 2022", [(2022, HN[1], "score", 1)]),
    "escapes of R": (
        "a.csv", b"T<U+1EC9>nh,S\nH<U+1EA3>i D<U+01B0><U+01A1>ng,1\n",
        CSV + '\n[columns."S"]\nindicator = "s"\nmeasure = "score"\n', "edition = 2022", '`encoding = "r-escapes"`'),
    "a column with other names beside the figures": (
        "a.csv", csv(["Tỉnh", "A", "", "B"], [HN[0], 1, HD[0], 2], [HD[0], 3, HN[0], 4]),
        CSV + 'ignore = ["column 3"]\n\n[columns."A"]\nindicator = "a"\nmeasure = "score"\n[columns."B"]\nindicator = "b"\nmeasure = "score"\n',
        "edition = 2022", '`province = "column 3"`'),
    "a long table must say its measure": (
        "a.csv", csv(["Tỉnh", "Năm", "Giá trị"], [HN[0], 2022, 1]),
        'form = "csv"\nlayout = "long"\nindicator = "s"\n[roles]\nprovince = "Tỉnh"\nedition = "Năm"\nvalue = "Giá trị"\n', "",
        "measure: expected the measure of its figures"),
    "complete, but all rows are left out": (
        "a.csv", csv(["Tỉnh", "Điểm"], ["CẢ NƯỚC", 1]), CSV + "complete = true\nleave_out_regions = true\n" + SCORE,
        "edition = 2022", "63 units, found 0"),
    "a province twice": (
        "a.csv", csv(["Tỉnh", "Điểm"], [HN[0], 1], ["Ha Noi", 1]), CSV + SCORE, "edition = 2022", "rows [2, 3]: expected one row for ha-noi"),
}  # fmt: skip


def outcome(folder: Path, case: Case, reference) -> str:
    """What is wrong with the result of a case, or an empty text."""
    file, data, declaration, of_file, expected = case
    folder.mkdir()
    (folder / file).write_bytes(data)
    hashed = hashlib.sha256(data).hexdigest()
    codes = [code for code in ("s", "a", "b", "area") if f'indicator = "{code}"' in declaration]
    names = "".join(f'[indicators.{code}]\nname_vi = "{code}"\nname_en = "{code}"\n' for code in codes)
    text = f'{HEAD}{declaration}\n{names}[files."{file}"]\nsha256 = "{hashed}"\n{of_file}\n'
    (folder / "source.toml").write_text(text, encoding="utf-8")
    found = check_source(folder, reference)
    told = "\n".join(map(str, found.problems))
    if isinstance(expected, str):
        return "" if expected in told else f"not told: {expected!r} in {told or 'no problem at all'}"
    figures = found.figures.filter(found.figures["value"].is_not_null())
    rows = figures.select("edition", "province_id", "measure", "value").rows()
    if told or sorted(rows) != sorted(expected):
        return told or f"figures {rows}"
    files = found.files.row(0, named=True)
    parts = sum(files[name] for name in files if name.startswith("cells_"))
    return "" if files["cells"] == parts else f"{files['cells']} cells, {parts} accounted for"


def test_every_neighbour_gives_its_figures_or_is_refused_with_the_remedy(tmp_path):
    reference = load_reference(REFERENCE)
    wrong = {}
    for number, (kind, case) in enumerate(CASES.items()):
        said = outcome(tmp_path / f"s{number}", case, reference)
        if said:
            wrong[kind] = said
    assert not wrong, "\n".join(f"{kind}: {said}" for kind, said in wrong.items())


def test_figures_of_two_sizes_in_one_column_are_remarked_upon(tmp_path):
    """Shares of 1 among shares of 100, or thousands taken for decimals: both may be right, so nothing is refused."""
    reference = load_reference(REFERENCE)
    wrong = {}
    for number, (texts, remarked) in enumerate(
        [(("0.57", "61.2", "0.43"), True), (("57,310", "61.25", "60"), True), (("57.3", "61.2", "4"), False)]
    ):
        printed = zip((HN[0], HD[0], TN[0]), texts, strict=True)
        data = csv(["Tỉnh", "Điểm"], *map(list, printed), delimiter=";")
        said = outcome(
            tmp_path / f"s{number}", ("a.csv", data, CSV + 'decimal = "."\n' + SCORE, "edition = 2022", "-"), reference
        )
        notes = check_source(tmp_path / f"s{number}", reference).notes
        if any("mixed" in note for note in notes) is not remarked:
            wrong[texts] = (notes, said)
    assert not wrong
