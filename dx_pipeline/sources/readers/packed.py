"""What a packed workbook holds, before it is unpacked: size, how far its cells reach, cells in error and in percent."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, field
from xml.sax.saxutils import unescape

import numpy as np

from dx_pipeline.sources import budgets
from dx_pipeline.sources.cells import column_of
from dx_pipeline.sources.errors import refuse
from dx_pipeline.sources.readers.percents import Boxes, percent_cells, percent_styles, records, sheets_named
from dx_pipeline.sources.texts import holds_digit, is_footnote

PARTS = 5_000
DIMENSION = re.compile(rb"<(?:\w+:)?dimension\b[^>]*/>|<(?:\w+:)?dimension\b[^>]*>\s*</(?:\w+:)?dimension>")
GOOD_DIMENSION = re.compile(rb'ref="[A-Z]{1,3}[1-9]\d*(?::[A-Z]{1,3}[1-9]\d*)?"')
ROW_WITH_CELLS = re.compile(rb"""row\b[^>]*?\sr\s*=\s*["'](\d+)[^>]*>\s*<(?:\w+:)?c\b""")
CELL_ADDRESS = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{1,9})(\d{1,9})""")
BLANKS = np.frombuffer(b" \t\r\n", np.uint8)
#: letters and digits of an address that are looked at: calamine takes more than a sheet has
LETTERS, DIGITS = 9, 9
ERROR_CELL = re.compile(
    rb'<(?:\w+:)?c\b(?=[^>]*\bt="e")[^>]*?\br="([A-Z]{1,3})(\d+)"[^>]*>(.*?)</(?:\w+:)?c>', re.DOTALL
)
VALUE = re.compile(rb"<(?:\w+:)?v>([^<]*)</")
#: a text in several scripts, its pieces, and the one that is set higher or lower
SHARED_TEXT = re.compile(rb"<(?:\w+:)?si>(.*?)</(?:\w+:)?si>", re.DOTALL)
RUN = re.compile(rb"<(?:\w+:)?r>(.*?)</(?:\w+:)?r>", re.DOTALL)
RUN_TEXT = re.compile(rb"<(?:\w+:)?t\b[^>]*>([^<]*)</")
SET_APART = re.compile(rb'vertAlign\s+val="(superscript|subscript)"')
SHEET = re.compile(rb"<(?:\w+:)?sheet\b[^>]*>")
RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
ODS_TABLE = re.compile(rb"<table:table(?=\s)([^>]*)>(.*?)</table:table>", re.DOTALL)
ODS_ROW = re.compile(rb"<table:table-row(?=[\s>/])([^>]*?)(?:/>|>(.*?)</table:table-row>)", re.DOTALL)
#: a cell and what it holds, up to the next one
ODS_CELL = re.compile(rb"<table:(?:covered-)?table-cell\b([^>]*)>([^<]*(?:<(?!/?table:)[^<]*)*)")
ODS_ERROR = re.compile(rb"<text:p[^>]*>\s*(#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!)|Err:\d{3})\s*</text:p>")
ODS_REPEATED = re.compile(rb"""number-(?:columns|rows)-repeated\s*=\s*["']0*(\d{1,9})""")
ODS_PERCENT = re.compile(rb"""office:value-type\s*=\s*["']percentage["']""")
ODS_FILLED = re.compile(rb"office:(?:string-|date-|time-|boolean-)?value|<text:p")


@dataclass(frozen=True)
class Parts:
    """What was seen: `errors` by sheet name (row and column from 0); `repaired` when the bytes had to be mended.

    `noted`: text of a cell -> the text without the marks of its footnotes, and these. `percent`: by sheet name, the
    cells that show .573 as 57.3 %.
    """

    is_xml: bool = False
    errors: dict[str, dict[tuple[int, int], str]] = field(default_factory=dict)
    repaired: bytes | None = None
    noted: dict[str, tuple[str, str]] = field(default_factory=dict)
    percent: dict[str, Boxes] = field(default_factory=dict)


def look_into(where: str, data: bytes) -> Parts:
    """Check a packed workbook against the budgets.

    Raises:
        SourceError: it is no whole archive, unpacks to too much, or its cells reach further than a sheet may.
    """
    if not data.startswith(b"PK"):
        return Parts()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            for one in members:  # as calamine finds them
                one.filename = one.filename.replace("\\", "/").lower()
            _check_unpacked(where, members, len(data))
            sheets = [one for one in members if re.search(r"worksheets/[^/]+\.xml$", one.filename)]
            names, styles = _sheet_names(where, archive, members, "bin"), _styles(where, archive, members, "bin")
            percent: dict[str, Boxes] = {}
            for one in members:
                if one.filename == "content.xml":
                    return _look_at_ods(where, _unpack(where, archive, one))
                elif re.search(r"worksheets/[^/]+\.bin$", one.filename):
                    cells = _look_at_xlsb(f"{where}, {one.filename}", _unpack(where, archive, one), styles)
                    percent[names.get(one.filename.rsplit("/", 1)[-1], "")] = cells
            if not sheets:
                return Parts(percent=percent)
            return _look_at_sheets(where, archive, sheets, members)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        refuse(where, "a whole workbook", str(error), "download it again, or open and save it")
    except UnicodeError as error:
        refuse(where, "a whole workbook", str(error), "open and save it again")


