"""One source of figures: read, conformed, and held against the laws of a file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from dx_pipeline.conform.file_laws import broken_laws
from dx_pipeline.conform.observations import ConformError, conform_figures, prints_index
from dx_pipeline.conform.reference import Reference
from dx_pipeline.sources.read import read_source
from dx_pipeline.sources.spec import SourceSpec


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
