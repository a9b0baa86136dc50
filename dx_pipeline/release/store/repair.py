"""What a killed run, a crashed reader, a bad disk or a hurried hand left behind, put in order before anything is built.

Damage is set aside, or mended where the same bytes lie in another release; what is good is never lost. Of releases and
of what was set aside the newest stay; nothing that somebody reads is removed.
"""

from __future__ import annotations

import logging
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

from dx_pipeline.locks import user_of
from dx_pipeline.paths import Paths
from dx_pipeline.release.store.journal import append_event, by_last_use, journal_path, read_journal
from dx_pipeline.release.store.layout import (
    STABLE_LINKS,
    ReleaseError,
    current_folder,
    ensure_links,
    named_folders,
    point_current,
    release_folders,
    releases_folder,
)
from dx_pipeline.release.store.manifest import DATABASE, describe_file, readable_manifests
from dx_pipeline.release.store.staging import release_lock, remove_dead_staging
from dx_pipeline.release.store.verify import Finding, is_sound, verify_bytes

log = logging.getLogger(__name__)

#: how many damaged files of one release are told
TOLD = 3
#: so many damaged things are kept for somebody to look at, each with the reason beside it
KEPT = 3
REASON = ".why.txt"
KEPT_RELEASES = 5
TRASH_PREFIX = ".trash-"


def repair(paths: Paths) -> list[str]:
    """Bring `data/marts` into order; safe to call at any time, does nothing when all is well.

    Returns:
        One sentence for everything that was put right, for the log.
    """
    if not paths.marts.is_dir():
        return []
    with release_lock(paths):
        done = _clear_leftovers(paths)
        done += _free_the_links(paths)
        done += _remove_reader_leftovers(paths)
        done += _mend_journal(paths)
        done += _mend_releases(paths)
        done += _repair_current(paths)
        done += _remove_unpublished(paths)
        ensure_links(paths)
        forget_oldest(paths)
    for sentence in done:
        log.warning("%s", sentence)
    return done


def set_aside(paths: Paths, damaged: Path, why: str) -> Path:
    """Move a file or folder out of the way; returns where it is now."""
    folder = paths.marts / "quarantine"
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{damaged.name}"
    damaged.rename(target)
    (folder / (target.name + REASON)).write_text(why + "\n", encoding="utf-8")
    return target


def forget_oldest(paths: Paths) -> list[str]:
    """Remove all but the newest of what was set aside; what a reader still has open stays."""
    folder = paths.marts / "quarantine"
    if not folder.is_dir():
        return []
    found = sorted(path for path in folder.iterdir() if not path.name.endswith(REASON))
    gone = [path for path in found[:-KEPT] if user_of(path / DATABASE) is None]
    for path in gone:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
        (folder / (path.name + REASON)).unlink(missing_ok=True)
    return [path.name for path in gone]


def prune(paths: Paths, keep: int = KEPT_RELEASES) -> list[str]:
    """Keep the `keep` releases that were current last, the current one always; returns what went.

    A release that somebody has open stays until the next time.
    """
    current = current_folder(paths)
    others = [folder for folder in by_last_use(paths) if folder != current]
    spare = others[: max(len(others) - (max(keep, 1) - (current is not None)), 0)]
    return [folder.name for folder in spare if _remove_release(folder)]


def _remove_release(folder: Path) -> bool:
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
    log.debug("prune moved")
    shutil.rmtree(trash)
    log.debug("pruned")
    return True


def _clear_leftovers(paths: Paths) -> list[str]:
    done = []
    for folder in releases_folder(paths).glob(f"{TRASH_PREFIX}*"):
        if user_of(folder / DATABASE) is None:
            shutil.rmtree(folder)
            done.append(f"finished removing {folder.name.removeprefix(TRASH_PREFIX)}")
    done += [f"removed {home.name}, staged by a run that died" for home in remove_dead_staging(paths)]
    for link in paths.marts.glob(".current-*"):
        link.unlink()
        done.append(f"removed {link.name}, left by a run that died before switching")
    return done


def _free_the_links(paths: Paths) -> list[str]:
    """Move real files and folders away from where only links belong."""
    done = []
    for name in ("current", *STABLE_LINKS):
        path = paths.marts / name
        if path.exists() and not path.is_symlink():
            aside = set_aside(paths, path, f"lay where the link {name} belongs")
            done.append(
                f"{name} was a file or folder of its own where a link belongs; it is in quarantine/{aside.name}"
            )
    return done


def _remove_reader_leftovers(paths: Paths) -> list[str]:
    """Remove write-ahead logs and temporary files of sessions that are dead.

    A log would be replayed into what every later reader sees. Only somebody who opened a published file for writing,
    against the advice, can leave one.
    """
    done = remove_stale_wal(paths.published)
    for folder in release_folders(paths):
        database = folder / DATABASE
        done += remove_stale_wal(database)
        spilled = database.with_name(f"{DATABASE}.tmp")
        if spilled.is_dir() and user_of(database) is None:
            shutil.rmtree(spilled)
            done.append(f"removed {folder.name}/{spilled.name}: temporary files of a reader that died")
    return done