def _check_unpacked(where: str, members: list[zipfile.ZipInfo], packed: int) -> None:
    unpacked = sum(one.file_size for one in members)
    if len(members) > PARTS:
        refuse(where, f"at most {PARTS:,} parts", f"{len(members):,}", "it is no workbook of figures")
    if unpacked > budgets.UNPACKED_BYTES or unpacked > max(budgets.RATIO_FROM, packed * budgets.UNPACKED_RATIO):
        most = budgets.UNPACKED_BYTES // budgets.MIB
        limit = f"at most {most} MB and {budgets.UNPACKED_RATIO} times its size unpacked"
        found = f"{unpacked // budgets.MIB:,} MB, {unpacked // max(packed, 1):,} times its size"
        refuse(where, limit, found, "keep the sheets with figures in a workbook of their own")


def _look_at_sheets(
    where: str, archive: zipfile.ZipFile, sheets: list[zipfile.ZipInfo], members: list[zipfile.ZipInfo]
) -> Parts:
    names, styles = _sheet_names(where, archive, members, "xml"), _styles(where, archive, members, "xml")
    errors: dict[str, dict[tuple[int, int], str]] = {}
    percent: dict[str, Boxes] = {}
    mended: dict[str, bytes] = {}
    for part in sheets:
        xml = _unpack(where, archive, part)
        name = names.get(part.filename.rsplit("/", 1)[-1], part.filename)
        _check_reach(f"{where}, sheet {name!r}", xml)
        if b't="e"' in xml:
            errors[name] = {
                (int(row) - 1, column_of(letters.decode())): _error_text(inner)
                for letters, row, inner in ERROR_CELL.findall(xml)
            }
        if styles:
            percent[name] = percent_cells(f"{where}, sheet {name!r}", xml, styles)
        dimension = DIMENSION.search(xml[:100_000])
        if dimension and not GOOD_DIMENSION.search(dimension[0]):
            mended[part.filename] = xml[: dimension.start()] + xml[dimension.end() :]
    shared = _part(members, "xl/sharedstrings.xml")
    noted = _noted(where, _unpack(where, archive, shared)) if shared else {}
    return Parts(True, errors, _repacked(where, archive, members, mended) if mended else None, noted, percent)


def _styles(where: str, archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], form: str) -> set[int]:
    part = _part(members, f"xl/styles.{form}")
    return percent_styles(f"{where}, {part.filename}", _unpack(where, archive, part), form) if part else set()


def _noted(where: str, xml: bytes) -> dict[str, tuple[str, str]]:
    """Texts with footnote marks set higher or lower, which the reader of cells gives as their last digits."""
    if not SET_APART.search(xml):
        return {}
    noted: dict[str, tuple[str, str]] = {}
    plain_ones = set()
    for inner in SHARED_TEXT.findall(xml):
        text = note = ""
        for run in RUN.findall(inner):
            said = unescape(b"".join(RUN_TEXT.findall(run)).decode("utf-8", "replace"))
            apart = SET_APART.search(run)
            if apart and is_footnote(said, text, apart[1] == b"superscript"):
                note += said
            elif note:
                break  # text goes on behind it: no mark of a footnote
            else:
                text += said
        else:
            if note:
                noted[text + note] = (text, note)
                continue
        plain_ones.add(unescape(b"".join(RUN_TEXT.findall(inner)).decode("utf-8", "replace")))
    both = sorted(text for text in plain_ones & set(noted) if holds_digit(noted[text][0]))
    if both:
        remedy = "once with a raised mark, once without: write one"
        refuse(where, "footnote marks apart from digits", repr(both[0]), remedy)
    return noted


