"""A proposed `source.toml` for a file nobody has declared yet, with a comment on everything that was guessed."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from dx_pipeline.sources.budgets import check_size
from dx_pipeline.sources.cells import Sheet
from dx_pipeline.sources.drafting.guess import (
    GuessedTable,
    Resolve,
    Systems,
    decimal_mark,
    guess_table,
    measure_of,
    unit_of,
)
from dx_pipeline.sources.drafting.said import (
    YEAR_PART,
    Codes,
    is_long,
    is_unused,
    needs_edition,
    own_year,
    read_only,
    roles_of,
    safe,
    selector_of,
    selectors_of,
)
from dx_pipeline.sources.errors import SourceError, quoted, refuse
from dx_pipeline.sources.readers import read_sheets
from dx_pipeline.sources.readers.encodings import guess_encoding
from dx_pipeline.sources.readers.objects import find_rows
from dx_pipeline.sources.resolved import FileSpec
from dx_pipeline.sources.texts import years_in
from dx_pipeline.text import plain

#: rows in which provinces are looked for that stand side by side
HEADINGS = 10
#: forms of files whose first bytes do not say it; all others are CSV
FORMS = {
    ".json": "json", ".jsonl": "json", ".geojson": "json", ".html": "html", ".htm": "html",
    ".xlsm": "workbook", ".xlsb": "workbook", ".parquet": "parquet", ".pq": "parquet",
}  # fmt: skip
DIGITS = re.compile(r"\d")


@dataclass
class Draft:
    """The text, and what a person should look at first."""

    text: str
    doubts: list[str] = field(default_factory=list)


@dataclass
class Writer:
    """Writes one draft; `doubts` are gathered on the way."""

    file: FileSpec
    systems: Mapping[int, set[str]]
    codes: Codes
    today: date
    doubts: list[str] = field(default_factory=list)

    def write(self, tables: list[GuessedTable], unread: list[Sheet], sha256: str) -> Draft:
        """The whole text."""
        table = tables[0]
        title = safe(table.title or self.file.path.stem.replace("_", " "))
        groups = self._groups(tables)
        long = all(is_long(one) for one in tables)
        mark = self._decimal(tables)
        lines = [
            "#:schema ../../../docs/schemas/source.schema.json",
            "# Proposed by `dx source draft`: a comment stands beside what was guessed. Next: dx source check",
            f"title = {_toml(title)}  # say it in English",
            f"title_vi = {_toml(title)}",
            'publisher = "unknown"  # who published it first, and who copied it',
            'url = ""  # the address of the page or file',
            'where_read = "unknown"  # page, table, commit: where a reader finds it again',
            f"retrieved_on = {self.today.isoformat()}",
            'licence = "none stated"',
            'tier = "third_party"  # official, official_copy, press or third_party',
            f'form = "{self.file.form}"',
            f'layout = "{"long" if long else "wide"}"',
        ]
        if self.file.encoding != "utf-8":
            looks = (
                "the bytes are no UTF-8; read so, the names make sense"
                if self.file.form == "csv"
                else "the texts look like it"
            )
            lines.append(f'encoding = "{self.file.encoding}"  # {looks}')
        if mark[0] and self.file.form not in ("parquet", "stata"):
            lines.append(f'decimal = "{mark[0]}"  # {mark[1]}')
        known = f"{len(table.provinces)} of its {len(self.systems[table.system])} names"
        lines.append(f"unit_system = {table.system}  # {known} stand in {table.columns[table.province].path!r}")
        if self.file.rows:
            lines.append(f"rows = {_toml(self.file.rows)}  # the list of rows in the file")
        files = sorted(
            one.name for one in self.file.path.parent.iterdir() if one.is_file() and not one.name.startswith(".")
        )
        others = [name for name in files if name not in (self.file.path.name, "source.toml")]
        if others and len(others) <= 50:
            lines.append(f"not_read = {quoted(others)}  # other files of the folder; declare those that are to be read")
        names = [sheet.name for sheet in unread if sheet.filled]
        if names and self.file.form in ("html", "workbook", "jsonstat"):
            lines.append(f"ignore_tables = {quoted(names)}  # no provinces with figures were found there")
        editions = {name: self._edition(one) for name, one in groups if needs_edition(one, name)}
        common = len(set(editions.values())) == 1
        for name, one in groups:
            start = "" if name == "1" and len(groups) == 1 else f"tables.{_toml(name)}."
            lines += ["", f"[{start[:-1]}]"] if start else []
            lines += [editions[name]] if name in editions and not common else []
            lines += [*self._table_lines(one), *self._role_lines(one, start), *self._column_lines(one, start)]
        for code, name in self.codes.indicators.items():
            lines += [
                "", f"[indicators.{code}]  # a code of your own; direction and linked are yours to say",
                f"name_vi = {_toml(name)}", f"name_en = {_toml(name)}",
            ]  # fmt: skip
        lines += ["", f"[files.{_toml(self.file.path.name)}]", *(set(editions.values()) if common else ())]
        lines.append(f'sha256 = "{sha256}"')
        return Draft("\n".join(lines) + "\n", self.doubts)

    def _groups(self, tables: list[GuessedTable]) -> list[tuple[str, GuessedTable]]:
        """Name of a table in source.toml, and the table; one a year under one name with `{year}`."""
        if len(tables) == 1:
            return [(tables[0].sheet.name if self.file.form in ("html", "workbook") else "1", tables[0])]
        names = [YEAR_PART.sub("{year}", table.sheet.name, count=1) for table in tables]
        groups: dict[str, GuessedTable] = {}
        for name, table in zip(names, tables, strict=True):
            yearly = "{year}" in name and names.count(name) > 1
            groups.setdefault(name if yearly else table.sheet.name, table)
        return list(groups.items())

    def _edition(self, table: GuessedTable) -> str:
        """The line that says the edition of a table."""
        headings = " ".join(column.path for column in table.columns)
        places = [
            (headings, "the year in a heading"), (table.sheet.name, "the year in the name of the sheet"),
            (self.file.path.stem, "the year in the name of the file"),
            (" ".join(table.titles), "the year in a title line"),
        ]  # fmt: skip
        for text, said in places:
            years = [year for year in years_in(text) if 1990 <= year <= self.today.year]
            if years:
                return f"edition = {max(years)}  # {said}: is it the assessed year?"
        self.doubts.append("no year stands in the file: set `edition`")
        return f"edition = {self.today.year - 1}  # no year stands in the file: set the assessed year"

    def _decimal(self, tables: list[GuessedTable]) -> tuple[str | None, str]:
        texts = []
        for table in tables:
            for column in table.figures:
                if column.place not in table.sheet.numbers:
                    texts += [re.sub(r"^\d+\s*\(|\)$", "", text) for text in column.values]
        if not texts:
            return None, ""
        found = decimal_mark(texts)
        if found:
            return found, "as the figures show"
        doubtful = [text for text in texts if re.search(r"\d[.,]\d", text)]
        if doubtful:
            self.doubts.append(f"the decimal mark is not certain: {doubtful[:3]}")
            return ("." if "." in doubtful[0] else ","), f"not certain: figures read like {doubtful[0]!r}"
        return ".", "no figure has decimals"

    def _table_lines(self, table: GuessedTable) -> list[str]:
        lines = []
        if not is_long(table):
            lines.append(f"province = {_toml(selector_of(table, table.province))}")
        if table.sheet.header is None and table.heading_rows != 1:
            lines.append(f"heading_rows = {table.heading_rows}")
        headed = any(column.path for column in table.columns if column.kind in ("figures", "province"))
        if table.sheet.header is None and not headed:
            lines.append(f"heading_row = {table.sheet.row_number(table.heading)}")
        if table.provinces == self.systems[table.system] and not table.panel and not is_long(table):
            lines.append("complete = true  # every unit has a row; an edition that loses one stops")
        ignored = [selector_of(table, column.place) for column in table.columns if is_unused(table, column)]
        if ignored:
            lines.append(f"ignore = {quoted(ignored)}")
        self.doubts += [
            f"column {column.path!r} holds texts such as {column.values[0]!r}: is it to be read?"
            for column in table.columns
            if column.kind == "text" and is_unused(table, column) and all(map(DIGITS.search, column.values))
        ]
        if table.side_by_side > 1:
            lines.append(f"side_by_side = {table.side_by_side}  # lists with the same headings")
        if table.fill_down:
            lines.append("fill_down = true  # a blank name repeats the one above")
        if table.regions:
            shown = ", ".join(repr(plain(text)) for _, text in table.regions[:4])
            lines.append(f"leave_out_regions = true  # {len(table.regions)} rows such as {_comment(shown)}")
        if table.notes:
            lines.append(f"footers = {quoted(dict.fromkeys(text for _, text in table.notes))}")
        if table.repeated and "indicator" not in roles_of(table):
            rows = [number for number, _ in table.repeated]
            few = len(rows) * 2 <= len(table.provinces)
            which = _comment(str([text for _, text in table.repeated][:3]))
            reason = "the province stands in the table already"
            lines.append(f'{"" if few else "# "}leave_out = [{{ rows = {rows}, reason = "{reason}" }}]  # {which}')
            self.doubts.append(f"provinces that stand twice: rows {rows[:6]}")
        for number, text in table.unknown[:8]:
            lines.append(f"# row {number}, {_comment(plain(text)[:60])!r}, names no province of the {table.system}")
        if table.unknown:
            self.doubts.append(f"{len(table.unknown)} rows name no province, as {plain(table.unknown[0][1])[:40]!r}")
        only = ", ".join(f"{_toml(selector_of(table, at))} = {_toml(text)}" for at, text in read_only(table).items())
        if only:
            lines.append(f"only = {{ {only} }}  # the others are parts of it")
        if is_long(table):
            (column,) = table.figures
            lines += self._measure_lines(measure_of(column.path, column.values), column.values)
            if "indicator" not in roles_of(table):
                lines.append(f"indicator = {_toml(self.codes.of_column(table, column))}")
        return lines

    def _measure_lines(self, measure: str, texts: list[str]) -> list[str]:
        """A score of the index is a share of 1; whatever else is printed in percent stays so."""
        lines = [f'measure = "{measure}"']
        of_index = bool(self.codes.index_names) and measure != "rank" and self.file.form not in ("parquet", "stata")
        if of_index and any("%" in text for text in texts):
            lines.append('percent = "share"  # a score of the index is a share of 1')
        return lines

    def _role_lines(self, table: GuessedTable, start: str) -> list[str]:
        roles = roles_of(table)
        if not roles and not is_long(table):
            return []
        lines = ["", f"[{start}roles]  # columns that say something of each row"]
        if is_long(table):
            lines.append(f"province = {_toml(selector_of(table, table.province))}")
            lines.append(f"value = {_toml(selector_of(table, table.figures[0].place))}")
        lines += [f"{role} = {_toml(selector_of(table, place))}" for role, place in roles.items()]
        if "indicator" in roles:
            texts = dict.fromkeys(table.columns[roles["indicator"]].values)
            lines += ["", f"[{start}codes.indicator]  # printed text -> a code of your own"]
            lines += [f"{_toml(text)} = {_toml(self.codes.of_text(text, text))}" for text in texts]
        return lines

    def _column_lines(self, table: GuessedTable, start: str) -> list[str]:
        if is_long(table):
            (column,) = table.figures
            unit = unit_of(column.path, table.titles)
            said = f"unit = {_toml(safe(unit))}  # {'as printed' if unit else 'say it'}"
            return ["", f"[{start}measures.{measure_of(column.path, column.values)}]", said]
        lines = []
        for selector, columns in selectors_of(table).items():
            first = columns[0]
            measure = "rank" if first.brackets else measure_of(first.path, first.values)
            unit = "rank" if measure == "rank" else unit_of(YEAR_PART.sub("", first.path), table.titles)
            lines += ["", f"[{start}columns.{_toml(selector)}]"]
            if "indicator" not in roles_of(table):
                lines.append(f"indicator = {_toml(self.codes.of_column(table, first))}")
            lines += self._measure_lines(measure, first.values)
            if first.brackets:
                lines.append('in_brackets = "score"  # the second figure of each cell')
            names = [place for place in (table.province, *table.lists) if place < first.place]
            if names and max(names) != table.province and table.side_by_side == 1:
                lines.append(f"province = {_toml(selector_of(table, max(names)))}  # the list of names nearest to it")
            lines.append(f"unit = {_toml(safe(unit))}" + ("" if unit else "  # not printed: say it"))
            own = own_year(table, columns)
            if own and "{year}" not in selector:
                lines.append(f"edition = {own}")
        return lines


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
    form = "jsonstat" if rows is None else form
    spec = FileSpec("draft", path, "", form, "wide", None, None, "third_party", "", "", "", "", str(path.parent),
                    rows=rows or "", encoding=encoding)  # fmt: skip
    try:
        sheets = read_sheets(spec, data)
    except SourceError as error:
        looks = re.search(r'declare `encoding = "([^"]+)"`', str(error))
        if not looks:
            raise
        spec = replace(spec, encoding=looks[1])
        sheets = read_sheets(spec, data)
    found = [(sheet, guess_table(sheet, resolve, systems, path.stem)) for sheet in sheets if not sheet.hidden]
    tables = [table for _, table in found if table and any(one.kind == "figures" for one in table.columns)]
    if not tables:
        seen = [text for sheet in sheets[:3] for row in sheet.texts[:4].rows() for text in row if text][:8]
        first = [row for sheet in sheets for row in sheet.texts[:HEADINGS].rows()]
        named = [resolve([text for text in row if text], system) for row in first for system in systems.units]
        remedy = "provinces stand side by side in a row: a table has a row a province"
        if max(map(len, named), default=0) < 2:
            remedy = "is it the right file? a JSON list of figures inside a row is no column; "
            remedy += "`UBND tỉnh …` and other offices name no province"
        refuse(str(path), "a table with two provinces and figures", f"none; it begins with {seen}", remedy)
    writer = Writer(spec, systems.units, Codes(path.stem, index_names, index_codes), today)
    unread = [sheet for sheet, table in found if table not in tables]
    return writer.write(tables, unread, hashlib.sha256(data).hexdigest())


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
    return FORMS.get(path.suffix.lower(), "csv")


def _toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _comment(text: str) -> str:
    return " ".join(text.split())
