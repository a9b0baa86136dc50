"""SIGKILL at random moments, of builds and of publications, while somebody reads in a loop."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dx_pipeline.orchestration import state
from dx_pipeline.orchestration.run import refresh
from dx_pipeline.paths import Paths
from dx_pipeline.release.store.layout import current_folder, release_folders
from dx_pipeline.release.store.verify import verify_paths, verify_release
from tests.conftest import ROOT, declare

KILLS = int(os.environ.get("DX_SOAK_KILLS", "50"))
SEED = 20261127

READER = """
import duckdb, pathlib, sys, time
file, stop = sys.argv[1], pathlib.Path(sys.argv[2])
reads = bad = 0
while not stop.exists():
    try:
        with duckdb.connect(file, read_only=True) as con:
            rows, releases = con.execute(
                "SELECT (SELECT count(*) FROM province_rankings), (SELECT count(*) FROM releases)").fetchone()
            bad += not (rows and releases)
    except Exception as error:
        bad += 1
        print(error, file=sys.stderr)
    reads += 1
    time.sleep(0.05)
print(reads, bad)
"""


def test_builds_killed_at_random_moments(released: Path, tmp_path: Path) -> None:
    root = tmp_path / "project"
    shutil.copytree(released, root, symlinks=True)
    paths, stop, moments = Paths(root), tmp_path / "stop", random.Random(SEED)
    reader = subprocess.Popen([sys.executable, "-c", READER, str(paths.published), str(stop)],
                              stdout=subprocess.PIPE, text=True)  # fmt: skip
    figure = root / "data/raw/nso_urban_population/2024.csv"
    original = figure.read_text(encoding="utf-8")
    environment = {**os.environ, "DX_ROOT": str(root), "DAGSTER_HOME": str(tmp_path / "home")}
    seconds, killed, ended, problems = 40.0, 0, 0, []
    while killed < KILLS:
        figure.write_text(original.replace("4280.835", f"4280.8{killed % 10}1"), encoding="utf-8")
        shutil.copy(ROOT / "data/raw/nso_urban_population/source.toml", figure.parent)
        declare(root, "nso_urban_population", "2024.csv")
        begun = time.monotonic()
        job = subprocess.Popen([sys.executable, "-m", "dx_pipeline.cli", "run"], cwd=ROOT, env=environment,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        try:
            job.wait(moments.uniform(0.5, seconds))
            seconds = max(5.0, time.monotonic() - begun)
            ended += 1
        except subprocess.TimeoutExpired:
            job.send_signal(signal.SIGKILL)
            job.wait()
            killed += 1
        current = current_folder(paths)
        if current is None or verify_release(current) or verify_paths(paths):
            problems.append(f"after kill {killed}: {current}")
    outcome = refresh(paths)
    stop.touch()
    reads, bad = map(int, reader.communicate(timeout=60)[0].split())
    print(f"\n{killed} builds killed, {ended} ended; {reads} reads, {bad} bad; {len(problems)} unsound releases")
    assert (outcome.failures, problems, bad) == ([], [], 0)
    assert state.read_state(paths).failure is None
    assert all(verify_release(folder) == [] for folder in release_folders(paths))
    assert len(release_folders(paths)) <= 5


PUBLISH = """
import sys
sys.path.insert(0, sys.argv[3])
from pathlib import Path
from damage import publish
publish(Path(sys.argv[1]), float(sys.argv[2]))
"""


@pytest.mark.parametrize("kills", [KILLS * 4])
def test_publications_killed_at_random_moments(tmp_path: Path, kills: int) -> None:
    helpers = str(ROOT / "tests" / "release")
    sys.path.insert(0, helpers)
    from damage import publish

    root, moments = tmp_path / "project", random.Random(SEED)
    publish(root, 0.69)
    paths, stop = Paths(root), tmp_path / "stop"
    reader = subprocess.Popen([sys.executable, "-c", READER, str(paths.published), str(stop)],
                              stdout=subprocess.PIPE, text=True)  # fmt: skip
    killed, ended, seconds, problems = 0, 0, 20.0, []
    while killed < kills:
        begun = time.monotonic()
        job = subprocess.Popen([sys.executable, "-c", PUBLISH, str(root), str(0.69 + killed / 10000), helpers],
                               stderr=subprocess.DEVNULL)  # fmt: skip
        try:
            job.wait(moments.uniform(0.3, seconds))
            seconds, ended = max(1.0, time.monotonic() - begun), ended + 1
        except subprocess.TimeoutExpired:
            job.send_signal(signal.SIGKILL)
            job.wait()
            killed += 1
        current = current_folder(paths)
        if current is None or verify_release(current) or verify_paths(paths):
            problems.append(f"after kill {killed}: {current}")
    publish(root, 0.75)
    stop.touch()
    reads, bad = map(int, reader.communicate(timeout=60)[0].split())
    print(f"\n{killed} publications killed, {ended} ended; {reads} reads, {bad} bad; {len(problems)} unsound releases")
    assert (problems, bad) == ([], 0)
    assert not list((root / "data/marts/releases").glob(".[st]*"))
    assert all(verify_release(folder) == [] for folder in release_folders(paths))
