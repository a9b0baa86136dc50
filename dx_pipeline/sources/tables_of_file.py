"""The declared tables of one file on its sheets; sheets that nothing was said of; every cell accounted for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from dx_pipeline.errors import Problem, nearest
from dx_pipeline.sources.account import IGNORED, Account
from dx_pipeline.sources.cells import Sheet
from dx_pipeline.sources.columns import wanted_selectors
from dx_pipeline.sources.declaration import YEAR_MARK
from dx_pipeline.sources.errors import quoted, refuse_all
from dx_pipeline.sources.headings import Heading, bounds, find_heading
from dx_pipeline.sources.layout import Laid, lay_out
from dx_pipeline.sources.resolved import FileSpec, TableSpec
from dx_pipeline.sources.texts import YEAR
from dx_pipeline.text import plain


def lay_file(file: FileSpec, sheets: list[Sheet]) -> tuple[list[tuple[TableSpec, Laid]], list[Account]]:
    """Lay out every declared table, and account for the cells of every sheet."""
    accounts = {sheet.name: Account(sheet) for sheet in sheets}
    by_sheet: dict[str, list[TableSpec]] = {}
    problems: list[Problem] = []
    for table in file.tables:
        found = _sheets_of(file, sheets, table)
        if isinstance(found, Problem):
            problems.append(found)
            continue
        for sheet, told in found:
            by_sheet.setdefault(sheet.name, []).append(told)
    refuse_all(problems)
    laid: list[tuple[TableSpec, Laid]] = []
    for sheet in sheets:
        tables = by_sheet.get(sheet.name, [])
        account = accounts[sheet.name]
        before = len(laid)
        for table in tables:
            others = _columns_of_others(sheet, table, tables)
            laid.append((table, lay_out(file, sheet, table, account, others)))
        if not tables or any(table.area for table in tables):
            account.became[account.became == 0] = IGNORED
        elif not any(one.problems for _, one in laid[before:]):
            laid[-1][1].problems.extend(account.lost(file.where))
    _check_unread(file, sheets, by_sheet, laid)
    return laid, list(accounts.values())


def _sheets_of(file: FileSpec, sheets: list[Sheet], table: TableSpec) -> list[tuple[Sheet, TableSpec]] | Problem:
    """The sheets a table stands on: one, or all that `{year}` in its name fits, with their edition."""
    names = [sheet.name for sheet in sheets]
    if YEAR_MARK in table.sheet:
        before, after = map(re.escape, plain(table.sheet).split(YEAR_MARK))
        found = [(sheet, re.fullmatch(f"{before}({YEAR}){after}", plain(sheet.name))) for sheet in sheets]
        fitting = [
            (sheet, replace(table, name=sheet.name, edition=int(match[1]), own_edition=True))
            for sheet, match in found
            if match
        ]
        return fitting or Problem(
            f"{file.where}", f"sheets named {table.sheet!r}", f"sheets {names}", "name one of them"
        )
    if table.sheet == "1" and "1" not in names:
        return [(sheets[0], table)]
    for sheet in sheets:
        if plain(sheet.name) == plain(table.sheet):
            return [(sheet, table)]
    what = "a sheet" if file.form == "workbook" else "a table number"
    return Problem(
        file.where, f"{what} {table.sheet}", f"{len(names)} tables: {names[:12]}", nearest(table.sheet, names)
    )


def _columns_of_others(sheet: Sheet, table: TableSpec, tables: list[TableSpec]) -> set[int]:
    """Columns that another table of the same sheet reads, as far as their headings say."""
    if len(tables) == 1:
        return set()
    found: set[int] = set()
    for other in tables:
        wanted = wanted_selectors(other)
        heading = find_heading("", sheet, other, bounds(sheet, other.area), wanted)
        if other is not table and isinstance(heading, Heading):
            found |= {place for selector in wanted for place in heading.matches(selector)}
    return found


def _check_unread(
    file: FileSpec, sheets: list[Sheet], read: dict[str, list[TableSpec]], laid: list[tuple[TableSpec, Laid]]
) -> None:
    """Sheets that hold something must be read or said to be ignored; hidden ones are."""
    said = {plain(name) for name in file.ignore_tables}
    unread = [
        sheet.name
        for sheet in sheets
        if sheet.name not in read and not sheet.hidden and plain(sheet.name) not in said and filled_cells([sheet])
    ]
    if unread and "*" not in said and laid:
        remedy = f"declare them under `tables`, or `ignore_tables = {quoted(unread)}`"
        found = f"also {unread}"
        laid[-1][1].problems.append(Problem(file.where, "only the tables of source.toml", found, remedy))
    unknown = [
        name for name in file.ignore_tables if name != "*" and plain(name) not in {plain(s.name) for s in sheets}
    ]
    if unknown and laid:
        names = [sheet.name for sheet in sheets]
        remedy = nearest(unknown[0], names)
        laid[-1][1].problems.append(
            Problem(f"{file.where}, ignore_tables", "names of its tables", f"{unknown}", remedy)
        )


def filled_cells(sheets: Iterable[Sheet]) -> int:
    """How many cells hold something."""
    return sum(sheet.texts.height * sheet.texts.width - sum(sheet.texts.null_count().row(0)) for sheet in sheets)
