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
from dx_pipeline.orchestration.failure import reasons_of
from dx_pipeline.orchestration.instance import opened
from dx_pipeline.orchestration.launcher import PROCESS_TAG, WatchedRunLauncher, end_dead_runs
from dx_pipeline.orchestration.upkeep import KEPT_RUNS, forget_runs, night_without_work
from dx_pipeline.paths import Paths
from dx_pipeline.release.store.layout import current_folder, release_folders
from dx_pipeline.release.store.verify import verify_release
from tests.conftest import ROOT
from tests.release.publish_project import read_current
from tests.soak import small

SCORE = "SELECT score FROM province_rankings WHERE province_id = 'hai-duong'"
long = pytest.mark.skipif(not os.environ.get("DX_SOAK"), reason="long: make soak")


@pytest.fixture(scope="module")
def released_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = small.new_project(tmp_path_factory.mktemp("doors") / "project")
    assert small.refresh(root).failures == []
    return root


@pytest.fixture
def project(released_once: Path, tmp_path: Path) -> Paths:
    return Paths(Path(shutil.copytree(released_once, tmp_path / "project", symlinks=True)))


def dx(paths: Paths, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    settings = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DX_ROOT": str(paths.root), **environment}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.soak.small", *arguments],
        cwd=paths.root, env=settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_an_unchanged_night_builds_nothing_and_leaves_its_trace(project: Paths) -> None:
    outcome = small.refresh(project.root)
    assert outcome.skipped.startswith("nothing changed since 2.0.0-")
    with dg.DagsterInstance.ephemeral() as instance:
        assert night_without_work(project, instance) is not None
    told = state.read_state(project)
    assert [(one.door, one.outcome) for one in told.refreshes[-2:]] == [
        ("command", "unchanged"), ("schedule", "unchanged"),
    ]  # fmt: skip


@long
def test_refreshes_in_the_same_second_without_home_all_end_well(project: Paths) -> None:
    outcomes = []
    for number in range(10):
        small.score_file(project.root).write_text(f"0.7{number}1", encoding="utf-8")
        both = [
            dx(project, "run", DAGSTER_HOME=f"home-{number}") for _ in range(2)
        ]  # neither HOME nor a home made before
        ended = [process.communicate(timeout=240) for process in both]
        outcomes += [process.returncode for process in both]
        assert sum("Nothing was built" in out for out, _ in ended) == 1, ended
        assert verify_release(current_folder(project)) == []
        assert read_current(project.root, SCORE) == [(float(f"0.7{number}1"),)]
    print(f"\n10 pairs of refreshes in the same second: exit codes {outcomes}")
    assert set(outcomes) == {0}


@long
def test_a_materialisation_in_the_ui_during_the_nightly_run(project: Paths, tmp_path: Path) -> None:
    outcomes = []
    dagster = [
        str(Path(sys.executable).parent / "dagster"),
        "asset",
        "materialize",
        "--select",
        "*",
        "-m",
        "tests.soak.small",
    ]
    home = {"DAGSTER_HOME": str(tmp_path / "home")}
    settings = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "DX_ROOT": str(project.root),
        "DX_SMALL": "1",
        **home,
    }
    ready = [sys.executable, "-m", "dx_pipeline.orchestration.instance"]  # as `make ui` does
    subprocess.run(ready, cwd=ROOT, env=settings, check=True)
    for number in range(10):
        small.score_file(project.root).write_text(f"0.7{number}1", encoding="utf-8")
        nightly = dx(project, "run", **home)
        time.sleep(number / 5)
        clicked = subprocess.run(dagster, cwd=project.root, env=settings, capture_output=True, text=True, timeout=240)
        said = nightly.communicate(timeout=240)
        outcomes += [(nightly.returncode, clicked.returncode)]
        assert outcomes[-1] == (0, 0), (said, clicked.stderr[-2000:])
        assert state.read_state(project).failure is None
        assert read_current(project.root, SCORE) == [(float(f"0.7{number}1"),)]
        assert verify_release(current_folder(project)) == []
    doors = [f"{one.door} {one.outcome}" for one in state.read_state(project).refreshes]
    print(f"\n10 nightly runs with a click in the UI during each: exit codes {outcomes}; record: {doors}")


WRITER = "import sys, duckdb; con = duckdb.connect(sys.argv[1]); print(1, flush=True); sys.stdin.readline()"


def test_the_true_reason_is_told_while_somebody_holds_the_published_file(project: Paths) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(project.published)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout.readline() == "1\n"
    before = current_folder(project)
    small.score_file(project.root).unlink()
    out, told = (process := dx(project, "run")).communicate(timeout=240)
    assert process.returncode == 1
    assert "score.txt: No such file or directory" in told
    assert "lock" not in told
    assert "release 2.0.0: " in out
    out, told = (process := dx(project, "status")).communicate(timeout=60)
    assert process.returncode == 1
    assert "score.txt: No such file or directory" in out
    assert current_folder(project) == before
    for score in (0.69, 0.7, 0.7):
        small.score_file(project.root).write_text(str(score), encoding="utf-8")
        assert small.refresh(project.root).failures == []
        assert state.read_state(project).failure is None
    assert len(release_folders(project)) == 2, "no further copy for such a session"
    holder.communicate("\n", timeout=30)
    assert read_current(project.root, SCORE) == [(0.7,)]
    assert all(verify_release(folder) == [] for folder in release_folders(project))


def test_an_interrupt_ends_with_130_and_leaves_no_failure(project: Paths) -> None:
    small.score_file(project.root).write_text("0.7", encoding="utf-8")
    (project.build / "inputs.json").unlink()
    process = dx(project, "run")
    while not (project.build / "inputs.json").exists() and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, told = process.communicate(timeout=120)
    assert process.returncode == 130, (out, told)
    assert "Traceback" not in told
    assert state.read_state(project).failure is None
    assert verify_release(current_folder(project)) == []


def test_a_step_that_was_asked_to_end_says_so_and_what_to_do() -> None:
    @dg.op
    def long() -> None:
        raise dg.DagsterExecutionInterruptedError

    @dg.job
    def night() -> None:
        long()

    with dg.DagsterInstance.ephemeral() as instance:
        result = night.execute_in_process(instance=instance, raise_on_error=False)
        (reason,) = reasons_of(instance, result.run_id)
    assert reason.message == "the process was asked to end (SIGTERM) before it was done"
    assert (reason.retry, "run it again" in reason.hint) == (True, True)


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
    small.refresh(project.root)
    assert state.read_state(project).failure is None


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
    ways = (_two_versions, _garbage, _truncate)
    for number, file in enumerate(files):
        for spoil in ways if os.environ.get("DX_SOAK") else ways[number % 3 :][:1]:
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
