"""`release.json`: what a release is, what it holds, and the hash of every file in it.

The folder's own name ends in the hash of this file, so the chain from the name to each byte is closed: whoever changes
a file must change the manifest, and whoever changes the manifest no longer fits the folder's name. Who wants to know
about a release reads this file; nobody opens the database, which somebody else may hold.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from dx_pipeline.contracts import Contract
from dx_pipeline.files import sha256_of
from dx_pipeline.paths import Paths
from dx_pipeline.release.store.layout import ReleaseError, release_folders

MANIFEST = "release.json"
DATABASE = "dti.duckdb"
#: folder of the periods of large sources, and the part of a release that they are
LARGE = "large"

#: written by the release about itself; not part of the data hash and not compared between releases
LEDGER_TABLES = frozenset({"releases", "revisions", "check_results", "data_dictionary"})

#: two changes within one tick of the file system's clock look like one
CLOCK_TICK_NS = 50_000_000
_described: dict[tuple[int, int, int, int, int], FileMark] = {}


class Stated(BaseModel):
    """Something a manifest states; what later versions add is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class FileMark(Stated):
    """Size and hash of one file."""

    bytes: int
    sha256: str


class TableShape(Stated):
    """A table, described well enough to compare and cite it without its contract."""

    title_vi: str
    title_en: str
    rows: int
    key: tuple[str, ...]
    #: name -> contract type, in order
    columns: dict[str, str]
    inputs: tuple[str, ...]
    ledger: bool
    sources: tuple[str, ...] = ()


class ReleaseRow(Stated):
    """One release as the table `releases` has it; the time is ISO text."""

    release: str
    data_version: str
    built_at: str
    code_version: str
    change_level: str
    change_summary: str
    change_summary_vi: str
    baseline: str | None
    baseline_hash: str | None
    data_hash: str


class Baseline(Stated):
    """The release this one was compared with."""

    release: str
    data_hash: str


class Part(Stated):
    """A part of the release: the data it was made from, and a hash over everything that decides its bytes."""

    data_hash: str
    made_of: str
    #: of a picture: a hash over the figures and words in it, and the first release that showed them
    shows: str = ""
    since: str = ""
    files: int


class CheckNote(Stated):
    """A check that did not pass."""

    table: str
    check: str
    severity: str
    status: str
    expected: str
    observed: str


class Checks(Stated):
    """How the checks of this release's tables ended: status, or severity of those that failed -> how many."""

    counts: dict[str, int]
    notes: tuple[CheckNote, ...] = ()


class Headline(Stated):
    """A rank people look for first."""

    edition: int
    unit_system: int
    province_id: str
    province: str
    rank: int | None
    n_units: int | None
    status: str
    score: float | None
    score_status: str


class Inputs(Stated):
    """What a release was built from: one hash over all of it, and the hash of each published file."""

    fingerprint: str
    files: dict[str, str]


class Manifest(Stated):
    """A release."""

    format: int = 2
    release: str
    data_version: str
    data_hash: str
    built_at: str
    code_version: str
    baseline: Baseline | None
    change_level: str
    change_summary: str
    change_summary_vi: str
    tables: dict[str, TableShape]
    releases: tuple[ReleaseRow, ...]
    checks: Checks | None = None
    headline: tuple[Headline, ...] = ()
    inputs: Inputs | None = None
    parts: dict[str, Part] = {}
    files: dict[str, FileMark] = {}

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(table.rows for table in self.tables.values())


def table_shape(contract: Contract, rows: int, sources: Iterable[str] = ()) -> TableShape:
    """A table as the manifest describes it."""
    return TableShape(
        title_vi=contract.title_vi,
        title_en=contract.title_en,
        rows=rows,
        key=contract.key,
        columns={column.name: column.type for column in contract.columns},
        inputs=contract.inputs,
        ledger=contract.name in LEDGER_TABLES,
        sources=tuple(sources),
    )


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a release folder.

    Raises:
        ReleaseError: there is none, or it does not say what a manifest says.
    """
    try:
        return Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except OSError as error:
        reason = error.strerror or str(error)
    except ValidationError as error:
        first = error.errors()[0]
        reason = f"{'.'.join(map(str, first['loc']))} {first['msg']}".strip()
    raise ReleaseError(f"{folder.name}: {MANIFEST} cannot be read ({reason}); the folder is not a release")


def readable_manifests(paths: Paths) -> dict[Path, Manifest]:
    """Release on disk -> its manifest, oldest version first, without those whose manifest is damaged."""
    found = {}
    for folder in release_folders(paths):
        with suppress(ReleaseError):
            found[folder] = read_manifest(folder)
    return found


def write_manifest(folder: Path, manifest: Manifest) -> str:
    """Write the manifest with the bytes and hash of every file in the folder; returns the manifest's own hash (hex)."""
    text = to_json(manifest.model_copy(update={"files": describe_files(folder)}).model_dump(mode="json"))
    (folder / MANIFEST).write_text(text, encoding="utf-8", newline="\n")
    return hashlib.sha256(text.encode()).hexdigest()


def files_below(folder: Path) -> dict[str, Path]:
    """Relative path -> file (links too), for every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or not path.is_dir()
    }


def describe_files(folder: Path) -> dict[str, FileMark]:
    """Relative path -> bytes and sha256, for every file except the manifest."""
    return {name: describe_file(path) for name, path in files_below(folder).items() if name != MANIFEST}


def describe_file(path: Path) -> FileMark:
    """Size and hash of one file; read once in a process as long as nobody touches it, whatever names it has."""
    found = path.stat()
    state = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
    if state in _described:
        return _described[state]
    mark = FileMark(bytes=found.st_size, sha256=sha256_of(path))
    if time.time_ns() - found.st_ctime_ns > CLOCK_TICK_NS:
        _described[state] = mark
    return mark


def to_json(data: Any) -> str:
    """JSON as all generated files write it: indented, Vietnamese readable, one newline at the end."""
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"
