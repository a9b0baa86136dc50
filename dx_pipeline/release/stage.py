"""A release, built beside the published one and not visible yet.

`stage` writes tables, database, dictionary and change log into a folder of their own; pictures, site and workbook may
be added to it; `commit` (store/commit.py) closes it and makes it current.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from dx_pipeline.contracts import NOT_EXPORTED, Contract, with_indicators
from dx_pipeline.large.store import place_large
from dx_pipeline.paths import Paths
from dx_pipeline.quality.expectations import write_suites
from dx_pipeline.quality.gate import refuse_failed
from dx_pipeline.release.content.dictionary import dictionary_frame, dictionary_page
from dx_pipeline.release.content.export import data_hash, write_database, write_tables
from dx_pipeline.release.content.package import load_package_info, source_records, sources_by_table
from dx_pipeline.release.history.describe import build_changelog, change_summary
from dx_pipeline.release.history.diff import ReleaseDiff, Snapshot, diff_snapshots, snapshot
from dx_pipeline.release.history.ledger import (
    check_rows,
    checks_of,
    kept_text,
    known_releases,
    releases_frame,
    revision_rows,
)
from dx_pipeline.release.history.naming import names_of
from dx_pipeline.release.history.versioning import change_level, next_version
from dx_pipeline.release.store.journal import read_journal
from dx_pipeline.release.store.layout import (
    RELEASE_FOLDER,
    ReleaseError,
    current_folder,
    named_folders,
    numbers,
    release_folders,
)
from dx_pipeline.release.store.manifest import (
    DATABASE,
    LARGE,
    LEDGER_TABLES,
    MANIFEST,
    Baseline,
    Headline,
    Inputs,
    Manifest,
    ReleaseRow,
    describe_file,
    files_below,
    read_manifest,
    table_shape,
)
from dx_pipeline.release.store.repair import repair
from dx_pipeline.release.store.staging import (
    Candidate,
    create_staging,
    drop_staging,
    record_part,
    release_lock,
    save_candidate,
)
from dx_pipeline.release.store.verify import verify_bytes
from dx_pipeline.sources.resolved import SourceSpec
from dx_pipeline.warehouse import need, read_table

if TYPE_CHECKING:
    import duckdb

log = logging.getLogger(__name__)


def stage(
    paths: Paths,
    con: duckdb.DuckDBPyConnection,
    contracts: Mapping[str, Contract],
    check_results: pl.DataFrame,
    code_version: str,
    built_at: datetime | None = None,
    parts: Sequence[str] = (),
    inputs: Inputs | None = None,
    headline: Callable[[Mapping[str, pl.DataFrame]], tuple[Headline, ...]] = lambda frames: (),
    large: Iterable[SourceSpec] = (),
    full: bool = False,
) -> Candidate:
    """Write everything of a release but pictures and pages into a new folder; nobody sees it yet.

    Args:
        paths: the project.
        con: on the warehouse, with every data table that `contracts` describe besides those of the ledger.
        contracts: of every table to publish.
        check_results: of this build; the column `release` is filled in here.
        code_version: what built it, e.g. a commit.
        built_at: time of the build, with its zone; now by default.
        parts: what will be added before it may be published (pictures, site, workbook).
        inputs: what the tables were built from.
        headline: picks from the tables the ranks that the manifest repeats.
        large: the large sources, built before.
        full: nothing that is made for it may be taken over from the current release.

    Raises:
        NotReleasableError: a blocking check failed.
        SourceError: a large source is not built, or of other files than are declared now.
        NotBuiltError: a table is missing from the warehouse.
        ReleaseError: a cell cannot be published, or a source states no terms.
        ContractError: a table differs from its contract.
        BusyError: another process is publishing and did not finish in time.
    """
    refuse_failed(check_results)
    wanted = sorted(contracts.keys() - LEDGER_TABLES)
    need(con, "a release", wanted)
    frames = {name: contracts[name].conform(read_table(con, name)) for name in wanted}
    contracts = with_indicators(contracts, frames["indicators"])
    source_records(frames["sources"])
    with release_lock(paths):
        repair(paths)
        folder = create_staging(paths)
        baseline = _baseline(paths)
    try:
        for source in large:
            place_large(source, paths.large / source.source_id, folder / LARGE / source.source_id)
        new = _Build(frames, contracts, check_results, code_version, built_at or datetime.now(UTC), full)
        manifest, unchanged = _fill(paths, folder, baseline, new)
        manifest = manifest.model_copy(update={"inputs": inputs, "headline": headline(frames)})
        own = {
            "tables": [*folder.glob("parquet/*"), *folder.glob("csv/*")],
            "database": [folder / DATABASE],
            "texts": [*folder.glob("*.md"), *folder.glob("quality/**/*.json")],
            LARGE: [*files_below(folder / LARGE).values()],
        }
        own = {part: files for part, files in own.items() if files}
        current = baseline.folder.name if baseline.folder else None
        candidate = Candidate(
            paths=paths, folder=folder, contracts=contracts, info=load_package_info(), manifest=manifest,
            baseline_folder=current, unchanged=unchanged, parts=(*own, *parts), full=full,
        )  # fmt: skip
        for part, files in own.items():
            record_part(candidate, part, files)
        save_candidate(candidate)
    except BaseException:
        drop_staging(folder)
        raise
    return candidate


class _Build(NamedTuple):
    """What a release is made of; see `stage`."""

    frames: dict[str, pl.DataFrame]
    contracts: Mapping[str, Contract]
    check_results: pl.DataFrame
    code_version: str
    built_at: datetime
    full: bool

    @property
    def size(self) -> tuple[int, int]:
        """Number of data tables, and of their rows."""
        return len(self.frames), sum(frame.height for frame in self.frames.values())


class _Baseline(NamedTuple):
    """The release a new one is compared with, as far as it is sound."""

    #: what is current, sound or not
    folder: Path | None
    #: its manifest, None when there is none to rely on
    manifest: Manifest | None
    #: its tables, None when one of them is damaged
    tables: Snapshot | None


def _baseline(paths: Paths) -> _Baseline:
    """What is current now; nothing of it is used that is not as its manifest says."""
    folder = current_folder(paths)
    if folder is None:
        return _Baseline(None, None, None)
    try:
        damaged = {finding.subject for finding in verify_bytes(folder)}
    except ReleaseError:
        damaged = {MANIFEST}
    if MANIFEST in damaged:
        log.warning("%s: its manifest is damaged; the new release is not compared with it", folder.name)
        return _Baseline(folder, None, None)
    manifest = read_manifest(folder)
    lost = [name for name in damaged if name.startswith("parquet/")]
    if lost:
        log.warning("%s: %s damaged; the new release is not compared with it", folder.name, ", ".join(lost))
    return _Baseline(folder, manifest, None if lost else snapshot(folder, manifest))


def _fill(paths: Paths, folder: Path, baseline: _Baseline, new: _Build) -> tuple[Manifest, bool]:
    """Write tables, database and texts; returns the manifest, and whether the data are those of the baseline."""
    frames, contracts = new.frames, new.contracts
    write_tables(folder, frames, contracts)
    write_suites(folder, contracts)
    origins = sources_by_table(contracts, frames)
    shapes = {name: table_shape(contracts[name], frame.height, origins[name]) for name, frame in frames.items()}
    digest = data_hash(folder, shapes)
    before, old = baseline.manifest, baseline.tables
    now = Snapshot("", digest, shapes.copy(), folder)
    known = known_releases(release_folders(paths))
    if before is not None and before.data_hash == digest:
        unchanged, history = True, list(before.releases)
        row = next(row for row in history if row.release == before.release)
        diff = ReleaseDiff(before.release, digest, row.release, ())
    else:
        unchanged = False
        diff, row = _new_release(old, now, known, _taken(paths, known), new)
        history = [*(other for other in known if other.release != row.release), row]
    current = baseline.folder
    ledger = {
        "data_dictionary": contracts["data_dictionary"].conform(dictionary_frame(contracts)),
        "revisions": revision_rows(contracts["revisions"], current, diff),
        "releases": releases_frame(contracts["releases"], history),
        "check_results": check_rows(contracts["check_results"], current, new.check_results, row.release),
    }
    write_tables(folder, {n: frame for n, frame in ledger.items() if n not in NOT_EXPORTED}, contracts)
    shapes |= {name: table_shape(contracts[name], frame.height, origins[name]) for name, frame in ledger.items()}
    same = _same_tables(folder, current, before) if current and before else set()
    written = {path.stem for path in (folder / "parquet").iterdir()}
    published = {Path(name).stem for name in before.files if name.startswith("parquet/")} if before else set()
    if current and unchanged and written == same == published:
        # DuckDB leaves unused bytes of a block as they were in memory and samples before it compresses text, so the
        # same rows do not give the same bytes: written anew, an identical release would look like another one
        shutil.copyfile(current / DATABASE, folder / DATABASE)
    else:
        begun = current / DATABASE if current and same and not new.full else None
        write_database(folder / DATABASE, frames | ledger, contracts, begun, same)
    rows = {name: shape.rows for name, shape in shapes.items()}
    earlier = kept_text(current, "CHANGELOG.md") if current else ""
    if not unchanged or not earlier:
        earlier = build_changelog(diff, names_of(old, now), *new.size, earlier=earlier)
    for name, text in {"DICTIONARY.md": dictionary_page(contracts, rows), "CHANGELOG.md": earlier}.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    manifest = Manifest(
        **row.model_dump(exclude={"baseline", "baseline_hash"}),
        baseline=Baseline(release=row.baseline, data_hash=row.baseline_hash or "") if row.baseline else None,
        tables=dict(sorted(shapes.items())),
        releases=tuple(sorted(history, key=lambda entry: numbers(entry.release))),
        checks=checks_of(new.check_results),
    )
    return manifest, unchanged


def _taken(paths: Paths, known: list[ReleaseRow]) -> set[str]:
    """Versions that were given to some data already, also by releases whose manifest is lost."""
    folders = {*(folder.name for folder in named_folders(paths)), *read_journal(paths).published}
    return {row.release for row in known} | {name.split("-")[0] for name in folders if RELEASE_FOLDER.match(name)}


def _same_tables(folder: Path, current: Path, before: Manifest) -> set[str]:
    """Tables whose Parquet has the bytes of the current release; none when its database is not as it was published."""
    database = current / DATABASE
    if not database.is_file() or describe_file(database) != before.files[DATABASE]:
        return set()
    written = (folder / "parquet").iterdir()
    return {path.stem for path in written if before.files.get(f"parquet/{path.name}") == describe_file(path)}


def _new_release(
    old: Snapshot | None, now: Snapshot, known: list[ReleaseRow], taken: set[str], new: _Build
) -> tuple[ReleaseDiff, ReleaseRow]:
    """The difference to the baseline and the release's row; the same step from the same baseline has the same name."""
    baseline, baseline_hash = (old.release, old.data_hash) if old else (None, None)
    step = (baseline, baseline_hash, now.data_hash)
    again = next((row for row in known if (row.baseline, row.baseline_hash, row.data_hash) == step), None)
    diff = diff_snapshots(old, now)
    level = change_level(diff)
    version = again.release if again else next_version(baseline, level, taken)
    diff = replace(diff, release=version)
    if again:
        return diff, again
    names = names_of(old, now)
    return diff, ReleaseRow(
        release=version,
        data_version=version,
        built_at=new.built_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        code_version=new.code_version,
        change_level="first" if old is None else "patch" if level == "none" else level,
        change_summary=change_summary(diff, names, *new.size, language="en"),
        change_summary_vi=change_summary(diff, names, *new.size, language="vi"),
        baseline=baseline,
        baseline_hash=baseline_hash,
        data_hash=now.data_hash,
    )
