"""What a file must be beside readable: of units that existed, and as complete as it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from dx_pipeline.conform.findings import TABLE
from dx_pipeline.conform.names import recognised
from dx_pipeline.conform.reference import Reference
from dx_pipeline.errors import Problem
from dx_pipeline.sources.errors import of_table, quoted
from dx_pipeline.sources.left_out import HEADING, by_number
from dx_pipeline.sources.spec import SourceSpec

#: provinces with several rows that are told one by one
DOUBLED = 5
#: what a figure is of, and who says it
SAID = ["file", "table_no", *TABLE, "province_id", "kind", "publisher", "url"]


def broken_laws(
    source: SourceSpec, left_out: pl.DataFrame, observations: pl.DataFrame, reference: Reference
) -> list[Problem]:
    """What all laws of a file find wrong with what was read of it, so that one mistake does not hide another."""
    units = {system: set(known.units) for system, known in reference.names.items()}
    return [
        *check_left_out(left_out, reference),
        *check_not_empty(source, observations, units),
        *check_complete(observations, units),
        *check_said_once(observations),
        *check_units_existed(source, observations, reference),
    ]


def check_left_out(left_out: pl.DataFrame, reference: Reference) -> Iterator[Problem]:
    """No row of a province is left out by its text, or stands above those that are read; by its number it may be."""
    by_text = left_out.filter(pl.col("by").is_in(["text", HEADING]))
    for row in by_text.unique(["file", "table_no", "row"], maintain_order=True).iter_rows(named=True):
        systems = [row["unit_system"]] if row["unit_system"] in reference.systems else list(reference.systems)
        found = [recognised(row["text"] or "", reference.of_system(system)) for system in systems]
        province = next((one for one in found if one), None)
        if province:
            expected = "a footer that is no province"
            reason = "why this row is no figure of the province"
            remedy = f'leave it out by number: `[[leave_out]]` with `rows = [{row["row"]}]` and `reason = "{reason}"`'
            if row["by"] == HEADING:
                expected = "no province in the heading or above it"
                remedy = "is `heading_row` or `heading_rows` right? "
                remedy += "a table above another needs `area`, or a file of its own"
            at = f"{row['folder']}/{row['file']}, row {row['row']}"
            yield Problem(at, expected, f"{row['text']!r}, which is {province}", remedy)


def check_not_empty(source: SourceSpec, observations: pl.DataFrame, units: dict[int, set[str]]) -> Iterator[Problem]:
    """A table that is declared complete holds a row at all, and any file of figures a figure or a row left out."""
    used = set(observations.filter(pl.col("rejected").is_null()).select("file", "table_no").unique().rows())
    read = set(observations["file"])
    for file in source.files:
        told = False
        for table in file.tables:
            if table.complete and "{year}" not in table.name and (file.path.name, table.name) not in used:
                where = of_table(file.where, table.name)
                told = told or where == file.where
                expected = f"a row for each of {len(units.get(table.unit_system or 0, ()))} units"
                remedy = "is the file whole? a table that is not may say `complete = false`"
                yield Problem(where, expected, "0", remedy)
        if file.tables and not told and file.path.name not in read:
            remedy = "is the file whole? if it is, declare it once it has rows"
            yield Problem(file.where, "a row below the heading", "none", remedy)


def check_complete(observations: pl.DataFrame, units: dict[int, set[str]]) -> Iterator[Problem]:
    """A complete table holds every unit once; no table holds one twice: file, province and rows of what differs."""
    whole = (pl.col("layout") == "wide") | (pl.col("complete") & (pl.col("measure") != "mean"))
    wide = observations.filter(whole & pl.col("rejected").is_null())
    for (file, table, edition, system, *_), rows in wide.group_by("file", "table_no", *TABLE, maintain_order=True):
        expected = units[system]
        where = of_table(f"data/raw/{rows['source_id'][0]}/{file}", table)
        lines = rows.group_by("province_id", maintain_order=True).agg(pl.col("row").unique().sort())
        doubled = lines.filter(pl.col("row").list.len() > 1)
        for province, printed in doubled.head(DOUBLED).rows():
            remedy = (
                "rows of parts or other periods: pick one with `only`, or say `edition` or `indicator` under `roles`"
            )
            remedy += f"; else {by_number(printed[1:])}"
            more = f"; so are {doubled.height - 1} more" if doubled.height > DOUBLED else ""
            found = f"{len(printed)} of them{more}"
            yield Problem(f"{where}, rows {printed}", f"one row for {province}", found, remedy)
            if more:
                break
        missing = sorted(expected - set(lines["province_id"]))
        if missing and rows["complete"][0]:
            found = f"{lines['province_id'].n_unique()}; missing {', '.join(missing)}"
            several = "" if rows.height == wide.filter(pl.col("file") == file).height else f" in {edition}"
            remedy = "get the whole file; a table that lacks units as published says `complete = false`"
            yield Problem(where, f"a row for each of {len(expected)} units{several}", found, remedy)


def check_said_once(observations: pl.DataFrame) -> list[Problem]:
    """No table says two different things of one figure, unless its rows name different publishers or addresses.

    Rows by sex or quarter without `only`, or `2022` beside `Sơ bộ 2022`, would otherwise be rivals, and one of them
    would be taken by a rule that knows nothing of them. A wide table with two rows of a unit is `check_complete`'s.
    """
    usable = observations.filter(pl.col("rejected").is_null() & pl.col("value").is_not_null())
    said = usable.group_by(SAID, maintain_order=True).agg(
        "source_id", "row", "column", "value_text", "value", once=(pl.col("layout") == "wide").any()
    )
    problems = []
    for one in said.filter(pl.col("value").list.n_unique() > 1).iter_rows(named=True):
        rows, columns = list(dict.fromkeys(one["row"])), list(dict.fromkeys(one["column"]))
        if len(rows) > 1 and one["once"]:
            continue
        if len(rows) > 1:
            remedy = (
                "rows of parts or other periods: pick one with `only`, or say `edition`, `indicator`, `publisher` or "
            )
            remedy += f"`url` under `roles`; else {by_number(rows[1:])}"
        else:
            remedy = f"`ignore = {quoted(columns[1:])}`, or say `edition` or `indicator` under one of the columns"
        where = of_table(f"data/raw/{one['source_id'][0]}/{one['file']}", one["table_no"])
        where += f", rows {rows}, column {' and '.join(columns)}"
        key = f"{one['indicator']} ({one['measure']}) of {one['province_id']} in {one['edition']}"
        problems.append(Problem(where, f"one figure: {key}", " and ".join(one["value_text"]), remedy))
    if len(problems) > DOUBLED:
        last = problems[DOUBLED - 1]
        more = f"{last.found}; so are {len(problems) - DOUBLED} more"
        problems = [*problems[: DOUBLED - 1], replace(last, found=more)]
    return problems


def check_units_existed(source: SourceSpec, observations: pl.DataFrame, reference: Reference) -> Iterator[Problem]:
    """Figures are of units that existed in their year, unless the file says who computed them for a later system."""
    asked = {file.path.name: file.where for file in source.files if not file.backcast}
    used = observations.filter(pl.col("rejected").is_null()).select("file", "unit_system", "edition").unique()
    for file, system, edition in used.sort("file", "unit_system", "edition").iter_rows():
        own = reference.systems.get(system)
        if own is None or file not in asked:
            continue
        early = own.valid_from is not None and edition < own.valid_from.year
        late = own.valid_to is not None and edition > own.valid_to.year
        if early or late:
            lasted = f"since {own.valid_from}" if early else f"until {own.valid_to}"
            expected = f"years in which the {system} units existed ({lasted})"
            remedy = (
                "declare the other `unit_system`, or say of the file who computed figures for units of another time"
            )
            yield Problem(asked[file], expected, str(edition), f'{remedy}: `backcast = "…"`')
