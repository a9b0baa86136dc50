"""What a draft says of a table: which columns say something of each row, which are read, how each is named."""

from __future__ import annotations

import re

from dx_pipeline.sources.cells import letter
from dx_pipeline.sources.drafting.guess import GuessedTable
from dx_pipeline.sources.drafting.guessed_columns import GuessedColumn
from dx_pipeline.sources.texts import PRELIMINARY, YEAR, slug
from dx_pipeline.text import plain

YEAR_PART = re.compile(
    rf"(?:{PRELIMINARY}\s*)?(?<!\d)(?:{YEAR})(?!\d)(?:\s*[(\[]?\s*(?:{PRELIMINARY}|[pe]\b|\*)\s*[)\]]?)?", re.IGNORECASE
)
INDICATOR_WORDS = re.compile(r"\b(?:indicator|chi tieu|chi so|variable|series|item|measure|subject|bien|noi dung)\b")
STATUS_WORDS = re.compile(r"\b(?:obs status|status|trang thai)\b")
TOTAL_WORDS = re.compile(r"^(?:total|tong so|tong|all|both|chung|t|_t|a|ca nam|annual)$")
#: distinct texts of a column that may be indicators
CODES = 60


def is_long(table: GuessedTable) -> bool:
    """Whether a row is a figure: one column of them, and the edition in another."""
    figures = [column for column in table.columns if column.kind == "figures"]
    return len(figures) == 1 and any(column.kind == "year" for column in table.columns)


def own_year(table: GuessedTable, columns: list[GuessedColumn]) -> int | None:
    """The edition a column says itself, where the columns of a table are of several years."""
    years = {column.year for column in table.columns if column.year and column.kind == "figures"}
    return columns[0].year[0] if len(columns) == 1 and columns[0].year and len(years) > 1 else None


def roles_of(table: GuessedTable) -> dict[str, int]:
    """Role -> position of the column that says it of each row."""
    roles: dict[str, int] = {}
    for column in table.columns:
        words = slug(column.path)
        if column.kind == "year" and "edition" not in roles:
            roles["edition"] = column.place
        elif column.kind == "text" and STATUS_WORDS.search(words) and column.values:
            statuses = {plain(text).casefold() for text in column.values}
            if statuses <= {"a", "p", "e", "f", "final", "preliminary", "prel", "estimate", "sơ bộ", "chính thức"}:
                roles["status"] = column.place
        elif (is_long(table) or table.repeated) and column.kind == "text" and INDICATOR_WORDS.search(words):
            distinct = set(column.values)
            if "indicator" not in roles and 1 < len(distinct) <= CODES:
                roles["indicator"] = column.place
    return roles


def read_only(table: GuessedTable) -> dict[int, str]:
    """Columns that tell several rows of one province and year apart, and the value that is read."""
    roles = roles_of(table).values()
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


def selector_of(table: GuessedTable, place: int) -> str:
    """How source.toml names a column: by its heading, or by its place."""
    path = table.path(place)
    same = [column for column in table.columns if column.path == path]
    repeated = len(same) > 1 and table.side_by_side == 1
    if not path or repeated or "{" in path:
        return f"column {letter(place) if table.sheet.letters else place + 1}"
    return path


def selectors_of(table: GuessedTable) -> dict[str, list[GuessedColumn]]:
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
            found |= {selector_of(table, column.place): [column] for column in columns}
    return found


def is_unused(table: GuessedTable, column: GuessedColumn) -> bool:
    """Whether a column is to be ignored."""
    if column.kind == "province":
        return column.place != table.province and column.place not in table.lists
    if column.kind == "blank":
        return not column.empty
    if column.kind == "figures" or column.place in roles_of(table).values():
        return False
    return column.place not in read_only(table)


def ambiguous_heading(table: GuessedTable) -> bool:
    """Whether no heading tells where the heading row is."""
    return all(not column.path for column in table.columns if column.kind in ("figures", "province"))


def needs_edition(table: GuessedTable, name: str) -> bool:
    """Whether the file must say its edition."""
    if "{year}" in name or any(column.kind == "year" for column in table.columns):
        return False
    return any("{year}" not in key and not own_year(table, columns) for key, columns in selectors_of(table).items())
