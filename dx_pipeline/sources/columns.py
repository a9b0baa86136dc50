"""The columns of a table: names, roles, figures, ignored ones, and those that nothing was said of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from dx_pipeline.errors import Problem
from dx_pipeline.sources.cells import Sheet
from dx_pipeline.sources.declaration import YEAR_MARK
from dx_pipeline.sources.errors import quoted
from dx_pipeline.sources.headings import LISTED, PLACE, SEPARATOR, Bounds, Heading, year_of
from dx_pipeline.sources.resolved import PrintedColumn, TableSpec
from dx_pipeline.sources.texts import read_year, years_in
from dx_pipeline.text import plain

EVERY_OTHER = "*"


@dataclass(frozen=True)
class Value:
    """A printed column found in the sheet, with the edition its heading names."""

    column: PrintedColumn
    place: int
    printed: str
    edition: int | None
    preliminary: bool


@dataclass(frozen=True)
class Columns:
    """Positions of the name columns by selector, of the roles (`only …` for a filter), and the columns of figures."""

    names: dict[str, int]
    roles: dict[str, int]
    values: list[Value]
    problems: list[Problem] = field(default_factory=list)

    @property
    def places(self) -> set[int]:
        """All positions that are read."""
        return {*self.names.values(), *self.roles.values(), *(value.place for value in self.values)}


def find_columns(where: str, table: TableSpec, heading: Heading, block: int) -> Columns:
    """Where each declared column stands; a year in a heading must be the edition it is declared for."""

    def place(selector: str) -> int:
        return heading.matches(selector)[block if table.side_by_side > 1 else 0]

    names = {text: place(text) for text in [table.province, *(column.province for column in table.columns)] if text}
    roles = {role: place(selector) for role, selector in table.roles.items()}
    found = Columns(names, roles | {f"only {selector}": place(selector) for selector in table.only}, [])
    for column in table.columns:
        if YEAR_MARK in column.printed:
            for each in heading.matches(column.printed):
                name = heading.name(each)
                found.values.append(Value(column, each, name, *year_of(name)))
            continue
        here = place(column.printed)
        found.problems.extend(_other_year(where, table, column, heading.name(here)))
        found.values.append(Value(column, here, column.printed, None, False))
    places = [value.place for value in found.values]
    doubled = sorted({value.printed for value in found.values if places.count(value.place) > 1})
    if doubled:
        found.problems.append(Problem(f"{where}, header", "each column declared once", f"{doubled}", "remove one"))
    return found


def _other_year(where: str, table: TableSpec, column: PrintedColumn, name: str) -> Iterator[Problem]:
    years = [] if "edition" in table.roles or PLACE.match(column.printed) else years_in(name)
    if column.edition is None and table.edition and years and table.edition not in years:
        remedy = f"say `edition = {min(years)}` under this column, or write {YEAR_MARK} for the year in its name"
        yield Problem(f"{where}, header", f"the edition {table.edition} as declared", repr(name), remedy)


def ignored(table: TableSpec, heading: Heading, within: Bounds, claimed: set[int]) -> set[int]:
    """The columns that are declared as not read: by selector, by the upper part of their path, or all others."""
    if EVERY_OTHER in table.ignore:
        return set(range(within.left, within.right)) - claimed
    starts = [plain(selector) for selector in table.ignore]
    longer = tuple(f"{start}{mark}" for start in starts for mark in (".", SEPARATOR))
    below = {place for place in heading.paths if f"{heading.name(place)}{SEPARATOR}".startswith(longer)}
    return (heading.columns_of(table.ignore) | below) - claimed


def undeclared(where: str, sheet: Sheet, heading: Heading, within: Bounds, known: set[int]) -> Iterator[Problem]:
    """Columns that hold something and that nothing was said of."""
    data = sheet.texts[heading.data : within.bottom]
    rest = [
        place
        for place in range(within.left, within.right)
        if place not in known and data[str(place)].null_count() < data.height
    ]
    headed = {place: heading.name(place) for place in rest if heading.paths.get(place)}
    bare = [sheet.column_name(place) for place in rest if place not in headed]
    at = f"{where}, header"
    if headed:
        names = list(headed.values())
        once = [name if names.count(name) == 1 else sheet.column_name(place) for place, name in headed.items()]
        more = f" and {len(once) - LISTED} more" if len(once) > LISTED else ""
        years = '; `[columns."{year}"]` stands for a column a year' if any(map(read_year, names)) else ""
        remedy = f"declare what they are under `columns`, or `ignore = {quoted(once)}`{years}"
        yield Problem(at, "only the columns of source.toml", f"also {once[:LISTED]}{more}", remedy)
    if bare:
        remedy = f'declare them by place, `[columns."{bare[0]}"]`, or `ignore = {quoted(bare)}`'
        yield Problem(at, "a heading over every column", f"none over {', '.join(bare)}", remedy)


def other_names(
    where: str, sheet: Sheet, heading: Heading, found: Columns, table: TableSpec, within: Bounds
) -> Iterator[Problem]:
    """A list of names without a heading between the names and the figures: the figures are of the nearer names."""
    data = sheet.texts[heading.data : within.bottom]
    for value in found.values:
        selector = value.column.province or table.province or ""
        own = found.names[selector]
        for place in range(own + 1, value.place):
            if place in found.places or heading.paths.get(place):
                continue
            both = data.select(mine=str(own), other=str(place)).drop_nulls()
            other = both.filter(both["mine"] != both["other"])
            known = other["other"].is_in(data[str(own)].drop_nulls().unique().to_list())
            if both.height and other.height * 2 > both.height and known.sum() * 2 >= other.height:
                name = sheet.column_name(place)
                remedy = f'say `province = "{name}"` under `columns."{value.printed}"`'
                shown = f"{other['other'][0]!r} in {name} beside {other['mine'][0]!r}"
                yield Problem(f"{where}, column {value.printed}", "the names nearest to its figures", shown, remedy)
                break


def told(sheet: Sheet, table: TableSpec, heading: Heading, within: Bounds) -> Iterator[tuple[str, str, str]]:
    """Place, heading and what it became, of each column, for people who check a source."""
    became: dict[int, str] = {}
    for selector in [table.province, *(column.province for column in table.columns)]:
        became |= dict.fromkeys(heading.matches(selector) if selector else [], "province")
    for role, selector in [*table.roles.items(), *(("only", selector) for selector in table.only)]:
        became |= dict.fromkeys(heading.matches(selector), role)
    for column in table.columns:
        indicator = column.indicator or table.indicator or "indicator of the row"
        measure = column.measure or table.sole_measure or "measure of the row"
        became |= dict.fromkeys(heading.matches(column.printed), f"{indicator}, {measure}")
    for place in range(within.left, within.right):
        if heading.paths.get(place) or place in became:
            yield sheet.column_name(place), heading.name(place), became.get(place, "ignored")
