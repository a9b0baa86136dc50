"""`make verify`: build twice from the committed inputs in empty folders, and prove that the bytes are the same."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from dx_pipeline.errors import DxError
from dx_pipeline.orchestration.run import refresh
from dx_pipeline.paths import Paths, default_paths
from dx_pipeline.release.store.layout import current_folder
from dx_pipeline.release.store.manifest import LEDGER_TABLES, describe_files, read_manifest
from dx_pipeline.release.store.verify import Finding, verify_release

COMPARED_SUFFIXES = (".parquet", ".csv", ".png")


def compare_builds(first: Path, second: Path) -> tuple[list[str], list[Finding], set[str]]:
    """Compare Parquet, CSV and PNG of two release folders byte by byte.

    Returns:
        Names of the files with the same bytes, what differs, and names of files that were not compared: the ledger
        (`check_results`, `revisions`) repeats what earlier releases said, and is compared only when both builds are the
        same release after the same baseline.
    """
    one, two = (
        {name: mark.sha256 for name, mark in describe_files(folder).items() if name.endswith(COMPARED_SUFFIXES)}
        for folder in (first, second)
    )
    names, skipped = one.keys() | two.keys(), set()
    before, after = read_manifest(first), read_manifest(second)
    if (before.release, before.baseline) != (after.release, after.baseline):
        skipped = {name for name in names if Path(name).stem in LEDGER_TABLES - {"data_dictionary"}}
    same, differences = [], []
    for name in sorted(names - skipped):
        if one.get(name) == two.get(name):
            same.append(name)
        elif name in one and name in two:
            differences.append(Finding(name, f"sha256 {one[name][:12]}… and {two[name][:12]}…"))
        else:
            differences.append(Finding(name, f"only in {(first if name in one else second).name}"))
    return same, differences, skipped


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
        same, differences, _ = compare_builds(first, second)
        for finding in differences:
            print(f"differs: {finding.subject}: {finding.problem}", file=sys.stderr)
        print(f"two builds: {len(same)} files with the same bytes, {len(differences)} differ")
        problems = len(differences) + (not same)
        published = current_folder(paths)
        if published is not None:
            same_data = read_manifest(published).data_hash == read_manifest(first).data_hash
            findings = verify_release(published)
            for found in findings:
                print(f"published: {found.subject}: {found.problem}", file=sys.stderr)
            verdict = "the same data" if same_data else "other data (build and release first: make run)"
            print(f"published release {published.name}: {verdict}; {len(findings)} files not as released")
            problems += len(findings) + (not same_data)
    return problems


if __name__ == "__main__":
    os.environ.pop("DAGSTER_HOME", None)  # a proof leaves no trace in anybody's event log
    sys.exit(min(reproduce(default_paths()), 1))
