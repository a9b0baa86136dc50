"""One period of a large source: printed rows -> one figure a unit and indicator -> ranks, means, what was left out.

Every row ends as a figure or in `left_out` with its reason. A figure's cell, indicator x units + unit, is a dense
number, so that choosing, sorting and finding doubles are counting and no comparing of texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from dx_pipeline.index import TIE_DECIMALS
from dx_pipeline.index.arrays import BoolArray, IntArray
from dx_pipeline.index.ranks import competition_rank
from dx_pipeline.large.read import ROLES, Part, read_part
from dx_pipeline.large.texts import REASON, REASONS, SIGN, Dictionary, distinct_texts
from dx_pipeline.sources.periods import Period

#: rows nobody could use; the others are blank or said twice
REJECTED = REASONS[:5]
FIGURES = ("province_id", "indicator", "value", "decimals", "rank", "file", "row")


class Partition(NamedTuple):
    """One period of a source.

    Attributes:
        period: which one; None for the rows whose period cannot be read.
        rows: how many were printed.
        figures: FIGURES by indicator and unit; `decimals` as printed, `rank` null where there is none.
        left_out: `reason`, file, row and the printed texts of every row that is no figure.
        means: a row an indicator: its `direction`, `units`, how many are `published`, `blank` and `missing`, whether it
            is `complete`, `mean`, `minimum` and `maximum` of those published.
    """

    period: Period | None
    rows: int
    figures: pl.DataFrame
    left_out: pl.DataFrame
    means: pl.DataFrame


class Coded(NamedTuple):
    """Rows as codes, each array as long as the rows; the numbers of their distinct value texts stand once.

    unit, indicator: places, -1 for none. number: the row's place in `numbers` (value, decimals, reason, and `order`,
    the value as a place among all values, equal after rounding as ranks are). in_period: whether it is of the period.
    """

    unit: IntArray
    indicator: IntArray
    number: IntArray
    in_period: BoolArray
    numbers: pl.DataFrame


def build_partition(period: Period | None, parts: Sequence[Part], known: Dictionary) -> Partition:
    """Read, conform, choose and rank one period, whose rows lie in `parts`. Nothing is written.

    Raises:
        SourceError: a file is not as declared.
    """
    printed = [read_part(part) for part in parts]
    rows = conform(printed, parts, known, period)
    texts = pl.concat(printed)
    cells, taken, doubles, repeated = choose(rows, known)
    figures = texts.select("file", "row")[taken].with_columns(
        _codes(known.units, cells % known.n_units).alias("province_id"),
        _codes(known.indicators, cells // known.n_units).alias("indicator"),
        *rows.numbers.select("value", "decimals", "order")[rows.number[taken]],
    )
    left_out = leave_out(rows, texts, doubles, repeated)
    means = summarise(figures, blank_cells(rows, cells, known), known)
    figures = rank(figures, means, known)
    return Partition(period, texts.height, figures, left_out, means)


def _codes(codes: pl.Enum, places: IntArray) -> pl.Series:
    return pl.Series(codes.categories, dtype=codes).gather(pl.Series(places))


def conform(printed: Sequence[pl.DataFrame], parts: Sequence[Part], known: Dictionary, period: Period | None) -> Coded:
    """Printed rows as codes, in the order of the files; every distinct text is looked at once."""
    found: list[Coded] = []
    met = 0
    for rows, part in zip(printed, parts, strict=True):
        texts = {role: distinct_texts(rows[role]) for role in ROLES}

        def places(role: str, meaning: pl.Series, none: int | bool) -> Any:
            return meaning.fill_null(none).to_numpy()[texts[role][1]]  # noqa: B023

        numbers = known.value(texts["value"][0], part.spec)
        found.append(
            Coded(
                places("province", known.province(texts["province"][0]), -1),
                places("indicator", known.indicator(texts["indicator"][0], part.spec), -1),
                texts["value"][1] + met,
                places("period", known.is_of(texts["period"][0], period), False),
                numbers,
            )
        )
        met += numbers.height
    unit, indicator, number, in_period = (np.concatenate([one[place] for one in found]) for place in range(4))
    order = pl.col("value").round(TIE_DECIMALS).rank("dense").cast(pl.Int32)
    read = pl.concat([one.numbers for one in found]).with_columns(order=order)
    return Coded(unit, indicator, number, in_period, read)


def choose(rows: Coded, known: Dictionary) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """The row each cell takes its figure from: the first, or the last if that is declared, in order of the files.

    Returns:
        The cells that have a figure, in order, and the row of each; the rows that repeat one, and the row they repeat.
    """
    figure = rows.numbers["reason"].is_null().to_numpy()[rows.number]
    usable = np.flatnonzero(figure & rows.in_period & (rows.unit >= 0) & (rows.indicator >= 0))
    cell = rows.indicator[usable] * known.n_units + rows.unit[usable]
    row = np.full(known.n_units * len(known.indicators.categories), -1, dtype=np.int64)
    step = 1 if known.large.duplicates == "last" else -1
    row[cell[::step]] = usable[::step]  # of several rows of a cell the one assigned last stays
    cells = np.flatnonzero(row >= 0)
    double = row[cell] != usable
    return cells, row[cells], usable[double], row[cell[double]]


def leave_out(rows: Coded, texts: pl.DataFrame, doubles: IntArray, repeated: IntArray) -> pl.DataFrame:
    """The rows that are no figures, with the first reason that holds, and their printed texts."""
    order = rows.numbers["order"].to_numpy()
    bad = rows.numbers["reason"].is_not_null().to_numpy()[rows.number]
    at = np.flatnonzero(bad | ~rows.in_period | (rows.unit < 0) | (rows.indicator < 0))
    faults = pl.DataFrame(
        {
            "other_period": ~rows.in_period[at],
            "unknown_unit": rows.unit[at] < 0,
            "unknown_indicator": rows.indicator[at] < 0,
        }
    )
    first = pl.coalesce(*(pl.when(name).then(pl.lit(name, REASON)) for name in faults.columns), "reason")
    reason = faults.with_columns(rows.numbers["reason"].gather(rows.number[at])).select(reason=first)
    equal = order[rows.number[doubles]] == order[rows.number[repeated]]
    again = pl.DataFrame({"reason": np.where(equal, "equal_duplicate", "rival")}, schema={"reason": REASON})
    where = np.concatenate([at, doubles])
    return pl.concat([reason, again]).with_columns(texts[where]).sort("file", "row")


def blank_cells(rows: Coded, cells: IntArray, known: Dictionary) -> pl.DataFrame:
    """`indicator` and `blank`: how many of its cells are printed and blank, and have no figure elsewhere."""
    blank = (rows.numbers["reason"] == "blank").fill_null(False).to_numpy()[rows.number]
    at = np.flatnonzero(blank & rows.in_period & (rows.unit >= 0) & (rows.indicator >= 0))
    empty = np.unique(rows.indicator[at] * known.n_units + rows.unit[at])
    has_figure = np.zeros(known.n_units * len(known.indicators.categories), dtype=np.bool_)
    has_figure[cells] = True
    place, count = np.unique(empty[~has_figure[empty]] // known.n_units, return_counts=True)
    return pl.DataFrame({"indicator": _codes(known.indicators, place), "blank": count})


def rank(figures: pl.DataFrame, means: pl.DataFrame, known: Dictionary) -> pl.DataFrame:
    """FIGURES with competition ranks; where units lack a figure only if ranks among those published are declared."""
    more_is_better = means["direction"].replace_strict(SIGN, return_dtype=pl.Int32)
    ranked = pl.Series([True] * means.height) if known.large.ranked == "published" else means["complete"]
    signs = more_is_better.zip_with(ranked, pl.Series([None], dtype=pl.Int32))
    place = figures["indicator"].to_physical().set_sorted()  # Polars ranks faster what it knows to be in order
    scored = figures.with_columns(place.alias("place"), score=pl.col("order") * signs.gather(place))
    return scored.with_columns(rank=competition_rank("score", ["place"]).cast(pl.UInt32)).select(FIGURES)


def summarise(figures: pl.DataFrame, blank: pl.DataFrame, known: Dictionary) -> pl.DataFrame:
    """Completeness, mean and range of every declared indicator, in their order; `blank` as from `blank_cells`."""
    units = known.n_units
    # the order in which threads add differs from run to run, and with it the last digit of a sum
    mean = pl.col("value").mean().round_sig_figs(12)
    found = figures.group_by("indicator").agg(
        published=pl.len(), mean=mean, minimum=pl.col("value").min(), maximum=pl.col("value").max()
    )
    return (
        known.declared.join(found, on="indicator", how="left", maintain_order="left")
        .join(blank, on="indicator", how="left", maintain_order="left")
        .with_columns(pl.col("published", "blank").fill_null(0).cast(pl.UInt32), units=pl.lit(units, pl.UInt32))
        .with_columns(
            missing=pl.col("units") - pl.col("published") - pl.col("blank"),
            complete=pl.col("published") == units,
        )
        .select(
            "indicator", "direction", "units", "published", "blank", "missing", "complete", "mean", "minimum", "maximum"
        )
    )
