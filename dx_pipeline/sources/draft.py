"""A proposed `source.toml` for a file nobody has declared yet, with a comment on everything that was guessed."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from dx_pipeline.sources.budgets import check_size
from dx_pipeline.sources.cells import Sheet, letter
from dx_pipeline.sources.errors import SourceError, quoted, refuse
from dx_pipeline.sources.guess import (
    GuessedColumn,
    GuessedTable,
    Resolve,
    decimal_mark,
    guess_table,
    leaf,
    measure_of,
    unit_of,
)
from dx_pipeline.sources.headings import SEPARATOR
from dx_pipeline.sources.readers import read_sheets
from dx_pipeline.sources.readers.encodings import guess_encoding
from dx_pipeline.sources.readers.objects import find_rows
from dx_pipeline.sources.resolved import FileSpec
from dx_pipeline.sources.texts import PRELIMINARY, YEAR, slug, unsafe, years_in
from dx_pipeline.text import plain

FORMS = {
    ".csv": "csv", ".tsv": "csv", ".txt": "csv", ".json": "json", ".geojson": "json", ".html": "html", ".htm": "html",
    ".xlsx": "workbook", ".xlsm": "workbook", ".xls": "workbook", ".xlsb": "workbook", ".ods": "workbook",
    ".parquet": "parquet", ".pq": "parquet", ".dta": "stata",
}  # fmt: skip
YEAR_PART = re.compile(
    rf"(?:{PRELIMINARY}\s*)?(?<!\d)(?:{YEAR})(?!\d)(?:\s*[(\[]?\s*(?:{PRELIMINARY}|[pe]\b|\*)\s*[)\]]?)?", re.IGNORECASE
)
#: headings that say nothing of the indicator
GENERIC = re.compile(
    r"\b(?:diem so|diem|so diem|hang|xep hang|thu hang|rank|ranking|score|scores|value|gia tri|nam|year|obs value|"
    r"tong so|so luong|tong|total|properties|attributes|ket qua|cong)\b"
)
INDICATOR_WORDS = re.compile(r"\b(?:indicator|chi tieu|chi so|variable|series|item|measure|subject|bien|noi dung)\b")
STATUS_WORDS = re.compile(r"\b(?:obs status|status|trang thai)\b")
TOTAL_WORDS = re.compile(r"^(?:total|tong so|tong|all|both|chung|t|_t|a|ca nam|annual)$")
#: distinct texts of a column that may be indicators
CODES = 60


@dataclass
class Draft:
    """The text, and what a person should look at first."""

    text: str
    doubts: list[str] = field(default_factory=list)


def draft_source(
    path: Path,
    resolve: Resolve,
    systems: Mapping[int, set[str]],
    newest_system: int,
    index_names: Mapping[str, str],
    today: date,
) -> Draft:
    """Look at a file and propose its declaration.

    Args:
        path: the file.
        resolve: names of provinces.
        systems: unit system -> its provinces.
        newest_system: the one in force.
        index_names: name of an indicator of the index (plain, small letters) -> its code.
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
        spec = FileSpec(**{**spec.__dict__, "encoding": encoding})
        sheets = read_sheets(spec, data)
    found = [(sheet, guess_table(sheet, resolve, systems, newest_system)) for sheet in sheets if not sheet.hidden]
    tables = [table for _, table in found if table and _has_figures(table)]
    if not tables:
        seen = [text for sheet in sheets[:3] for row in sheet.texts[:4].rows() for text in row if text][:8]
        refuse(
            str(path), "a table with two provinces and figures", f"none; it begins with {seen}", "is it the right file?"
        )
    writer = _Writer(path, form, encoding, rows or "", systems, index_names, today)
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


def _has_figures(table: GuessedTable) -> bool:
    return any(column.kind == "figures" for column in table.columns)


