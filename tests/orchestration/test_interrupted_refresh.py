"""The whole job killed with SIGKILL while somebody reads: nothing breaks, and the next run mends what was left."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from dx_pipeline.orchestration.run import refresh
from dx_pipeline.paths import Paths
from dx_pipeline.release.store.layout import current_folder
from dx_pipeline.release.store.verify import verify_release
from tests.conftest import ROOT, declare

READER = """
import duckdb, pathlib, sys, time
file, stop = sys.argv[1], pathlib.Path(sys.argv[2])
held = duckdb.connect(file, read_only=True)
first = held.execute("SELECT count(*), sum(score) FROM province_rankings").fetchone()
reads = 0
while not stop.exists():
    assert held.execute("SELECT count(*), sum(score) FROM province_rankings").fetchone() == first
    with duckdb.connect(file, read_only=True) as fresh:
        assert fresh.execute("SELECT count(*) FROM province_rankings").fetchone() == first[:1]
    reads += 1
    time.sleep(0.2)
print(reads)
"""
JOB = "import sys; from pathlib import Path; from dx_pipeline.paths import Paths; "
JOB += "from dx_pipeline.orchestration.run import refresh; "
JOB += "sys.exit(bool(refresh(Paths(Path(sys.argv[1]))).failures))"


def warehouse_is_written(root: Path) -> bool:
    warehouse = root / "data" / "build" / "warehouse.duckdb"
    return warehouse.exists() and warehouse.stat().st_size > 100_000


def release_is_staged(root: Path) -> bool:
    return any(
        path.name == "dti.duckdb" and "2.0.0-" not in str(path) for path in (root / "data" / "marts").rglob("*.duckdb")
    )


def pictures_are_drawn(root: Path) -> bool:
    return any("2.0.0-" not in str(path) for path in (root / "data" / "marts").rglob("pictures/*.png"))


@pytest.fixture
def changed(released: Path, tmp_path: Path) -> Path:
    """A released project in which one figure has changed since, so that a refresh has something to publish."""
    root = tmp_path / "project"
    shutil.copytree(released, root, symlinks=True)
    path = root / "data" / "raw" / "nso_urban_population" / "2024.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("4280.835", "4280.836"), encoding="utf-8")
    declare(root, "nso_urban_population", "2024.csv")
    return root


def kill_when(root: Path, moment: Callable[[Path], bool]) -> None:
    job = subprocess.Popen([sys.executable, "-c", JOB, str(root)], cwd=ROOT)
    deadline = time.monotonic() + 120
    while not moment(root) and job.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert job.poll() is None, "the job ended before the moment came"
    job.send_signal(signal.SIGKILL)
    job.wait()


def test_killed_at_any_moment_while_somebody_reads(changed, tmp_path):
    paths = Paths(changed)
    before = current_folder(paths)
    stop = tmp_path / "stop"
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, str(paths.published), str(stop)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    for moment in (warehouse_is_written, release_is_staged, pictures_are_drawn):
        shutil.rmtree(paths.build, ignore_errors=True)
        kill_when(changed, moment)
        assert current_folder(paths) == before
        assert verify_release(before) == []
    outcome = refresh(paths)
    assert outcome.failures == []
    after = current_folder(paths)
    assert after != before
    assert verify_release(after) == []
    leftovers = [path.name for path in paths.marts.rglob("*") if "staging" in path.name and path.is_dir()]
    assert leftovers == []
    with duckdb.connect(str(paths.published), read_only=True) as con:
        assert con.sql("SELECT count(*) FROM releases").fetchone() == (2,)
    stop.touch()
    said, errors = reader.communicate(timeout=30)
    assert reader.returncode == 0, errors.decode()
    assert int(said) > 10
