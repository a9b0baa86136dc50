"""What a killed run, a crashed reader or a hurried hand left behind, put in order before the next publication."""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from dx_pipeline.paths import Paths
from dx_pipeline.release.store.journal import append_event, journal_path, read_events
from dx_pipeline.release.store.layout import (
    current_folder,
    ensure_links,
    point_current,
    release_folders,
    releases_folder,
    version_of,
)
from dx_pipeline.release.store.locks import release_lock, remove_dead_staging

log = logging.getLogger(__name__)

TRASH_PREFIX = ".trash-"
KEPT_RELEASES = 5


def repair(paths: Paths) -> list[str]:
    """Bring `data/marts` into order; safe to call at any time, does nothing when all is well.

    Returns:
        One sentence for everything that was put right, for the log.
    """
    with release_lock(paths):
        done = [f"removed {folder.name}, staged by a run that died" for folder in remove_dead_staging(paths)]
        for link in paths.marts.glob(".current-*"):
            link.unlink()
            done.append(f"removed {link.name}, left by a run that died before switching")
        for folder in releases_folder(paths).glob(f"{TRASH_PREFIX}*"):
            shutil.rmtree(folder)
            done.append(f"finished removing {folder.name.removeprefix(TRASH_PREFIX)}")
        done += _repair_current(paths)
        done += _remove_unpublished(paths)
        current = current_folder(paths)
        if current:
            done += remove_stale_wal(current / "dti.duckdb")
        done += remove_stale_wal(paths.published)
        ensure_links(paths)
    for sentence in done:
        log.warning("%s", sentence)
    return done


def _repair_current(paths: Paths) -> list[str]:
    current = current_folder(paths)
    published = [event["folder"] for event in read_events(paths)]
    if current is None:
        kept = [folder for folder in release_folders(paths) if folder.name in published]
        if not (paths.marts / "current").is_symlink() or not kept:
            return []
        point_current(paths, kept[-1])
        append_event(paths, "restored because the current folder was gone", kept[-1])
        return [f"the current release's folder is gone; {kept[-1].name} is current again"]
    if journal_path(paths).exists() and current.name not in published:
        append_event(paths, "published (journal completed by the next run)", current)
        return [f"completed the journal: {current.name} was published by a run that died right after"]
    return []


def _remove_unpublished(paths: Paths) -> list[str]:
    # without its journal nobody can tell a release that was never current from one that was: keep all
    if not journal_path(paths).exists():
        return []
    current = current_folder(paths)
    published = {event["folder"] for event in read_events(paths)}
    never = [folder for folder in release_folders(paths) if folder != current and folder.name not in published]
    for folder in never:
        remove_release(folder)
    return [f"removed {folder.name}, built by a run that died before publishing it" for folder in never]


def remove_release(folder: Path, at_step: Callable[[str], None] = lambda step: None) -> None:
    """Remove a release so that no half of it is ever taken for a release: renamed first, then deleted."""
    trash = folder.with_name(TRASH_PREFIX + folder.name)
    folder.rename(trash)
    at_step("prune moved")
    shutil.rmtree(trash)
    at_step("pruned")


def prune(paths: Paths, keep: int = KEPT_RELEASES, at_step: Callable[[str], None] = lambda step: None) -> list[str]:
    """Keep the current release and the `keep` - 1 highest other versions, one folder a version; returns what went."""
    current = current_folder(paths)
    latest = {version_of(folder): folder for folder in release_folders(paths)}
    if current:
        latest[version_of(current)] = current
    others = [folder for version, folder in sorted(latest.items()) if folder != current]
    kept = {current, *others[len(others) - max(keep - 1, 0) :]}
    gone = [folder for folder in release_folders(paths) if folder not in kept]
    for folder in gone:
        remove_release(folder, at_step)
    return [folder.name for folder in gone]


def remove_stale_wal(database: Path) -> list[str]:
    """Remove a write-ahead log whose session is dead; it would be replayed into what every later reader sees.

    Only somebody who opened a published file for writing, against the advice, can leave one.
    """
    wal = database.with_name(database.name + ".wal")
    if not wal.exists() or _open_for_writing(database):
        return []
    wal.unlink()
    return [f"removed {wal.name}: edits of a session that died; published files are opened read-only"]


def _open_for_writing(database: Path) -> bool:
    if not database.exists():
        return False
    handle = os.open(database, os.O_RDONLY)
    try:
        fcntl.lockf(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False
