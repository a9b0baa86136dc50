"""From a checked warehouse to what people open: staging, pictures, site and workbook of one release.

Pictures, pages and the workbook are made from the staged database, so they can't show other data than the release they
are part of. A picture depends on what it shows, pages and workbook on all tables; all on their code and the libraries
that draw them: when none of these has changed since the current release, its files are taken over, after a comparison
with its manifest.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from dx_pipeline.code import code_of, files_in, hash_of, joined_hash, package_code
from dx_pipeline.contracts import CONTRACTS_FOLDER, load_contracts
from dx_pipeline.paths import Paths
from dx_pipeline.quality.gate import checked_results
from dx_pipeline.release.inputs import remembered_inputs
from dx_pipeline.release.stage import stage
from dx_pipeline.release.store.layout import ReleaseError, current_folder
from dx_pipeline.release.store.manifest import (
    DATABASE,
    MANIFEST,
    Headline,
    Manifest,
    describe_file,
    read_manifest,
    to_json,
)
from dx_pipeline.release.store.staging import Candidate, record_part
from dx_pipeline.release.store.verify import gave_its_name
from dx_pipeline.report.notebooks import NOTEBOOKS
from dx_pipeline.sources.spec import each_source

if TYPE_CHECKING:
    import duckdb

SITE, WORKBOOK = "site", "workbook"
WORKBOOK_FILE = "dti.xlsx"


class Made(NamedTuple):
    """Files of a part, and whether they are those of the current release."""

    files: list[Path]
    taken_over: bool


def stage_candidate(
    paths: Paths, con: duckdb.DuckDBPyConnection, pictures: Iterable[str], full: bool = False
) -> Candidate:
    """Stage the release of the checked warehouse.

    `pictures` names those the release will hold; with `full` every part is drawn and written anew.

    Raises:
        NotCheckedError: the tables are not the checked ones.
        NotReleasableError: a blocking check failed.
        ReleaseError: a table cannot be published.
    """
    peers = pl.read_csv(paths.reference / "named_peers.csv", infer_schema=False, n_rows=1)
    focus = peers.select("province_id", "peer_id").row(0) if peers.height else ()
    return stage(
        paths,
        con,
        load_contracts(),
        checked_results(con),
        code_version(paths),
        parts=(*(f"pictures/{name}" for name in pictures), SITE, WORKBOOK),
        inputs=remembered_inputs(paths),
        headline=partial(_headline, focus),
        large=each_source(paths.raw, large=True)[0].values(),
        full=full,
    )


def _headline(focus: Sequence[str], frames: Mapping[str, pl.DataFrame]) -> tuple[Headline, ...]:
    """Ranks of the province a release is drawn for and of the peer beside it."""
    rows = frames["province_rankings"].filter(pl.col("province_id").is_in(focus))
    first = rows.filter(pl.col("province_id") == focus[0])["unit_system"].max() if focus else None
    shown = rows.filter(pl.col("unit_system") == first).rename({"province_vi": "province"})
    return tuple(map(Headline.model_validate, shown.iter_rows(named=True)))


def draw_picture(candidate: Candidate, name: str) -> Made:
    """One picture of the default unit of each system into the staged folder.

    The release in its footer is the first one that showed what it shows.
    """
    from dx_pipeline.charts import PICTURES
    from dx_pipeline.charts.drawing import read_finding, render
    from dx_pipeline.tables import default_pair, unit_systems

    part, folder, reference = f"pictures/{name}", candidate.folder / "pictures", candidate.paths.reference
    folder.mkdir(exist_ok=True)
    with _staged_tables(candidate) as con:
        pairs = {system: pair for system in unit_systems(con) if (pair := default_pair(con, system))}
        found = [read_finding(con, PICTURES[name], reference, system, *pair) for system, pair in pairs.items()]
        shows = joined_hash([_stated(pairs), _stated(found)])
        baseline = _baseline(candidate)
        before = baseline.parts.get(part) if baseline else None
        since = before.since if before and before.since and before.shows == shows else candidate.release
        key = joined_hash([shows, since, code_of(f"charts.{name}", "charts.drawing"), hash_of([Path(__file__)])])

        def draw() -> list[Path]:
            drawn = [render(con, name, folder, reference, one, *pair, release=since) for one, pair in pairs.items()]
            return [file for files in drawn for file in files]

        return _made(candidate, part, key, f"{part}-", draw, shows=shows, since=since)


def _stated(value: Any) -> str:
    """What a picture shows as one text: the same in every process, in whatever order things were looked up."""
    from dx_pipeline.charts.subject import Subject

    if isinstance(value, Subject):
        return _stated(value.drawn)
    if is_dataclass(value):
        fields_of = [f"{field.name}={_stated(getattr(value, field.name))}" for field in fields(value)]
        return f"{type(value).__name__}({', '.join(fields_of)})"
    if isinstance(value, pl.DataFrame):
        return _stated([value.columns, value.rows()])
    if isinstance(value, Mapping):
        return f"{{{', '.join(sorted(f'{_stated(key)}: {_stated(one)}' for key, one in value.items()))}}}"
    if isinstance(value, set | frozenset):
        return f"{{{', '.join(sorted(map(_stated, value)))}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_stated, value))}]"
    return repr(value)


def write_site(candidate: Candidate) -> Made:
    """The static site into the staged folder."""
    notebooks = hash_of(NOTEBOOKS.glob("*.ipynb"), NOTEBOOKS)
    # a notebook may import anything
    folder, key = candidate.folder / "site", _page_key(candidate, package_code(), notebooks)
    shutil.rmtree(folder, ignore_errors=True)

    def write() -> list[Path]:
        from dx_pipeline.quality.page import render_quality_page
        from dx_pipeline.report.notebooks import write_pages
        from dx_pipeline.report.site import build_site

        with _staged_tables(candidate) as con:
            build_site(con, folder, candidate.release, candidate.paths.reference)
        history = pl.read_parquet(candidate.folder / "parquet" / "check_results.parquet")
        (folder / "quality.html").write_text(render_quality_page(history, candidate.release), encoding="utf-8")
        with _as_current(candidate) as root:
            write_pages(root, folder / "notebooks")
        return [path for path in folder.rglob("*") if path.is_file()]

    return _made(candidate, SITE, key, "site/", write)


@contextmanager
def _as_current(candidate: Candidate) -> Iterator[Path]:
    """Root of a throw-away project whose current release is the candidate, for whoever reads releases only."""
    with tempfile.TemporaryDirectory(prefix="dx-preview-") as name:
        marts = Paths(Path(name)).marts
        release = marts / "releases" / f"{candidate.release}-{candidate.data_hash.removeprefix('sha256:')[:8]}"
        release.mkdir(parents=True)
        for inner in candidate.folder.iterdir():
            (release / inner.name).symlink_to(inner)
        (release / MANIFEST).unlink(missing_ok=True)  # a link to that of a commit that died
        (release / MANIFEST).write_text(to_json(candidate.manifest.model_dump(mode="json")), encoding="utf-8")
        (marts / "current").symlink_to(Path("releases") / release.name)
        (marts / DATABASE).symlink_to(Path("current") / DATABASE)
        yield Path(name)


def write_book(candidate: Candidate) -> Made:
    """The Excel workbook into the staged folder."""
    path, key = candidate.folder / WORKBOOK_FILE, _page_key(candidate, code_of("report.workbook"))

    def write() -> list[Path]:
        from dx_pipeline.report.workbook import write_workbook

        with _staged_tables(candidate) as con:
            write_workbook(con, path, candidate.release, candidate.paths.reference)
        return [path]

    return _made(candidate, WORKBOOK, key, WORKBOOK_FILE, write)


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


def _page_key(candidate: Candidate, *code: str) -> str:
    """Hash over all that decides the bytes of pages or workbook: tables, contracts, reference, code."""
    tables, reference = candidate.folder / "parquet", candidate.paths.reference
    files = [*CONTRACTS_FOLDER.glob("*.toml"), Path(__file__)]
    of_data = [hash_of(files_in(folder), folder) for folder in (tables, reference)]
    return joined_hash([candidate.release, candidate.data_hash, *of_data, *code, hash_of(files)])


def _staged_tables(candidate: Candidate) -> duckdb.DuckDBPyConnection:
    import duckdb

    return duckdb.connect(str(candidate.folder / DATABASE), read_only=True)


def _baseline(candidate: Candidate) -> Manifest | None:
    """The manifest of the current release, if it is the one that gave the folder its name."""
    current = current_folder(candidate.paths)
    try:
        return read_manifest(current) if current and gave_its_name(current / MANIFEST) else None
    except (ReleaseError, OSError):
        return None


def _made(candidate: Candidate, part: str, key: str, prefix: str, make: Callable[[], list[Path]], **shown: str) -> Made:
    """A part as the current release has it, if it would come out the same; made anew otherwise."""
    taken_over = _take_over(candidate, part, key, prefix)
    files = taken_over or make()
    record_part(candidate, part, files, key, **shown)
    return Made(files, bool(taken_over))


def _take_over(candidate: Candidate, part: str, key: str, prefix: str) -> list[Path]:
    """Copy a part's files from the current release if they would come out the same and are as its manifest says.

    Returns what was copied: nothing when a file is missing or was changed, so that all are made anew.
    """
    current, manifest = current_folder(candidate.paths), _baseline(candidate)
    if current is None or manifest is None or candidate.full:
        return []
    files = {name: mark for name, mark in manifest.files.items() if name.startswith(prefix)}
    if part not in manifest.parts or manifest.parts[part].made_of != key or len(files) != manifest.parts[part].files:
        return []
    for name, mark in files.items():
        source = current / name
        if source.is_symlink() or not source.is_file() or describe_file(source) != mark:
            return []
    copied = []
    for name in files:
        target = candidate.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(current / name, target)
        copied.append(target)
    return copied
