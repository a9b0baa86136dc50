"""Two refreshes at once: the second waits, and says so when it has waited long enough."""

from __future__ import annotations

import subprocess
import sys

import pytest

from dx_pipeline.errors import BUSY, BusyError
from dx_pipeline.orchestration.run import refresh
from dx_pipeline.orchestration.state import read_state
from dx_pipeline.paths import Paths
from dx_pipeline.warehouse import build_lock

HOLDER = """
import sys, time
from pathlib import Path
from dx_pipeline.paths import Paths
from dx_pipeline.warehouse import build_lock
with build_lock(Paths(Path(sys.argv[1]))):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


@pytest.fixture
def holder(tmp_path):
    """Start another process that holds the right to build for some seconds."""

    def hold(seconds: float) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(tmp_path), str(seconds)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout.readline() == "held\n"
        return process

    return hold


def test_the_second_waits_for_the_first(holder, tmp_path, caplog):
    process = holder(1.0)
    with build_lock(Paths(tmp_path), wait_seconds=30):
        assert process.wait(timeout=10) == 0
    assert f"process {process.pid} is building since 20" in caplog.text


def test_the_second_gives_up_with_a_message(holder, tmp_path):
    process = holder(60)
    with (
        pytest.raises(BusyError, match=rf"process {process.pid} is building since 20.*within 0\.2 s; nothing"),
        build_lock(Paths(tmp_path), wait_seconds=0.2),
    ):
        pass
    process.kill()
    process.wait()


def test_a_busy_refresh_says_who_builds_and_leaves_no_failure(holder, tmp_path):
    process = holder(60)
    (tmp_path / "data" / "marts").mkdir(parents=True)
    with pytest.raises(BusyError, match=f"process {process.pid} is building") as busy:
        refresh(Paths(tmp_path), wait_seconds=0.2)
    process.kill()
    process.wait()
    assert (busy.value.exit_code, busy.value.retry) == (BUSY, True)
    state = read_state(Paths(tmp_path))
    assert (state.last.outcome, state.failure) == ("busy", None)


def test_a_killed_build_gives_the_right_back(holder, tmp_path):
    process = holder(60)
    process.kill()
    process.wait()
    with build_lock(Paths(tmp_path), wait_seconds=5):
        pass
