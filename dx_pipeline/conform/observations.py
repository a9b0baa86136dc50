"""Printed figures -> observations: province, number and status beside what was printed. Every row comes out again.

An observation has the columns of `sources.read.FIGURE_SCHEMA` plus `province_id`, `value`, `decimals`, `half_width`
(half a unit of the last printed digit of its column; twice that for one computed from two printed ones) and `status`:
`published`, `derived`, `not_published` (an empty cell) or `rejected` (a footer, with its reason in `rejected`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet

import polars as pl

from dx_pipeline.conform.names import resolve_column
from dx_pipeline.conform.province_tables import ProvinceNameError
from dx_pipeline.conform.reference import Reference
from dx_pipeline.conform.values import beyond_the_units, out_of_range, read_values, where_of
from dx_pipeline.errors import BAD_INPUT, DxError, Problem, nearest
from dx_pipeline.sources.errors import of_table
from dx_pipeline.sources.left_out import is_note, is_region, remedy
from dx_pipeline.sources.spec import TIERS

#: the area of a figure that stands for the whole country
COUNTRY = "viet-nam"
#: sources of the index are called so
INDEX_PREFIX = "dti_"
KINDS = ("stated", "derived")
#: how many problems one message lists
SHOWN = 20


class ConformError(DxError):
    """Printed rows that can't become observations; `problems` has file, row, column, expected, found and remedy."""

    exit_code = BAD_INPUT

    @classmethod
    def refuse(cls, summary: str, problems: list[Problem]) -> None:
        """Stop if there is any problem; the message shows the first of them."""
        if problems:
            rest = f"\n  ... and {len(problems) - SHOWN} more" if len(problems) > SHOWN else ""
            raise cls(f"{summary}:\n  " + "\n  ".join(map(str, problems[:SHOWN])) + rest, problems=problems)


def prints_index(source_id: str) -> bool:
    """Whether a source prints figures of the index; all others print indicators of their own."""
    return source_id.startswith(INDEX_PREFIX)


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
    problems = _unknown_indicators(figures.filter(~rejected), indicators, reference.indicators)
    problems += _unknown_words(figures.filter(~rejected), "kind", KINDS)
    problems += _unknown_words(figures.filter(~rejected), "tier", TIERS)
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
    problems += out_of_range(frame) + beyond_the_units(frame, reference)
    ConformError.refuse(f"{len(problems)} printed rows can't be used", problems)
    return frame


def _unknown_indicators(figures: pl.DataFrame, known: AbstractSet[str], of_index: Collection[str]) -> list[Problem]:
    unknown = figures.filter(~pl.col("indicator").is_in(sorted(known)).fill_null(False))
    first = unknown.unique(["file", "table_no", "indicator"], keep="first", maintain_order=True)
    return [
        Problem(
            where_of(row),
            "an indicator code of data/reference/indicators.csv"
            if prints_index(row["source_id"])
            else "an indicator that a source.toml declares",
            repr(row["indicator"]),
            _declare(row, known, of_index),
        )
        for row in first.iter_rows(named=True)
    ]


def _declare(row: dict[str, object], known: AbstractSet[str], of_index: Collection[str]) -> str:
    """What to do about an unknown indicator: the one that may be meant, or the lines to paste."""
    near = nearest(row["indicator"], known)
    if prints_index(str(row["source_id"])):
        return near if near.startswith("did") else f"the codes are {', '.join(sorted(known))}"
    if row["indicator"] in of_index:
        return f"it is a code of the index: a folder that prints the index is called `{INDEX_PREFIX}…`"
    lines = f'[indicators.{row["indicator"]}], name_vi = "…", name_en = "…", direction = "higher_is_better"'
    new = f"if it is new, add to data/raw/{row['source_id']}/source.toml: {lines}"
    return f"{near} {new}" if near.startswith("did") else new


def _unknown_words(figures: pl.DataFrame, column: str, known: tuple[str, ...]) -> list[Problem]:
    unknown = figures.filter(~pl.col(column).is_in(list(known)).fill_null(False))
    return [
        Problem(
            where_of(row), f"a {column}: {', '.join(known)}", repr(row[column]), f"`codes.{column}` says what it is"
        )
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
            remedy = "`unit_system` of the table, or `codes.unit_system`; data/reference/unit_systems.csv lists them"
            problems.append(Problem(where_of(row), f"one of the unit systems {known}", str(unit_system), remedy))
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
        where = of_table(f"data/raw/{source}/{file}", str(table))
        texts = dict(zip(printed["row"], printed["province_text"].fill_null(""), strict=True))
        aside = {row: text for row, text in texts.items() if is_region(text) or is_note(text)}
        if aside:
            shown = ", ".join(repr(text) for text in list(dict.fromkeys(aside.values()))[:SHOWN])
            numbers = ", ".join(map(str, aside))
            problems.append(Problem(f"{where}, row {numbers}", expected, shown, remedy(aside.values())))
        for row, text in texts.items():
            if row in aside:
                continue
            aside_by_number = f'if the row is not meant: `leave_out = [{{ rows = [{row}], reason = "…" }}]`'
            helps = aside_by_number if bad[text].candidates else remedy([text])
            if not text.strip():
                helps = f'`leave_out = [{{ rows = [{row}], reason = "…" }}]`, or `fill_down = true`'
            problems.append(Problem(f"{where}, row {row}", expected, str(bad[text]), helps))
    return problems
