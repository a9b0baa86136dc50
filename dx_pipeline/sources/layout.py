"""A table of cells as printed figures, by the layout its declaration describes.

Wide, long, panels and years as columns are one thing here: a column of province names, columns that say something of
each row (roles), and columns with figures; whatever no column says is said by the declaration. Frames in, frames out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from dx_pipeline.errors import Problem, nearest
from dx_pipeline.sources import figure_texts, left_out
from dx_pipeline.sources.cells import FIGURE, HEADING, IGNORED, NOTE, REJECTED, Account, Sheet
from dx_pipeline.sources.columns import Columns, Value, find_columns, ignored, other_names, told, undeclared
from dx_pipeline.sources.errors import of_table
from dx_pipeline.sources.headings import LISTED, Bounds, Heading, bounds, find_heading
from dx_pipeline.sources.resolved import FileSpec, PrintedColumn, TableSpec
from dx_pipeline.sources.roles import read_roles
from dx_pipeline.text import plain
from dx_pipeline.vocabulary import SEPARATOR


@dataclass(frozen=True)
class Part:
    """The figures of one column: `frame` says what differs from row to row, `constants` the rest of FIGURE_SCHEMA."""

    frame: pl.DataFrame
    constants: dict[str, Any]


@dataclass
class Laid:
    """What became of a table.

    `left_out`: row, text, by, reason. `columns`: place, heading, what it became.
    """

    table: TableSpec
    parts: list[Part] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    left_out: list[pl.DataFrame] = field(default_factory=list)
    columns: list[tuple[str, str, str]] = field(default_factory=list)
    rows: int = 0


def lay_out(file: FileSpec, sheet: Sheet, table: TableSpec, account: Account, others: set[int]) -> Laid:
    """The figures of one table.

    Args:
        file: its file.
        sheet: the cells.
        table: the declaration; its `name` is how messages and locators name it.
        account: what became of the sheet's cells; filled here.
        others: columns of the sheet that another table reads.
    """
    laid = Laid(table)
    where = of_table(file.where, table.name)
    within = bounds(sheet, table.area)
    heading = find_heading(where, sheet, table, within)
    if isinstance(heading, Problem):
        laid.problems.append(heading)
        return laid
    account.mark(slice(within.top, heading.first), range(within.left, within.right), NOTE)
    account.mark(slice(heading.first, heading.data), range(within.left, within.right), HEADING)
    rows = slice(heading.data, within.bottom)
    for block in range(table.side_by_side):
        found = find_columns(where, table, heading, block)
        laid.problems += found.problems
        if laid.problems:
            return laid
        laid.left_out.append(_not_below(sheet, table, heading, within, found))
        laid.problems += other_names(where, sheet, heading, found, table, within)
        if block == 0:
            rest = ignored(table, heading, within, found.places) | (others - found.places)
            in_all_lists = heading.columns_of(table.selectors) if table.side_by_side > 1 else set()
            laid.problems += undeclared(where, sheet, heading, within, found.places | rest | in_all_lists)
            account.mark(rows, rest, IGNORED)
        _lay_block(file, sheet, table, account, heading, rows, found, laid, where, block)
    laid.columns += told(sheet, table, heading, within)
    return laid


def _lay_block(
    file: FileSpec, sheet: Sheet, table: TableSpec, account: Account, heading: Heading, rows: slice,
    found: Columns, laid: Laid, where: str, block: int,
) -> None:  # fmt: skip
    """One list of a table: its rows, what is left out of them, and a part a column of figures."""
    names, roles, values = found.names, found.roles, found.values
    of_row = [*names.values(), *roles.values()]
    data = sheet.texts[rows]
    main = names[table.province] if table.province else None
    filled = data.select(pl.any_horizontal(pl.col(list(map(str, found.places))).is_not_null())).to_series()
    numbers = pl.Series("row", np.arange(data.height) + sheet.row_number(heading.data), dtype=pl.Int64)
    if table.fill_down:
        data = data.with_columns(pl.when(filled).then(pl.col(list(map(str, of_row))).forward_fill()))
    first = data.select(pl.coalesce(pl.all())).to_series() if data.width else pl.Series([], dtype=pl.String)
    label = first if main is None else data[str(main)].fill_null(first)
    why, told = left_out.reasons(where, table, label, numbers)
    laid.problems += told
    repeated = _repeated_heading(data, heading, main, values)
    anything = first.is_not_null()
    why, told = _only(where, table, roles, data, why)
    laid.problems += told
    reason = why["reason"]
    kept = filled & reason.is_null() & ~repeated
    laid.problems += _second_tables(where, sheet, table, heading, rows, data, main, kept)
    if block == 0:
        laid.problems += _lines_beside(where, first, numbers, anything & ~filled & reason.is_null())
    everything = range(sheet.texts.width) if table.side_by_side == 1 and not table.area else found.places
    unread = (why["by"] == left_out.ONLY).fill_null(False)
    out = reason.is_not_null() & anything
    account.mark(rows, everything, IGNORED, (unread & anything).to_numpy())
    account.mark(rows, everything, REJECTED, (out & ~unread).to_numpy())
    account.mark(rows, everything, HEADING, repeated.to_numpy())
    account.mark(rows, of_row, HEADING)
    account.mark(rows, [value.place for value in values], FIGURE)
    said, problems = read_roles(where, table, data, roles, numbers, kept)
    laid.problems += problems
    read = filled & ~repeated & ~unread
    laid.rows += int(read.sum())
    laid.left_out.append(pl.DataFrame([numbers, label.alias("text"), why["by"], reason]).filter(out))
    for value in values:
        # of a row that is left out, whatever text names it
        names_beside = data[str(names[value.column.province or table.province or ""])]
        province = names_beside.zip_with(reason.is_null(), names_beside.fill_null(label)).alias("province_text")
        cells, problems = figure_texts.cells_of(where, sheet, rows, value.place, value.column, kept)
        laid.problems += problems
        base = pl.DataFrame([numbers, province, reason.alias("rejected")])
        frame = _with_means(base.hstack(cells).hstack(said), table, value.column)
        for piece, measure, printed in figure_texts.split(
            where, frame, value.column, table, value.printed, kept, laid.problems
        ):
            selected = piece.filter(read) if not read.all() else piece
            laid.parts.append(Part(selected, _constants(file, sheet, table, value, measure, printed)))


def _not_below(sheet: Sheet, table: TableSpec, heading: Heading, within: Bounds, found: Columns) -> pl.DataFrame:
    """Rows of the heading or above it with a text among the names and another one among the figures."""
    name = pl.col(str(found.names[table.province])) if table.province else pl.lit(None, dtype=pl.String)
    rows = sheet.texts[within.top : heading.data].with_row_index("row", sheet.row_number(within.top))
    beside = pl.any_horizontal(*(pl.col(str(value.place)) != name for value in found.values), False)
    return rows.filter(beside.fill_null(False)).select(
        pl.col("row").cast(pl.Int64),
        text=name,
        by=pl.lit(left_out.HEADING),
        reason=pl.lit("of the heading or above it"),
    )


def _with_means(frame: pl.DataFrame, table: TableSpec, column: PrintedColumn) -> pl.DataFrame:
    """The row that stands for the country gives a mean."""
    if not table.national_mean:
        return frame
    means = frame["province_text"].eq(table.national_mean).fill_null(False)
    said = pl.col("measure") if "measure" in frame.columns else pl.lit(column.measure or table.sole_measure)
    return frame.with_columns(measure=pl.when(means).then(pl.lit("mean")).otherwise(said)) if means.any() else frame


def _repeated_heading(data: pl.DataFrame, heading: Heading, main: int | None, values: list[Value]) -> pl.Series:
    """Rows that say the heading again, as on every page of a printed table."""
    both = [main, *(value.place for value in values)]
    places = [place for place in both if place is not None and heading.paths.get(place)]
    if len(places) < 2:
        return pl.repeat(False, data.height, eager=True)
    tests = [_single_spaces(pl.col(str(place))) == heading.paths[place][-1] for place in places[:2]]
    return data.select(pl.all_horizontal(tests).fill_null(False)).to_series()


def _single_spaces(text: pl.Expr) -> pl.Expr:
    return text.str.replace_all(r"\s+", " ").str.strip_chars()


def _second_tables(
    where: str, sheet: Sheet, table: TableSpec, heading: Heading, rows: slice, data: pl.DataFrame, main: int | None,
    kept: pl.Series,
) -> Iterator[Problem]:  # fmt: skip
    """Another heading over the names: a table of its own begins there."""
    path = heading.paths.get(main, ()) if main is not None else ()
    if not path:
        return
    again = data.select(_single_spaces(pl.col(str(main))) == path[-1]).to_series()
    for row in (kept & again).arg_true().to_list():
        first, last = sheet.row_number(rows.start + row), sheet.row_number(rows.stop - 1)
        remedy = (
            f'one table a part: `[files."…".tables.first]` with `sheet = "{table.sheet}"` and `area = '
            f'"{sheet.row_number(heading.first)}:{first - 1}"`, and `tables.second` with `area = "{first}:{last}"`'
        )
        yield Problem(f"{where}, row {first}", "one table", f"{path[-1]!r} again: another heading", remedy)


def _only(
    where: str, table: TableSpec, roles: dict[str, int], data: pl.DataFrame, why: pl.DataFrame
) -> tuple[pl.DataFrame, list[Problem]]:
    """Leave out the rows that `only` doesn't name; one that no row fits is mistyped, or of another column."""
    problems: list[Problem] = []
    for selector, texts in table.only.items():
        known = {plain(text) for text in texts}
        said = data[str(roles[f"only {selector}"])]
        printed = said.drop_nulls().unique(maintain_order=True).to_list()
        fits = [text for text in printed if plain(text) in known]
        if printed and not fits:
            expected = f"{' or '.join(map(repr, texts))} in a row"
            told = nearest(texts[0], printed)
            problems.append(Problem(f"{where}, column {selector}", expected, f"{printed[:LISTED]}", told))
        reason = pl.lit(f"not read: {selector} is not {' or '.join(texts)}")
        out = why["reason"].is_null() & ~said.is_in(fits).fill_null(False)
        why = why.with_columns(
            reason=pl.when(out).then(reason).otherwise("reason"),
            by=pl.when(out).then(pl.lit(left_out.ONLY)).otherwise("by"),
        )
    return why, problems


