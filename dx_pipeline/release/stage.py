"""A release, built beside the published one and not visible yet.

`stage` writes tables, database, dictionary and change log into a folder of their own; pictures, site and workbook may
be added to it; `commit` (publish/commit.py) closes it and makes it current; `discard` throws it away.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from dx_pipeline.contracts import Contract
from dx_pipeline.paths import Paths
from dx_pipeline.quality.expectations import write_suites
from dx_pipeline.release.content.dictionary import dictionary_frame, dictionary_page
from dx_pipeline.release.content.export import data_hash, write_database, write_tables
from dx_pipeline.release.content.package import PackageInfo, load_package_info, source_records, sources_by_table
from dx_pipeline.release.history.changelog import build_changelog, change_summary
from dx_pipeline.release.history.diff import ReleaseDiff, Snapshot, diff_snapshots, snapshot
from dx_pipeline.release.history.ledger import (
    check_rows,
    known_releases,
    refuse_failed_blocking,
    releases_frame,
    revision_rows,
)
from dx_pipeline.release.history.naming import names_of
from dx_pipeline.release.history.versioning import change_level, next_version
from dx_pipeline.release.store.layout import ReleaseError, current_folder, release_folders
from dx_pipeline.release.store.locks import create_staging, drop_staging, release_lock
from dx_pipeline.release.store.manifest import (
    LEDGER_TABLES,
    MANIFEST,
    NOT_EXPORTED,
    describe_file,
    read_manifest,
    table_shape,
    to_json,
)
from dx_pipeline.release.store.repair import repair
from dx_pipeline.warehouse import read_table

if TYPE_CHECKING:
    import duckdb

log = logging.getLogger(__name__)

DATABASE = "dti.duckdb"


@dataclass(frozen=True)
class Candidate:
    """A staged release."""

    paths: Paths = field(repr=False)
    #: where other modules may add `pictures/`, `site/`, `dti.xlsx`
    folder: Path
    release: str
    data_version: str
    data_hash: str
    #: name of the folder that was current when this was staged
    baseline_folder: str | None
    #: value-level difference to that release; empty when the data are identical
    changes: ReleaseDiff = field(repr=False)
    #: the data are those of the current release, which keeps its name and time
    unchanged: bool
    summary_vi: str
    summary_en: str
    manifest: dict[str, Any] = field(repr=False)
    contracts: Mapping[str, Contract] = field(repr=False)
    info: PackageInfo = field(repr=False)
    sources: list[dict[str, Any]] = field(repr=False)


def stage(
    paths: Paths,
    con: duckdb.DuckDBPyConnection,
    contracts: Mapping[str, Contract],
    check_results: pl.DataFrame | None,
    code_version: str,
    built_at: datetime | None = None,
    info: PackageInfo | None = None,
    wait_seconds: float = 600.0,
) -> Candidate:
    """Write everything of a release but pictures and pages into a new folder; nobody sees it yet.

    Args:
        paths: the project.
        con: open on the warehouse, with every data table the contracts describe.
        contracts: every table to publish, ledger tables (`releases`, `revisions`, `data_dictionary`, `check_results`)
            included.
        check_results: results of this build's checks; column `release` is filled in here. None when no contract
            `check_results` is given.
        code_version: what built it, e.g. a commit.
        built_at: time of the build, now by default; read in UTC.
        info: title, description and licence; `publish/package.toml` by default.
        wait_seconds: how long to wait for another publication that is under way.

    Raises:
        ReleaseError: a blocking check failed, a table is missing from the warehouse, a cell cannot be published, or a
            source states no terms.
        ContractError: a table differs from its contract.
        ReleaseBusy: another process is publishing and did not finish in time.
    """
    info = info or load_package_info()
    if check_results is not None:
        refuse_failed_blocking(check_results)
    frames = _data_frames(con, contracts)
    sources = source_records(frames.get("sources"))
    with release_lock(paths, wait_seconds):
        repair(paths)
        folder = create_staging(paths)
        current = current_folder(paths)
    try:
        return _fill(paths, folder, current, frames, contracts, check_results, code_version, built_at, info, sources)
    except BaseException:
        drop_staging(folder)
        raise


def discard(candidate: Candidate) -> None:
    """Throw a staged release away; the published one is not touched."""
    drop_staging(candidate.folder)


def _data_frames(con: duckdb.DuckDBPyConnection, contracts: Mapping[str, Contract]) -> dict[str, pl.DataFrame]:
    wanted = sorted(contracts.keys() - LEDGER_TABLES)
    there = {row[0] for row in con.sql("SELECT table_name FROM duckdb_tables() WHERE NOT internal").fetchall()}
    missing = [name for name in wanted if name not in there]
    if missing:
        raise ReleaseError(f"the warehouse lacks tables that have a contract: {', '.join(missing)}; build them first")
    needed = [name for name in ("releases", "revisions", "data_dictionary") if name not in contracts]
    if needed:
        raise ReleaseError(f"a release needs the contracts of its ledger: {', '.join(needed)} missing")
    return {name: contracts[name].conform(read_table(con, name)) for name in wanted}


def _fill(
    paths: Paths,
    folder: Path,
    current: Path | None,
    frames: dict[str, pl.DataFrame],
    contracts: Mapping[str, Contract],
    check_results: pl.DataFrame | None,
    code_version: str,
    built_at: datetime | None,
    info: PackageInfo,
    sources: list[dict[str, Any]],
) -> Candidate:
    write_tables(folder, frames, contracts)
    write_suites(folder, contracts)
    origins = sources_by_table(contracts, frames)
    shapes = {name: _shape(contracts[name], frame.height, origins) for name, frame in frames.items()}
    digest = data_hash(folder, shapes)
    draft = {"release": "", "data_hash": digest, "tables": shapes}
    before = read_manifest(current) if current else None
    old = snapshot(current) if current else None
    new = snapshot(folder, draft)
    unchanged = before is not None and before["data_hash"] == digest
    size = (len(frames), sum(frame.height for frame in frames.values()))

    if before is not None and unchanged:
        history = before["releases"]
        row = next(row for row in history if row["release"] == before["release"])
        diff = diff_snapshots(old, Snapshot(row["release"], digest, new.tables, new.read))
    else:
        diff, row = _new_release(old, new, known_releases(release_folders(paths)), size)
        row.setdefault("built_at", _utc_text(built_at))
        row.setdefault("code_version", code_version)
        others = [other for other in known_releases(release_folders(paths)) if other["release"] != row["release"]]
        history = [*others, row]
    release = row["release"]

    ledger = {
        "data_dictionary": contracts["data_dictionary"].conform(dictionary_frame(contracts)),
        "revisions": revision_rows(contracts["revisions"], current, diff),
        "releases": releases_frame(contracts["releases"], history),
    }
    if check_results is not None and "check_results" in contracts:
        ledger["check_results"] = check_rows(contracts["check_results"], current, check_results, release)
    write_tables(folder, {n: frame for n, frame in ledger.items() if n not in NOT_EXPORTED}, contracts)
    shapes |= {name: _shape(contracts[name], frame.height, origins) for name, frame in ledger.items()}
    if not (current and before and unchanged and _reuse_database(folder, current, before)):
        write_database(folder / DATABASE, frames | ledger, contracts)

    manifest = {
        "format": 1,
        "release": release,
        "data_version": row["data_version"],
        "data_hash": digest,
        "built_at": row["built_at"],
        "code_version": row["code_version"],
        "baseline": {"release": row["baseline"], "data_hash": row["baseline_hash"]} if row["baseline"] else None,
        "change_level": row["change_level"],
        "change_summary": row["change_summary"],
        "change_summary_vi": row["change_summary_vi"],
        "tables": dict(sorted(shapes.items())),
        "releases": sorted(history, key=lambda entry: [int(part) for part in entry["release"].split(".")]),
    }
    rows = {name: shape["rows"] for name, shape in shapes.items()}
    earlier = _text(current / "CHANGELOG.md") if current else ""
    changelog = earlier if unchanged else build_changelog(diff, names_of(old, new), *size, earlier=earlier)
    pages = {
        "DICTIONARY.md": dictionary_page(contracts, rows),
        "CHANGELOG.md": changelog,
        MANIFEST: to_json(manifest),
    }
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return Candidate(
        paths,
        folder,
        release,
        row["data_version"],
        digest,
        current.name if current else None,
        diff,
        unchanged,
        row["change_summary_vi"],
        row["change_summary"],
        manifest,
        contracts,
        info,
        sources,
    )


def _reuse_database(folder: Path, current: Path, before: Mapping[str, Any]) -> bool:
    """Copy the current database when all tables, ledger and descriptions included, are the same and it is untouched.

    DuckDB leaves unused bytes of a block as they were in memory and samples before it compresses text, so the same rows
    do not give the same bytes: written anew, an identical release would look like another one.
    """
    written = {f"parquet/{path.name}": describe_file(path) for path in (folder / "parquet").iterdir()}
    published = {name: file for name, file in before["files"].items() if name.startswith("parquet/")}
    database = current / DATABASE
    if written != published or not database.is_file() or describe_file(database) != before["files"][DATABASE]:
        return False
    shutil.copyfile(database, folder / DATABASE)
    return True


def _shape(contract: Contract, rows: int, origins: Mapping[str, list[str]]) -> dict[str, Any]:
    return {**table_shape(contract, rows), "sources": origins[contract.name]}


def _new_release(
    old: Snapshot | None, new: Snapshot, known: list[dict[str, Any]], size: tuple[int, int]
) -> tuple[ReleaseDiff, dict[str, Any]]:
    """The difference to the baseline and the release's row; the same step from the same baseline has the same name."""
    baseline, baseline_hash = (old.release, old.data_hash) if old else (None, None)
    step = (baseline, baseline_hash, new.data_hash)
    again = next((row for row in known if (row["baseline"], row["baseline_hash"], row["data_hash"]) == step), None)
    diff = diff_snapshots(old, new)
    level = change_level(diff)
    version = again["release"] if again else next_version(baseline, level, [row["release"] for row in known])
    diff = ReleaseDiff(diff.baseline, diff.baseline_hash, version, diff.data_hash, diff.tables)
    if again:
        return diff, dict(again)
    names = names_of(old, new)
    return diff, {
        "release": version,
        "data_version": version,
        "change_level": "first" if old is None else "patch" if level == "none" else level,
        "change_summary": change_summary(diff, names, *size, language="en"),
        "change_summary_vi": change_summary(diff, names, *size, language="vi"),
        "baseline": baseline,
        "baseline_hash": baseline_hash,
        "data_hash": new.data_hash,
    }


def _utc_text(moment: datetime | None) -> str:
    moment = moment or datetime.now(UTC)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""
