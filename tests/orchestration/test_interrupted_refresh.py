"""A build killed with SIGKILL while somebody reads: nothing breaks, and the next run mends what was left.

At one chosen moment here, the worst; at random ones, of the whole project and of the daemon too, in `tests/soak`.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from dx_pipeline.orchestration import state
from dx_pipeline.paths import Paths
from dx_pipeline.release.store.layout import current_folder
from dx_pipeline.release.store.verify import verify_release
from tests.conftest import ROOT
from tests.soak import small
from tests.soak.reading import reading


def release_is_staged(root: Path) -> bool:
    return any((root / "data/marts/releases").glob(".staging-*/candidate.json"))


def kill_when(root: Path, moment: Callable[[Path], bool]) -> None:
    script = "import sys; from pathlib import Path; from tests.soak import small; small.refresh(Path(sys.argv[1]))"
    job = subprocess.Popen([sys.executable, "-c", script, str(root)], cwd=ROOT, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not moment(root) and job.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.002)
    job.kill()
    job.wait()


def test_killed_while_a_release_is_staged_and_somebody_reads(tmp_path: Path) -> None:
    root = small.new_project(tmp_path / "project")
    assert small.refresh(root).failures == []
    paths = Paths(root)
    before = current_folder(paths)
    small.score_file(root).write_text("0.7", encoding="utf-8")
    with reading(paths, tmp_path / "stop") as seen:
        kill_when(root, release_is_staged)
        assert current_folder(paths) == before
        assert verify_release(before) == []
        assert state.read_state(paths).failure.outcome == "killed"
        assert small.refresh(root).failures == []
    after = current_folder(paths)
    assert after != before
    assert verify_release(after) == []
    assert state.read_state(paths).failure is None
    assert not list((root / "data/marts/releases").glob(".staging-*"))
    assert seen.bad == 0, seen.told
    assert seen.reads > 3
