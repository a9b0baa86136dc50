"""Whatever happens to the published folder: it is noticed, the next run ends well, and nothing damaged goes on."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest
from damage import BESIDE, NOTICED, Damage, publish
from publish_project import read_current

from dx_pipeline.paths import Paths
from dx_pipeline.release.store.layout import ReleaseError, current_folder, release_folders
from dx_pipeline.release.store.manifest import describe_files, read_manifest
from dx_pipeline.release.store.repair import repair
from dx_pipeline.release.store.verify import is_sound, verify_paths, verify_release

SCORE = "SELECT score FROM province_rankings WHERE province_id = 'hai-duong'"


@pytest.fixture(scope="module")
def two_releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("two")
    publish(root, 0.6929)
    publish(root, 0.6939)
    return root


def chosen(catalogue: dict[str, Damage]) -> list[tuple[str, Damage]]:
    """Every kind in `make soak`, a different tenth of them on every day in `make test`."""
    kinds = list(catalogue.items())
    return kinds if os.environ.get("DX_SOAK") else kinds[date.today().toordinal() % 10 :: 10]


def findings(paths: Paths) -> list[str]:
    """What `dx verify` says of everything here."""
    found = [str(finding) for finding in verify_paths(paths)]
    for folder in (paths.marts / "releases").glob("[0-9]*"):
        try:
            found += [str(finding) for finding in verify_release(folder)]
        except ReleaseError as error:
            found.append(error.message)
    return found


def problems_after(root: Path, bad: set[str]) -> list[str]:
    """What is not as it should be when a run has ended; `bad` are the hashes of damaged files."""
    paths = Paths(root)
    current = current_folder(paths)
    if current is None:
        return ["nothing is current"]
    problems = findings(paths)
    problems += [f"{name} holds damaged bytes" for name, mark in describe_files(current).items() if mark.sha256 in bad]
    score = read_current(root, SCORE)
    return problems + [f"people read {score}"] * (score != [(0.6939,)])


def damaged_hashes(paths: Paths) -> set[str]:
    """Hashes of files that are not what their release's manifest says."""
    bad = set()
    for folder in release_folders(paths):
        try:
            stated = read_manifest(folder).files
        except ReleaseError:
            stated = {}
        there = {name: mark for name, mark in describe_files(folder).items() if mark.bytes}
        bad |= {mark.sha256 for name, mark in there.items() if stated and stated.get(name) != mark}
    return bad


def test_every_kind_of_damage_is_noticed_and_the_next_run_ends_well(two_releases: Path, tmp_path: Path) -> None:
    failed = []
    for number, (kind, damage) in enumerate(chosen({**NOTICED, **BESIDE})):
        root = tmp_path / f"{number}" / "a" / "project"
        root.parent.mkdir(parents=True)
        subprocess.run(["cp", "-a", two_releases, root], check=True)  # keeps hard links, as shutil does not
        damage(root)
        if kind in NOTICED and not findings(Paths(root)):
            failed.append(f"{kind}: not noticed")
        bad = damaged_hashes(Paths(root))
        try:
            publish(root, 0.6939)
        except Exception as error:
            failed.append(f"{kind}: the next run ended with {error!r}")
            continue
        failed += [f"{kind}: afterwards {problem}" for problem in problems_after(root, bad)]
        shutil.rmtree(tmp_path / f"{number}")
    assert not failed, f"{len(failed)} of {len(NOTICED) + len(BESIDE)}:\n" + "\n".join(failed)
    assert len(NOTICED) + len(BESIDE) >= 40


def test_when_the_next_run_fails_people_see_the_newest_sound_release(two_releases: Path, tmp_path: Path) -> None:
    failed = []
    for number, (kind, damage) in enumerate(chosen(NOTICED)):
        root = tmp_path / f"{number}" / "a" / "project"
        shutil.copytree(two_releases, root, symlinks=True)
        damage(root)
        repair(Paths(root))  # what every run does before it builds; then it fails
        current = current_folder(Paths(root))
        if current is None or not is_sound(current) or verify_paths(Paths(root)):
            failed.append(f"{kind}: {current}")
        shutil.rmtree(tmp_path / f"{number}")
    assert not failed, "\n".join(failed)
