"""A small writer of `.xlsb`, the binary workbook of Excel ([MS-XLSB]); no library writes that form."""

from __future__ import annotations

import io
import struct
import zipfile
from datetime import date

ERRORS = {"#DIV/0!": 0x07, "#N/A": 0x2A}
ROW, ERROR, BOOLEAN, NUMBER, TEXT, FORMULA = 0, 3, 4, 5, 6, 9
SHEET, BUNDLE, END_BUNDLES, END_BOOK = 0x81, 0x9C, 0x90, 0x84
DIMENSION, DATA, END_DATA, END_SHEET, MERGES, MERGE, END_MERGES = 0x94, 0x91, 0x92, 0x82, 0xB1, 0xB0, 0xB2
XFS, XF, END_XFS, FORMAT = 0x269, 0x2F, 0x26A, 0x2C
STYLE_XFS, END_STYLE_XFS = 0x272, 0x273
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
#: number formats of the styles of cells; 164 and 165 are written out
DATE_STYLE, PERCENT_STYLES = 1, {"%": 2, "0.0%;-0.0%": 3, '0.0" %"': 4}
FORMATS = (0, 14, 10, 164, 165)


def _record(kind: int, data: bytes = b"") -> bytes:
    size, length = b"", len(data)
    while True:
        size += bytes([length & 127 | (128 if length > 127 else 0)])
        length >>= 7
        if not length:
            break
    number = bytes([kind]) if kind < 128 else bytes([kind & 127 | 128, kind >> 7])
    return number + size + data


def _text(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _cell(column: int, value: object) -> bytes:
    """A number, a text, an error by its text, a date, `("=", number)` for what a formula gave, `("%", number)`."""
    style = DATE_STYLE if isinstance(value, date) else 0
    if isinstance(value, tuple) and value[0] in PERCENT_STYLES:
        style, value = PERCENT_STYLES[value[0]], value[1]
    start = struct.pack("<II", column, style)
    if isinstance(value, date):
        return _record(NUMBER, start + struct.pack("<d", (value - date(1899, 12, 30)).days))
    if isinstance(value, bool):
        return _record(BOOLEAN, start + bytes([value]))
    if isinstance(value, (int, float)):
        return _record(NUMBER, start + struct.pack("<d", value))
    if isinstance(value, tuple):
        return _record(FORMULA, start + struct.pack("<dHII", value[1], 0, 0, 0))
    if value in ERRORS:
        return _record(ERROR, start + bytes([ERRORS[str(value)]]))
    return _record(TEXT, start + _text(str(value)))


def _sheet(rows: list[list[object]], merged: list[tuple[int, int, int, int]]) -> bytes:
    width = max(map(len, rows))
    data = _record(SHEET) + _record(DIMENSION, struct.pack("<4I", 0, len(rows) - 1, 0, width - 1)) + _record(DATA)
    for number, row in enumerate(rows):
        data += _record(ROW, struct.pack("<II", number, 0) + bytes(9))
        data += b"".join(_cell(column, value) for column, value in enumerate(row) if value is not None)
    data += _record(END_DATA)
    if merged:
        cells = b"".join(_record(MERGE, struct.pack("<4I", *one)) for one in merged)
        data += _record(MERGES, struct.pack("<I", len(merged))) + cells + _record(END_MERGES)
    return data + _record(END_SHEET)


def xlsb(sheets: dict[str, list[list[object]]], merged: dict[str, list[tuple[int, int, int, int]]]) -> bytes:
    """A workbook; `merged`: first row, last row, first column, last column, from 0. Names that start with `_` hide."""
    book, links = _record(0x83), ""
    parts: dict[str, bytes] = {}
    for place, (name, rows) in enumerate(sheets.items(), start=1):
        about = struct.pack("<II", int(name.startswith("_")), place) + _text(f"rId{place}") + _text(name)
        book += _record(BUNDLE, about)
        links += f'<Relationship Id="rId{place}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{place}.bin"/>'
        parts[f"xl/worksheets/sheet{place}.bin"] = _sheet(rows, merged.get(name, []))
    relations = f'<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>'
    styles = b"".join(
        _record(FORMAT, struct.pack("<H", 164 + n) + _text(form)) for n, form in enumerate([*PERCENT_STYLES][1:])
    )
    # styles of styles come first, one in percent: no cell has it
    styles += _record(STYLE_XFS) + _record(XF, struct.pack("<HH", 0xFFFF, 9) + bytes(12)) + _record(END_STYLE_XFS)
    styles += _record(XFS, struct.pack("<I", len(FORMATS)))
    styles += b"".join(_record(XF, struct.pack("<HH", 0, form) + bytes(12)) for form in FORMATS) + _record(END_XFS)
    parts |= {
        "xl/workbook.bin": book + _record(END_BUNDLES) + _record(END_BOOK),
        "xl/styles.bin": _record(0x116) + styles + _record(0x117),
        "xl/_rels/workbook.bin.rels": relations.encode(),
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>'.encode(),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return buffer.getvalue()
