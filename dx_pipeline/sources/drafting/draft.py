"""A proposed `source.toml` for a file nobody has declared yet, with a comment on everything that was guessed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from dx_pipeline.sources.budgets import check_size
from dx_pipeline.sources.drafting.guess import Resolve, Systems, guess_table
from dx_pipeline.sources.drafting.said import Codes
from dx_pipeline.sources.drafting.write import Draft, Writer
from dx_pipeline.sources.errors import SourceError, refuse
from dx_pipeline.sources.readers import read_sheets
from dx_pipeline.sources.readers.encodings import guess_encoding
from dx_pipeline.sources.readers.objects import find_rows
from dx_pipeline.sources.resolved import FileSpec

#: rows in which provinces are looked for that stand side by side
HEADINGS = 10
FORMS = {
    ".csv": "csv", ".tsv": "csv", ".txt": "csv", ".json": "json", ".jsonl": "json",
    ".geojson": "json", ".html": "html", ".htm": "html",
    ".xlsx": "workbook", ".xlsm": "workbook", ".xls": "workbook", ".xlsb": "workbook", ".ods": "workbook",
    ".parquet": "parquet", ".pq": "parquet", ".dta": "stata",
}  # fmt: skip


def draft_source(
    path: Path,
    resolve: Resolve,
    systems: Systems,
    index_names: Mapping[str, str],
    index_codes: set[str],
    today: date,
) -> Draft:
    """Look at a file and propose its declaration.

    Args:
        path: the file.
        resolve: names of provinces.
        systems: the unit systems of the project.
        index_names: name of an indicator of the index (plain, small letters) -> its code, for a source of it.
        index_codes: codes that no other source may use.
        today: the day it is read.

    Raises:
        SourceError: the file cannot be read in any form, or names no province.
    """
    try:
        data = path.read_bytes() if path.is_file() else None
    except OSError as error:
        refuse(str(path), "a file that can be read", error.strerror or str(error))
    if data is None:
        refuse(str(path), "a file", "none")
    form = _form(path, data)
    check_size(str(path), form, len(data))
    encoding = guess_encoding(data) if form in ("csv", "html", "json") else "utf-8"
    rows = find_rows(str(path), data) if form == "json" else ""
    if form == "json" and rows is None:
        form, rows = "jsonstat", ""
    spec = FileSpec("draft", path, "", form, "wide", None, None, "third_party", "", "", "", "", str(path.parent),
                    rows=rows or "", encoding=encoding)  # fmt: skip
    try:
        sheets = read_sheets(spec, data)
    except SourceError as error:
        looks = re.search(r'declare `encoding = "([^"]+)"`', str(error))
        if not looks:
            raise
        encoding = looks[1]
        spec = replace(spec, encoding=encoding)
        sheets = read_sheets(spec, data)
    found = [(sheet, guess_table(sheet, resolve, systems, path.stem)) for sheet in sheets if not sheet.hidden]
    tables = [table for _, table in found if table and any(one.kind == "figures" for one in table.columns)]
    if not tables:
        seen = [text for sheet in sheets[:3] for row in sheet.texts[:4].rows() for text in row if text][:8]
        first = [row for sheet in sheets for row in sheet.texts[:HEADINGS].rows()]
        named = [resolve([text for text in row if text], system) for row in first for system in systems.units]
        across = "provinces stand side by side in a row: a table has a row a province"
        remedy = (
            across
            if max(map(len, named), default=0) > 1
            else (
                "is it the right file? a JSON list of figures inside a row is no column; "
                "`UBND tỉnh …` and other offices name no province"
            )
        )
        refuse(str(path), "a table with two provinces and figures", f"none; it begins with {seen}", remedy)
    writer = Writer(path, form, encoding, rows or "", systems.units, Codes(path.stem, index_names, index_codes), today)
    return writer.write(
        tables, [sheet for sheet, table in found if table not in tables], hashlib.sha256(data).hexdigest()
    )


def _form(path: Path, data: bytes) -> str:
    start = data[:400].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"PAR1"):
        return "parquet"
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return "workbook"
    if start[:1] in (b"{", b"["):
        return "json"
    if start[:1] == b"<" and (b"<html" in data[:2000].lower() or b"<table" in data.lower()):
        return "html"
    if start.startswith(b"<stata_dta>") or path.suffix.lower() == ".dta":
        return "stata"
    return FORMS.get(path.suffix.lower(), "csv") if path.suffix.lower() not in (".xlsx", ".xls", ".ods") else "csv"
