"""Printed figures -> observations: province, number and status beside what was printed. Every row comes out again.

An observation has the columns of `sources.read.FIGURE_SCHEMA` plus `province_id`, `value`, `decimals`, `half_width`
(half a unit of the last printed digit of its column; twice that for one computed from two printed ones) and `status`:
`published`, `derived`, `not_published` (an empty cell) or `rejected` (a footer, with its reason in `rejected`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from dx_pipeline.conform import COUNTRY, INDEX_PREFIX, ConformError, prints_index
from dx_pipeline.conform.file_laws import broken_laws
from dx_pipeline.conform.names import ProvinceNameError, resolve_column
from dx_pipeline.conform.numbers import (
    MOST_UNITS,
    DecimalMark,
    NumberFormatError,
    as_shares,
    parse_number,
    parse_printed,
    parse_ranks,
)
from dx_pipeline.conform.reference import Reference
from dx_pipeline.errors import Problem, nearest
from dx_pipeline.sources.cells import SAFE_DIGITS
from dx_pipeline.sources.declaration import CODE
from dx_pipeline.sources.errors import of_table, quoted
from dx_pipeline.sources.left_out import by_number, is_note, is_region, remedy
from dx_pipeline.sources.read import read_source
from dx_pipeline.sources.resolved import TIERS, SourceSpec
from dx_pipeline.sources.roles import KINDS

#: how many texts one message lists
SHOWN = 20


def conform_figures(figures: pl.DataFrame, reference: Reference, indicators: AbstractSet[str]) -> pl.DataFrame:
    """Observations from the figures of one source, row by row.

    Raises:
        ConformError: a name, number or indicator is not readable, or a figure is outside its declared range; every
            problem is listed, up to SHOWN.
    """
    rejected = figures["rejected"].is_not_null()
    used = figures.filter(~rejected)
    problems = [*_unknown_indicators(used, indicators, reference.indicators)]
    problems += [*_unknown_words(used, "kind", KINDS), *_unknown_words(used, "tier", TIERS)]
    frame = figures.with_columns(
        province_id=_provinces(figures, reference, problems),
        **read_values(figures, reference, problems),
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
    problems += [*_out_of_range(frame), *_beyond_the_units(frame, reference)]
    ConformError.refuse(problems, f"{len(problems)} printed rows can't be used")
    return frame


def _unknown_indicators(figures: pl.DataFrame, known: AbstractSet[str], of_index: Collection[str]) -> Iterator[Problem]:
    unknown = figures.filter(~pl.col("indicator").is_in(sorted(known)).fill_null(False))
    first = unknown.unique(["file", "table_no", "indicator"], keep="first", maintain_order=True)
    for row in first.iter_rows(named=True):
        of_others = "an indicator that a source.toml declares"
        codes = "an indicator code of data/reference/indicators.csv" if prints_index(row["source_id"]) else of_others
        yield Problem(where_of(row), codes, repr(row["indicator"]), _declare(row, known, of_index))


def _declare(row: dict[str, object], known: AbstractSet[str], of_index: Collection[str]) -> str:
    """What to do about an unknown indicator: the one that may be meant, or the lines to paste."""
    if not re.match(CODE, str(row["indicator"])):
        printed = quoted([str(row["indicator"])])[1:-1]
        return f'say which indicator it is under `[codes.indicator]`: `{printed} = "…"`'
    near = nearest(row["indicator"], known)
    if prints_index(str(row["source_id"])):
        return near if near.startswith("did") else f"the codes are {', '.join(sorted(known))}"
    if row["indicator"] in of_index:
        return f"it is a code of the index: a folder that prints the index is called `{INDEX_PREFIX}…`"
    lines = f'[indicators.{row["indicator"]}], name_vi = "…", name_en = "…", direction = "higher_is_better"'
    new = f"if it is new, add to data/raw/{row['source_id']}/source.toml: {lines}"
    return f"{near} {new}" if near.startswith("did") else new


def _unknown_words(figures: pl.DataFrame, column: str, known: tuple[str, ...]) -> Iterator[Problem]:
    unknown = figures.filter(~pl.col(column).is_in(list(known)))  # null where its text was told already
    expected, remedy = f"a {column}: {', '.join(known)}", f"`codes.{column}` says what it is"
    for row in unknown.iter_rows(named=True):
        yield Problem(where_of(row), expected, repr(row[column]), remedy)


def _provinces(figures: pl.DataFrame, reference: Reference, problems: list[Problem]) -> pl.Series:
    """Province ids; the country for a national mean, null for a rejected row."""
    country = figures["measure"] == "mean"
    ids = country.replace_strict({True: COUNTRY}, default=None, return_dtype=pl.String).alias("province_id")
    rest = ~country & figures["rejected"].is_null()
    for unit_system in figures.filter(rest)["unit_system"].unique().drop_nulls().sort():
        here = rest & (figures["unit_system"] == unit_system)
        if unit_system not in reference.systems:
            row = figures.filter(here).row(0, named=True)
            known = ", ".join(map(str, reference.systems))
            remedy = "`unit_system` of the table, or `codes.unit_system`; data/reference/unit_systems.csv lists them"
            problems.append(Problem(where_of(row), f"one of the unit systems {known}", str(unit_system), remedy))
            continue
        rows = figures.filter(here)
        resolved, bad = resolve_column(rows["province_text"], reference, unit_system)
        ids = ids.scatter(here.arg_true(), resolved)
        problems += _no_provinces(rows, bad, unit_system)
    return ids


def _no_provinces(figures: pl.DataFrame, bad: Mapping[str, ProvinceNameError], unit_system: int) -> list[Problem]:
    """Texts that name no unit; those that read like regions, totals or notes together, with the lines to paste."""
    rows = figures.filter(figures["province_text"].fill_null("").is_in(list(bad)))
    rows = rows.unique(["file", "table_no", "row"], maintain_order=True)
    problems = []
    expected = f"a unit of the {unit_system}"
    for (source, file, table), printed in rows.group_by("source_id", "file", "table_no", maintain_order=True):
        where = of_table(f"data/raw/{source}/{file}", str(table))
        texts = dict(zip(printed["row"], printed["province_text"].fill_null(""), strict=True))
        aside = {row: text for row, text in texts.items() if is_region(text) or is_note(text)}
        if aside:
            shown = ", ".join(map(repr, list(dict.fromkeys(aside.values()))[:SHOWN]))
            numbers = ", ".join(map(str, aside))
            problems.append(Problem(f"{where}, row {numbers}", expected, shown, remedy(aside.values())))
        for row, text in texts.items():
            if row not in aside:
                helps = f"if the row is not meant: {by_number([row])}" if bad[text].candidates else remedy([text])
                helps = helps if text.strip() else f"{by_number([row])}, or `fill_down = true`"
                problems.append(Problem(f"{where}, row {row}", expected, str(bad[text]), helps))
    return problems


def where_of(row: dict[str, object]) -> str:
    """A figure's place as messages name it."""
    return f"data/raw/{row['source_id']}/{row['locator']}"


