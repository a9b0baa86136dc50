"""`make verify`: build twice from the committed inputs in empty folders, and prove that the bytes are the same."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from dx_pipeline.paths import Paths, default_paths


def build_in(folder: Path, inputs: Paths) -> Path:
    """A release in an empty folder, from the inputs of a project; returns the release's folder.

    Raises:
        RuntimeError: the build failed, with its reasons.
    """
    from dx_pipeline.orchestration.run import refresh
    from dx_pipeline.release.store.layout import current_folder

    for source in (inputs.raw, inputs.reference, inputs.corrections):
        shutil.copytree(source, folder / "data" / source.name)
    paths = Paths(folder)
    paths.marts.mkdir(parents=True)
    outcome = refresh(paths)
    current = current_folder(paths)
    if outcome.failures or current is None:
        raise RuntimeError("\n".join(outcome.failures))
    return current


def main() -> int:
    """Compare two fresh builds with each other, and their data with those of the published release."""
    from dx_pipeline.release.compare_builds import compare_builds
    from dx_pipeline.release.store.layout import current_folder
    from dx_pipeline.release.store.manifest import read_manifest
    from dx_pipeline.release.store.verify import verify_release

    paths = default_paths()
    with tempfile.TemporaryDirectory() as workspace:
        first, second = (build_in(Path(workspace) / name, paths) for name in ("first", "second"))
        report = compare_builds(first, second)
        for finding in report.differences:
            print(f"differs: {finding.subject}: {finding.problem}", file=sys.stderr)
        print(f"two builds: {len(report.same)} files with the same bytes, {len(report.differences)} differ")
        published = current_folder(paths)
        problems = len(report.differences)
        if published is not None:
            same = read_manifest(published)["data_hash"] == read_manifest(first)["data_hash"]
            findings = verify_release(published)
            for found in findings:
                print(f"published: {found.subject}: {found.problem}", file=sys.stderr)
            verdict = "the same data" if same else "other data (build and release first: make run)"
            print(f"published release {published.name}: {verdict}; {len(findings)} files not as released")
            problems += len(findings) + (not same)
    return 1 if problems or not report.identical else 0


if __name__ == "__main__":
    sys.exit(main())
