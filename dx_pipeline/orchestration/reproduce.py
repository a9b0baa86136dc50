"""`make verify`: build twice from the committed inputs in empty folders, and prove that the bytes are the same."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from dx_pipeline.errors import DxError
from dx_pipeline.orchestration.run import refresh
from dx_pipeline.paths import Paths, default_paths
from dx_pipeline.release.store.layout import current_folder
from dx_pipeline.release.store.manifest import LEDGER_TABLES, Baseline, describe_files, read_manifest
from dx_pipeline.release.store.verify import Finding, verify_release

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


def _files(folder: Path) -> dict[str, str]:
    return {name: mark.sha256 for name, mark in describe_files(folder).items() if name.endswith(COMPARED_SUFFIXES)}


def _history(folder: Path) -> tuple[str, Baseline | None]:
    manifest = read_manifest(folder)
    return manifest.release, manifest.baseline


def copy_inputs(inputs: Paths, folder: Path) -> Paths:
    """A project in an empty folder with the inputs of another one and nothing built."""
    for source in (inputs.raw, inputs.reference, inputs.corrections):
        shutil.copytree(source, folder / "data" / source.name)
    (folder / "data" / "marts").mkdir()
    return Paths(folder)


def release_of(paths: Paths) -> Path:
    """Build and release a project; returns the release's folder.

    Raises:
        DxError: the build failed, with its reasons.
    """
    outcome = refresh(paths)
    folder = current_folder(paths)
    if outcome.reasons or folder is None:
        raise DxError("\n".join(outcome.failures))
    return folder


def reproduce(paths: Paths) -> int:
    """Compare two fresh builds of a project with each other, and their data with those of the published release.

    Returns:
        The number of things that are not as they should be; each is printed.
    """
    with tempfile.TemporaryDirectory() as workspace:
        first, second = (release_of(copy_inputs(paths, Path(workspace) / name)) for name in ("first", "second"))
        report = compare_builds(first, second)
        for finding in report.differences:
            print(f"differs: {finding.subject}: {finding.problem}", file=sys.stderr)
        print(f"two builds: {len(report.same)} files with the same bytes, {len(report.differences)} differ")
        problems = len(report.differences) + (not report.identical)
        published = current_folder(paths)
        if published is not None:
            same = read_manifest(published).data_hash == read_manifest(first).data_hash
            findings = verify_release(published)
            for found in findings:
                print(f"published: {found.subject}: {found.problem}", file=sys.stderr)
            verdict = "the same data" if same else "other data (build and release first: make run)"
            print(f"published release {published.name}: {verdict}; {len(findings)} files not as released")
            problems += len(findings) + (not same)
    return problems


if __name__ == "__main__":
    os.environ.pop("DAGSTER_HOME", None)  # a proof leaves no trace in anybody's event log
    sys.exit(min(reproduce(default_paths()), 1))
