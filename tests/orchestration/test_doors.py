"""Whatever goes wrong around a refresh: one clear line, the true reason, the old release whole, the next night fine."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import dagster as dg
import pytest

from dx_pipeline.errors import DxError
from dx_pipeline.orchestration import state
from dx_pipeline.orchestration.instance import opened
from dx_pipeline.orchestration.launcher import PROCESS_TAG, WatchedRunLauncher, end_dead_runs
from dx_pipeline.orchestration.run import refresh
from dx_pipeline.orchestration.upkeep import KEPT_RUNS, forget_runs, night_without_work
from dx_pipeline.paths import Paths
from dx_pipeline.release.store.layout import current_folder
from dx_pipeline.release.store.verify import verify_release
from tests.conftest import ROOT, declare

pytestmark = pytest.mark.xdist_group("released")


@pytest.fixture
def project(released: Path, tmp_path: Path) -> Paths:
    root = tmp_path / "project"
    shutil.copytree(released, root, symlinks=True)
    return Paths(root)


def change_a_figure(paths: Paths) -> None:
    path = paths.raw / "nso_urban_population" / "2024.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("4280.835", "4280.836"), encoding="utf-8")
    declare(paths.root, "nso_urban_population", "2024.csv")


def dx(paths: Paths, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    settings = {"PATH": os.environ["PATH"], "DX_ROOT": str(paths.root), **environment}
    return subprocess.Popen(
        [sys.executable, "-m", "dx_pipeline.cli", *arguments],
        cwd=ROOT, env=settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_an_unchanged_night_builds_nothing_and_leaves_its_trace(project: Paths) -> None:
    outcome = refresh(project)
    assert outcome.skipped.startswith("nothing changed since 2.0.0-")
    with dg.DagsterInstance.ephemeral() as instance:
        assert night_without_work(project, instance) is not None
    told = state.read_state(project)
    assert [(one.door, one.outcome) for one in told.refreshes[-2:]] == [
        ("command", "unchanged"), ("schedule", "unchanged"),
    ]  # fmt: skip


@pytest.mark.skipif(not os.environ.get("DX_SOAK"), reason="long: make soak")
def test_two_refreshes_in_the_same_second_without_home_both_end_well(project: Paths) -> None:
    change_a_figure(project)
    both = [dx(project, "run", DAGSTER_HOME="relative-home") for _ in range(2)]  # neither HOME nor a home made before
    ended = [process.communicate(timeout=240) for process in both]
    shutil.rmtree(ROOT / "relative-home", ignore_errors=True)
    assert [process.returncode for process in both] == [0, 0], ended
    assert sum("Nothing was built" in out for out, _ in ended) == 1, "the second found nothing left to do"
    assert verify_release(current_folder(project)) == []


def test_the_true_reason_is_told_while_somebody_holds_the_published_file(project: Paths) -> None:
    script = "import sys, duckdb; con = duckdb.connect(sys.argv[1]); print(1, flush=True); sys.stdin.readline()"
    holder = subprocess.Popen(
        [sys.executable, "-c", script, str(project.published)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout.readline() == "1\n"
    before = current_folder(project)
    broken = project.raw / "nso_urban_population" / "2024.csv"
    whole = broken.read_text(encoding="utf-8")
    broken.write_text(whole.replace("4280.835", "4280.8x5"), encoding="utf-8")
    out, told = (process := dx(project, "run")).communicate(timeout=240)
    assert process.returncode != 0
    assert "nso_urban_population" in told
    assert "sha256" in told
    assert "lock" not in told
    assert "release 2.0.0: " in out
    out, told = (process := dx(project, "status")).communicate(timeout=60)
    assert process.returncode == 1
    assert "sha256" in out
    assert current_folder(project) == before
    assert verify_release(before) == []
    broken.write_text(whole, encoding="utf-8")
    assert refresh(project).failures == []
    assert dx(project, "status").wait(60) == 0
    holder.communicate("\n", timeout=30)


def test_an_interrupt_ends_with_130_and_leaves_no_failure(project: Paths) -> None:
    change_a_figure(project)
    process = dx(project, "run")
    deadline = time.monotonic() + 120
    while not project.warehouse.exists() or project.warehouse.stat().st_mtime < time.time() - 30:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    time.sleep(2)
    process.send_signal(signal.SIGINT)
    out, told = process.communicate(timeout=120)
    assert process.returncode == 130, (out, told)
    assert "Traceback" not in told
    assert state.read_state(project).failure is None
    assert verify_release(current_folder(project)) == []


def test_a_killed_run_is_a_failed_run_until_one_ends_well(project: Paths) -> None:
    script = "import sys, time; from pathlib import Path; from dx_pipeline.paths import Paths; "
    script += "from dx_pipeline.orchestration import state; state.begin(Paths(Path(sys.argv[1])), 'schedule'); "
    script += "print(1, flush=True); time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", script, str(project.root)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "1\n"
    assert state.read_state(project).last.outcome == "running"
    process.kill()
    process.wait()
    stands = state.read_state(project)
    assert (stands.last.outcome, stands.failure.outcome) == ("killed", "killed")
    assert "was killed" in stands.failure.reasons[0].message
    refresh(project)
    assert state.read_state(project).failure is None


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_named(project: Paths) -> None:
    change_a_figure(project)
    project.marts.chmod(0o555)
    outcome = refresh(project)
    project.marts.chmod(0o755)
    assert "Permission denied" in outcome.failures[0]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_an_instance_is_made_under_a_lock_and_renewed_when_damaged(home: Path) -> None:
    paths = Paths(ROOT)
    script = "from pathlib import Path; from dx_pipeline.paths import Paths; "
    script += f"from dx_pipeline.orchestration.instance import opened\nwith opened(Paths(Path({str(ROOT)!r}))): pass"
    both = [subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, env=os.environ | {}) for _ in range(2)]
    assert [process.wait(120) for process in both] == [0, 0]
    files = sorted(home.rglob("*.db"))
    assert len(files) >= 3
    for file in files:
        for spoil in (_two_versions, _garbage, _truncate):
            spoil(file)
            with opened(paths) as instance:
                assert instance.get_run_records() == []
            with sqlite3.connect(file) as con:
                assert con.execute("SELECT count(*) > 1 FROM alembic_version").fetchone() == (0,)
    assert len(list(home.glob("damaged-*"))) == 1, "one damaged instance is kept to look at"
    (home / "dagster.yaml").write_text("telemetry: [", encoding="utf-8")
    with opened(paths):
        pass


def _two_versions(file: Path) -> None:
    with sqlite3.connect(file) as con:
        con.execute("INSERT INTO alembic_version VALUES ('x'), ('y')")


def _garbage(file: Path) -> None:
    for log in (file.with_name(file.name + "-wal"), file.with_name(file.name + "-shm")):
        log.unlink(missing_ok=True)
    file.write_bytes(b"this is no database" * 1000)


def _truncate(file: Path) -> None:
    with sqlite3.connect(file) as con:
        con.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    file.write_bytes(file.read_bytes()[:5000])


def test_runs_whose_process_is_gone_are_ended_and_old_ones_forgotten(home: Path) -> None:
    @dg.op
    def nothing() -> None:
        pass

    @dg.job
    def small() -> None:
        nothing()

    with opened(Paths(ROOT)) as instance:
        corpse = instance.create_run_for_job(small, status=dg.DagsterRunStatus.STARTED, tags={PROCESS_TAG: "1:2@x"})
        alive = instance.create_run_for_job(
            small, status=dg.DagsterRunStatus.STARTED, tags={PROCESS_TAG: state.this_process()}
        )
        launcher = instance.run_launcher
        assert isinstance(launcher, WatchedRunLauncher)
        health = [launcher.check_run_worker_health(run).status.value for run in (corpse, alive)]
        assert health == ["FAILED", "RUNNING"]
        assert end_dead_runs(instance) == [corpse.run_id]
        assert instance.get_run_by_id(corpse.run_id).status == dg.DagsterRunStatus.FAILURE
        for _ in range(KEPT_RUNS + 3):
            assert small.execute_in_process(instance=instance).success
        assert forget_runs(instance) == 4
        assert len(instance.get_run_records()) == KEPT_RUNS + 1
        assert instance.get_run_by_id(alive.run_id) is not None


def test_a_home_that_cannot_be_used_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "file"))
    with pytest.raises((DxError, OSError)), opened(Paths(ROOT)):
        pass
