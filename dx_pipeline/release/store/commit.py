"""A staged release becomes the one people see: complete, verified, made durable, then switched to by one rename.

Killed at any moment, the old release or the new one is current, whole; what is left lying is cleared by the next run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dx_pipeline.files import sync_folder
from dx_pipeline.release.content.datapackage import write_datapackage
from dx_pipeline.release.content.jsonld import write_jsonld
from dx_pipeline.release.content.package import source_records
from dx_pipeline.release.store.journal import PUBLISHED, PUBLISHING, append_event
from dx_pipeline.release.store.layout import (
    ReleaseError,
    create_links,
    current_folder,
    current_name,
    ensure_links,
    point_current,
    release_folders,
    releases_folder,
    sync_tree,
)
from dx_pipeline.release.store.manifest import MANIFEST, read_manifest, write_manifest
from dx_pipeline.release.store.repair import remove_stale_wal, repair
from dx_pipeline.release.store.retention import KEPT_RELEASES, prune, share_unchanged
from dx_pipeline.release.store.staging import (
    Candidate,
    IncompleteReleaseError,
    complete_parts,
    drop_staging,
    release_lock,
    remove_dead_staging,
)
from dx_pipeline.release.store.verify import is_sound, verify_release

#: written when a release is closed, from its other files
CLOSING_FILES = ("datapackage.json", "metadata.jsonld", MANIFEST)


@dataclass(frozen=True)
class Publication:
    """What `commit` did."""

    folder: Path
    release: str
    #: the data differ from what was current before
    new_data: bool
    #: the link was moved; False when every file was identical to the current release's
    switched: bool
    pruned: tuple[str, ...] = ()
    #: bytes that lie on disk once for this release and others
    shared_bytes: int = 0


def commit(
    candidate: Candidate,
    keep: int = KEPT_RELEASES,
    wait_seconds: float = 600.0,
    at_step: Callable[[str], None] = lambda step: None,
) -> Publication:
    """Close a staged release and make it current.

    Identical files in every respect: nothing is switched. Same data but other pages or pictures: published under the
    same release name, in a folder of its own.

    Args:
        candidate: from `stage` or `open_candidate`, with every part it declares.
        keep: how many releases stay on disk, the current one included.
        wait_seconds: how long to wait for another publication that is under way.
        at_step: called with the name of each step done, for a log or a test.

    Raises:
        IncompleteReleaseError: a part is missing or of other data; the candidate stays and can be completed.
        ReleaseError: another release was published since this one was staged, or the database does not hold what the
            Parquet files hold. The staged folder is removed and the published release stays.
        BusyError: another process is publishing and did not finish in time.
    """
    paths = candidate.paths
    try:
        with release_lock(paths, wait_seconds):
            publication = _commit_locked(candidate, keep, at_step)
    except IncompleteReleaseError:
        raise
    except BaseException:
        drop_staging(candidate.folder)
        raise
    drop_staging(candidate.folder)
    remove_dead_staging(paths, keep_newest=False)
    return publication


def _commit_locked(candidate: Candidate, keep: int, at_step: Callable[[str], None]) -> Publication:
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
    for name in CLOSING_FILES:
        (staged / name).unlink(missing_ok=True)
    manifest = candidate.manifest.model_copy(update={"parts": complete_parts(candidate)})
    sources = source_records(candidate.sources)
    write_datapackage(staged, manifest, candidate.contracts, candidate.info, sources)
    write_jsonld(staged, manifest, candidate.info, sources)
    name = f"{candidate.release}-{write_manifest(staged, manifest)[:8]}"
    at_step("manifest written")
    if current and (current.name == name or current.name.startswith(f"{name}.")) and is_sound(current):
        ensure_links(paths)
        return Publication(current, candidate.release, new_data=False, switched=False)
    findings = verify_release(staged)
    if findings:
        raise ReleaseError("the staged release is not sound: " + "; ".join(str(finding) for finding in findings))
    kept = [folder for folder in release_folders(paths) if is_sound(folder)]
    shared = share_unchanged(staged, read_manifest(staged).files, kept[::-1])
    sync_tree(staged)
    at_step("synced")
    folder = _move_in(candidate, name)
    at_step("renamed")
    remove_stale_wal(paths.published)
    create_links(paths, folder)
    at_step("before switch")
    point_current(paths, folder)
    at_step("switched")
    append_event(paths, PUBLISHED, folder)
    at_step("journal written")
    repair(paths)
    gone = prune(paths, keep, at_step)
    return Publication(folder, candidate.release, not candidate.unchanged, True, tuple(gone), shared)


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
    sync_folder(root)
    return folder
