"""Files made to harm, or spoilt by chance: one clear refusal each, in bounded memory, and never the end of the process."""

# ruff: noqa: E501  a table reads better with a case a line

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable

import pytest

from dx_pipeline.errors import DxError
from dx_pipeline.sources import budgets
from dx_pipeline.sources.read import read_source
from tests.sources.test_readers import source

TABLE = "<table><tr><th>Tỉnh</th><th>DTI</th><th>Hạng</th></tr>{rows}</table>"
SHEET = (
    '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    "<sheetData>{cells}</sheetData></worksheet>"
)


def xlsx(cells: str, more: dict[str, bytes] | None = None, drop: str = "") -> bytes:
    """A workbook of one sheet made by hand."""
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.add_worksheet("S").write_row(0, 0, ["Tỉnh", "DTI", "Hạng"])
    book.close()
    target = io.BytesIO()
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != drop:
                data = (
                    SHEET.format(cells=cells).encode()
                    if name == "xl/worksheets/sheet1.xml" and cells
                    else old.read(name)
                )
                new.writestr(name, data)
        for name, data in (more or {}).items():
            new.writestr(name, data)
    return target.getvalue()


def cell(address: str, text: str = "x") -> str:
    row = "".join(c for c in address if c.isdigit())
    return f'<row r="{row}"><c r="{address}" t="inlineStr"><is><t>{text}</t></is></c></row>'


REPEATED = (
    '<table:table-row table:number-rows-repeated="1000000"><table:table-cell office:value-type="float" office:value="1" '
    'table:number-columns-repeated="1000"><text:p>1</text:p></table:table-cell></table:table-row>'
)