def read_values(figures: pl.DataFrame, reference: Reference, problems: list[Problem]) -> dict[str, pl.Series]:
    """Values and printed decimals; ranks are whole numbers. A typed number stays what it is.

    A figure with a percent sign is what is printed, or a share of 1 where `percent` says so.
    """
    value = figures["number"].alias("value")
    typed = value.is_not_null()
    # decimals of typed numbers: as many as the shortest text that gives the same number has
    shortest = {one: Decimal(f"{one:.{SAFE_DIGITS}g}").normalize() for one in value.unique().drop_nulls().to_list()}
    of_typed = {one: max(0, -int(text.as_tuple().exponent)) for one, text in shortest.items()}
    decimals = value.replace_strict(of_typed, default=None, return_dtype=pl.Int64).alias("decimals")
    usable = figures["rejected"].is_null()
    signed = figures["value_text"].str.ends_with("%").set(~(usable & typed), None)
    is_rank = figures["measure"] == "rank"
    most = max(MOST_UNITS, *(len(reference.units(system)) for system in reference.systems))
    printed = usable & ~typed
    for mark in ("rank", *figures["decimal"].unique().sort()):
        here = printed & (is_rank if mark == "rank" else ~is_rank & figures["decimal"].eq_missing(mark))
        rows = figures.filter(here)
        texts = rows["value_text"]
        parsed = parse_ranks(texts, most) if mark == "rank" else parse_printed(texts, mark)
        positions = here.arg_true()
        value = value.scatter(positions, parsed.values)
        decimals = decimals.scatter(positions, parsed.decimals)
        signed = signed.scatter(positions, parsed.percent)
        problems += _unreadable(rows, parsed.bad)
    problems += _half_percent(figures.with_columns(signed=signed))
    share = signed.fill_null(False) & figures["percent"].eq_missing("share")
    value, decimals = as_shares(value, decimals, share)
    fraction = figures.filter(usable & typed & is_rank & (value.fill_null(1.0) % 1 != 0))
    problems += [
        Problem(where_of(row), "a rank: a whole number", str(row["number"]), 'say `measure = "score"` or `"value"`')
        for row in fraction.iter_rows(named=True)
    ]
    return {"value": value, "decimals": decimals}


