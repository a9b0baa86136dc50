"""Releases being put together: a folder each, found again by any process, complete or refused.

    releases/.staging-1a2b3c4d/
        release/          what becomes the release
        candidate.json    what it is, written when all tables are there
        parts/            one file a part: the data it shows, its files with their hashes
    releases/.staging-1a2b3c4d.lock

The lock is the kernel's: by it a later run tells the folder of a killed build from that of a build still at work. The
newest candidate stays when its process ends, so that pictures, pages and the release may be made by others, one by one.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from pydantic import ConfigDict, Field, ValidationError

from dx_pipeline.contracts import Contract, load_contracts
from dx_pipeline.errors import BusyError
from dx_pipeline.files import write_whole
from dx_pipeline.locks import is_locked, locked, try_lock
from dx_pipeline.paths import Paths
from dx_pipeline.release.content.package import PackageInfo, load_package_info
from dx_pipeline.release.store.layout import ReleaseError, releases_folder
from dx_pipeline.release.store.manifest import FileMark, Manifest, Part, Stated, describe_file, files_below, to_json

STAGING_PREFIX = ".staging-"
CANDIDATE = "candidate.json"

_handles: dict[Path, int] = {}


class IncompleteReleaseError(ReleaseError):
    """A part of the staged release is missing, or of other data; the candidate stays."""


class StagedPart(Stated):
    """A part of a staged release as the step that made it left it."""

    part: Part
    files: dict[str, FileMark]


class Candidate(Stated):
    """A staged release; `candidate.json` holds what does not depend on who opens it."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    paths: Paths = Field(exclude=True, repr=False)
    #: what becomes the release; pictures, site and workbook are added to it
    folder: Path = Field(exclude=True)
    contracts: Mapping[str, Contract] = Field(exclude=True, repr=False)
    info: PackageInfo = Field(exclude=True, repr=False)
    manifest: Manifest = Field(repr=False)
    #: name of the folder that was current when this was staged
    baseline_folder: str | None
    #: the data are those of the current release, which keeps its name and time
    unchanged: bool
    #: every part that the release declares
    parts: tuple[str, ...]
    #: every part is made anew
    full: bool = False

    @property
    def release(self) -> str:
        """Its version."""
        return self.manifest.release

    @property
    def data_hash(self) -> str:
        """Hash over its data tables."""
        return self.manifest.data_hash


def release_lock(paths: Paths, wait_seconds: float = 600.0) -> AbstractContextManager[None]:
    """Hold the right to publish; the same thread may hold it several times.

    Raises:
        BusyError: another process still holds it after `wait_seconds`.
    """
    return locked(paths.marts / ".publish.lock", "publishing a release", wait_seconds)


def create_staging(paths: Paths) -> Path:
    """A new empty folder to build a release in, locked for the life of this process or until `drop_staging`."""
    root = releases_folder(paths)
    root.mkdir(parents=True, exist_ok=True)
    home = root / f"{STAGING_PREFIX}{secrets.token_hex(4)}"
    _claim(home)
    (home / "release").mkdir(parents=True)
    (home / "parts").mkdir()
    return home / "release"


def save_candidate(candidate: Candidate) -> None:
    """Write down what is staged; from now on other processes find it."""
    _write(candidate.folder.parent / CANDIDATE, candidate)


def open_candidate(paths: Paths, contracts: Mapping[str, Contract] | None = None) -> Candidate:
    """The newest staged release on disk, whoever staged it.

    Raises:
        ReleaseError: nothing is staged.
        BusyError: another process is at work on it.
    """
    described = {"paths": paths, "contracts": contracts or load_contracts(), "info": load_package_info()}
    for home in reversed(_complete(paths)):
        try:
            stated = json.loads((home / CANDIDATE).read_bytes())
            candidate = Candidate.model_validate({**stated, **described, "folder": home / "release"})
        except (OSError, ValueError, TypeError):
            continue
        _claim(home)
        return candidate
    raise ReleaseError("no release is staged", "Materialise publication/release_candidate first, or run `dx run`.")


