"""Printed figures -> observations: province, number and status beside what was printed. Every row comes out again.

An observation has the columns of `sources.read.FIGURE_SCHEMA` plus `province_id`, `value`, `decimals`, `half_width`
(half a unit of the last printed digit of its column; twice that for one computed from two printed ones) and `status`:
`published`, `derived`, `not_published` (an empty cell) or `rejected` (a footer, with its reason in `rejected`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from dx_pipeline.conform.name_errors import ProvinceNameError
from dx_pipeline.conform.names import resolve_column
from dx_pipeline.conform.numbers import MOST_UNITS, DecimalMark, NumberFormatError, each, parse_column, parse_ranks
from dx_pipeline.conform.reference import Reference
from dx_pipeline.errors import BAD_INPUT, DxError, Problem, nearest
from dx_pipeline.sources.left_out import is_note, is_region, remedy
from dx_pipeline.sources.read import read_source
from dx_pipeline.sources.spec import TIERS, SourceSpec

#: the area of a figure that stands for the whole country
COUNTRY = "viet-nam"
#: sources of the index are called so
INDEX_PREFIX = "dti_"
KINDS = ("stated", "derived")
#: how many problems one message lists
SHOWN = 20
#: significant digits of a typed number: it is exact to half a unit of the last one
TYPED_DIGITS = 15


class ConformError(DxError):
    """Printed rows that can't become observations; `problems` has file, row, column, expected, found and remedy."""

    exit_code = BAD_INPUT

    @classmethod
    def listing(cls, summary: str, problems: list[Problem]) -> ConformError:
        """The error for several problems; the message shows the first of them."""
        rest = f"\n  ... and {len(problems) - SHOWN} more" if len(problems) > SHOWN else ""
        return cls(f"{summary}:\n  " + "\n  ".join(map(str, problems[:SHOWN])) + rest, problems=problems)


@dataclass(frozen=True)
class ObservedSource:
    """One source, read and conformed; `files` counts what went in and what came out."""

    observations: pl.DataFrame
    records: dict[str, pl.DataFrame]
    files: pl.DataFrame


def prints_index(source_id: str) -> bool:
    """Whether a source prints figures of the index; all others print indicators of their own."""
    return source_id.startswith(INDEX_PREFIX)


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
    from dx_pipeline.conform.file_laws import check_units_existed

    reading = read_source(source)
    observations = conform_figures(reading.figures, reference, allowed_indicators(source, reference, others))
    check_left_out(reading.left_out, reference)
    units = {system: set(known.units) for system, known in reference.names.items()}
    check_not_empty(source, observations, units)
    check_complete(observations, units)
    check_units_existed(source, observations, reference)
    counts = observations.group_by("file").agg(
        observations=pl.col("rejected").is_null().sum().cast(pl.Int64),
        rejected=pl.col("rejected").is_not_null().sum().cast(pl.Int64),
    )
    files = reading.files.join(counts, on="file", how="left", maintain_order="left").with_columns(
        pl.col("observations", "rejected").fill_null(0)
    )
    return ObservedSource(observations, reading.records, files)


