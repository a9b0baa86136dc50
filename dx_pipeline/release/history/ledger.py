"""The tables a release writes about itself: its row, what it revised, its check results, each with their history."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import polars as pl

from dx_pipeline.contracts import Contract
from dx_pipeline.release.history.diff import ReleaseDiff
from dx_pipeline.release.history.versioning import numbers
from dx_pipeline.release.store.layout import ReleaseError
from dx_pipeline.release.store.manifest import read_manifest

log = logging.getLogger(__name__)

#: releases whose check results and revisions are carried along
HISTORY_RELEASES = 20


def known_releases(folders: list[Path]) -> list[dict[str, Any]]:
    """The rows of every release ever made that a kept folder remembers, one a version, oldest first."""
    rows: dict[str, dict[str, Any]] = {}
    for folder in folders:
        for row in read_manifest(folder)["releases"]:
            rows[row["release"]] = row
    return sorted(rows.values(), key=lambda row: numbers(row["release"]))


def releases_frame(contract: Contract, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """The table `releases` from rows as the manifest keeps them (time as ISO text)."""
    time = pl.col("built_at").str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_unit="us")
    return contract.conform(pl.DataFrame(rows, infer_schema_length=None).with_columns(time))


def revision_rows(contract: Contract, current: Path | None, diff: ReleaseDiff) -> pl.DataFrame:
    """Revisions of earlier releases and of this one; those of the current release when nothing changed."""
    new = diff.changes.with_columns(release=pl.lit(diff.release), baseline=pl.lit(diff.baseline, dtype=pl.String))
    earlier = _earlier(contract, current)
    if not new.is_empty():
        earlier = earlier.filter(pl.col("release") != diff.release)
    return contract.conform(_latest(pl.concat([earlier, new.select(earlier.columns)])))


def check_rows(contract: Contract, current: Path | None, results: pl.DataFrame, release: str) -> pl.DataFrame:
    """This build's check results under its release, with those of the releases before it."""
    new = results.with_columns(release=pl.lit(release)).select(
        pl.col(name).cast(dtype)
        for name, dtype in contract.polars_schema().items()
        if name in {*results.columns, "release"}
    )
    earlier = _earlier(contract, current).filter(pl.col("release") != release)
    return contract.conform(_latest(pl.concat([earlier, new], how="diagonal")))


def refuse_failed_blocking(results: pl.DataFrame) -> None:
    """Stop a release whose blocking checks did not pass.

    Raises:
        ReleaseError: names each check that failed or could not run.
    """
    if not {"severity", "status", "table_name", "check_name"} <= set(results.columns):
        return
    stopping = (pl.col("severity") == "blocking") & pl.col("status").is_in(["failed", "error"])
    names = [f"{row['table_name']}.{row['check_name']}" for row in results.filter(stopping).to_dicts()]
    if names:
        raise ReleaseError(f"blocking checks did not pass, so nothing is released: {', '.join(names)}")


def _earlier(contract: Contract, current: Path | None) -> pl.DataFrame:
    """The table as the current release has it, fitted to today's contract; empty when it cannot be fitted."""
    empty = pl.DataFrame(schema=contract.polars_schema())
    path = current / "parquet" / f"{contract.name}.parquet" if current else None
    if path is None or not path.is_file():
        return empty
    frame = pl.read_parquet(path)
    new_and_required = [c.name for c in contract.columns if c.name not in frame.columns and not c.nullable]
    if new_and_required:
        log.warning("history of %s is not carried over: it lacks %s", contract.name, ", ".join(new_and_required))
        return empty
    kept = frame.select(name for name in frame.columns if name in contract.column_names)
    return pl.concat([empty, kept], how="diagonal_relaxed").cast(pl.Schema(contract.polars_schema()))


def _latest(frame: pl.DataFrame) -> pl.DataFrame:
    releases = sorted(frame["release"].unique().to_list(), key=numbers)
    return frame.filter(pl.col("release").is_in(releases[-HISTORY_RELEASES:]))