def _lines_beside(where: str, texts: pl.Series, numbers: pl.Series, lines: pl.Series) -> Iterator[Problem]:
    """Rows that hold something, but nothing in a column that is read."""
    if lines.any():
        said = texts.filter(lines).to_list()
        rows = ", ".join(map(str, numbers.filter(lines).to_list()[:LISTED]))
        remedy = left_out.remedy(said[:LISTED])
        yield Problem(f"{where}, row {rows}", "a province and its figures", f"{said[:3]}", remedy)


def _constants(
    file: FileSpec, sheet: Sheet, table: TableSpec, value: Value, measure: str | None, printed: str
) -> dict[str, Any]:
    column = value.column
    range_of = table.measures.get(measure or "")
    has_own = bool(column.unit) or column.min is not None or column.max is not None
    limits = column if has_own or range_of is None or measure != (column.measure or measure) else range_of
    if column.in_brackets and measure == column.in_brackets:
        limits = range_of or PrintedColumn(printed="")
    return {
        "source_id": file.source_id,
        "file": file.path.name,
        "layout": file.layout,
        "complete": table.complete,
        "table_no": table.name,
        "column": printed,
        "edition": value.edition or column.edition or table.edition,
        "unit_system": column.unit_system or table.unit_system,
        "indicator": column.indicator or table.indicator,
        "measure": measure,
        "decimal": column.decimal or table.decimal,
        "percent": column.percent or table.percent,
        "unit": limits.unit,
        "min": limits.min,
        "max": limits.max,
        "kind": "stated",
        "tier": file.tier,
        "publisher": file.publisher,
        "url": file.url,
        "preliminary": value.preliminary or (column.status or table.status) == "preliminary",
        "remark": None,
        "doubts": SEPARATOR.join(file.doubts if column.doubts is None else column.doubts) or None,
        "letters": sheet.column_name(value.place).removeprefix("column ") if sheet.letters else "",
    }