def ods(rows: str) -> bytes:
    """An OpenDocument spreadsheet of one sheet made by hand."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", f'<table:table table:name="S">{rows}</table:table>')
    return target.getvalue()


def deep(levels: int) -> bytes:
    return b"[" * levels + b"]" * levels


#: closes the cells of SHEET and opens them again, which calamine reads
MERGED = "</sheetData><mergeCells>" + '<mergeCell ref="A1:XFD1048576"/>' * 5_000 + "</mergeCells><sheetData>"
CSV = "Tỉnh,DTI,Hạng\n"
#: name -> form, bytes (made when asked), words of the refusal
ATTACKS: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "csv: a field that never ends": ("csv", lambda: (CSV + '"' + "x" * 200_000).encode(), "expected a CSV table"),
    "csv: a very long cell": ("csv", lambda: (CSV + f"Hà Nội,{'9' * 200_000},1\n").encode(), "at most 32,767 bytes"),
    "csv: a NUL inside a name": ("csv", lambda: (CSV + "Hà\0Nội,1,1\n").encode(), "without control and right-to-left marks"),
    "csv: an escape sequence": ("csv", lambda: (CSV + "Hà Nội,1,\x1b[31m1\n").encode(), "row 2, column 3: expected a text without"),
    "csv: right-to-left marks": ("csv", lambda: (CSV + "Hà Nội,\u202e1,1\n").encode(), "without control and right-to-left marks"),
    "csv: one short record": ("csv", lambda: (CSV + "Hà Nội,1\n").encode(), "row 2: expected 3 cells, found 2"),
    "csv: one long record": ("csv", lambda: (CSV + "Hà Nội,1,1,1,1,1\n").encode(), "none over column 4"),
    "csv: millions of columns": ("csv", lambda: b"x," * 3_000_000, "at most 16,384 columns"),
    "csv: nothing but blanks": ("csv", lambda: b" \n \n", "expected"),
    "csv: latin bytes": ("csv", lambda: (CSV + "Hà Nội,1,1\n").encode("cp1258", "replace"), "text in utf-8"),
    "csv: a picture": ("csv", lambda: b"\x89PNG\r\n\x1a\n" + b"0" * 100, "expected a csv table, found a picture"),
    "json: brackets without end": ("json", lambda: deep(100_000), "brackets nested without end"),
    "json: objects without end": ("json", lambda: b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "brackets nested without end"),
    "json: a list of numbers": ("json", lambda: b"[1, 2]", "expected a list of objects"),
    "json: a text at the top": ("json", lambda: b'"x"', "expected a list of objects"),
    "json: nothing": ("json", lambda: b"null", "expected a list of objects"),
    "json: a doubled field": ("json", lambda: '[{"Tỉnh": "Hà Nội", "DTI": 1, "DTI": 2, "Hạng": 1}]'.encode(), "each field once in an object, found 'DTI' twice"),
    "json: NaN": ("json", lambda: '[{"Tỉnh": "Hà Nội", "DTI": NaN, "Hạng": 1}]'.encode(), "expected numbers, found NaN"),
    "json: 1e400": ("json", lambda: '[{"Tỉnh": "Hà Nội", "DTI": 1e400, "Hạng": 1}]'.encode(), "numbers a computer can hold"),
    "json: 4000 digits": ("json", lambda: f'[{{"Tỉnh": "Hà Nội", "DTI": {"9" * 4000}, "Hạng": 1}}]'.encode(), "numbers a computer can hold"),
    "json: a line that is none": ("json", lambda: '{"Tỉnh": "Hà Nội"}\n{"Tỉnh": NaN}\n'.encode(), "expected numbers, found NaN"),
    "json: a cube of billions": ("jsonstat", lambda: b'{"version": "2.0", "class": "dataset", "id": ["a", "b"], "size": [100000, 100000], "dimension": {"a": {"category": {"index": ["x"]}}, "b": {"category": {"index": ["y"]}}}, "value": [1]}', "at most 2,000,000 cells"),
    "json: a cube whose dimensions are a list": ("jsonstat", lambda: b'{"id": ["a"], "size": [1], "dimension": [], "value": [1]}', "expected its categories"),
    "json: a cube whose dimensions have no names": ("jsonstat", lambda: b'{"id": [["a"]], "size": [1], "dimension": {}, "value": [1]}', "`id` and `size` of each dimension"),
    "json: cut off": ("json", lambda: b'[{"T', "expected JSON"),
    "json: true as a figure": ("json", lambda: '[{"Tỉnh": "Hà Nội", "DTI": true, "Hạng": 1}]'.encode(), "the cell holds true or false"),
    "json: a list as a figure": ("json", lambda: '[{"Tỉnh": "Hà Nội", "DTI": [1, 2], "Hạng": 1}]'.encode(), "list"),
    "json: millions of values": ("json", lambda: b"[" + b"0," * 5_000_000 + b"0]", "at most 4,000,000 values"),
    "html: rows merged without end": ("html", lambda: TABLE.format(rows=("<tr>" + '<td rowspan="60000" colspan="1000">x</td>' * 40 + "</tr>") * 90).encode(), "at most 2,000,000 cells"),
    "html: a blank page": ("html", lambda: b" ", "expected"),
    "html: only a comment": ("html", lambda: b"<!-- nothing -->", "expected"),
    "html: no table": ("html", lambda: b"<html><body><div>x</div></body></html>", "found no <table>"),
    "html: tags without end": ("html", lambda: b"<p>" * 3_100_000, "at most 3,000,000 elements"),
    "html: elements inside elements": ("html", lambda: b"<div>" * 5_000 + TABLE.format(rows="").encode(), "expected"),
    "workbook: a cell in the last row and column": ("workbook", lambda: xlsx(cell("A1") + cell("XFD1048576")), "cells as far as row 1,048,576, column 16,384"),
    "workbook: the same with other quotation marks": ("workbook", lambda: xlsx((cell("A1") + cell("XFD1048576")).replace('"', "'")), "cells as far as row 1,048,576"),
    "workbook: a cell in the last row": ("workbook", lambda: xlsx(cell("A1") + cell("C1048576")), "cells as far as row 1,048,576, column 3"),
    "workbook: the same in a row without a number": ("workbook", lambda: xlsx('<row><c r="A1"><v>1</v></c><c r="XFD1048576"><v>1</v></c></row>'), "cells as far as row 1,048,576, column 16,384"),
    "workbook: the same with blanks in the attributes": ("workbook", lambda: xlsx((cell("A1") + cell("xfd1048576")).replace("r=", "r = ")), "cells as far as row 1,048,576, column 16,384"),
    "workbook: an address of ten letters": ("workbook", lambda: xlsx('<row r="1"><c r="ZZZZZZZZZZ1"><v>1</v></c></row>'), "cells as far as row"),
    "workbook: merged thousands of times": ("workbook", lambda: xlsx(cell("A1") + cell("Z900") + MERGED), "at most 2,000,000 merged cells"),
    "workbook: a part of a gigabyte": ("workbook", lambda: xlsx("", {"xl/sharedStrings.xml": b"<t>" + b"0" * 40_000_000}), "times its size unpacked"),
    "workbook: nothing but a part": ("workbook", lambda: xlsx("", drop="xl/workbook.xml"), "expected a workbook"),
    "workbook: cut off": ("workbook", lambda: xlsx("")[:900], "expected a whole workbook"),
    "workbook: no workbook": ("workbook", lambda: b"PK\x03\x04" + b"0" * 99, "expected a whole workbook"),
    "workbook: an error cell": ("workbook", lambda: xlsx('<row r="1"><c r="A1" t="inlineStr"><is><t>Tỉnh</t></is></c><c r="B1" t="inlineStr"><is><t>DTI</t></is></c><c r="C1" t="inlineStr"><is><t>Hạng</t></is></c></row><row r="2"><c r="A2" t="inlineStr"><is><t>Hà Nội</t></is></c><c r="B2" t="e"><v>#N/A</v></c><c r="C2"><v>1</v></c></row>'), "B2 (column DTI): expected a number, found #N/A"),
    "ods: rows repeated inside a group": ("workbook", lambda: ods(f"<table:table-row-group>{REPEATED}</table:table-row-group>"), "at most 10,000,000 cells"),
    "ods: the same with other quotation marks": ("workbook", lambda: ods(REPEATED.replace('"', "'")), "at most 10,000,000 cells"),
    "parquet: no Parquet": ("parquet", lambda: b"PAR1" + b"0" * 50, "expected a Parquet file"),
    "stata: no Stata": ("stata", lambda: b"<stata_dta>" + b"0" * 50, "expected a Stata file"),
}  # fmt: skip


def test_each_attack_is_refused_in_one_clear_line(tmp_path):
    suffix = {
        "csv": "csv",
        "json": "json",
        "html": "html",
        "workbook": "xlsx",
        "parquet": "parquet",
        "stata": "dta",
        "jsonstat": "json",
    }
    wrong = []
    for number, (name, (form, make, words)) in enumerate(ATTACKS.items()):
        spec = source(tmp_path / f"s{number}", f"a.{suffix[form]}", make(), form)
        try:
            read_source(spec)
        except DxError as error:
            if words not in str(error) or f"data/raw/s{number}/a." not in str(error):
                wrong.append(f"{name}: told {error}")
        except Exception as error:
            wrong.append(f"{name}: raised {type(error).__name__}: {error}")
        else:
            wrong.append(f"{name}: accepted")
    assert not wrong, "\n".join(wrong)


def test_a_file_larger_than_its_budget_is_refused_unread(tmp_path, monkeypatch):
    spec = source(tmp_path / "s", "a.csv", (CSV + "Hà Nội,1,1\n").encode())
    monkeypatch.setitem(budgets.FILE_BYTES, "csv", 10)
    with pytest.raises(DxError, match=r"a\.csv: expected 1 to 10 bytes"):
        read_source(spec)


def test_short_lines_are_read_in_little_memory(tmp_path):
    """63 MB of short lines took the process down; they are read as one frame, or refused by their number."""
    import resource

    data = b"T,DTI,H\n" + b"a,1,2\n" * 4_000_000
    spec = source(tmp_path / "s", "a.csv", data)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(DxError, match="at most 10,000,000 cells"):
        read_source(spec)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000


def test_a_folder_a_device_and_a_locked_file_are_no_files(tmp_path):
    spec = source(tmp_path / "s", "a.csv", (CSV + "Hà Nội,1,1\n").encode())
    (tmp_path / "s" / "a.csv").unlink()
    (tmp_path / "s" / "a.csv").mkdir()
    with pytest.raises(DxError, match="expected a file, found a folder or a device"):
        read_source(spec)


def test_line_ends_of_old_machines_and_a_trailing_nul_are_read(tmp_path):
    for number, end in enumerate(("\r", "\r\n", "\n")):
        data = end.join(["Tỉnh,DTI,Hạng", "Hà Nội,0.5,1", ""]).encode() + b"\x00"
        assert read_source(source(tmp_path / f"s{number}", "a.csv", data)).figures.height == 2


def test_json_of_another_shape_says_where_the_rows_are_expected(tmp_path):
    data = json.dumps({"a": {"b": [{"x": 1}]}}).encode()
    spec = source(tmp_path / "s", "a.json", data, "json", 'rows = "a.c"')
    with pytest.raises(DxError, match=r"`a\.c`: expected a list of objects, found nothing"):
        read_source(spec)
