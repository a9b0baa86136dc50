"""SIGKILL at random moments, of builds and of publications, while somebody reads in a loop."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

from dx_pipeline.orchestration.run import refresh
from dx_pipeline.orchestration.state import read_state
from dx_pipeline.paths import Paths
from dx_pipeline.release.store.layout import current_folder, release_folders
from dx_pipeline.release.store.verify import verify_paths, verify_release
from tests.conftest import ROOT, declare
from tests.soak import small
from tests.soak.reading import reading

KILLS = int(os.environ.get("DX_SOAK_KILLS", "50"))
SEED = 20261127


def unsound(paths: Paths) -> list[str]:
    """What is wrong with what people see, and with every release on disk."""
    current = current_folder(paths)
    if current is None:
        return ["nothing is current"]
    return [str(one) for one in (*verify_paths(paths), *verify_release(current))]


def kill_after(command: list[str], seconds: float, environment: dict[str, str]) -> bool:
    """Start a process and end it with SIGKILL; whether it still ran then."""
    job = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        job.wait(seconds)
        return False
    except subprocess.TimeoutExpired:
        job.kill()
        job.wait()
        return True


def test_builds_killed_at_random_moments(tmp_path: Path) -> None:
    root, moments = small.new_project(tmp_path / "project"), random.Random(SEED)
    paths = Paths(root)
    assert small.refresh(root).failures == []
    command = [sys.executable, "-m", "tests.soak.small", "run"]
    environment = {**os.environ, "DX_ROOT": str(root), "DAGSTER_HOME": str(tmp_path / "home")}
    killed = ended = untold = 0
    seconds, problems = 10.0, []
    with reading(paths, tmp_path / "stop") as seen:
        while killed < KILLS:
            small.score_file(root).write_text(f"{0.69 + (killed + ended + 1) / 10000:.4f}", encoding="utf-8")
            told_before = len(read_state(paths).refreshes), small.last(root)
            if kill_after(command, moments.uniform(0.1, seconds), environment):
                killed += 1
                told = len(read_state(paths).refreshes), small.last(root)
                untold += told == told_before
                if told != told_before and told[1].outcome not in ("killed", "released"):
                    problems.append(f"after kill {killed} the record says {told[1]}")
            else:
                ended += 1
            problems += [f"after kill {killed}: {one}" for one in unsound(paths)]
            begun = time.monotonic()
            following = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
            seconds = time.monotonic() - begun
            if following.returncode or read_state(paths).failure or unsound(paths):
                problems.append(f"after kill {killed} the next run: {following.stdout} {following.stderr[-500:]}")
    print(f"\n{killed} builds killed ({untold} before they were on record), {ended} ended first; each next run green: "
          f"{not problems}; {seen.reads} reads and {seen.whole} whole releases compared, {seen.bad} bad")  # fmt: skip
    assert (problems, seen.bad) == ([], 0), seen.told
    assert all(verify_release(folder) == [] for folder in release_folders(paths))
    assert len(release_folders(paths)) <= 6, "five, and perhaps one that is being read"


def test_builds_of_the_whole_project_killed_at_random_moments(released: Path, tmp_path: Path) -> None:
    root = tmp_path / "project"
    shutil.copytree(released, root, symlinks=True)
    paths, moments = Paths(root), random.Random(SEED)
    figure = root / "data/raw/nso_urban_population/2024.csv"
    original = figure.read_text(encoding="utf-8")
    environment = {**os.environ, "DX_ROOT": str(root), "DAGSTER_HOME": str(tmp_path / "home")}
    command = [sys.executable, "-m", "dx_pipeline.cli", "run"]
    killed, ended, problems = 0, 0, []
    begun = time.monotonic()
    with reading(paths, tmp_path / "stop") as seen:
        figure.write_text(original.replace("4280.835", "4280.899"), encoding="utf-8")
        declare(root, "nso_urban_population", "2024.csv")
        subprocess.run(command, cwd=ROOT, env=environment, check=True)
        seconds = time.monotonic() - begun
        while killed < max(KILLS // 5, 1):
            figure.write_text(original.replace("4280.835", f"4280.8{killed % 10}1"), encoding="utf-8")
            shutil.copy(ROOT / "data/raw/nso_urban_population/source.toml", figure.parent)
            declare(root, "nso_urban_population", "2024.csv")
            gone = kill_after(command, moments.uniform(0.5, seconds), environment)
            killed, ended = killed + gone, ended + (not gone)
            problems += [f"after kill {killed}: {one}" for one in unsound(paths)]
        outcome = refresh(paths)
    print(f"\n{killed} whole builds killed, {ended} ended first; {seen.reads} reads and {seen.whole} whole releases "
          f"compared, {seen.bad} bad; {problems}")  # fmt: skip
    assert (outcome.failures, problems, seen.bad) == ([], [], 0), seen.told
    assert read_state(paths).failure is None
    assert all(verify_release(folder) == [] for folder in release_folders(paths))


PUBLISH = """
import sys
from pathlib import Path
import tests.soak.small
from damage import publish
publish(Path(sys.argv[1]), float(sys.argv[2]))
"""


def test_publications_killed_at_random_moments(tmp_path: Path) -> None:
    from damage import publish

    root, moments = tmp_path / "project", random.Random(SEED)
    publish(root, 0.69)
    paths, kills = Paths(root), KILLS * 2
    killed, ended, seconds, problems = 0, 0, 20.0, []
    with reading(paths, tmp_path / "stop") as seen:
        while killed < kills:
            begun = time.monotonic()
            command = [sys.executable, "-c", PUBLISH, str(root), str(0.69 + killed / 10000)]
            if kill_after(command, moments.uniform(0.3, seconds), dict(os.environ)):
                killed += 1
            else:
                seconds, ended = max(1.0, time.monotonic() - begun), ended + 1
            problems += [f"after kill {killed}: {one}" for one in unsound(paths)]
        publish(root, 0.75)
    print(f"\n{killed} publications killed, {ended} ended first; {seen.reads} reads and {seen.whole} whole releases "
          f"compared, {seen.bad} bad")  # fmt: skip
    assert (problems, seen.bad) == ([], 0), seen.told
    assert not [path for path in (root / "data/marts/releases").glob(".[st]*") if "trash" not in path.name]
    assert all(verify_release(folder) == [] for folder in release_folders(paths))
