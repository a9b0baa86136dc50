"""From a checked warehouse to what people open: staging, pictures, site and workbook of one release.

Pictures, pages and the workbook depend on the data, on this package and on the libraries that draw them. When none of
these has changed since the current release, its files are taken over instead of being drawn again.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from dx_pipeline.contracts import load_contracts
from dx_pipeline.paths import Paths
from dx_pipeline.quality.gate import checked_results
from dx_pipeline.release.stage import Candidate, stage
from dx_pipeline.release.store.layout import current_folder

if TYPE_CHECKING:
    import duckdb

#: the province whose pictures are drawn for a release, and the peer beside it
FOCUS, PEER = "hai-duong", "thai-nguyen"
#: libraries that decide what a picture, a page or the workbook looks like
LIBRARIES = ("duckdb", "jinja2", "matplotlib", "numpy", "polars", "xlsxwriter")
KEY_FILE = "presentation.sha256"


def stage_candidate(paths: Paths, con: duckdb.DuckDBPyConnection) -> Candidate:
    """Stage the release of the checked warehouse.

    Raises:
        NotCheckedError: the tables are not the checked ones.
        ReleaseError: a blocking check failed.
    """
    candidate = stage(paths, con, load_contracts(), checked_results(con), code_version(paths))
    (candidate.folder / KEY_FILE).write_text(presentation_key(candidate) + "\n", encoding="utf-8")
    return candidate


def draw_pictures(con: duckdb.DuckDBPyConnection, candidate: Candidate, names: list[str]) -> dict[str, list[Path]]:
    """Pictures into the staged folder; returns the files by picture."""
    from dx_pipeline.charts import render

    folder = candidate.folder / "pictures"
    folder.mkdir(exist_ok=True)
    drawn = {}
    for name in names:
        files = _take_over(candidate, f"pictures/{name}-*")
        drawn[name] = files or render(
            con, name, folder, candidate.paths.reference, FOCUS, peer=PEER, release=candidate.release
        )
    return drawn


def write_site(con: duckdb.DuckDBPyConnection, candidate: Candidate) -> int:
    """The static site into the staged folder; returns the number of pages."""
    folder = candidate.folder / "site"
    if not _take_over(candidate, "site"):
        from dx_pipeline.quality.page import render_quality_page
        from dx_pipeline.report import build_site

        build_site(con, folder, candidate.release)
        history = pl.read_parquet(_check_history(candidate))
        (folder / "quality.html").write_text(render_quality_page(history, candidate.release), encoding="utf-8")
    return sum(1 for _ in folder.rglob("*.html"))


def write_book(con: duckdb.DuckDBPyConnection, candidate: Candidate) -> int:
    """The Excel workbook into the staged folder; returns its size in bytes."""
    path = candidate.folder / "dti.xlsx"
    if not _take_over(candidate, path.name):
        from dx_pipeline.report import write_workbook

        write_workbook(con, path, candidate.release)
    return path.stat().st_size


def _check_history(candidate: Candidate) -> Path:
    return candidate.folder / "parquet" / "check_results.parquet"


def code_version(paths: Paths) -> str:
    """Version of the package with the commit it was built from, where there is one."""
    own = version("dx-pipeline")
    try:
        commit = subprocess.run(
            ["git", "-C", str(paths.root), "describe", "--always", "--dirty"],
            capture_output=True, text=True, check=True, timeout=10,
        ).stdout.strip()  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return own
    return f"{own}+{commit}"


def presentation_key(candidate: Candidate) -> str:
    """Hash over everything that decides the bytes of pictures, pages and workbook."""
    digest = hashlib.sha256(f"{candidate.release} {candidate.data_hash}".encode())
    package = Path(__file__).parents[1]
    code = (file for file in package.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
    for file in sorted([*code, *candidate.paths.reference.glob("*.csv"), _check_history(candidate)]):
        digest.update(file.name.encode() + file.read_bytes())
    digest.update(" ".join(f"{library} {version(library)}" for library in LIBRARIES).encode())
    return digest.hexdigest()


def _take_over(candidate: Candidate, pattern: str) -> list[Path]:
    """Copy what matches from the current release if it would come out the same; returns what was copied."""
    current = current_folder(candidate.paths)
    key = candidate.folder / KEY_FILE
    if current is None or not (current / KEY_FILE).is_file() or (current / KEY_FILE).read_bytes() != key.read_bytes():
        return []
    copied = []
    for source in sorted(current.glob(pattern)):
        target = candidate.folder / source.relative_to(current)
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy2(source, target)
        copied.append(target)
    return copied
