"""The proof that a release on disk is what was published: every byte, and the database against the Parquet files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from dx_pipeline.release.content.export import read_database_table
from dx_pipeline.release.store.layout import RELEASE_FOLDER
from dx_pipeline.release.store.manifest import MANIFEST, NOT_EXPORTED, describe_file, describe_files, read_manifest


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
    findings = _manifest_findings(folder)
    findings += _file_findings(manifest.get("files", {}), describe_files(folder))
    findings += _package_findings(folder)
    findings += _database_findings(folder, manifest)
    return findings


def _manifest_findings(folder: Path) -> list[Finding]:
    if not RELEASE_FOLDER.match(folder.name):
        return []
    digest = describe_file(folder / MANIFEST)["sha256"]
    stated = folder.name.split("-")[1].split(".")[0]
    if digest.startswith(stated):
        return []
    return [Finding(MANIFEST, f"was changed: its sha256 begins {digest[:8]}, the folder's name says {stated}")]


def _file_findings(stated: dict[str, dict[str, Any]], found: dict[str, dict[str, Any]]) -> list[Finding]:
    findings = [Finding(name, "is missing") for name in stated if name not in found]
    for name, file in found.items():
        if name not in stated:
            findings.append(Finding(name, "is not part of the release"))
        elif file != stated[name]:
            was = stated[name]
            findings.append(
                Finding(
                    name,
                    f"was changed: published {was['bytes']} bytes, sha256 {was['sha256'][:12]}…; "
                    f"found {file['bytes']} bytes, sha256 {file['sha256'][:12]}…",
                )
            )
    return findings


def _package_findings(folder: Path) -> list[Finding]:
    path = folder / "datapackage.json"
    try:
        resources = json.loads(path.read_text(encoding="utf-8"))["resources"]
    except (OSError, json.JSONDecodeError, KeyError) as error:
        return [Finding(path.name, f"cannot be read: {error}")]
    findings = []
    for resource in resources:
        file = folder / resource["path"]
        if not file.is_file():
            findings.append(Finding(resource["path"], "is listed in the data package and missing"))
        elif f"sha256:{describe_file(file)['sha256']}" != resource["hash"]:
            findings.append(Finding(resource["path"], "has another sha256 than the data package says"))
    return findings


def _database_findings(folder: Path, manifest: dict[str, Any]) -> list[Finding]:
    try:
        con = duckdb.connect(str(folder / "dti.duckdb"), read_only=True)
    except duckdb.Error as error:
        return [Finding("dti.duckdb", f"cannot be opened: {error}")]
    try:
        stored = {row[0] for row in con.sql("SELECT table_name FROM duckdb_tables()").fetchall()}
        findings = [
            _table_finding(name, "is not part of the release") for name in sorted(stored - set(manifest["tables"]))
        ]
        for name in sorted(manifest["tables"]):
            if name not in stored:
                findings.append(_table_finding(name, "is missing"))
            elif name not in NOT_EXPORTED:
                findings += _compare_table(con, folder, name)
    finally:
        con.close()
    return findings


def _compare_table(con: duckdb.DuckDBPyConnection, folder: Path, name: str) -> list[Finding]:
    path = folder / "parquet" / f"{name}.parquet"
    if not path.is_file():
        return []
    try:
        published = pl.read_parquet(path)
    except pl.exceptions.PolarsError as error:
        return [Finding(f"parquet/{name}.parquet", f"cannot be read: {error}")]
    stored = read_database_table(con, name)
    if stored.equals(published, null_equal=True):
        return []
    if stored.schema != published.schema or stored.height != published.height:
        return [_table_finding(name, f"has {stored.shape} rows and columns, its Parquet file {published.shape}")]
    differing = [c for c in stored.columns if not stored[c].equals(published[c], null_equal=True)]
    return [_table_finding(name, f"differs from its Parquet file in {', '.join(differing)}")]


def _table_finding(name: str, problem: str) -> Finding:
    return Finding(f"table {name} in dti.duckdb", problem)
