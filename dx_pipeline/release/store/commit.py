"""A staged release becomes the one people see: verified, made durable, then switched to by one rename.

Killed at any moment, the old release or the new one is current, whole; what is left lying is cleared by the next run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dx_pipeline.release.content.datapackage import write_datapackage
from dx_pipeline.release.content.jsonld import write_jsonld
from dx_pipeline.release.stage import Candidate
from dx_pipeline.release.store.journal import append_event, start_journal
from dx_pipeline.release.store.layout import (
    ReleaseError,
    create_links,
    current_folder,
    ensure_links,
    point_current,
    releases_folder,
    sync_folder,
    sync_tree,
)
from dx_pipeline.release.store.locks import drop_staging, release_lock
from dx_pipeline.release.store.manifest import write_manifest
from dx_pipeline.release.store.repair import KEPT_RELEASES, prune, remove_stale_wal
from dx_pipeline.release.store.verify import verify_release


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


def commit(
    candidate: Candidate,
    keep: int = KEPT_RELEASES,
    wait_seconds: float = 600.0,
    at_step: Callable[[str], None] = lambda step: None,
) -> Publication:
    """Close a staged release and make it current.

    Identical files in every respect: nothing is switched. Same data but other pages or pictures: published under the
    same release name.

    Args:
        candidate: from `stage`, with pictures and pages added to its folder or not.
        keep: how many releases stay on disk, the current one included.
        wait_seconds: how long to wait for another publication that is under way.
        at_step: called with the name of each step done, for a log or a test.

    Raises:
        ReleaseError: another release was published since this one was staged, a file is missing, or the database does
            not hold what the Parquet files hold. The staged folder is removed and the published release stays.
        ReleaseBusy: another process is publishing and did not finish in time.
    """
    paths = candidate.paths
    try:
        with release_lock(paths, wait_seconds):
            return _commit_locked(candidate, keep, at_step)
    finally:
        drop_staging(candidate.folder)


def _commit_locked(candidate: Candidate, keep: int, at_step: Callable[[str], None]) -> Publication:
    paths, staged = candidate.paths, candidate.folder
    if not staged.is_dir():
        raise ReleaseError(
            f"the staged release {candidate.release} is gone (committed or discarded already); build again"
        )
    current = current_folder(paths)
    if (current.name if current else None) != candidate.baseline_folder:
        raise ReleaseError(
            f"{current.name if current else 'nothing'} became current while {candidate.release} was built on "
            f"{candidate.baseline_folder or 'nothing'}; nothing was published, run again"
        )
    write_datapackage(staged, candidate.manifest, candidate.contracts, candidate.info, candidate.sources)
    write_jsonld(staged, candidate.manifest, candidate.info, candidate.sources)
    name = f"{candidate.release}-{write_manifest(staged, candidate.manifest)[:8]}"
    at_step("manifest written")
    if current and _same_release(current, name) and not verify_release(current):
        ensure_links(paths)
        return Publication(current, candidate.release, new_data=False, switched=False)
    findings = verify_release(staged)
    if findings:
        raise ReleaseError("the staged release is not sound: " + "; ".join(str(finding) for finding in findings))
    sync_tree(staged)
    at_step("synced")
    start_journal(paths)
    folder = _move_in(staged, releases_folder(paths), name)
    at_step("renamed")
    if current:
        remove_stale_wal(current / "dti.duckdb")
    remove_stale_wal(paths.published)
    create_links(paths, folder)
    at_step("before switch")
    point_current(paths, folder)
    at_step("switched")
    append_event(paths, "published", folder)
    at_step("journal written")
    ensure_links(paths)
    gone = prune(paths, keep, at_step)
    return Publication(folder, candidate.release, new_data=not candidate.unchanged, switched=True, pruned=tuple(gone))


def _same_release(folder: Path, name: str) -> bool:
    return folder.name == name or folder.name.startswith(name + ".")


def _move_in(staged: Path, root: Path, name: str) -> Path:
    """Give the staged folder its name; a folder that has it already is used when sound, and passed by when not."""
    folder, attempt = root / name, 1
    while folder.exists():
        if not verify_release(folder):
            return folder
        attempt += 1
        folder = root / f"{name}.{attempt}"
    staged.rename(folder)
    sync_folder(root)
    return folder