def remove_stale_wal(database: Path) -> list[str]:
    """Remove a write-ahead log whose session is dead."""
    wal = database.with_name(database.name + ".wal")
    if not wal.exists() or user_of(database, writing=True) is not None:
        return []
    wal.unlink()
    return [f"removed {wal.name}: edits of a session that died; published files are opened read-only"]


def _mend_journal(paths: Paths) -> list[str]:
    """Write a damaged journal anew from the lines that can be read."""
    path = journal_path(paths)
    if path.exists() and not path.is_file():
        set_aside(paths, path, "is no file")
    journal = read_journal(paths)
    if journal.whole or not (path.exists() or release_folders(paths)):
        return []
    events = journal.events
    if path.exists():
        set_aside(paths, path, "a line was torn, damaged or forged")
    # whatever lies here complete may have been published: without a whole journal nobody can tell
    for folder in release_folders(paths):
        if folder.name not in journal.published and is_sound(folder):
            append_event(paths, "found on disk while the journal was damaged", folder)
    for action, name in events:
        append_event(paths, action, releases_folder(paths) / name)
    current = current_folder(paths)
    if current:
        append_event(paths, "current while the journal was damaged", current)
    return [f"the journal was damaged or gone; written anew with {len(events)} of its lines"]


def _mend_releases(paths: Paths) -> list[str]:
    """Mend or set aside every release that is not as published; the current one only when another can be shown."""
    done = []
    for folder in named_folders(paths):
        findings = _findings(folder)
        if findings and _mend(paths, folder, findings):
            done.append(f"mended {folder.name} with the same bytes from another release: {_told(findings)}")
        elif findings:
            done += _give_up(paths, folder, findings)
    return done


def _findings(folder: Path) -> list[Finding]:
    if folder.is_symlink() or not folder.is_dir():
        return [Finding(folder.name, "is no folder")]
    try:
        return verify_bytes(folder)
    except (ReleaseError, OSError) as error:
        return [Finding("release.json", str(error))]


def _mend(paths: Paths, folder: Path, findings: list[Finding]) -> bool:
    """Fetch damaged and lost files from another release that has the very same ones; all of them, or nothing."""
    manifests = readable_manifests(paths)
    stated = manifests.pop(folder).files if folder in manifests else {}
    names = {finding.subject for finding in findings}
    if not names <= stated.keys() or DATABASE in names:
        return False
    sources: dict[str, Path] = {}
    for other, manifest in manifests.items():
        for name, mark in manifest.files.items():
            path = other / name
            if path.is_file() and not path.is_symlink() and describe_file(path) == mark:
                sources[mark.sha256] = path
    if not all(stated[name].sha256 in sources for name in names):
        return False
    for name in names:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.is_dir() and not target.is_symlink():
            set_aside(paths, target, "a folder in the place of a file")
        temporary = target.with_name(f".{target.name}.mended")
        os.link(sources[stated[name].sha256], temporary)
        temporary.replace(target)
    return not _findings(folder)


def _give_up(paths: Paths, folder: Path, findings: list[Finding]) -> list[str]:
    """Set a damaged release aside; when it is the current one, the newest sound release takes its place first."""
    told = _told(findings)
    if folder == current_folder(paths):
        sound = [other for other in by_last_use(paths) if other != folder and is_sound(other)]
        if not sound:
            return [f"{folder.name} is damaged ({told}) and there is no other release to show; it stays until the next"]
        point_current(paths, sound[-1])
        append_event(paths, f"restored because {folder.name} is damaged", sound[-1])
        told += f"; {sound[-1].name} is current again"
    if not folder.is_symlink() and user_of(folder / DATABASE) is not None:
        return [f"{folder.name} is damaged ({told}); somebody has it open, so it stays where it is for now"]
    aside = set_aside(paths, folder, "\n".join(map(str, findings)))
    return [f"{folder.name} is damaged and in quarantine/{aside.name} ({told})"]


def _told(findings: list[Finding]) -> str:
    more = f" and {len(findings) - TOLD} more" if len(findings) > TOLD else ""
    return "; ".join(str(finding) for finding in findings[:TOLD]) + more


def _repair_current(paths: Paths) -> list[str]:
    current = current_folder(paths)
    journal = read_journal(paths)
    if current is None:
        link = paths.marts / "current"
        led = link.is_symlink()
        was = f"led to {link.readlink()}, which is no release here" if led else "was missing"
        kept = [folder for folder in by_last_use(paths) if folder.name in journal.published]
        if not kept:
            link.unlink(missing_ok=True)
            return [f"current {was}, and there is no release to show"] if led else []
        point_current(paths, kept[-1])
        append_event(paths, "restored because current led to no release", kept[-1])
        return [f"current {was}; {kept[-1].name} is current again"]
    if current.name not in journal.published:
        append_event(paths, "published (journal completed by the next run)", current)
        return [f"completed the journal: {current.name} was published by a run that died right after"]
    return []


def _remove_unpublished(paths: Paths) -> list[str]:
    journal = read_journal(paths)
    if not journal.whole:
        return []
    current = current_folder(paths)
    return [
        f"removed {folder.name}, built by a run that died before publishing it"
        for folder in release_folders(paths)
        if folder != current and folder.name in journal.never_published and _remove_release(folder)
    ]
