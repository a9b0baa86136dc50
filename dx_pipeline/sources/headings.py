"""Where the heading of a table stands, and which column a selector of source.toml means.

A heading may take several rows (`Năm 2023` over `Điểm`); the texts over a column are its path. A selector is a whole
path, its end (`Điểm`, where only one column ends so), a part of it, or a place (`column D`, `column 4`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import groupby

from rapidfuzz import process

from dx_pipeline.errors import Problem
from dx_pipeline.sources import budgets
from dx_pipeline.sources.cells import Sheet, column_of
from dx_pipeline.sources.declaration import YEAR_MARK
from dx_pipeline.sources.errors import quoted
from dx_pipeline.sources.resolved import TableSpec
from dx_pipeline.sources.texts import PRELIMINARY, YEAR, years_in
from dx_pipeline.text import plain

SEPARATOR = " / "
PLACE = re.compile(r"^column (?:(?P<letters>[A-Z]{1,3})|(?P<number>\d{1,5}))$")
#: heading rows that are tried when none are declared
MOST_ROWS = 3
#: cells that are looked at to find a heading
SEARCHED_CELLS = 300_000
#: headings that a message lists
LISTED = 12
#: below this likeness (0-100) a heading is no help
NEAR = 60

Path = tuple[str, ...]


@dataclass(frozen=True)
class Bounds:
    """The part of a sheet a table takes: rows and columns from 0, the last ones not included."""

    top: int
    bottom: int
    left: int
    right: int


@dataclass(frozen=True)
class Heading:
    """The heading of a table: its rows in the sheet (none where the form knows the names), and a path a column."""

    first: int
    data: int
    paths: dict[int, Path]

    def name(self, column: int) -> str:
        """The path of a column as one text."""
        return SEPARATOR.join(self.paths.get(column, ()))

    @cached_property
    def _by_text(self) -> tuple[dict[str, list[int]], ...]:
        """Columns by their whole path, by an end of it, by a part of it."""
        found: tuple[dict[str, list[int]], ...] = ({}, {}, {})
        for column, path in self.paths.items():
            for texts, level in zip(_pieces(path), found, strict=True):
                for text in dict.fromkeys(texts):
                    level.setdefault(text, []).append(column)
        return found

    def columns_of(self, selectors: Iterable[str]) -> set[int]:
        """All columns that some of the selectors mean."""
        return {place for selector in selectors for place in self.matches(selector)}

    def matches(self, selector: str) -> list[int]:
        """The columns a selector means: by place, by its whole path, by the end of it, or by any part of it."""
        place = PLACE.match(selector)
        if place:
            column = column_of(place["letters"]) if place["letters"] else int(place["number"]) - 1
            return [column] if column in self.paths or not self.paths else []
        if YEAR_MARK not in selector:
            return next((level[plain(selector)] for level in self._by_text if plain(selector) in level), [])
        pattern = _pattern(selector)
        for level in self._by_text:
            columns = sorted(
                {column for text, several in level.items() if pattern.fullmatch(text) for column in several}
            )
            if columns:
                return columns
        return []


def bounds(sheet: Sheet, area: str | None) -> Bounds:
    """The part of a sheet that an area (`A4:F70`, `A:C`, `4:70`) names; all of it without one."""
    top, bottom, left, right = 0, sheet.texts.height, 0, sheet.texts.width
    if area:
        start, end = (re.match(r"([A-Z]*)(\d*)$", part) for part in area.split(":"))
        if start and end:
            top = max(int(start[2]) - sheet.first_row, 0) if start[2] else top
            bottom = min(int(end[2]) - sheet.first_row + 1, bottom) if end[2] else bottom
            left = column_of(start[1]) if start[1] else left
            right = min(column_of(end[1]) + 1, right) if end[1] else right
    return Bounds(top, max(bottom, top), left, max(right, left))


def find_heading(where: str, sheet: Sheet, table: TableSpec, within: Bounds) -> Heading | Problem:
    """The first rows under which every selector of a table means one column, or what is missing."""
    wanted = table.selectors
    if sheet.header is not None:
        heading = Heading(0, 0, {place: (plain(name),) for place, name in enumerate(sheet.header)})
        problems = _unresolved(where, heading, sheet, wanted, table.side_by_side)
        return problems or heading
    if table.heading_rows == 0:
        first = within.top if table.heading_row is None else table.heading_row - sheet.first_row
        return Heading(first, first, {})
    width = max(within.right - within.left, 1)
    search = min(budgets.HEADING_SEARCH, max(SEARCHED_CELLS // width, 5))
    last = min(within.bottom, within.top + search + MOST_ROWS)
    printed = sheet.texts[within.top : last, within.left : within.right].rows()
    # made when it is asked for: a heading is mostly found in the first rows
    row = cache(lambda number: [plain(text) for text in printed[number]])
    if table.heading_row is not None:
        starts: Sequence[int] = [table.heading_row - sheet.first_row - within.top]
    else:
        starts = range(min(search, len(printed)))
    heights = [table.heading_rows] if table.heading_rows else range(1, MOST_ROWS + 1)
    best: tuple[tuple[int, int], Problem] | None = None
    for height in heights:
        for start in starts:
            if not 0 <= start <= len(printed) - height or not _may_start(row(start), height, table):
                continue
            paths = column_paths([*map(row, range(start, start + height))], within.left, sheet.spans_known)
            heading = Heading(within.top + start, within.top + start + height, paths)
            problem = _unresolved(where, heading, sheet, wanted, table.side_by_side)
            if problem is None:
                return heading
            # a row of figures under the heading is no part of it: a path ends in what was asked for
            ends = {(name, one) for one in wanted for name in map(heading.name, heading.matches(one))}
            ending = sum(name.endswith(plain(one)) for name, one in ends)
            found = (sum(1 for one in wanted if heading.matches(one)), ending)
            if best is None or found > best[0]:
                best = (found, problem)
    if best and best[0][0]:
        return best[1]
    named = sorted(text for text in wanted if not PLACE.match(text))
    shown = [[text for text in row(number) if text][:LISTED] for number in range(min(5, len(printed)))]
    remedy = "name the headings as the file has them, or say `heading_row`"
    return Problem(where, f"a header row with {named}", f"none; the first rows read {shown}", remedy)


def _may_start(row: list[str], height: int, table: TableSpec) -> bool:
    """A title line above a table is no part of a heading of several rows."""
    filled = {text for text in row if text}
    return bool(filled) and (height == 1 or len(filled) > 1 or table.heading_row is not None or len(row) == 1)


def column_paths(rows: list[list[str]], left: int, spans_known: bool) -> dict[int, Path]:
    """The texts over each column, top down, blanks and repetitions left out; all rows are equally long.

    Where the file does not say which cells are merged, a text of an upper row holds until the next one to its right.
    """
    filled = [list(row) for row in rows]
    if not spans_known:
        for level, row in enumerate(filled[:-1]):
            said = ""
            for place, text in enumerate(row):
                said = text or (said if any(lower[place] for lower in filled[level + 1 :]) else "")
                row[place] = said
    columns = enumerate(zip(*filled, strict=True), start=left)
    return {place: tuple(text for text, _ in groupby(filter(None, texts))) for place, texts in columns}


def _pieces(path: Path) -> tuple[list[str], list[str], list[str]]:
    """The whole path, its ends, and all its parts, as texts."""
    whole = [SEPARATOR.join(path)] if path else []
    ends = [SEPARATOR.join(path[start:]) for start in range(1, len(path))]
    parts = [SEPARATOR.join(path[a:b]) for a in range(len(path)) for b in range(a + 1, len(path))]
    return whole, ends, parts


def _pattern(selector: str) -> re.Pattern[str]:
    """A selector with `{year}` as a pattern, with the words that say preliminary around the year."""
    text = plain(selector)
    before, after = text.split(YEAR_MARK)
    alone = rf"(?:{PRELIMINARY}\s*)?(?:{YEAR})(?:\.0)?(?:\s*[(\[,-]?\s*(?:{PRELIMINARY}|p|e|\*)\s*[)\]]?)?"
    return re.compile(f"{re.escape(before)}{alone}{re.escape(after)}", re.IGNORECASE)


def year_of(path: str) -> tuple[int, bool]:
    """The year a heading names, and whether it says preliminary."""
    return years_in(path)[0], bool(re.search(rf"{PRELIMINARY}|\d\s*\*|\d\s*\(?\b[pe]\b\)?", path, re.IGNORECASE))


def _unresolved(where: str, heading: Heading, sheet: Sheet, wanted: list[str], times: int) -> Problem | None:
    """What keeps a heading from naming every wanted column, or None."""
    for selector in wanted:
        columns = heading.matches(selector)
        if (columns and YEAR_MARK in selector) or len(columns) == times:
            continue
        at = f"{where}, header"
        expected = f"one column {selector!r}"
        names = [heading.name(column) for column in heading.paths if heading.paths[column]]
        if not columns:
            near = process.extractOne(plain(selector), names, score_cutoff=NEAR)
            remedy = (
                f"nearest is {near[0]!r}; name it so in source.toml" if near else f"the columns are {names[:LISTED]}"
            )
            return Problem(at, expected, "none", remedy)
        full = [heading.name(column) for column in columns]
        ways = full if len(set(full)) == len(full) else [sheet.column_name(column) for column in columns]
        remedy = f"name one of {quoted(ways[:LISTED])}"
        years = {re.sub(YEAR, YEAR_MARK, name) for name in full}
        if ways is full and len(years) == 1 and min(years).count(YEAR_MARK) == 1:
            remedy += f', or all of them by `[columns."{min(years)}"]`'
        if all(len(heading.matches(one)) == len(columns) for one in wanted):
            remedy += f", or say `side_by_side = {len(columns)}`"
        if len(columns) < times:
            expected = f"{times} columns {selector!r}, as `side_by_side` says"
            remedy = "lists side by side repeat all their headings; otherwise name each column by its whole heading"
        return Problem(at, expected, f"{len(columns)} of them", remedy)
    return None