def _half_percent(rows: pl.DataFrame) -> Iterator[Problem]:
    """A column is printed with percent signs in all its figures or in none."""
    told = rows.filter(pl.col("signed").is_not_null() & (pl.col("layout") == "wide"))
    mixed = told.filter(pl.col("signed").n_unique().over("file", "table_no", "column") > 1)
    first = mixed.unique(["file", "table_no", "column", "signed"], keep="first", maintain_order=True)
    remedy = "all figures of a column have it, or none: mend it with the publisher, or `ignore` the column"
    for row in first.filter(~pl.col("signed")).iter_rows(named=True):
        yield Problem(where_of(row), "a percent sign", f"none in {row['value_text']!r}", remedy)


def _unreadable(rows: pl.DataFrame, bad: dict[str, NumberFormatError]) -> Iterator[Problem]:
    at = rows.filter(rows["value_text"].fill_null("").is_in(list(bad)))
    for row in at.iter_rows(named=True):
        yield Problem(where_of(row), bad[row["value_text"] or ""].expected, repr(row["value_text"]), _remedy(row))


def _remedy(row: dict[str, object]) -> str:
    """What can be done about a text that is no number; another mark is offered only where it would help."""
    text = str(row["value_text"])
    leave_out = by_number([int(str(row["row"]))])
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
    either = "" if row["decimal"] else ' or `decimal = "."`'
    return f'`decimal = "{other}"`{either} if that is the mark of the column, or ignore the column'


def _beyond_the_units(frame: pl.DataFrame, reference: Reference) -> Iterator[Problem]:
    """Ranks higher than there are units of their system to be ranked."""
    units = {system: len(reference.units(system)) for system in reference.systems}
    most = pl.col("unit_system").replace_strict(units, default=None, return_dtype=pl.Int64)
    out = frame.filter((pl.col("measure") == "rank") & pl.col("rejected").is_null() & (pl.col("value") > most))
    for row in out.iter_rows(named=True):
        expected = f"a rank from 1 to {units[row['unit_system']]}, as there are so many units"
        remedy = f"is it another column, or another `unit_system`? else {by_number([row['row']])}"
        yield Problem(where_of(row), expected, f"{row['value_text']} ({row['province_text']})", remedy)


def _out_of_range(frame: pl.DataFrame) -> Iterator[Problem]:
    """Figures outside the range their column declares."""
    outside = (pl.col("value") < pl.col("min")) | (pl.col("value") > pl.col("max"))
    remedy = "look at `min`, `max` and `decimal` of the column; a wrong figure gets a file in data/corrections/"
    for row in frame.filter(outside, pl.col("rejected").is_null()).iter_rows(named=True):
        ends = " to ".join("any" if row[end] is None else f"{row[end]:g}" for end in ("min", "max"))
        expected = f"{row['unit'] or 'a value'} from {ends}"
        larger = "%" in (row["value_text"] or "") and row["percent"] != "share"
        as_share = 'say `percent = "share"` if 57.3 % is meant as .573; ' if larger else ""
        yield Problem(where_of(row), expected, f"{row['value_text']} ({row['province_text']})", as_share + remedy)


@dataclass(frozen=True)
class ObservedSource:
    """One source, read and conformed; `files` counts what went in and what came out."""

    observations: pl.DataFrame
    records: dict[str, pl.DataFrame]
    files: pl.DataFrame


def allowed_indicators(source: SourceSpec, reference: Reference, others: Iterable[SourceSpec] = ()) -> set[str]:
    """The codes figures of a source may carry: those of the index, or those some source declares, never both."""
    if prints_index(source.source_id):
        return set(reference.indicators)
    return {*source.indicators, *declared_elsewhere(others)} - set(reference.indicators)


def declared_elsewhere(others: Iterable[SourceSpec]) -> set[str]:
    """The codes of indicators that sources declare."""
    return {code for one in others for code in one.indicators}


def observe_source(source: SourceSpec, reference: Reference, others: Iterable[SourceSpec] = ()) -> ObservedSource:
    """Read, conform and check one source.

    Args:
        source: its declaration.
        reference: unit systems, names, the codes of the index.
        others: the other sources of the project; an indicator one of them declares may be printed here as well.

    Raises:
        SourceError: the bytes are not as declared.
        ConformError: printed rows can't be used, or a complete table is not complete.
    """
    reading = read_source(source)
    observations = conform_figures(reading.figures, reference, allowed_indicators(source, reference, others))
    problems = broken_laws(source, reading.left_out, observations, reference)
    ConformError.refuse(problems, "the tables are not what they are declared to be")
    counts = observations.group_by("file").agg(
        observations=pl.col("rejected").is_null().sum().cast(pl.Int64),
        rejected=pl.col("rejected").is_not_null().sum().cast(pl.Int64),
    )
    files = reading.files.join(counts, on="file", how="left", maintain_order="left").with_columns(
        pl.col("observations", "rejected").fill_null(0)
    )
    return ObservedSource(observations, reading.records, files)
