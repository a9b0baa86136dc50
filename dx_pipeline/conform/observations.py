"""Printed figures -> observations: province, number and status beside what was printed. Every row comes out again.

An observation has the columns of `sources.read.FIGURE_SCHEMA` plus `province_id`, `value`, `decimals`, `half_width`
(half a unit of the last printed digit of its column; twice that for one computed from two printed ones) and `status`:
`published`, `derived`, `not_published` (an empty cell) or `rejected` (a footer, with its reason in `rejected`).
"""

from __future__ import annotations

import polars as pl

from dx_pipeline.conform.names import resolve_column
from dx_pipeline.conform.numbers import DecimalMark, parse_column, parse_ranks

#: the area of a figure that stands for the whole country
COUNTRY = "viet-nam"
#: how many problems one message lists
SHOWN = 20


class ConformError(ValueError):
    """Printed rows that can't become observations. The message lists file, row, column, expected and found."""


def conform_figures(figures: pl.DataFrame, known_indicators: set[str]) -> pl.DataFrame:
    """Observations from the figures of one source, row by row.

    Raises:
        ConformError: a name, number or indicator is not readable, or a figure is outside its declared range; every
            problem is listed, up to SHOWN.
    """
    rejected = figures["rejected"].is_not_null()
    problems = _unknown_indicators(figures.filter(~rejected), known_indicators)
    frame = figures.with_columns(
        province_id=_provinces(figures, problems),
        **_numbers(figures, problems),
    )
    # a table's column is rounded as a whole: 0.635 between figures of four decimals is 0.6350 with its zero dropped
    column_decimals = pl.col("decimals").max().over("file", "table_no", "column")
    rounded_to = pl.when(pl.col("layout") == "wide").then(column_decimals).otherwise("decimals")
    derived_twice = pl.when(pl.col("kind") == "derived").then(2).otherwise(1)
    frame = frame.with_columns(
        half_width=pl.when(pl.col("measure") == "rank")
        .then(0.0)
        .when(pl.col("value").is_not_null())
        .then(0.5 * pl.lit(10.0).pow(-rounded_to) * derived_twice),
        status=pl.when(pl.col("rejected").is_not_null())
        .then(pl.lit("rejected"))
        .when(pl.col("value").is_null())
        .then(pl.lit("not_published"))
        .when(pl.col("kind") == "derived")
        .then(pl.lit("derived"))
        .otherwise(pl.lit("published")),
    )
    problems += _out_of_range(frame)
    if problems:
        rest = f"\n  ... and {len(problems) - SHOWN} more" if len(problems) > SHOWN else ""
        raise ConformError(f"{len(problems)} printed rows can't be used:\n  " + "\n  ".join(problems[:SHOWN]) + rest)
    return frame


def check_complete(observations: pl.DataFrame, units: dict[int, set[str]]) -> None:
    """A complete table holds every unit once; no table holds one twice.

    Args:
        observations: of one source.
        units: unit system -> its province ids.

    Raises:
        ConformError: a unit is missing, doubled or too many; the message names file, province and rows.
    """
    wide = observations.filter((pl.col("layout") == "wide") & pl.col("rejected").is_null())
    problems = []
    for (file, table), rows in wide.group_by("file", "table_no", maintain_order=True):
        lines = rows.select("row", "province_id", "unit_system").unique(maintain_order=True)
        expected = units[lines["unit_system"][0]]
        where = f"data/raw/{rows['source_id'][0]}/{file}" + ("" if table == "1" else f", table {table}")
        for province, doubled in lines.group_by("province_id", maintain_order=True):
            if doubled.height > 1:
                rows_printed = sorted(doubled["row"])
                problems.append(f"{where}, rows {rows_printed}: expected one row for {province[0]}, found several")
        missing = sorted(expected - set(lines["province_id"]))
        if missing and rows["complete"][0]:
            problems.append(
                f"{where}: expected a row for each of {len(expected)} units, found {lines['province_id'].n_unique()}; "
                f"missing {', '.join(missing)}"
            )
    if problems:
        raise ConformError("a table does not hold its units once each:\n  " + "\n  ".join(problems[:SHOWN]))


def _where(row: dict[str, object]) -> str:
    return f"data/raw/{row['source_id']}/{row['locator']}"


def _unknown_indicators(figures: pl.DataFrame, known: set[str]) -> list[str]:
    unknown = figures.filter(~pl.col("indicator").is_in(sorted(known)))
    return [
        f"{_where(row)}: expected an indicator code of data/reference/indicators.csv, found {row['indicator']!r}"
        for row in unknown.iter_rows(named=True)
    ]


def _provinces(figures: pl.DataFrame, problems: list[str]) -> pl.Series:
    """Province ids; the country for a national mean, null for a rejected row."""
    ids = pl.Series("province_id", [None] * figures.height, dtype=pl.String)
    country = figures["measure"] == "mean"
    ids = pl.select(pl.when(country).then(pl.lit(COUNTRY)).otherwise(ids).alias("province_id")).to_series()
    rest = ~country & figures["rejected"].is_null()
    for unit_system in figures.filter(rest)["unit_system"].unique().sort():
        here = rest & (figures["unit_system"] == unit_system)
        resolved, bad = resolve_column(figures.filter(here)["province_text"], unit_system)
        lookup = pl.Series(resolved, dtype=pl.String)
        positions = here.arg_true()
        ids = ids.scatter(positions, lookup)
        if bad:
            first = (
                figures.filter(here & figures["province_text"].fill_null("").is_in(list(bad)))
                .unique(["file", "table_no", "row"], maintain_order=True)
                .iter_rows(named=True)
            )
            problems += [
                f"data/raw/{row['source_id']}/{row['file']}, row {row['row']}: {bad[row['province_text'] or '']}"
                for row in first
            ]
    return ids


def _numbers(figures: pl.DataFrame, problems: list[str]) -> dict[str, pl.Series]:
    """Values and printed decimals; ranks are whole numbers."""
    value = pl.Series("value", [None] * figures.height, dtype=pl.Float64)
    decimals = pl.Series("decimals", [None] * figures.height, dtype=pl.Int64)
    usable = figures["rejected"].is_null()
    groups: list[tuple[pl.Series, DecimalMark | None]] = [(usable & (figures["measure"] == "rank"), None)]
    groups += [
        (usable & (figures["measure"] != "rank") & (figures["decimal"] == mark), mark)
        for mark in figures["decimal"].unique().sort()
    ]
    for here, mark in groups:
        rows = figures.filter(here)
        if rows.is_empty():
            continue
        parsed = parse_ranks(rows["value_text"]) if mark is None else parse_column(rows["value_text"], mark)
        positions = here.arg_true()
        value = value.scatter(positions, parsed.values)
        decimals = decimals.scatter(positions, parsed.decimals)
        if parsed.bad:
            problems += [
                f"{_where(row)}: {parsed.bad[row['value_text'] or '']}"
                for row in rows.filter(rows["value_text"].fill_null("").is_in(list(parsed.bad))).iter_rows(named=True)
            ]
    return {"value": value, "decimals": decimals}


def _out_of_range(frame: pl.DataFrame) -> list[str]:
    out = frame.filter((pl.col("value") < pl.col("min")) | (pl.col("value") > pl.col("max")))
    return [
        f"{_where(row)}: expected {row['unit'] or 'a value'} from {row['min']:g} to "
        + ("any" if row["max"] is None else f"{row['max']:g}")
        + f", found {row['value_text']} ({row['province_text']})"
        for row in out.iter_rows(named=True)
    ]