@dataclass
class _Writer:
    path: Path
    form: str
    encoding: str
    rows: str
    systems: Mapping[int, set[str]]
    index_names: Mapping[str, str]
    today: date
    doubts: list[str] = field(default_factory=list)
    indicators: dict[str, tuple[str, str]] = field(default_factory=dict)

    def write(self, tables: list[GuessedTable], unread: list[Sheet], sha256: str) -> Draft:
        """The whole text."""
        table = tables[0]
        title = _safe(next((text for text in table.titles if len(text) > 8), "") or self.path.stem.replace("_", " "))
        groups = self._groups(tables)
        long = all(self._is_long(one) for one in tables)
        mark = self._decimal(tables)
        lines = [
            "# Proposed by `dx source draft`: a comment stands beside everything that was guessed. Then: dx source check",
            f"title = {_toml(title)}  # say it in English",
            f"title_vi = {_toml(title)}",
            'publisher = "unknown"  # who published it first, and who copied it',
            'url = ""  # the address of the page or file',
            'where_read = "unknown"  # page, table, commit: where a reader finds it again',
            f"retrieved_on = {self.today.isoformat()}",
            'licence = "none stated"',
            'tier = "third_party"  # official, official_copy, press or third_party',
            f'form = "{self.form}"',
            f'layout = "{"long" if long else "wide"}"',
        ]
        if self.form == "csv" and self.encoding != "utf-8":
            lines.append(f'encoding = "{self.encoding}"  # the bytes are no UTF-8; read so, the names make sense')
        elif self.encoding != "utf-8":
            lines.append(f'encoding = "{self.encoding}"  # the texts look like it')
        if self.form in ("csv", "html", "workbook", "json", "jsonstat") and mark[0]:
            lines.append(f'decimal = "{mark[0]}"  # {mark[1]}')
        system = table.system
        count = len(table.provinces)
        lines.append(
            f"unit_system = {system}  # {count} of its {len(self.systems[system])} names stand in {table.path(table.province)!r}"
        )
        if self.rows:
            lines.append(f"rows = {_toml(self.rows)}  # the list of rows in the file")
        siblings = sorted(
            one.name for one in self.path.parent.iterdir()
            if one.is_file() and one.name not in (self.path.name, "source.toml") and not one.name.startswith(".")
        )  # fmt: skip
        if siblings and len(siblings) <= 50:
            lines.append(
                f"not_read = {quoted(siblings)}  # other files of the folder; declare those that are to be read"
            )
        names = [
            sheet.name
            for sheet in unread
            if sheet.texts.height and sheet.texts.null_count().row(0) != (sheet.texts.height,) * sheet.width
        ]
        if names and self.form in ("html", "workbook", "jsonstat"):
            lines.append(f"ignore_tables = {quoted(names)}  # no provinces with figures were found there")
        body: list[str] = []
        for name, one, _ in groups:
            prefix = "" if name == "1" and len(groups) == 1 else f"tables.{_toml(name)}"
            body += ["", f"[{prefix}]"] if prefix else []
            body += [*self._table_lines(one), *self._role_lines(one, prefix), *self._column_lines(one, prefix)]
        lines += body
        if self.indicators:
            for code, (vi, en) in self.indicators.items():
                lines += [
                    "", f"[indicators.{code}]  # a code of your own; direction and linked are yours to say",
                    f"name_vi = {_toml(vi)}", f"name_en = {_toml(en)}",
                ]  # fmt: skip
        lines += ["", f"[files.{_toml(self.path.name)}]"]
        needs_edition = any(self._needs_edition(one, name) for name, one, _ in groups)
        if needs_edition:
            edition, said = self._edition(tables)
            lines.append(f"edition = {edition}  # {said}")
        lines.append(f'sha256 = "{sha256}"')
        return Draft("\n".join(lines) + "\n", self.doubts)

    def _groups(self, tables: list[GuessedTable]) -> list[tuple[str, GuessedTable, int]]:
        """Name of the table in source.toml, the table, and how many sheets it stands for."""
        found: dict[str, list[GuessedTable]] = {}
        for table in tables:
            name = YEAR_PART.sub("{year}", table.sheet.name, count=1) if len(tables) > 1 else table.sheet.name
            found.setdefault(name, []).append(table)
        groups = []
        for name, several in found.items():
            if len(several) > 1 and "{year}" in name:
                groups.append((name, several[0], len(several)))
            else:
                first = len(tables) == 1 and self.form in ("csv", "json", "parquet", "stata", "jsonstat")
                groups += [("1" if first else one.sheet.name, one, 1) for one in several]
        return groups

    def _edition(self, tables: list[GuessedTable]) -> tuple[int, str]:
        table = tables[0]
        headings = " ".join(column.path for column in table.columns)
        this_year = self.today.year
        places = [
            (headings, "the year in a heading"), (table.sheet.name, "the year in the name of the sheet"),
            (self.path.stem, "the year in the name of the file"), (" ".join(table.titles), "the year in a title line"),
        ]  # fmt: skip
        for text, said in places:
            years = [year for year in years_in(text) if 1990 <= year <= this_year]
            if years:
                return max(years), f"{said}: is it the assessed year?"
        self.doubts.append("no year stands in the file: set `edition`")
        return this_year - 1, "no year stands in the file: set the assessed year"

    def _decimal(self, tables: list[GuessedTable]) -> tuple[str | None, str]:
        texts = []
        for table in tables:
            for column in table.columns:
                if column.kind == "figures" and column.place not in table.sheet.numbers:
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

    def _is_long(self, table: GuessedTable) -> bool:
        figures = [column for column in table.columns if column.kind == "figures"]
        return len(figures) == 1 and any(column.kind == "year" for column in table.columns)

    def _needs_edition(self, table: GuessedTable, name: str) -> bool:
        if "{year}" in name or any(column.kind == "year" for column in table.columns):
            return False
        return any(
            "{year}" not in key and not self._own_year(table, columns)
            for key, columns in self._selectors(table).items()
        )

    def _own_year(self, table: GuessedTable, columns: list[GuessedColumn]) -> int | None:
        """The edition a column says itself, where the columns of a table are of several years."""
        years = {column.year for column in table.columns if column.year and column.kind == "figures"}
        return columns[0].year[0] if len(columns) == 1 and columns[0].year and len(years) > 1 else None

    def _table_lines(self, table: GuessedTable) -> list[str]:
        lines = []
        if not self._is_long(table):
            lines.append(f"province = {_toml(self._selector(table, table.province))}")
        if table.sheet.header is None and table.heading_rows != 1:
            lines.append(f"heading_rows = {table.heading_rows}")
        if table.sheet.header is None and self._ambiguous_heading(table):
            lines.append(f"heading_row = {table.sheet.row_number(table.heading)}")
        if table.provinces == self.systems[table.system] and not table.panel and not self._is_long(table):
            lines.append("complete = true  # every unit has a row; an edition that loses one stops")
        ignored = [self._selector(table, column.place) for column in table.columns if self._unused(table, column)]
        if ignored:
            lines.append(f"ignore = {quoted(ignored)}")
        if table.side_by_side > 1:
            lines.append(f"side_by_side = {table.side_by_side}  # lists with the same headings")
        if table.fill_down:
            lines.append("fill_down = true  # a blank name repeats the one above")
        if table.regions:
            shown = ", ".join(repr(plain(text)) for _, text in table.regions[:4])
            lines.append(f"leave_out_regions = true  # {len(table.regions)} rows such as {_comment(shown)}")
        footers = list(dict.fromkeys(text for _, text in table.notes))
        if footers:
            lines.append(f"footers = {quoted(footers)}")
        if table.repeated:
            rows = [number for number, _ in table.repeated]
            reason = "the province stands in the table already"
            lines.append(
                f'leave_out = [{{ rows = {rows}, reason = "{reason}" }}]  # {_comment(str([t for _, t in table.repeated][:3]))}'
            )
            self.doubts.append(f"provinces that stand twice: rows {rows[:6]}")
        for number, text in table.unknown[:8]:
            lines.append(f"# row {number}, {_comment(plain(text)[:60])!r}, names no province of the {table.system}")
        if table.unknown:
            self.doubts.append(f"{len(table.unknown)} rows name no province, as {plain(table.unknown[0][1])[:40]!r}")
        lines += self._only_lines(table)
        if self._is_long(table):
            column = next(column for column in table.columns if column.kind == "figures")
            lines.append(f'measure = "{measure_of(column.path, column.values)}"')
            if "indicator" not in self._roles(table):
                lines.append(f"indicator = {_toml(self._code_of(table, column))}")
        return lines

    def _ambiguous_heading(self, table: GuessedTable) -> bool:
        return all(not column.path for column in table.columns if column.kind in ("figures", "province"))

    def _unused(self, table: GuessedTable, column: GuessedColumn) -> bool:
        if column.kind == "province":
            return column.place != table.province and column.place not in table.lists
        if column.kind in ("figures", "blank") or column.place in self._roles(table).values():
            return False
        return column.place not in self._only(table)

    def _roles(self, table: GuessedTable) -> dict[str, int]:
        roles: dict[str, int] = {}
        for column in table.columns:
            words = slug(column.path)
            if column.kind == "year" and "edition" not in roles:
                roles["edition"] = column.place
            elif column.kind == "text" and STATUS_WORDS.search(words) and column.values:
                statuses = {plain(text).casefold() for text in column.values}
                if statuses <= {"a", "p", "e", "f", "final", "preliminary", "prel", "estimate", "sơ bộ", "chính thức"}:
                    roles["status"] = column.place
            elif self._is_long(table) and column.kind == "text" and INDICATOR_WORDS.search(words):
                distinct = set(column.values)
                if "indicator" not in roles and 1 < len(distinct) <= CODES:
                    roles["indicator"] = column.place
        return roles

    def _only(self, table: GuessedTable) -> dict[int, str]:
        """Columns that tell several rows of one province and year apart, and the value that is read."""
        roles = self._roles(table).values()
        found = {}
        for column in table.columns:
            if column.kind != "text" or column.place in roles or not table.panel:
                continue
            distinct = list(dict.fromkeys(column.values))
            if 1 < len(distinct) <= 12 and len(column.values) >= 2 * len(distinct):
                totals = [text for text in distinct if TOTAL_WORDS.match(slug(text))]
                if totals:
                    found[column.place] = totals[0]
        return found

    def _only_lines(self, table: GuessedTable) -> list[str]:
        found = {self._selector(table, place): text for place, text in self._only(table).items()}
        if not found:
            return []
        said = ", ".join(f"{_toml(name)} = {_toml(text)}" for name, text in found.items())
        return [f"only = {{ {said} }}  # the others are parts of it"]

    def _role_lines(self, table: GuessedTable, prefix: str) -> list[str]:
        roles = self._roles(table)
        if not roles and not self._is_long(table):
            return []
        start = f"{prefix}." if prefix else ""
        lines = ["", f"[{start}roles]  # columns that say something of each row"]
        if self._is_long(table):
            lines.append(f"province = {_toml(self._selector(table, table.province))}")
            value = next(column.place for column in table.columns if column.kind == "figures")
            lines.append(f"value = {_toml(self._selector(table, value))}")
        lines += [f"{role} = {_toml(self._selector(table, place))}" for role, place in roles.items()]
        if "indicator" in roles:
            values = next(column.values for column in table.columns if column.place == roles["indicator"])
            lines += ["", f"[{start}codes.indicator]  # printed text -> a code of your own"]
            for text in dict.fromkeys(values):
                code = self._code(text, text)
                lines.append(f"{_toml(text)} = {_toml(code)}")
        return lines

    def _selector(self, table: GuessedTable, place: int) -> str:
        path = table.path(place)
        same = [column for column in table.columns if column.path == path]
        repeated = len(same) > 1 and table.side_by_side == 1
        if not path or repeated or "{" in path:
            return f"column {letter(place) if table.sheet.letters else place + 1}"
        return path

    def _selectors(self, table: GuessedTable) -> dict[str, list[GuessedColumn]]:
        """Selector of source.toml -> the columns it stands for; several years of one heading share one."""
        found: dict[str, list[GuessedColumn]] = {}
        by_pattern: dict[str, list[GuessedColumn]] = {}
        for column in table.columns:
            if column.kind == "figures":
                pattern = YEAR_PART.sub("{year}", column.path, count=1) if column.year else column.path
                by_pattern.setdefault(pattern, []).append(column)
        for pattern, columns in by_pattern.items():
            years = {column.year[0] for column in columns if column.year}
            bare = pattern == "{year}"
            if "{year}" in pattern and len(years) == len(columns) and (len(columns) > 1 or bare):
                found[pattern] = columns
            else:
                found |= {self._selector(table, column.place): [column] for column in columns}
        return found

    def _column_lines(self, table: GuessedTable, prefix: str) -> list[str]:
        if self._is_long(table):
            column = next(column for column in table.columns if column.kind == "figures")
            measure = measure_of(column.path, column.values)
            unit = unit_of(column.path, table.titles)
            start = f"{prefix}." if prefix else ""
            return [
                "",
                f"[{start}measures.{measure}]",
                f"unit = {_toml(_safe(unit))}  # {'as printed' if unit else 'say it'}",
            ]
        lines = []
        start = f"{prefix}." if prefix else ""
        for selector, columns in self._selectors(table).items():
            first = columns[0]
            measure = "rank" if first.brackets else measure_of(first.path, first.values)
            unit = "rank" if measure == "rank" else unit_of(YEAR_PART.sub("", first.path), table.titles)
            lines += ["", f"[{start}columns.{_toml(selector)}]", f"indicator = {_toml(self._code_of(table, first))}",
                      f'measure = "{measure}"']  # fmt: skip
            if first.brackets:
                lines.append('in_brackets = "score"  # the second figure of each cell')
            names = [place for place in (table.province, *table.lists) if place < first.place]
            if names and max(names) != table.province and table.side_by_side == 1:
                lines.append(
                    f"province = {_toml(self._selector(table, max(names)))}  # the list of names nearest to it"
                )
            lines.append(f"unit = {_toml(_safe(unit))}" + ("" if unit else "  # not printed: say it"))
            own = self._own_year(table, columns)
            if own and "{year}" not in selector:
                lines.append(f"edition = {own}")
        return lines

    def _code_of(self, table: GuessedTable, column: GuessedColumn) -> str:
        path = YEAR_PART.sub("", column.path)
        parts = [leaf(re.sub(r"[(\[].*?[)\]]", " ", part)) for part in path.split(SEPARATOR)]
        own = [part for part in parts if GENERIC.sub("", slug(part)).strip()]
        printed = own[-1] if own else ""
        base = next((text for text in table.titles if len(text) > 8), "") or self.path.stem
        return self._code(printed or YEAR_PART.sub("", base), column.path or base)

    def _code(self, text: str, printed: str) -> str:
        known = self.index_names.get(plain(re.sub(r"[(\[].*?[)\]]", " ", text)).casefold())
        if known:
            return known
        if re.fullmatch(r"[a-z][a-z0-9_]{1,59}", text) and text in self.index_names.values():
            return text
        words = GENERIC.sub(" ", slug(text)).split() or slug(text).split() or ["indicator"]
        code = re.sub(r"^[^a-z]+", "", "_".join(words)[:48].rstrip("_")) or "indicator"
        name = _safe(plain(text)[:120] or printed)
        self.indicators.setdefault(code, (name, name))
        return code


def _toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _safe(text: str) -> str:
    """A text that a declaration may hold."""
    return text if text and not unsafe(text) else ("" if not text else "unknown")


def _comment(text: str) -> str:
    return " ".join(text.split())
