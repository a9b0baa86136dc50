"""The values of printed figures: their texts read as numbers, in the range their column declares."""

from __future__ import annotations

import re
from decimal import Decimal

import polars as pl

from dx_pipeline.conform.numbers import (
    MOST_UNITS,
    DecimalMark,
    NumberFormatError,
    each,
    parse_column,
    parse_number,
    parse_ranks,
)
from dx_pipeline.conform.reference import Reference
from dx_pipeline.errors import Problem

#: significant digits of a typed number: it is exact to half a unit of the last one
TYPED_DIGITS = 15


def where_of(row: dict[str, object]) -> str:
    """A figure's place as messages name it."""
    return f"data/raw/{row['source_id']}/{row['locator']}"


def most_units(reference: Reference) -> int:
    """The highest rank there can be."""
    return max(MOST_UNITS, *(len(reference.units(system)) for system in reference.systems))


def read_values(figures: pl.DataFrame, reference: Reference, problems: list[Problem]) -> dict[str, pl.Series]:
    """Values and printed decimals; ranks are whole numbers. A typed number stays what it is."""
    value = figures["number"] if "number" in figures.columns else pl.Series("value", [None] * figures.height)
    value = value.cast(pl.Float64).alias("value")
    typed = value.is_not_null()
    decimals = _typed_decimals(value)
    usable = figures["rejected"].is_null()
    is_rank = figures["measure"] == "rank"
    groups: list[tuple[pl.Series, DecimalMark | None]] = [(usable & ~typed & is_rank, None)]
    groups += [
        (usable & ~typed & ~is_rank & (figures["decimal"] == mark), mark) for mark in figures["decimal"].unique().sort()
    ]
    for here, mark in groups:
        rows = figures.filter(here)
        if rows.is_empty():
            continue
        texts = rows["value_text"]
        parsed = parse_ranks(texts, most_units(reference)) if mark is None else parse_column(texts, mark)
        positions = here.arg_true()
        value = value.scatter(positions, parsed.values)
        decimals = decimals.scatter(positions, parsed.decimals)
        problems += _unreadable(rows, parsed.bad) + _half_percent(rows.with_columns(percent=parsed.percent))
    fraction = figures.filter(usable & typed & is_rank & (value.fill_null(1.0) % 1 != 0))
    problems += [
        Problem(where_of(row), "a rank: a whole number", str(row["number"]), 'say `measure = "score"` or `"value"`')
        for row in fraction.iter_rows(named=True)
    ]
    return {"value": value, "decimals": decimals}


def _typed_decimals(value: pl.Series) -> pl.Series:
    """Decimals of typed numbers: as many as the shortest text that gives the same number has."""
    shortest = {one: Decimal(f"{one:.{TYPED_DIGITS}g}").normalize() for one in value.unique().drop_nulls().to_list()}
    decimals = {one: max(0, -int(text.as_tuple().exponent)) for one, text in shortest.items()}
    return each(value, decimals, pl.Int64).alias("decimals")


def _half_percent(rows: pl.DataFrame) -> list[Problem]:
    """A column is printed with percent signs in all its figures or in none."""
    signed = rows.filter(pl.col("percent").is_not_null() & (pl.col("layout") == "wide"))
    mixed = signed.filter(pl.col("percent").n_unique().over("file", "table_no", "column") > 1)
    first = mixed.unique(["file", "table_no", "column", "percent"], keep="first", maintain_order=True)
    return [
        Problem(
            where_of(row),
            "a percent sign",
            f"none in {row['value_text']!r}",
            "all figures of a column have it, or none: mend it with the publisher, or `ignore` the column",
        )
        for row in first.filter(~pl.col("percent")).iter_rows(named=True)
    ]


def _unreadable(rows: pl.DataFrame, bad: dict[str, NumberFormatError]) -> list[Problem]:
    if not bad:
        return []
    at = rows.filter(rows["value_text"].fill_null("").is_in(list(bad)))
    return [
        Problem(where_of(row), bad[row["value_text"] or ""].expected, repr(row["value_text"]), _remedy(row))
        for row in at.iter_rows(named=True)
    ]


def _remedy(row: dict[str, object]) -> str:
    """What can be done about a text that is no number; another mark is offered only where it would help."""
    text = str(row["value_text"])
    leave_out = f'`leave_out = [{{ rows = [{row["row"]}], reason = "…" }}]`'
    if not re.search(r"\d", text):
        return f"if it says that there is no figure: {leave_out}"
    if row["measure"] == "rank":
        if "(" in text:
            return 'say what the brackets hold: `in_brackets = "score"` under this column'
        return f'if the column holds no ranks: `measure = "score"` or `"value"`; else {leave_out}, or ignore the column'
    other: DecimalMark = "." if row["decimal"] == "," else ","
    try:
        parse_number(text, other)
    except NumberFormatError:
        return f"mend it with the publisher, {leave_out}, or ignore the column"
    return f'`decimal = "{other}"` if that is the mark of the column, or ignore the column'


def beyond_the_units(frame: pl.DataFrame, reference: Reference) -> list[Problem]:
    """Ranks higher than there are units of their system to be ranked."""
    units = {system: len(reference.units(system)) for system in reference.systems}
    most = pl.col("unit_system").replace_strict(units, default=None, return_dtype=pl.Int64)
    out = frame.filter((pl.col("measure") == "rank") & pl.col("rejected").is_null() & (pl.col("value") > most))
    return [
        Problem(
            where_of(row),
            f"a rank from 1 to {units[row['unit_system']]}, as there are so many units",
            f"{row['value_text']} ({row['province_text']})",
            "is it another column, or another `unit_system`? else "
            f'`leave_out = [{{ rows = [{row["row"]}], reason = "…" }}]`',
        )
        for row in out.iter_rows(named=True)
    ]


def out_of_range(frame: pl.DataFrame) -> list[Problem]:
    """Figures outside the range their column declares."""
    out = frame.filter(
        ((pl.col("value") < pl.col("min")) | (pl.col("value") > pl.col("max"))) & pl.col("rejected").is_null()
    )
    return [
        Problem(
            where_of(row),
            f"{row['unit'] or 'a value'} from "
            + ("any" if row["min"] is None else f"{row['min']:g}")
            + " to "
            + ("any" if row["max"] is None else f"{row['max']:g}"),
            f"{row['value_text']} ({row['province_text']})",
            "look at `min`, `max` and `decimal` of the column; a wrong figure gets a file in data/corrections/",
        )
        for row in out.iter_rows(named=True)
    ]
