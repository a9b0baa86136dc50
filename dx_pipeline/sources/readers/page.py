"""HTML: every `<table>` of a page, merged cells repeated, hidden cells blank, footnote marks beside the text."""

from __future__ import annotations

import itertools
import re
from typing import Any

import polars as pl

from dx_pipeline.sources import budgets
from dx_pipeline.sources.cells import MARKS, Sheet, frame_of
from dx_pipeline.sources.errors import refuse
from dx_pipeline.sources.readers.encodings import decoded
from dx_pipeline.sources.resolved import FileSpec
from dx_pipeline.sources.texts import holds_digit, is_footnote

#: elements of one page, text included
ELEMENTS = 3_000_000
#: a cell may be merged over so many columns, as in browsers
COLUMNS = 1_000
SILENT = {"script", "style", "template", "noscript", "head"}
INLINE = {
    "a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "em", "font", "i", "ins", "kbd", "label", "mark", "o:p",
    "q", "s", "samp", "small", "span", "strong", "sub", "sup", "tt", "u", "var", "wbr",
}  # fmt: skip
TABLE_TAGS = re.compile(r"</?table\b|</?script\b|<!--|-->", re.IGNORECASE)
#: tags within these are none
ENDS = {"<script": "</script", "<!--": "-->"}
RAISED = re.compile(r"vertical-align\s*:\s*(?:super|text-top)", re.IGNORECASE)
HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)", re.IGNORECASE)


def read_html(file: FileSpec, data: bytes) -> list[Sheet]:
    """The tables of a page, the first being "1"; a table inside a cell is one of its own.

    Raises:
        SourceError: the page holds no table or ends inside one, is nested too deeply, or a table is larger than the
            budget.
    """
    from lxml import etree, html

    where = file.where
    budgets.check_cells(where, data.count(b"<"), ELEMENTS, "elements")
    text = decoded(where, file.encoding, data)
    if _ends_in_a_table(text):
        # what is left of the last cell reads as a figure: 6 of 61,25
        refuse(where, "a page whose last table ends", "no </table> after it", "it was cut off: save the whole page")
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        document = html.document_fromstring(text.encode("utf-8"), parser=parser)
    except (etree.LxmlError, ValueError) as error:
        refuse(
            where, "a page with a table", str(error).split("\n")[0], "the page may have been saved without its content"
        )
    deep = [entry for entry in parser.error_log if "depth" in entry.message.lower()]
    if deep:
        refuse(f"{where}, line {deep[0].line}", "elements nested less deeply", deep[0].message, "is it a real page?")
    tables = document.xpath("//table")
    if not tables:
        refuse(
            where, "a page with a table", "no <table>", "a page that draws its table with a program holds no figures"
        )
    cells = 0
    sheets = []
    for number, table in enumerate(tables, start=1):
        rows = [tr for tr in table.iter("tr") if next(tr.iterancestors("table")) is table]
        cells += sum(
            _span(cell, "colspan") * min(_span(cell, "rowspan"), len(rows) - place)
            for place, tr in enumerate(rows)
            for cell in tr.iterchildren("td", "th")
        )
        budgets.check_cells(f"{where}, table {number}", cells, budgets.OBJECTS)
        sheets.append(_sheet(str(number), rows))
    return sheets


def _ends_in_a_table(text: str) -> bool:
    """Whether the last table of a page is never closed, which HTML does not allow: the page was cut off."""
    opened, until = False, ""
    for tag in map(str.lower, TABLE_TAGS.findall(text)):
        if until:
            until = "" if tag == until else until
        elif tag in ENDS:
            until = ENDS[tag]
        elif tag.endswith("table"):
            opened = tag == "<table"
    return opened


def _sheet(name: str, rows: list[Any]) -> Sheet:
    """A merged cell stands in every place it covers."""
    grid: list[list[tuple[str, str] | None]] = [[] for _ in rows]
    marks: list[tuple[int, int, str, str]] = []
    for number, tr in enumerate(rows):
        place = 0
        for cell in tr.iterchildren("td", "th"):
            while place < len(grid[number]) and grid[number][place] is not None:
                place += 1
            said = ("", "") if _hidden(cell) or _hidden(tr) else cell_text(cell)
            across, down = _span(cell, "colspan"), _span(cell, "rowspan")
            for row in grid[number : number + down]:
                row += [None] * (place - len(row))
                row[place : place + across] = [said] * across
            if holds_digit(said[0]):
                marks += [(number, covered, "merged", said[0]) for covered in range(place + 1, place + across)]
            place += across
    for number, row in enumerate(grid):
        marks += [(number, place, "note", cell[1]) for place, cell in enumerate(row) if cell and all(cell)]
    columns = [
        pl.Series([cell[0] or None if cell else None for cell in column], dtype=pl.String)
        for column in itertools.zip_longest(*grid)
    ]
    blank = pl.Series([None] * len(rows), dtype=pl.String)
    shown = frame_of(columns or [blank])
    return Sheet(name, shown, marks=pl.DataFrame(marks, schema=MARKS, orient="row"), spans_known=True)


def cell_text(cell: Any) -> tuple[str, str]:
    """The text of a cell as a reader sees it, and the marks of its footnotes."""
    pieces: list[str] = []
    notes: list[str] = []
    _collect(cell, pieces, notes)
    return " ".join("".join(pieces).split()), " ".join(notes)


def _collect(element: Any, pieces: list[str], notes: list[str]) -> None:
    """Text in reading order; block elements and line breaks are a space, hidden ones nothing."""
    pieces.append(element.text or "")
    for child in element:
        tag = child.tag if isinstance(child.tag, str) else ""
        inline = tag.lower() in INLINE
        if not tag or tag in SILENT or tag == "table" or _hidden(child):
            pass
        elif _is_footnote(child, tag, "".join(pieces)):
            notes.append("".join(child.itertext()).strip())
        else:
            pieces.append("" if inline else " ")
            _collect(child, pieces, notes)
            pieces.append("" if inline else " ")
        pieces.append(child.tail or "")


def _is_footnote(element: Any, tag: str, before: str) -> bool:
    higher = tag == "sup" or bool(RAISED.search(element.get("style", "")))
    return (higher or tag == "sub") and is_footnote("".join(element.itertext()), before, higher)


def _hidden(element: Any) -> bool:
    return element.get("hidden") is not None or bool(HIDDEN.search(element.get("style", "")))


def _span(cell: Any, attribute: str) -> int:
    text = cell.get(attribute, "1").strip()
    return min(max(int(text), 1), COLUMNS) if text.isascii() and text.isdecimal() and len(text) < 6 else 1
