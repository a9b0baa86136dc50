"""What a draft says of a table: which columns say something of each row, which are read, and their names and codes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from dx_pipeline.sources.drafting.guess import GuessedColumn, GuessedTable, leaf
from dx_pipeline.sources.headings import SEPARATOR
from dx_pipeline.sources.texts import PRELIMINARY, YEAR, slug, unsafe
from dx_pipeline.text import plain

YEAR_PART = re.compile(
    rf"(?:{PRELIMINARY}\s*)?(?<!\d)(?:{YEAR})(?!\d)(?:\s*[(\[]?\s*(?:{PRELIMINARY}|[pe]\b|\*)\s*[)\]]?)?", re.IGNORECASE
)
INDICATOR_WORDS = re.compile(r"\b(?:indicator|chi tieu|chi so|variable|series|item|measure|subject|bien|noi dung)\b")
STATUSES = {"a", "p", "e", "f", "final", "preliminary", "prel", "estimate", "sơ bộ", "chính thức"}
STATUS_WORDS = re.compile(r"\b(?:obs status|status|trang thai)\b")
TOTAL_WORDS = re.compile(r"^(?:total|tong so|tong|all|both|chung|t|_t|a|ca nam|annual)$")
#: distinct texts of a column that may be indicators
CODES = 60


def is_long(table: GuessedTable) -> bool:
    """Whether a row is a figure: one column of them, and the edition in another."""
    return len(table.figures) == 1 and any(column.kind == "year" for column in table.columns)


def own_year(table: GuessedTable, columns: list[GuessedColumn]) -> int | None:
    """The edition a column says itself, where the columns of a table are of several years."""
    years = {column.year for column in table.figures if column.year}
    return columns[0].year[0] if len(columns) == 1 and columns[0].year and len(years) > 1 else None


def roles_of(table: GuessedTable) -> dict[str, int]:
    """Role -> position of the column that says it of each row."""
    roles: dict[str, int] = {}
    for column in table.columns:
        words = slug(column.path)
        of_indicators = (is_long(table) or table.repeated) and 1 < len(set(column.values)) <= CODES
        if column.kind == "year" and "edition" not in roles:
            roles["edition"] = column.place
        elif column.kind == "text" and STATUS_WORDS.search(words) and column.values:
            if {plain(text).casefold() for text in column.values} <= STATUSES:
                roles["status"] = column.place
        elif column.kind == "text" and of_indicators and INDICATOR_WORDS.search(words):
            roles.setdefault("indicator", column.place)
    return roles


def read_only(table: GuessedTable) -> dict[int, str]:
    """Columns that tell several rows of one province and year apart, and the value that is read."""
    roles = roles_of(table).values()
    found = {}
    for column in table.columns if table.panel else ():
        distinct = dict.fromkeys(column.values)
        total = next((text for text in distinct if TOTAL_WORDS.match(slug(text))), None)
        several = 1 < len(distinct) <= 12 and len(column.values) >= 2 * len(distinct)
        if column.kind == "text" and column.place not in roles and several and total is not None:
            found[column.place] = total
    return found


def selector_of(table: GuessedTable, place: int) -> str:
    """How source.toml names a column: by its heading, or by its place."""
    paths = [column.path for column in table.columns]
    repeated = paths.count(paths[place]) > 1 and table.side_by_side == 1
    by_place = not paths[place] or repeated or "{" in paths[place]
    return table.sheet.column_name(place) if by_place else paths[place]


def selectors_of(table: GuessedTable) -> dict[str, list[GuessedColumn]]:
    """Selector of source.toml -> the columns it stands for; several years of one heading share one."""
    found: dict[str, list[GuessedColumn]] = {}
    by_pattern: dict[str, list[GuessedColumn]] = {}
    for column in table.figures:
        pattern = YEAR_PART.sub("{year}", column.path, count=1) if column.year else column.path
        by_pattern.setdefault(pattern, []).append(column)
    for pattern, columns in by_pattern.items():
        years = {column.year[0] for column in columns if column.year}
        if "{year}" in pattern and len(years) == len(columns) and (len(columns) > 1 or pattern == "{year}"):
            found[pattern] = columns
        else:
            found |= {selector_of(table, column.place): [column] for column in columns}
    return found


def is_unused(table: GuessedTable, column: GuessedColumn) -> bool:
    """Whether a column is to be ignored."""
    if column.kind == "province":
        return column.place != table.province and column.place not in table.lists
    if column.kind == "blank":
        return not column.empty
    return column.kind != "figures" and column.place not in {*roles_of(table).values(), *read_only(table)}


def needs_edition(table: GuessedTable, name: str) -> bool:
    """Whether the file must say its edition."""
    if "{year}" in name or any(column.kind == "year" for column in table.columns):
        return False
    return any("{year}" not in key and not own_year(table, columns) for key, columns in selectors_of(table).items())


#: headings that say nothing of the indicator
GENERIC = re.compile(
    r"\b(?:diem so|diem|so diem|hang|xep hang|thu hang|rank|ranking|score|scores|value|gia tri|nam|year|obs value|"
    r"tong so|so luong|tong|total|properties|attributes|ket qua|cong)\b"
)


@dataclass
class Codes:
    """The codes of one draft; `indicators` (code -> printed name) are gathered on the way.

    `index_names`: name of an indicator of the index -> its code, for a source of it; `index_codes`: codes that no other
    source may use.
    """

    file_name: str
    index_names: Mapping[str, str]
    index_codes: set[str]
    indicators: dict[str, str] = field(default_factory=dict)

    def of_column(self, table: GuessedTable, column: GuessedColumn) -> str:
        """The code of a column, by the part of its heading that says something, or by the title."""
        path = YEAR_PART.sub("", column.path)
        parts = [leaf(re.sub(r"[(\[].*?[)\]]", " ", part)) for part in path.split(SEPARATOR)]
        own = [part for part in parts if GENERIC.sub("", slug(part)).strip()]
        printed = own[-1] if own else ""
        base = table.title or self.file_name
        return self.of_text(printed or YEAR_PART.sub("", base), column.path or base)

    def of_text(self, text: str, printed: str) -> str:
        """The code of a text: that of the index where it is one of its names, else made of its words."""
        known = self.index_names.get(plain(re.sub(r"[(\[].*?[)\]]", " ", text)).casefold())
        if known:
            return known
        if re.fullmatch(r"[a-z][a-z0-9_]{1,59}", text) and text in self.index_names.values():
            return text
        words = GENERIC.sub(" ", slug(text)).split() or slug(text).split() or ["indicator"]
        code = re.sub(r"^[^a-z]+", "", "_".join(words)[:48].rstrip("_")) or "indicator"
        if code in self.index_codes:
            code = f"other_{code}"
        self.indicators.setdefault(code, safe(plain(text)[:120] or printed))
        return code


def safe(text: str) -> str:
    """A text that a declaration may hold."""
    return "unknown" if unsafe(text) else text
