"""The text of a proposed `source.toml`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from dx_pipeline.sources.cells import Sheet
from dx_pipeline.sources.drafting.guess import (
    GuessedTable,
    decimal_mark,
    measure_of,
    unit_of,
)
from dx_pipeline.sources.drafting.said import (
    YEAR_PART,
    Codes,
    ambiguous_heading,
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
from dx_pipeline.sources.errors import quoted
from dx_pipeline.sources.texts import years_in
from dx_pipeline.text import plain

DIGITS = re.compile(r"\d")


@dataclass
class Draft:
    """The text, and what a person should look at first."""

    text: str
    doubts: list[str] = field(default_factory=list)


@dataclass
class Writer:
    """Writes one draft; `doubts` are gathered on the way."""

    path: Path
    form: str
    encoding: str
    rows: str
    systems: Mapping[int, set[str]]
    codes: Codes
    today: date
    doubts: list[str] = field(default_factory=list)

    def write(self, tables: list[GuessedTable], unread: list[Sheet], sha256: str) -> Draft:
        """The whole text."""
        table = tables[0]
        title = safe(next((text for text in table.titles if len(text) > 8), "") or self.path.stem.replace("_", " "))
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
        names_said = f"{count} of its {len(self.systems[system])} names stand in {table.path(table.province)!r}"
        lines.append(f"unit_system = {system}  # {names_said}")
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
        names = [sheet.name for sheet in unread if sheet.filled]
        if names and self.form in ("html", "workbook", "jsonstat"):
            lines.append(f"ignore_tables = {quoted(names)}  # no provinces with figures were found there")
        body: list[str] = []
        needed = [name for name, one, _ in groups if needs_edition(one, name)]
        editions = [self._edition(one) for name, one, _ in groups if name in needed]
        common = len(set(editions)) <= 1
        for name, one, _ in groups:
            prefix = "" if name == "1" and len(groups) == 1 else f"tables.{_toml(name)}"
            body += ["", f"[{prefix}]"] if prefix else []
            body += [editions[needed.index(name)]] if name in needed and not common else []
            body += [*self._table_lines(one), *self._role_lines(one, prefix), *self._column_lines(one, prefix)]
        lines += body
        for code, name in self.codes.indicators.items():
            lines += [
                "", f"[indicators.{code}]  # a code of your own; direction and linked are yours to say",
                f"name_vi = {_toml(name)}", f"name_en = {_toml(name)}",
            ]  # fmt: skip
        lines += ["", f"[files.{_toml(self.path.name)}]"]
        lines += [editions[0]] if common and editions else []
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

    def _edition(self, table: GuessedTable) -> str:
        """The line that says the edition of a table."""
        headings = " ".join(column.path for column in table.columns)
        places = [
            (headings, "the year in a heading"), (table.sheet.name, "the year in the name of the sheet"),
            (self.path.stem, "the year in the name of the file"), (" ".join(table.titles), "the year in a title line"),
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

    def _table_lines(self, table: GuessedTable) -> list[str]:
        lines = []
        if not is_long(table):
            lines.append(f"province = {_toml(selector_of(table, table.province))}")
        if table.sheet.header is None and table.heading_rows != 1:
            lines.append(f"heading_rows = {table.heading_rows}")
        if table.sheet.header is None and ambiguous_heading(table):
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
        footers = list(dict.fromkeys(text for _, text in table.notes))
        if footers:
            lines.append(f"footers = {quoted(footers)}")
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
        lines += self._only_lines(table)
        if is_long(table):
            column = next(column for column in table.columns if column.kind == "figures")
            lines.append(f'measure = "{measure_of(column.path, column.values)}"')
            if "indicator" not in roles_of(table):
                lines.append(f"indicator = {_toml(self.codes.of_column(table, column))}")
        return lines

    def _only_lines(self, table: GuessedTable) -> list[str]:
        found = {selector_of(table, place): text for place, text in read_only(table).items()}
        if not found:
            return []
        said = ", ".join(f"{_toml(name)} = {_toml(text)}" for name, text in found.items())
        return [f"only = {{ {said} }}  # the others are parts of it"]

    def _role_lines(self, table: GuessedTable, prefix: str) -> list[str]:
        roles = roles_of(table)
        if not roles and not is_long(table):
            return []
        start = f"{prefix}." if prefix else ""
        lines = ["", f"[{start}roles]  # columns that say something of each row"]
        if is_long(table):
            lines.append(f"province = {_toml(selector_of(table, table.province))}")
            value = next(column.place for column in table.columns if column.kind == "figures")
            lines.append(f"value = {_toml(selector_of(table, value))}")
        lines += [f"{role} = {_toml(selector_of(table, place))}" for role, place in roles.items()]
        if "indicator" in roles:
            values = next(column.values for column in table.columns if column.place == roles["indicator"])
            lines += ["", f"[{start}codes.indicator]  # printed text -> a code of your own"]
            for text in dict.fromkeys(values):
                code = self.codes.of_text(text, text)
                lines.append(f"{_toml(text)} = {_toml(code)}")
        return lines

    def _column_lines(self, table: GuessedTable, prefix: str) -> list[str]:
        start = f"{prefix}." if prefix else ""
        if is_long(table):
            column = next(column for column in table.columns if column.kind == "figures")
            measure = measure_of(column.path, column.values)
            unit = unit_of(column.path, table.titles)
            return [
                "",
                f"[{start}measures.{measure}]",
                f"unit = {_toml(safe(unit))}  # {'as printed' if unit else 'say it'}",
            ]
        lines = []
        for selector, columns in selectors_of(table).items():
            first = columns[0]
            measure = "rank" if first.brackets else measure_of(first.path, first.values)
            unit = "rank" if measure == "rank" else unit_of(YEAR_PART.sub("", first.path), table.titles)
            lines += ["", f"[{start}columns.{_toml(selector)}]"]
            if "indicator" not in roles_of(table):
                lines.append(f"indicator = {_toml(self.codes.of_column(table, first))}")
            lines.append(f'measure = "{measure}"')
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


def _toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _comment(text: str) -> str:
    return " ".join(text.split())
