"""Where releases lie, and which one people see.

    data/marts/releases/1.0.1-3f9a0c12/    one whole release; never changed after it was published
    data/marts/releases/journal.jsonl      what became current when
    data/marts/quarantine/                 what was found damaged, with the reason; the newest three stay
    data/marts/current                     link to one of them: the only thing a publication replaces
    data/marts/dti.duckdb, parquet, csv    links through `current`: the paths people put in their scripts

One rename of `current` switches every file at once, so nobody sees the database of one release beside the Parquet of
another. DuckDB resolves links before it opens a file: a reader holds the old release's own file, and a write-ahead log
left by somebody's crashed writing session lies in the old release's folder, where it cannot be replayed into the next.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from dx_pipeline.errors import DxError
from dx_pipeline.files import sync
from dx_pipeline.paths import Paths

RELEASE_FOLDER = re.compile(r"^\d+\.\d+\.\d+-[0-9a-f]{8}(\.\d+)?$")

LINKED = (
    "dti.duckdb", "dti.xlsx", "parquet", "csv", "large", "site", "pictures", "dictionary.csv", "DICTIONARY.md",
    "CHANGELOG.md", "datapackage.json", "metadata.jsonld", "release.json",
)  # fmt: skip
#: link under data/marts -> its target in the current release; a link exists when the release has the target
STABLE_LINKS = {name: name for name in LINKED} | {"dictionary.csv": "csv/data_dictionary.csv"}


class ReleaseError(DxError):
    """A release cannot be made, found or restored; the message says why and what to do."""


def releases_folder(paths: Paths) -> Path:
    """The folder that holds every kept release."""
    return paths.marts / "releases"


def current_folder(paths: Paths) -> Path | None:
    """The folder of the release people see now; None before the first one, or when the link leads to no release."""
    link = paths.marts / "current"
    if not link.is_symlink():
        return None
    target = link.readlink()
    if target.parent != Path("releases") or not RELEASE_FOLDER.match(target.name):
        return None
    folder = releases_folder(paths) / target.name
    return folder if (folder / "release.json").is_file() and not folder.is_symlink() else None


def current_name(paths: Paths) -> str | None:
    """The name of that folder."""
    folder = current_folder(paths)
    return folder.name if folder else None


def numbers(version: str) -> tuple[int, int, int]:
    """`1.10.2` as (1, 10, 2), so that 1.10 sorts after 1.9."""
    major, minor, patch = map(int, version.split("."))
    return major, minor, patch


def version_of(folder: Path) -> tuple[int, int, int]:
    """The version in a release folder's name, as numbers."""
    return numbers(folder.name.split("-")[0])


def release_folders(paths: Paths) -> list[Path]:
    """All kept releases, oldest version first; two publications of one version in the order they were made."""
    found = [path for path in named_folders(paths) if (path / "release.json").is_file()]
    return sorted(found, key=lambda path: (version_of(path), (path / "release.json").stat().st_mtime_ns, path.name))


def named_folders(paths: Paths) -> list[Path]:
    """Everything that has the name of a release, also what is none any more."""
    root = releases_folder(paths)
    return sorted(path for path in root.iterdir() if RELEASE_FOLDER.match(path.name)) if root.is_dir() else []


def find_release(paths: Paths, name: str) -> Path:
    """The folder of a release named `current`, `previous`, by version, by folder name, or by path.

    Raises:
        ReleaseError: there is no such release; the message lists those there are.
    """
    current = current_folder(paths)
    folders = release_folders(paths)
    if name == "current" and current:
        return current
    if name == "previous" and current:
        earlier = [folder for folder in folders if version_of(folder) < version_of(current)]
        if earlier:
            return earlier[-1]
    for folder in reversed(folders):
        if name in (folder.name, folder.name.split("-")[0]):
            return folder
    direct = Path(name)
    if direct.is_dir() and (direct / "release.json").is_file():
        return direct.resolve()
    kept = ", ".join(folder.name for folder in folders) or "none"
    raise ReleaseError(f"no release {name!r}", f"Kept releases: {kept}")


def point_current(paths: Paths, folder: Path) -> None:
    """Make `folder` the current release by one atomic rename."""
    temporary = paths.marts / f".current-{os.getpid()}"
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(Path("releases") / folder.name)
    temporary.replace(paths.marts / "current")
    sync(paths.marts)


def create_links(paths: Paths, folder: Path) -> None:
    """Create the stable links that a release will serve once it is current, so that the switch itself completes it.

    Raises:
        ReleaseError: a real file or folder lies where a link belongs (`repair` moves it away before).
    """
    for name, target in STABLE_LINKS.items():
        link = paths.marts / name
        if link.exists() and not link.is_symlink():
            raise ReleaseError(f"{link} is not a link made by a release: move it away and run again")
        if link.is_symlink() and link.readlink() != Path("current") / target:
            link.unlink()
        if (folder / target).exists() and not link.is_symlink():
            link.symlink_to(Path("current") / target)


def ensure_links(paths: Paths) -> None:
    """Create the stable links that the current release serves, and remove those that lead nowhere."""
    current = current_folder(paths)
    if current:
        create_links(paths, current)
    for name in STABLE_LINKS:
        link = paths.marts / name
        if link.is_symlink() and not link.exists():
            link.unlink()


def sync_tree(folder: Path) -> None:
    """Make every file below a folder durable, then the folders, so that a power cut after the rename loses nothing."""
    for path in sorted(folder.rglob("*"), reverse=True):
        sync(path)
    sync(folder)
