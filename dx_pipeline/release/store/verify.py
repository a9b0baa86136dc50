"""The proof that a release on disk is what was published: every byte, and each path that leads to it.

Nothing here opens a published database: somebody may hold it. Its bytes are compared; only when they differ a copy is
opened, to tell which table it is.
"""

from __future__ import annotations

import json
import shutil
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from dx_pipeline.contracts import NOT_EXPORTED
from dx_pipeline.locks import user_of
from dx_pipeline.paths import Paths
from dx_pipeline.release.store.layout import RELEASE_FOLDER, STABLE_LINKS, ReleaseError, current_folder
from dx_pipeline.release.store.manifest import (
    DATABASE,
    MANIFEST,
    FileMark,
    Manifest,
    describe_file,
    files_below,
    read_manifest,
)


@dataclass(frozen=True)
class Finding:
    """One thing that is not as published; `subject` names the file, or `table <name> in dti.duckdb`."""

    subject: str
    problem: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.problem}"


def verify_release(folder: Path) -> list[Finding]:
    """Compare a release folder with its manifest, its data package and itself; no finding means untouched.

    Raises:
        ReleaseError: the folder is not a release at all (no readable `release.json`).
    """
    folder = folder.resolve()
    manifest = read_manifest(folder)
    findings = verify_bytes(folder)
    findings += _package_findings(folder)
    touched = {finding.subject for finding in findings}
    is_staged = not RELEASE_FOLDER.match(folder.name)
    if is_staged or DATABASE in touched or any(name.startswith("parquet/") for name in touched):
        findings += _database_findings(folder, manifest)
    return findings


def verify_bytes(folder: Path) -> list[Finding]:
    """Compare every byte of a release folder with its manifest, and the manifest with the folder's name.

    Raises:
        ReleaseError: the folder has no readable `release.json`.
    """
    findings = _file_findings(folder, read_manifest(folder).files)
    if not gave_its_name(folder / MANIFEST):
        findings.insert(0, Finding(MANIFEST, "was changed: its sha256 is not the one in the folder's name"))
    return findings


def verify_paths(paths: Paths) -> list[Finding]:
    """Whether every path that people use leads into the current release, and to all of it."""
    current = current_folder(paths)
    link = paths.marts / "current"
    if current is None:
        if not link.is_symlink():
            return [Finding("current", "is not a link" if link.exists() else "is missing")]
        return [Finding("current", f"leads to {link.readlink()}, which is no release of this project")]
    findings = []
    for name, target in STABLE_LINKS.items():
        path, served = paths.marts / name, (current / target).exists()
        if not path.is_symlink():
            if path.exists():
                findings.append(Finding(name, "is no link to the current release but a file or folder of its own"))
            elif served:
                findings.append(Finding(name, "is missing"))
        elif path.readlink() != Path("current") / target:
            findings.append(Finding(name, f"leads to {path.readlink()}, expected current/{target}"))
        elif not served:
            findings.append(Finding(name, "leads to nothing: the current release has no such part"))
    return findings


def is_sound(folder: Path) -> bool:
    """Whether a release folder is byte for byte what was published."""
    try:
        return not verify_bytes(folder)
    except ReleaseError:
        return False


def _reader_traces(folder: Path) -> set[str]:
    """What DuckDB lays beside a database that somebody has open: not part of the release, and not ours to remove."""
    users = {".wal": user_of(folder / DATABASE, writing=True), ".tmp": user_of(folder / DATABASE)}
    return {f"{DATABASE}{ending}" for ending, user in users.items() if user is not None}


def gave_its_name(manifest: Path) -> bool:
    """Whether a manifest is the one that gave its folder the name; a folder of another name says nothing of it."""
    folder = manifest.parent.name
    if not RELEASE_FOLDER.match(folder):
        return True
    return describe_file(manifest).sha256.startswith(folder.split("-")[1].split(".")[0])