def _unpack(where: str, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    """A part, never more of it than its own entry says: an archive may lie about its size."""
    with archive.open(part) as stream:
        xml = stream.read(part.file_size + 1)
    if len(xml) > part.file_size:
        refuse(where, f"{part.file_size:,} bytes in {part.filename}", "more", "the archive lies about its size")
    return xml


def _check_reach(where: str, xml: bytes) -> None:
    """Cells far from the others make a sheet of billions of blanks; rows and cells both say where they are."""
    rows, columns = _reach(xml)
    _within(where, max([rows, *map(int, ROW_WITH_CELLS.findall(xml))]), columns)


def _reach(xml: bytes) -> tuple[int, int]:
    """The furthest row and column of all addresses `r="CV3000"`, their letters and digits read side by side."""
    text = np.frombuffer(xml, np.uint8)
    equals = np.flatnonzero(text == ord("="))
    equals = equals[(equals > 1) & (equals < len(text) - LETTERS - DIGITS - 2)]
    if np.isin(text[[equals - 1, equals + 1]], BLANKS).any():
        cells = {(column_of(letters.decode()) + 1, int(row)) for letters, row in CELL_ADDRESS.findall(xml)}
        return max((row for _, row in cells), default=0), max((column for column, _ in cells), default=0)
    at = equals[(text[equals - 1] == ord("r")) & np.isin(text[equals - 2], BLANKS)] + 2
    columns, rows = np.zeros(len(at), np.int64), np.zeros(len(at), np.int64)
    going = np.ones(len(at), np.bool_)
    for _ in range(LETTERS):
        letter = text[at] & 0xDF  # as capitals
        going &= (letter >= ord("A")) & (letter <= ord("Z"))
        columns = np.where(going, columns * 26 + letter - 64, columns)
        at = at + going
    going = columns > 0
    for _ in range(DIGITS):
        digit = text[at].astype(np.int64) - ord("0")
        going &= (digit >= 0) & (digit <= 9)
        rows = np.where(going, rows * 10 + digit, rows)
        at = at + going
    return int(rows.max(initial=0)), int(columns.max(initial=0))


def _within(where: str, rows: int, columns: int) -> None:
    if rows * columns > budgets.OBJECTS:
        remedy = "delete the cells far below or to the right of the table, and save it again"
        refuse(where, f"at most {budgets.OBJECTS:,} cells", f"cells as far as row {rows:,}, column {columns:,}", remedy)


def _look_at_ods(where: str, xml: bytes) -> Parts:
    """The error cells of each sheet, which calamine shows as blanks, and those in percent.

    Repeated cells that hold something count against the budget: a few bytes may stand for billions of them.
    """
    errors: dict[str, dict[tuple[int, int], str]] = {}
    percent: dict[str, Boxes] = {}
    cells = 0
    for about, inside in ODS_TABLE.findall(xml):
        row, boxes = 0, []
        name = _attribute(about, b"table:name")
        for attributes, inner in ODS_ROW.findall(inside):
            times = _repeated(attributes)
            if ODS_FILLED.search(inner):
                column = 0
                for said, held in ODS_CELL.findall(inner):
                    wrong = ODS_ERROR.search(held)
                    if wrong:
                        errors.setdefault(name, {})[row, column] = wrong[1].decode()
                    if ODS_PERCENT.search(said):
                        boxes.append((row, column, row + times, column + _repeated(said)))
                    column += _repeated(said)
                cells += times * min(column, budgets.COLUMNS)
            row += times
        percent[name] = np.array(boxes, np.int64)
    budgets.check_cells(where, cells, budgets.CELLS)
    return Parts(True, errors, percent=percent)


def _repeated(attributes: bytes) -> int:
    found = ODS_REPEATED.search(attributes)
    return int(found[1]) if found else 1


def _look_at_xlsb(where: str, data: bytes, styles: set[int]) -> Boxes:
    """The cells in percent of a binary sheet; its rows (type 0) and cells (types 1 to 11) say where they are."""
    row = rows = columns = 0
    boxes = []
    for kind, record in records(data):
        if kind <= 11 and len(record) >= 4:
            number = int.from_bytes(record[:4], "little")
            if kind == 0:
                row = number
            else:
                rows, columns = max(rows, row + 1), max(columns, number + 1)
                if int.from_bytes(record[4:7], "little") in styles:
                    boxes.append((row, number, row + 1, number + 1))
    _within(where, rows, columns)
    return np.array(boxes, np.int64)


def _error_text(inner: bytes) -> str:
    value = VALUE.search(inner)
    return unescape(value[1].decode("utf-8", "replace")) if value else "#ERROR!"


def _attribute(tag: bytes, name: bytes) -> str:
    found = re.search(rb"\b" + name + rb"""\s*=\s*(["'])(.*?)\1""", tag, re.DOTALL)
    return unescape(found[2].decode("utf-8", "replace"), {"&quot;": '"', "&apos;": "'"}) if found else ""


def _part(members: list[zipfile.ZipInfo], name: str) -> zipfile.ZipInfo | None:
    return next((one for one in members if one.filename == name), None)


def _sheet_names(where: str, archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], form: str) -> dict[str, str]:
    """File name of a part -> name of its sheet, in a workbook of the `form` xml or bin."""
    parts = [_part(members, name) for name in (f"xl/workbook.{form}", f"xl/_rels/workbook.{form}.rels")]
    if None in parts:
        return {}
    workbook, relations = (_unpack(where, archive, one) for one in parts if one)
    if form == "xml":
        named = [(_attribute(tag, rb"\w+:id"), _attribute(tag, b"name")) for tag in SHEET.findall(workbook)]
    else:
        named = sheets_named(workbook)
    targets = {
        _attribute(tag, b"Id"): re.split(r"[/\\]", _attribute(tag, b"Target").lower())[-1]
        for tag in RELATION.findall(relations)
    }
    return {targets.get(relation, ""): name for relation, name in named}


def _repacked(where: str, archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], mended: dict[str, bytes]) -> bytes:
    """The archive with some parts replaced, stored without packing."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as target:
        for one in members:
            data = mended[one.filename] if one.filename in mended else _unpack(where, archive, one)
            target.writestr(one.orig_filename, data)
    return buffer.getvalue()
