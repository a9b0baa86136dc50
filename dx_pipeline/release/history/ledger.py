"""The tables a release writes about itself: its row, what it revised, its check results, each with their history."""

from __future__ import annotations

import logging
from pathlib import Path

import polars as pl

from dx_pipeline.contracts import Contract
from dx_pipeline.release.history.diff import ReleaseDiff
from dx_pipeline.release.store.layout import ReleaseError, numbers
from dx_pipeline.release.store.manifest import CheckNote, Checks, ReleaseRow, describe_file, read_manifest

log = logging.getLogger(__name__)

#: releases whose check results and revisions are carried along
HISTORY_RELEASES = 20


def known_releases(folders: list[Path]) -> list[ReleaseRow]:
    """The rows of every release ever made that a kept folder remembers, one a version, oldest first."""
    rows: dict[str, ReleaseRow] = {}
    for folder in folders:
        try:
            rows |= {row.release: row for row in read_manifest(folder).releases}
        except ReleaseError as error:
            log.warning("%s", error)
    return sorted(rows.values(), key=lambda row: numbers(row.release))


def releases_frame(contract: Contract, rows: list[ReleaseRow]) -> pl.DataFrame:
    """The table `releases` from rows as the manifest keeps them (time as ISO text)."""
    time = pl.col("built_at").str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_unit="us")
    plain = [row.model_dump() for row in rows]
    return contract.conform(pl.DataFrame(plain, infer_schema_length=None).with_columns(time))


def revision_rows(contract: Contract, current: Path | None, diff: ReleaseDiff) -> pl.DataFrame:
    """Revisions of earlier releases and of this one; those of the current release when nothing changed."""
    new = diff.changes.with_columns(release=pl.lit(diff.release), baseline=pl.lit(diff.baseline, dtype=pl.String))
    earlier = _earlier(contract, current)
    if not new.is_empty():
        earlier = earlier.filter(pl.col("release") != diff.release)
    return contract.conform(_latest(pl.concat([earlier, new.select(earlier.columns)])))


def check_rows(contract: Contract, current: Path | None, results: pl.DataFrame, release: str) -> pl.DataFrame:
    """This build's check results under its release, with those of the releases before it."""
    new = results.with_columns(release=pl.lit(release)).select(contract.column_names)
    earlier = _earlier(contract, current).filter(pl.col("release") != release)
    return contract.conform(_latest(pl.concat([earlier, new])))


def checks_of(results: pl.DataFrame) -> Checks:
    """How checks ended, for the manifest: those that did not pass by name."""
    kind = pl.when(pl.col("status") == "failed").then("severity").otherwise("status").alias("kind")
    counts = results.group_by(kind).len().sort("kind")
    failed = results.filter(pl.col("status").is_in(["failed", "error"])).sort("severity", "table_name", "check_name")
    named = failed.rename({"table_name": "table", "check_name": "check"})
    notes = tuple(map(CheckNote.model_validate, named.iter_rows(named=True)))
    return Checks(counts=dict(counts.iter_rows()), notes=notes)


def kept_text(folder: Path, name: str) -> str:
    """A text file of a kept release; empty when it is not as published."""
    path = _kept_file(folder, name)
    return path.read_text(encoding="utf-8") if path else ""


def _kept_file(folder: Path, name: str) -> Path | None:
    """A file of a kept release, None (and a warning) when it is not byte for byte what its manifest says."""
    path = folder / name
    try:
        stated = read_manifest(folder).files.get(name)
        if stated is not None and not path.is_symlink() and describe_file(path) == stated:
            return path
        problem = "is not part of it" if stated is None else "was changed since it was published"
    except (ReleaseError, OSError) as error:
        problem = str(error)
    log.warning("nothing is carried over from %s/%s: it %s", folder.name, name, problem)
    return None


def _earlier(contract: Contract, current: Path | None) -> pl.DataFrame:
    """The table as the current release has it, fitted to today's contract; empty when it cannot be fitted."""
    empty = pl.DataFrame(schema=contract.polars_schema())
    path = _kept_file(current, f"parquet/{contract.name}.parquet") if current else None
    if path is None:
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
