"""The proof that a release can be made again: built twice, the same bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dx_pipeline.release.store.manifest import LEDGER_TABLES, describe_files, read_manifest
from dx_pipeline.release.store.verify import Finding

COMPARED_SUFFIXES = (".parquet", ".csv", ".png")


@dataclass(frozen=True)
class RebuildReport:
    """What was compared between two builds."""

    same: tuple[str, ...]
    differences: tuple[Finding, ...]
    #: ledger files that carry the history of releases, when the two builds have different histories
    not_compared: tuple[str, ...]

    @property
    def identical(self) -> bool:
        """Something was compared, and nothing differs."""
        return bool(self.same) and not self.differences


def compare_builds(first: Path, second: Path) -> RebuildReport:
    """Compare Parquet, CSV and PNG of two release folders byte by byte.

    The ledger (`check_results`, `revisions`) repeats what earlier releases said; it is compared only when both builds
    are the same release after the same baseline.
    """
    one, two = (_files(folder) for folder in (first, second))
    skipped: set[str] = set()
    if _history(first) != _history(second):
        skipped = {name for name in one.keys() | two.keys() if Path(name).stem in LEDGER_TABLES - {"data_dictionary"}}
    differences = []
    for name in sorted((one.keys() | two.keys()) - skipped):
        if name not in two:
            differences.append(Finding(name, f"only in {first.name}"))
        elif name not in one:
            differences.append(Finding(name, f"only in {second.name}"))
        elif one[name] != two[name]:
            differences.append(Finding(name, f"sha256 {one[name][:12]}… and {two[name][:12]}…"))
    unlike = {finding.subject for finding in differences}
    same = sorted((one.keys() & two.keys()) - skipped - unlike)
    return RebuildReport(tuple(same), tuple(differences), tuple(sorted(skipped)))


def verify_rebuild(folder: Path, build: Callable[[Path], Path], workspace: Path) -> RebuildReport:
    """Build again in an empty folder and compare with a release.

    Args:
        folder: the release to prove.
        build: builds a release below the folder it is given, and returns the release's folder.
        workspace: an empty folder for the second build.
    """
    return compare_builds(folder, build(workspace))


def _files(folder: Path) -> dict[str, str]:
    described = describe_files(folder)
    return {name: file["sha256"] for name, file in described.items() if name.endswith(COMPARED_SUFFIXES)}


def _history(folder: Path) -> tuple[object, object]:
    manifest = read_manifest(folder)
    return manifest["release"], manifest["baseline"]