def _claim(home: Path) -> None:
    if home in _handles:
        return
    handle = os.open(_lock_file(home), os.O_RDWR | os.O_CREAT, 0o644)
    if not try_lock(handle):
        os.close(handle)
        raise BusyError("another process is at work on the staged release", "Try again when it is done.")
    _handles[home] = handle


def let_go() -> None:
    """Let other processes, also on other machines that have the folder, go on with what this one staged."""
    while _handles:
        os.close(_handles.popitem()[1])


def record_part(
    candidate: Candidate, name: str, files: Iterable[Path], made_of: str = "", shows: str = "", since: str = ""
) -> None:
    """Write down that a part is done: of which data, and each of its files; see `Part`."""
    marks = {path.relative_to(candidate.folder).as_posix(): describe_file(path) for path in sorted(files)}
    part = Part(data_hash=candidate.data_hash, made_of=made_of, shows=shows, since=since, files=len(marks))
    _write(_part_file(candidate, name), StagedPart(part=part, files=marks))


def complete_parts(candidate: Candidate) -> dict[str, Part]:
    """The parts of a staged release, when all are there, of its data, and as their steps left them.

    Raises:
        IncompleteReleaseError: names each part that is missing or of other data, each file that is missing, was
            changed since, or belongs to no part.
    """
    problems: list[str] = []
    missing: list[str] = []
    parts: dict[str, Part] = {}
    known: dict[str, FileMark] = {}
    for name in candidate.parts:
        try:
            staged = StagedPart.model_validate_json(_part_file(candidate, name).read_bytes())
        except (OSError, ValidationError):
            missing.append(name)
            continue
        if staged.part.data_hash != candidate.data_hash:
            problems.append(f"{name} shows other data ({staged.part.data_hash[:19]}…)")
        known |= staged.files
        parts[name] = staged.part
    there = files_below(candidate.folder)
    problems = [f"{', '.join(missing)} missing"] * bool(missing) + problems
    for file, mark in known.items():
        if file not in there:
            problems.append(f"{file} is missing")
        elif describe_file(there[file]) != mark:
            problems.append(f"{file} was changed since it was made")
    if not missing:
        problems += [f"{file} belongs to no part" for file in there if file not in known]
    if problems:
        raise IncompleteReleaseError(
            f"the staged release {candidate.release} is not complete, nothing was published: {'; '.join(problems)}",
            "Materialise these parts of the group publication first, or run `dx run`.",
        )
    return parts


def drop_staging(folder: Path) -> None:
    """Remove a staging folder, if it still is one, and its lock; `folder` is what would have become the release."""
    home = folder.parent
    shutil.rmtree(home, ignore_errors=True)
    _lock_file(home).unlink(missing_ok=True)
    handle = _handles.pop(home, None)
    if handle is not None:
        os.close(handle)


def remove_dead_staging(paths: Paths, keep_newest: bool = True) -> list[Path]:
    """Remove staging folders whose process is gone; returns them.

    The newest complete candidate stays with `keep_newest`: other runs may finish and publish it.
    """
    removed = []
    root = releases_folder(paths)
    kept = _complete(paths)[-1:] if keep_newest else []
    names = {path.name.removesuffix(".lock") for path in root.glob(f"{STAGING_PREFIX}*")}
    for home in sorted(root / name for name in names):
        if home in kept or home in _handles or is_locked(_lock_file(home)):
            continue
        drop_staging(home / "release")
        removed.append(home)
    return removed


def _complete(paths: Paths) -> list[Path]:
    found = [
        path.parent
        for path in releases_folder(paths).glob(f"{STAGING_PREFIX}*/{CANDIDATE}")
        if (path.parent / "release").is_dir()
    ]
    return sorted(found, key=lambda home: (home / CANDIDATE).stat().st_mtime_ns)


def _part_file(candidate: Candidate, name: str) -> Path:
    return candidate.folder.parent / "parts" / f"{name.replace('/', '--')}.json"


def _write(path: Path, stated: Stated) -> None:
    write_whole(path, to_json(stated.model_dump(mode="json")).encode())


def _lock_file(home: Path) -> Path:
    return home.with_name(home.name + ".lock")
