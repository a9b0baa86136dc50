"""One period of a large source: printed rows -> one figure a unit and indicator -> ranks, means, what was left out.

Every row ends as a figure or in `left_out` with its reason. A figure's cell, indicator x units + unit, is a dense
number, so that choosing, sorting and finding doubles are counting and no comparing of texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import polars as pl

from dx_pipeline.conform.reference import Reference
from dx_pipeline.index import TIE_DECIMALS
from dx_pipeline.index.ranks import competition_rank
from dx_pipeline.large.read import Part, read_part
from dx_pipeline.large.texts import SIGN, Dictionary
from dx_pipeline.sources.periods import Period
from dx_pipeline.sources.resolved import SourceSpec

#: why a row is no figure; the first that holds is told
REASONS = (
    "other_period", "unknown_unit", "unknown_indicator", "unreadable_value", "out_of_range",
    "blank", "equal_duplicate", "rival",
)  # fmt: skip
#: rows nobody could use; the others are blank or said twice
REJECTED = REASONS[:5]
REASON = pl.Enum(REASONS)
FIGURES = ("province_id", "indicator", "value", "decimals", "rank", "file", "row")


@dataclass(frozen=True)
class Partition:
    """One period of a source.

    Attributes:
        period: which one; None for the rows whose period cannot be read.
        rows: how many were printed.
        figures: FIGURES by indicator and unit; `decimals` as printed, `rank` null where there is none.
        left_out: `reason`, file, row and the printed texts of every row that is no figure.
        means: a row an indicator: its `direction`, `units`, how many are `published`, `blank` and `missing`, whether it
            is `complete`, `mean`, `minimum` and `maximum` of those published.
    """

    source_id: str
    unit_system: int
    period: Period | None
    rows: int
    figures: pl.DataFrame = field(repr=False)
    left_out: pl.DataFrame = field(repr=False)
    means: pl.DataFrame = field(repr=False)


class Chosen(NamedTuple):
    """Positions of the rows that became figures, by cell, and of those that repeat one, with the row they repeat."""

    taken: pl.Series
    doubles: pl.Series
    repeated: pl.Series


def build_partition(
    source: SourceSpec,
    reference: Reference,
    period: Period | None,
    parts: Sequence[Part],
    dictionary: Dictionary | None = None,
) -> Partition:
    """Read, conform, choose and rank one period. Nothing is written.

    Args:
        source: one of layout large.
        reference: unit systems and names.
        period: which one.
        parts: where its rows lie (`read.parts_of`).
        dictionary: what was resolved before, for a process that builds several periods.

    Raises:
        SourceError: a file is not as declared.
    """
    known = dictionary or Dictionary(source, reference)
    printed = [read_part(part) for part in parts]
    rows = conform(printed, parts, known, period)
    chosen = choose(rows, known)
    equal = rows["order"].gather(chosen.doubles) == rows["order"].gather(chosen.repeated)
    again = pl.select(pl.when(equal).then(pl.lit("equal_duplicate", REASON)).otherwise(pl.lit("rival", REASON)))
    reason = rows["reason"].scatter(chosen.doubles, again.to_series())
    at = reason.is_not_null().arg_true()
    left_out = pl.concat(printed)[at].select(reason.gather(at).alias("reason"), pl.all())
    figures = rows[chosen.taken].drop("reason", "cell")
    blank = rows.select("cell", "indicator").filter(reason == "blank").unique("cell")
    means = summarise(figures, blank.filter(~blank["cell"].is_in(rows["cell"].gather(chosen.taken))), known)
    return Partition(
        source.source_id, known.unit_system, period, rows.height, rank(figures, means, known), left_out, means
    )


def conform(
    printed: Sequence[pl.DataFrame], parts: Sequence[Part], known: Dictionary, period: Period | None
) -> pl.DataFrame:
    """Printed rows as codes and numbers, in the order of the files.

    Returns:
        province_id, indicator, value, decimals, file, row; `order`: value as a place among all values, equal after
        rounding as ranks are; `cell`; `reason`: why the row is no figure, null if it may be one.
    """
    meanings = [known.value(rows["value"], part.spec) for rows, part in zip(printed, parts, strict=True)]
    order = pl.concat(meanings)["value"].round(TIE_DECIMALS).rank("dense").cast(pl.Int32).alias("order")
    coded, start = [], 0
    for rows, part, values in zip(printed, parts, meanings, strict=True):
        provinces, indicators = known.province(rows["province"]), known.indicator(rows["indicator"], part.spec)
        other = known.other_periods(rows["period"], period)
        values = values.with_columns(order.slice(start, values.height))
        start += values.height
        frame = rows.lazy().rename({"indicator": "name", "value": "printed"})
        for text, meaning in (
            ("province", provinces.rename({"code": "province_id"})),
            ("name", indicators.rename({"code": "indicator"})),
            ("printed", values),
        ):
            frame = frame.join(
                meaning.lazy(), left_on=text, right_on="text", how="left", nulls_equal=True, maintain_order="left"
            )
        wrong = (
            pl.col("period").fill_null("").is_in(other) if other else pl.lit(False),
            pl.col("province_id").is_null(),
            pl.col("indicator").is_null(),
            pl.col("value").is_null() & ~pl.col("blank"),
            ~pl.col("in_range"),
            pl.col("blank"),
        )
        unit, indicator = (pl.col(name).to_physical().cast(pl.UInt32) for name in ("province_id", "indicator"))
        reasons = (pl.when(fault).then(pl.lit(reason, REASON)) for fault, reason in zip(wrong, REASONS, strict=False))
        kept = ("province_id", "indicator", "value", "decimals", "file", "row", "order")
        cell = indicator * len(known.units.categories) + unit
        coded.append(frame.select(*kept, cell=cell, reason=pl.coalesce(reasons)).collect())
    return pl.concat(coded)


def choose(rows: pl.DataFrame, known: Dictionary) -> Chosen:
    """The row each cell takes its figure from: the first, or the last if that is declared, in order of the files."""
    at = rows["reason"].is_null().arg_true()
    cells, places = rows["cell"].gather(at).to_numpy(), at.to_numpy()
    taken = np.full(len(known.units.categories) * len(known.indicators.categories), -1, dtype=np.int64)
    step = 1 if known.large.duplicates == "last" else -1
    taken[cells[::step]] = places[::step]  # of several rows of a cell the one assigned last stays
    repeated = taken[cells]
    double = repeated != places
    return Chosen(pl.Series(taken[taken >= 0]), pl.Series(places[double]), pl.Series(repeated[double]))


def rank(figures: pl.DataFrame, means: pl.DataFrame, known: Dictionary) -> pl.DataFrame:
    """FIGURES with competition ranks; where units lack a figure only if ranks among those published are declared."""
    more_is_better = means["direction"].replace_strict(SIGN, return_dtype=pl.Int32)
    ranked = pl.Series([True] * means.height) if known.large.ranked == "published" else means["complete"]
    signs = more_is_better.zip_with(ranked, pl.Series([None], dtype=pl.Int32))
    sign = signs.gather(figures["indicator"].to_physical())
    scored = figures.with_columns(score=pl.col("order") * sign)
    return scored.with_columns(rank=competition_rank("score", ["indicator"]).cast(pl.UInt32)).select(FIGURES)


def summarise(figures: pl.DataFrame, blank: pl.DataFrame, known: Dictionary) -> pl.DataFrame:
    """Completeness, mean and range of every declared indicator, in their order."""
    units = len(known.units.categories)
    found = figures.group_by("indicator").agg(
        published=pl.len(), mean=pl.col("value").mean(), minimum=pl.col("value").min(), maximum=pl.col("value").max()
    )
    return (
        known.declared.join(found, on="indicator", how="left", maintain_order="left")
        .join(blank.group_by("indicator").agg(blank=pl.len()), on="indicator", how="left", maintain_order="left")
        .with_columns(pl.col("published", "blank").fill_null(0).cast(pl.UInt32), units=pl.lit(units, pl.UInt32))
        .with_columns(
            missing=pl.col("units") - pl.col("published") - pl.col("blank"),
            complete=pl.col("published") == units,
        )
        .select(
            "indicator", "direction", "units", "published", "blank", "missing", "complete", "mean", "minimum", "maximum"
        )
    )
