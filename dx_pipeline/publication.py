"""From a checked warehouse to what people open: staging, pictures, site and workbook of one release.

Pictures, pages and the workbook depend on the data, on the code that draws them and on the libraries it uses. When none
of these has changed since the current release, its files are taken over instead of being drawn again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from dx_pipeline.checking import checked_results
from dx_pipeline.contracts import load_contracts
from dx_pipeline.paths import Paths
from dx_pipeline.publish.layout import current_folder
from dx_pipeline.publish.stage import Candidate, stage

if TYPE_CHECKING:
    import duckdb

#: the province whose pictures are drawn for a release, and the peer beside it
FOCUS, PEER = "hai-duong", "thai-nguyen"
#: part of a release -> the code and the libraries its bytes depend on, besides the data
PARTS = {
    "pictures": (("charts", "paths.py"), ("matplotlib", "numpy", "polars")),
    "site": (("report", "charts", "quality", "marts"), ("jinja2", "matplotlib", "polars")),
    "workbook": (("report", "marts"), ("xlsxwriter", "polars")),
}
KEYS_FILE = "presentation.json"


def stage_candidate(paths: Paths, con: duckdb.DuckDBPyConnection) -> Candidate:
    """Stage the release of the checked warehouse.

    Raises:
        NotCheckedError: the tables are not the checked ones.
        ReleaseError: a blocking check failed.
    """
    return stage(paths, con, load_contracts(), checked_results(con), code_version(paths))


def draw_pictures(con: duckdb.DuckDBPyConnection, candidate: Candidate, names: list[str]) -> dict[str, list[Path]]:
    """Pictures into the staged folder; returns the files by picture."""
    from dx_pipeline.charts import render

    folder = candidate.folder / "pictures"
    if _taken_over(candidate, "pictures"):
        return {name: sorted(folder.glob(f"{name}-*")) for name in names}
    folder.mkdir(exist_ok=True)
    drawn = {name: render(con, name, folder, focus=FOCUS, peer=PEER, release=candidate.release) for name in names}
    _remember(candidate, "pictures")
    return drawn


def write_site(con: duckdb.DuckDBPyConnection, candidate: Candidate) -> int:
    """The static site into the staged folder; returns the number of pages."""
    folder = candidate.folder / "site"
    if not _taken_over(candidate, "site"):
        from dx_pipeline.quality.page import render_quality_page
        from dx_pipeline.report import build_site

        build_site(con, folder, candidate.release, pictures=candidate.folder / "pictures")
        page = render_quality_page(_published_checks(candidate), candidate.release)
        (folder / "quality.html").write_text(page, encoding="utf-8")
        _remember(candidate, "site")
    return sum(1 for _ in folder.rglob("*.html"))


def write_book(con: duckdb.DuckDBPyConnection, candidate: Candidate) -> int:
    """The Excel workbook into the staged folder; returns its size in bytes."""
    path = candidate.folder / "dti.xlsx"
    if not _taken_over(candidate, "workbook"):
        from dx_pipeline.report import write_workbook

        write_workbook(con, path, candidate.release)
        _remember(candidate, "workbook")
    return path.stat().st_size


def _published_checks(candidate: Candidate):  # type: ignore[no-untyped-def]
    import polars as pl

    return pl.read_parquet(candidate.folder / "parquet" / "check_results.parquet")


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


def _part_key(candidate: Candidate, part: str) -> str:
    """Hash over data, code and libraries a part depends on."""
    package = Path(__file__).parent
    code, libraries = PARTS[part]
    digest = hashlib.sha256(f"{candidate.release} {candidate.data_hash}".encode())
    files = [
        file for name in code for file in ([package / name] if "." in name else sorted((package / name).rglob("*")))
    ]
    files += sorted(candidate.paths.reference.glob("*.csv"))
    for file in files:
        if file.is_file() and "__pycache__" not in file.parts:
            digest.update(file.name.encode() + file.read_bytes())
    digest.update(" ".join(f"{library} {version(library)}" for library in libraries).encode())
    if part == "site":
        digest.update((candidate.folder / "parquet" / "check_results.parquet").read_bytes())
    return digest.hexdigest()


def _keys(folder: Path) -> dict[str, str]:
    try:
        return json.loads((folder / KEYS_FILE).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}


def _remember(candidate: Candidate, part: str) -> None:
    keys = _keys(candidate.folder) | {part: _part_key(candidate, part)}
    (candidate.folder / KEYS_FILE).write_text(json.dumps(dict(sorted(keys.items())), indent=1) + "\n", encoding="utf-8")


def _taken_over(candidate: Candidate, part: str) -> bool:
    """Copy a part from the current release if it would come out the same; says whether it did."""
    current = current_folder(candidate.paths)
    if current is None or _keys(current).get(part) != _part_key(candidate, part):
        return False
    name = "dti.xlsx" if part == "workbook" else part
    source, target = current / name, candidate.folder / name
    if not source.exists():
        return False
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    else:
        shutil.copy2(source, target)
    _remember(candidate, part)
    return True
