"""A staged release becomes the one people see: complete, verified, made durable, then switched to by one rename.

Killed at any moment, the old release or the new one is current, whole; what is left lying is cleared by the next run.
`rollback` switches to an earlier release in the same way.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from dx_pipeline.files import sync
from dx_pipeline.paths import Paths
from dx_pipeline.release.content.metadata import write_datapackage, write_jsonld
from dx_pipeline.release.content.package import source_records
from dx_pipeline.release.store.journal import PUBLISHING, append_event
from dx_pipeline.release.store.layout import (
    ReleaseError,
    create_links,
    current_folder,
    current_name,
    ensure_links,
    find_release,
    point_current,
    release_folders,
    releases_folder,
    sync_tree,
)
from dx_pipeline.release.store.manifest import (
    DATABASE,
    MANIFEST,
    FileMark,
    describe_file,
    read_manifest,
    write_manifest,
)
from dx_pipeline.release.store.repair import KEPT_RELEASES, prune, remove_stale_wal, repair
from dx_pipeline.release.store.staging import (
    Candidate,
    IncompleteReleaseError,
    complete_parts,
    drop_staging,
    release_lock,
    remove_dead_staging,
)
from dx_pipeline.release.store.verify import is_sound, verify_release

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Publication:
    """What `commit` did."""

    folder: Path
    release: str
    #: the data differ from what was current before
    new_data: bool
    #: the link was moved; False when every file was identical to the current release's
    switched: bool
    #: bytes that lie on disk once for this release and others
    shared_bytes: int = 0


def commit(candidate: Candidate, keep: int = KEPT_RELEASES) -> Publication:
    """Close a staged release and make it current.

    Identical files in every respect: nothing is switched. Same data but other pages or pictures: published under the
    same release name, in a folder of its own.

    `keep` says how many releases stay on disk, the current one included.

    Raises:
        IncompleteReleaseError: a part is missing or of other data; the candidate stays and can be completed.
        ReleaseError: another release was published since this one was staged, or the database does not hold what the
            Parquet files hold. The staged folder is removed and the published release stays.
        BusyError: another process is publishing and did not finish in time.
    """
    paths = candidate.paths
    try:
        with release_lock(paths):
            publication = _commit_locked(candidate, keep)
    except IncompleteReleaseError:
        raise
    except BaseException:
        drop_staging(candidate.folder)
        raise
    drop_staging(candidate.folder)
    remove_dead_staging(paths, keep_newest=False)
    return publication


def _commit_locked(candidate: Candidate, keep: int) -> Publication:
    paths, staged = candidate.paths, candidate.folder
    if not staged.is_dir():
        raise ReleaseError(
            f"the staged release {candidate.release} is gone (committed or discarded already); build again"
        )
    current, name = current_folder(paths), current_name(paths)
    if name != candidate.baseline_folder:
        raise ReleaseError(
            f"{name or 'nothing'} became current while {candidate.release} was built on "
            f"{candidate.baseline_folder or 'nothing'}; nothing was published, run again"
        )
    for name in ("datapackage.json", "metadata.jsonld", MANIFEST):  # of a commit that was refused or killed
        (staged / name).unlink(missing_ok=True)
    manifest = candidate.manifest.model_copy(update={"parts": complete_parts(candidate)})
    sources = source_records(pl.read_parquet(staged / "parquet" / "sources.parquet"))
    write_datapackage(staged, manifest, candidate.contracts, candidate.info, sources)
    write_jsonld(staged, manifest, candidate.info, sources)
    name = f"{candidate.release}-{write_manifest(staged, manifest)[:8]}"
    log.debug("manifest written")
    if current and (current.name == name or current.name.startswith(f"{name}.")) and is_sound(current):
        ensure_links(paths)
        return Publication(current, candidate.release, new_data=False, switched=False)
    findings = verify_release(staged)
    if findings:
        raise ReleaseError(f"the staged release is not sound: {'; '.join(map(str, findings))}")
    kept = [folder for folder in release_folders(paths) if is_sound(folder)]
    shared = _share_unchanged(staged, read_manifest(staged).files, kept[::-1])
    sync_tree(staged)
    log.debug("synced")
    folder = _move_in(candidate, name)
    log.debug("renamed")
    remove_stale_wal(paths.published)
    create_links(paths, folder)
    log.debug("before switch")
    point_current(paths, folder)
    log.debug("switched")
    append_event(paths, "published", folder)
    log.debug("journal written")
    repair(paths)
    prune(paths, keep)
    return Publication(folder, candidate.release, not candidate.unchanged, True, shared)


def _move_in(candidate: Candidate, name: str) -> Path:
    """Give the staged folder its name; a folder that has it already is used when sound, and passed by when not."""
    root = releases_folder(candidate.paths)
    folder, attempt = root / name, 1
    while folder.exists() or folder.is_symlink():
        if is_sound(folder):
            return folder
        attempt += 1
        folder = root / f"{name}.{attempt}"
    append_event(candidate.paths, PUBLISHING, folder)
    candidate.folder.rename(folder)
    sync(root)
    return folder


def _share_unchanged(staged: Path, files: dict[str, FileMark], kept: list[Path]) -> int:
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


def rollback(paths: Paths, to: str | None = None) -> Path:
    """Make an earlier release current again; returns its folder.

    Nothing is removed: the release rolled back from can be restored in the same way. The next refresh compares with the
    release restored here; if it builds the same data again, it publishes them again under the same version.

    `to` is a version or folder name; the version before the current one by default.

    Raises:
        ReleaseError: there is no such release, it is current already, or its files were touched.
    """
    with release_lock(paths):
        folder = find_release(paths, to or "previous")
        if folder not in release_folders(paths):
            raise ReleaseError(f"{folder} is not one of this project's releases")
        if folder == current_folder(paths):
            raise ReleaseError(f"{folder.name} is current already")
        remove_stale_wal(folder / DATABASE)
        findings = verify_release(folder)
        if findings:
            raise ReleaseError(f"{folder.name} is not restored: {'; '.join(map(str, findings))}")
        repair(paths)
        create_links(paths, folder)
        point_current(paths, folder)
        append_event(paths, "rolled back", folder)
        ensure_links(paths)
    return folder
