"""The road from one source to the chosen figures, as plain functions on frames."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from dx_pipeline.conform.corrections import Correction, apply_corrections
from dx_pipeline.conform.doubts import with_doubts
from dx_pipeline.conform.figures import choose_figures
from dx_pipeline.conform.names import units
from dx_pipeline.conform.observations import COUNTRY, check_complete, conform_figures
from dx_pipeline.conform.referee import referee
from dx_pipeline.conform.weights import PartPoints
from dx_pipeline.sources.read import Reading, read_source
from dx_pipeline.sources.spec import SourceSpec


@dataclass(frozen=True)
class ObservedSource:
    """One source, read and conformed; `files` counts what went in and what came out."""

    observations: pl.DataFrame
    records: dict[str, pl.DataFrame]
    files: pl.DataFrame


def observe_source(source: SourceSpec, indicators: set[str]) -> ObservedSource:
    """Read, conform and check one source. A figure carries a code of the index, or one its source.toml declares.

    Raises:
        SourceError: the bytes are not as declared.
        ConformError: printed rows can't be used, or a complete table is not complete.
    """
    reading: Reading = read_source(source)
    declared = {column.indicator for file in source.files for table in file.tables for column in table.columns}
    observations = conform_figures(reading.figures, indicators | declared)
    check_complete(observations, {system: {u.province_id for u in units(system)} for system in (63, 34)})
    counts = observations.group_by("file").agg(
        observations=pl.col("rejected").is_null().sum().cast(pl.Int64),
        rejected=pl.col("rejected").is_not_null().sum().cast(pl.Int64),
    )
    files = reading.files.join(counts, on="file", how="left").with_columns(
        pl.col("observations", "rejected").fill_null(0)
    )
    return ObservedSource(observations, reading.records, files)


def unit_names() -> dict[str, str]:
    """Province id -> Vietnamese name over both unit systems, and the country."""
    names = {unit.province_id: unit.name_vi for system in (34, 63) for unit in units(system)}
    return names | {COUNTRY: "Cả nước"}


def choose(
    observations: list[pl.DataFrame],
    corrections: list[Correction],
    points: dict[int, PartPoints],
    remark_doubts: Mapping[str, str],
) -> pl.DataFrame:
    """All observations with verdict, one figure chosen per key.

    Args:
        observations: of each source.
        corrections: the declared ones.
        points: edition -> points of its four parts.
        remark_doubts: phrase of a remark -> the doubt it stands for.

    Raises:
        CorrectionError: a declared correction no longer fits its source.
    """
    everything = pl.concat(observations).sort("source_id", "file", "table_no", "row", "column")
    numbered = everything.with_row_index("observation").with_columns(pl.col("observation").cast(pl.Int64))
    findings = referee(numbered, unit_names(), points) + apply_corrections(numbered, corrections)
    return with_doubts(choose_figures(numbered, findings), corrections, remark_doubts)