def conform_figures(figures: pl.DataFrame, reference: Reference, indicators: AbstractSet[str]) -> pl.DataFrame:
    """Observations from the figures of one source, row by row.

    Args:
        figures: of `read_source`.
        reference: unit systems and names.
        indicators: the codes a figure may carry.

    Raises:
        ConformError: a name, number or indicator is not readable, or a figure is outside its declared range; every
            problem is listed, up to SHOWN.
    """
    rejected = figures["rejected"].is_not_null()
    problems = _unknown_indicators(figures.filter(~rejected), indicators)
    problems += _unknown_words(figures.filter(~rejected), "kind", KINDS)
    problems += _unknown_words(figures.filter(~rejected), "tier", TIERS)
    frame = figures.with_columns(
        province_id=_provinces(figures, reference, problems),
        **_numbers(figures, reference, problems),
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
        raise ConformError.listing(f"{len(problems)} printed rows can't be used", problems)
    return frame


def check_left_out(left_out: pl.DataFrame, reference: Reference) -> None:
    """No row is left out by a text that names a province; by its number it may be.

    Args:
        left_out: of a `Reading`, with the folder in `file`.
        reference: unit systems and names.

    Raises:
        ConformError: naming the rows and the lines to write instead.
    """
    problems = []
    for row in (
        left_out.filter(pl.col("by") == "text")
        .unique(["file", "table_no", "row"], maintain_order=True)
        .iter_rows(named=True)
    ):
        systems = [row["unit_system"]] if row["unit_system"] in reference.systems else list(reference.systems)
        found = [resolve_column(pl.Series([row["text"]]), reference, system).ids[0] for system in systems]
        province = next((one for one in found if one), None)
        if province:
            reason = "why this row is no figure of the province"
            remedy = f'leave it out by number: `[[leave_out]]` with `rows = [{row["row"]}]` and `reason = "{reason}"`'
            at = f"{row['folder']}/{row['file']}, row {row['row']}"
            problems.append(
                Problem(at, "a footer that is no province", f"{row['text']!r}, which is {province}", remedy)
            )
    if problems:
        raise ConformError.listing("a footer is the name of a province", problems)


def check_not_empty(source: SourceSpec, observations: pl.DataFrame, units: dict[int, set[str]]) -> None:
    """A table that is declared complete holds a row at all.

    Raises:
        ConformError: naming the file.
    """
    used = set(observations.filter(pl.col("rejected").is_null()).select("file", "table_no").unique().rows())
    problems = [
        Problem(
            file.where + ("" if table.name == "1" else f", table {table.name}"),
            f"a row for each of {len(units.get(table.unit_system or 0, ()))} units",
            "found 0",
            "is the file whole? a table that is not may say `complete = false`",
        )
        for file in source.files
        for table in file.tables
        if table.complete and "{year}" not in table.name and (file.path.name, table.name) not in used
    ]
    if problems:
        raise ConformError.listing("a complete table is empty", problems)


def check_complete(observations: pl.DataFrame, units: dict[int, set[str]]) -> None:
    """A complete table holds every unit once; no table holds one twice.

    Args:
        observations: of one source.
        units: unit system -> its province ids.

    Raises:
        ConformError: a unit is missing, doubled or too many; the message names file, province and rows.
    """
    whole = (pl.col("layout") == "wide") | (pl.col("complete") & (pl.col("measure") != "mean"))
    wide = observations.filter(whole & pl.col("rejected").is_null())
    problems = []
    part = ["file", "table_no", "edition", "unit_system", "indicator", "measure"]
    for (file, table, edition, system, *_), rows in wide.group_by(part, maintain_order=True):
        expected = units[system]
        where = f"data/raw/{rows['source_id'][0]}/{file}" + ("" if table == "1" else f", table {table}")
        lines = rows.group_by("province_id", maintain_order=True).agg(pl.col("row").unique().sort())
        for province, printed in lines.filter(pl.col("row").list.len() > 1).rows():
            problems.append(Problem(f"{where}, rows {printed}", f"one row for {province}", f"{len(printed)} of them"))
        missing = sorted(expected - set(lines["province_id"]))
        if missing and rows["complete"][0]:
            found = f"{lines['province_id'].n_unique()}; missing {', '.join(missing)}"
            several = "" if rows.height == wide.filter(pl.col("file") == file).height else f" in {edition}"
            problems.append(Problem(where, f"a row for each of {len(expected)} units{several}", found))
    problems = list(dict.fromkeys(problems))
    if problems:
        raise ConformError.listing("a table does not hold its units once each", problems)


def _where(row: dict[str, object]) -> str:
    return f"data/raw/{row['source_id']}/{row['locator']}"


def _unknown_indicators(figures: pl.DataFrame, known: AbstractSet[str]) -> list[Problem]:
    unknown = figures.filter(~pl.col("indicator").is_in(sorted(known)).fill_null(False))
    first = unknown.unique(["file", "table_no", "indicator"], keep="first", maintain_order=True)
    return [
        Problem(
            _where(row),
            "an indicator code of data/reference/indicators.csv"
            if prints_index(row["source_id"])
            else "an indicator that a source.toml declares",
            repr(row["indicator"]),
            _declare(row, known),
        )
        for row in first.iter_rows(named=True)
    ]


def _declare(row: dict[str, object], known: AbstractSet[str]) -> str:
    """What to do about an unknown indicator: the one that may be meant, or the lines to paste."""
    near = nearest(row["indicator"], known)
    if prints_index(str(row["source_id"])):
        return near
    lines = f'[indicators.{row["indicator"]}], name_vi = "…", name_en = "…", direction = "higher_is_better"'
    new = f"if it is new, add to data/raw/{row['source_id']}/source.toml: {lines}"
    return f"{near} {new}" if near.startswith("did") else new


def _unknown_words(figures: pl.DataFrame, column: str, known: tuple[str, ...]) -> list[Problem]:
    unknown = figures.filter(~pl.col(column).is_in(list(known)).fill_null(False))
    return [
        Problem(_where(row), f"a {column}: {', '.join(known)}", repr(row[column]))
        for row in unknown.iter_rows(named=True)
    ]


def _provinces(figures: pl.DataFrame, reference: Reference, problems: list[Problem]) -> pl.Series:
    """Province ids; the country for a national mean, null for a rejected row."""
    country = figures["measure"] == "mean"
    ids = pl.Series("province_id", [None] * figures.height, dtype=pl.String)
    ids = pl.select(pl.when(country).then(pl.lit(COUNTRY)).otherwise(ids).alias("province_id")).to_series()
    rest = ~country & figures["rejected"].is_null()
    for unit_system in figures.filter(rest)["unit_system"].unique().sort():
        here = rest & (figures["unit_system"] == unit_system)
        if unit_system not in reference.systems:
            row = figures.filter(here).row(0, named=True)
            known = ", ".join(map(str, reference.systems))
            problems.append(Problem(_where(row), f"one of the unit systems {known}", str(unit_system)))
            continue
        resolved, bad = resolve_column(figures.filter(here)["province_text"], reference, unit_system)
        ids = ids.scatter(here.arg_true(), resolved)
        if bad:
            problems += _no_provinces(figures.filter(here), bad, unit_system)
    return ids


def _no_provinces(figures: pl.DataFrame, bad: Mapping[str, ProvinceNameError], unit_system: int) -> list[Problem]:
    """Texts that name no unit; those that read like regions, totals or notes together, with the lines to paste."""
    rows = figures.filter(figures["province_text"].fill_null("").is_in(list(bad)))
    rows = rows.unique(["file", "table_no", "row"], maintain_order=True)
    problems = []
    expected = f"a unit of the {unit_system}"
    for (source, file, table), printed in rows.group_by("source_id", "file", "table_no", maintain_order=True):
        where = f"data/raw/{source}/{file}" + ("" if table == "1" else f", table {table}")
        texts = dict(zip(printed["row"], printed["province_text"].fill_null(""), strict=True))
        aside = {row: text for row, text in texts.items() if is_region(text) or is_note(text)}
        if aside:
            shown = ", ".join(repr(text) for text in list(dict.fromkeys(aside.values()))[:SHOWN])
            numbers = ", ".join(map(str, aside))
            problems.append(Problem(f"{where}, row {numbers}", expected, shown, remedy(aside.values())))
        for row, text in texts.items():
            if row in aside:
                continue
            helps = "" if bad[text].candidates else remedy([text])
            if not text.strip():
                helps = f'`leave_out = [{{ rows = [{row}], reason = "…" }}]`, or `fill_down = true`'
            problems.append(Problem(f"{where}, row {row}", expected, str(bad[text]), helps))
    return problems


def most_units(reference: Reference) -> int:
    """The highest rank there can be."""
    return max(MOST_UNITS, *(len(reference.units(system)) for system in reference.systems))


def _numbers(figures: pl.DataFrame, reference: Reference, problems: list[Problem]) -> dict[str, pl.Series]:
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
        Problem(_where(row), "a rank: a whole number", str(row["number"])) for row in fraction.iter_rows(named=True)
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
        Problem(_where(row), "a percent sign", f"none in {row['value_text']!r}", "all figures of the column, or none")
        for row in first.filter(~pl.col("percent")).iter_rows(named=True)
    ]


def _unreadable(rows: pl.DataFrame, bad: dict[str, NumberFormatError]) -> list[Problem]:
    if not bad:
        return []
    at = rows.filter(rows["value_text"].fill_null("").is_in(list(bad)))
    return [
        Problem(_where(row), bad[row["value_text"] or ""].expected, repr(row["value_text"]))
        for row in at.iter_rows(named=True)
    ]


def _out_of_range(frame: pl.DataFrame) -> list[Problem]:
    out = frame.filter(
        ((pl.col("value") < pl.col("min")) | (pl.col("value") > pl.col("max"))) & pl.col("rejected").is_null()
    )
    return [
        Problem(
            _where(row),
            f"{row['unit'] or 'a value'} from "
            + ("any" if row["min"] is None else f"{row['min']:g}")
            + " to "
            + ("any" if row["max"] is None else f"{row['max']:g}"),
            f"{row['value_text']} ({row['province_text']})",
        )
        for row in out.iter_rows(named=True)
    ]