def _file_findings(folder: Path, stated: Mapping[str, FileMark]) -> list[Finding]:
    there = files_below(folder)
    passed_over = {MANIFEST} | _reader_traces(folder)
    findings = [Finding(name, "is missing") for name in stated if name not in there]
    for name, path in there.items():
        if name.split("/")[0] in passed_over:
            continue
        if name not in stated:
            findings.append(Finding(name, "is not part of the release"))
            continue
        problem = _difference(path, stated[name])
        findings += [Finding(name, problem)] * bool(problem)
    if (folder / MANIFEST).is_symlink():
        findings.append(Finding(MANIFEST, "is a link"))
    return findings


def _difference(path: Path, was: FileMark) -> str:
    try:
        mode = path.lstat().st_mode
        if not stat.S_ISREG(mode):
            return "is a link" if stat.S_ISLNK(mode) else "is no file"
        found = describe_file(path)
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    if found == was:
        return ""
    return (
        f"was changed: published {was.bytes} bytes, sha256 {was.sha256[:12]}…; "
        f"found {found.bytes} bytes, sha256 {found.sha256[:12]}…"
    )


def _package_findings(folder: Path) -> list[Finding]:
    path = folder / "datapackage.json"
    try:
        listed = {resource["path"]: resource["hash"] for resource in json.loads(path.read_bytes())["resources"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        return [Finding(path.name, f"cannot be read: {error}")]
    findings = []
    for name, digest in listed.items():
        file = folder / name
        if not file.is_file():
            findings.append(Finding(name, "is listed in the data package and missing"))
        elif f"sha256:{describe_file(file).sha256}" != digest:
            findings.append(Finding(name, "has another sha256 than the data package says"))
    return findings


def _database_findings(folder: Path, manifest: Manifest) -> list[Finding]:
    """Which tables of the database are not what the Parquet files hold; looked at in a copy."""
    if not (folder / DATABASE).is_file():
        return []
    try:
        with tempfile.TemporaryDirectory(prefix="dx-verify-") as place:
            copy = Path(shutil.copyfile(folder / DATABASE, Path(place) / DATABASE))
            with duckdb.connect(str(copy), read_only=True) as con:
                con.execute("SET enable_progress_bar = false")
                return _table_findings(con, folder, manifest)
    except (duckdb.Error, OSError) as error:
        return [Finding(DATABASE, f"cannot be opened: {str(error).splitlines()[0]}")]


def _table_findings(con: duckdb.DuckDBPyConnection, folder: Path, manifest: Manifest) -> list[Finding]:
    stored = {row[0] for row in con.sql("SELECT table_name FROM duckdb_tables()").fetchall()}
    findings = [_table_finding(name, "is not part of the release") for name in sorted(stored - set(manifest.tables))]
    for name in sorted(manifest.tables):
        if name not in stored:
            findings.append(_table_finding(name, "is missing"))
        elif name not in NOT_EXPORTED:
            findings += _compare_table(con, folder, name)
    return findings


def _compare_table(con: duckdb.DuckDBPyConnection, folder: Path, name: str) -> list[Finding]:
    path = folder / "parquet" / f"{name}.parquet"
    if not path.is_file():
        return []
    try:
        published = pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        return [Finding(f"parquet/{name}.parquet", f"cannot be read: {error}")]
    stored = con.sql(f'FROM "{name}"').pl()
    if stored.equals(published, null_equal=True):
        return []
    if stored.schema != published.schema or stored.height != published.height:
        return [_table_finding(name, f"has {stored.shape} rows and columns, its Parquet file {published.shape}")]
    differing = [c for c in stored.columns if not stored[c].equals(published[c], null_equal=True)]
    return [_table_finding(name, f"differs from its Parquet file in {', '.join(differing)}")]


def _table_finding(name: str, problem: str) -> Finding:
    return Finding(f"table {name} in {DATABASE}", problem)
