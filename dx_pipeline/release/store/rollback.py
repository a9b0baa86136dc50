"""An earlier release made current again, and the list of those that can be."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dx_pipeline.paths import Paths
from dx_pipeline.release.store.journal import append_event
from dx_pipeline.release.store.layout import (
    ReleaseError,
    create_links,
    current_folder,
    ensure_links,
    find_release,
    point_current,
    release_folders,
)
from dx_pipeline.release.store.manifest import DATABASE, read_manifest
from dx_pipeline.release.store.repair import remove_stale_wal, repair
from dx_pipeline.release.store.staging import release_lock
from dx_pipeline.release.store.verify import verify_release


@dataclass(frozen=True)
class KeptRelease:
    """One release on disk."""

    folder: Path
    release: str
    data_hash: str
    built_at: str
    change_summary: str
    current: bool


def list_releases(paths: Paths) -> list[KeptRelease]:
    """All releases on disk, oldest version first."""
    current = current_folder(paths)
    kept = []
    for folder in release_folders(paths):
        try:
            data = read_manifest(folder)
        except ReleaseError:
            continue  # damaged: the next run sets it aside, `dx verify` names it
        kept.append(
            KeptRelease(folder, data.release, data.data_hash, data.built_at, data.change_summary, folder == current)
        )
    return kept


def rollback(paths: Paths, to: str | None = None, wait_seconds: float = 600.0) -> Path:
    """Make an earlier release current again; returns its folder.

    Nothing is removed: the release rolled back from can be restored in the same way. The next refresh compares with the
    release restored here; if it builds the same data again, it publishes them again under the same version.

    `to` is a version or folder name; the version before the current one by default.

    Raises:
        ReleaseError: there is no such release, it is current already, or its files were touched.
    """
    with release_lock(paths, wait_seconds):
        folder = find_release(paths, to or "previous")
        if folder not in release_folders(paths):
            raise ReleaseError(f"{folder} is not one of this project's releases")
        if folder == current_folder(paths):
            raise ReleaseError(f"{folder.name} is current already")
        remove_stale_wal(folder / DATABASE)
        findings = verify_release(folder)
        if findings:
            raise ReleaseError(f"{folder.name} is not restored: " + "; ".join(str(finding) for finding in findings))
        repair(paths)
        create_links(paths, folder)
        point_current(paths, folder)
        append_event(paths, "rolled back", folder)
        ensure_links(paths)
    return folder
