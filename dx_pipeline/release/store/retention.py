"""How many releases stay on disk, and how a release goes: never the current one, never one that somebody reads."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from dx_pipeline.locks import user_of
from dx_pipeline.paths import Paths
from dx_pipeline.release.store.journal import read_journal
from dx_pipeline.release.store.layout import current_folder, release_folders
from dx_pipeline.release.store.manifest import DATABASE, FileMark, describe_file, read_manifest

TRASH_PREFIX = ".trash-"
KEPT_RELEASES = 5


def by_last_use(paths: Paths) -> list[Path]:
    """All releases on disk, the one that became current longest ago first; those the journal does not know lead."""
    order = {name: number for number, name in enumerate(read_journal(paths).published)}
    return sorted(release_folders(paths), key=lambda folder: order.get(folder.name, -1))


def prune(paths: Paths, keep: int = KEPT_RELEASES, at_step: Callable[[str], None] = lambda step: None) -> list[str]:
    """Keep the `keep` releases that were current last, the current one always; returns what went.

    A release that somebody has open stays until the next time.
    """
    current = current_folder(paths)
    others = [folder for folder in by_last_use(paths) if folder != current]
    spare = others[: max(len(others) - (max(keep, 1) - (current is not None)), 0)]
    return [folder.name for folder in spare if remove_release(folder, at_step)]


def remove_release(folder: Path, at_step: Callable[[str], None] = lambda step: None) -> bool:
    """Remove a release so that no half of it is ever taken for a release: renamed first, then deleted.

    Returns False, and leaves it, when somebody reads it: a reader's temporary files lie in the release's folder.
    """
    if user_of(folder / DATABASE) is not None:
        return False
    trash = folder.with_name(TRASH_PREFIX + folder.name)
    folder.rename(trash)
    if user_of(trash / DATABASE) is not None:  # opened in between
        trash.rename(folder)
        return False
    at_step("prune moved")
    shutil.rmtree(trash)
    at_step("pruned")
    return True


def share_unchanged(staged: Path, files: dict[str, FileMark], kept: list[Path]) -> int:
    """Replace files by hard links to the same bytes in a kept release; returns how many bytes that saves.

    Never the database: people open it, and whoever writes into it must not write into two releases. A file of a kept
    release is compared with that release's manifest first, so that no damage is taken over.
    """
    wanted = {mark.sha256: name for name, mark in files.items() if name != DATABASE and mark.bytes}
    saved = 0
    for folder in kept:
        for name, mark in read_manifest(folder).files.items():
            own = wanted.get(mark.sha256)
            if own is None or name == DATABASE:
                continue
            source, target = folder / name, staged / own
            try:
                if source.is_symlink() or describe_file(source) != mark:
                    continue
                if not target.samefile(source):  # renaming a link to the file it is a link of leaves both
                    temporary = target.with_name(f".{target.name}.link")
                    os.link(source, temporary)
                    temporary.replace(target)
            except OSError:  # too many links, or a file system without them: the copy stays
                continue
            saved += mark.bytes
            del wanted[mark.sha256]
    return saved
