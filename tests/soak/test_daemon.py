"""The daemon of a small project killed at random moments: the next scheduled night is green, whatever was cut off."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from dx_pipeline.orchestration.state import GOOD, SCHEDULE, Refresh, read_state
from dx_pipeline.paths import Paths
from dx_pipeline.release.store.layout import release_folders
from dx_pipeline.release.store.verify import verify_release
from tests.conftest import ROOT
from tests.soak import small
from tests.soak.reading import reading
from tests.soak.test_kills import SEED, unsound

KILLS = int(os.environ.get("DX_SOAK_KILLS", "50"))
#: a run that never began is given up after so many seconds here; the project waits longer
START_SECONDS = 30


class Nights:
    """A small project with its daemon, whose schedule runs every minute and whose sensor does the same all the time."""

    def __init__(self, folder: Path) -> None:
        self.root = small.new_project(folder / "project")
        self.paths, self.home = Paths(self.root), folder / "home"
        self.log = (folder / "daemon.log").open("ab")
        self.environment = {**os.environ, "DX_ROOT": str(self.root), "DX_SMALL": "1", "DAGSTER_HOME": str(self.home),
                            "PYTHONPATH": str(ROOT)}  # fmt: skip
        self.home.mkdir()
        settings = (ROOT / "dagster.yaml").read_text(encoding="utf-8")
        settings = settings.replace("start_timeout_seconds: 180", f"start_timeout_seconds: {START_SECONDS}")
        settings = settings.replace("poll_interval_seconds: 30", "poll_interval_seconds: 5")
        (self.home / "dagster.yaml").write_text(settings, encoding="utf-8")
        self.number = 0

    def start(self) -> subprocess.Popen[bytes]:
        """Make the instance ready and start the daemon, as the deployment does."""
        ready = [sys.executable, "-m", "dx_pipeline.orchestration.instance"]
        subprocess.run(ready, cwd=self.root, env=self.environment, check=True, stdout=self.log, stderr=self.log)
        program = [str(Path(sys.executable).parent / "dagster-daemon"), "run", "-m", "tests.soak.small"]
        return subprocess.Popen(
            program, cwd=self.root, env=self.environment, stdout=self.log, stderr=self.log, start_new_session=True
        )

    def new_figure(self) -> None:
        """Tonight there is something to build."""
        self.number += 1
        small.score_file(self.root).write_text(f"{0.69 + self.number / 10000:.4f}", encoding="utf-8")

    def is_green(self) -> bool:
        """Whether the newest figure is released and nothing stands as failed."""
        from publish_project import read_current

        if not self.paths.published.exists() or read_state(self.paths).failure:
            return False
        query = "SELECT round(score, 4) FROM province_rankings WHERE province_id = 'hai-duong'"
        return read_current(self.root, query) == [(round(0.69 + self.number / 10000, 4),)]

    def seconds_until(self, holds: Callable[[], bool], limit: float = 420.0) -> float | None:
        """How long it took; None when it never came."""
        begun = time.monotonic()
        while not holds():
            if time.monotonic() - begun > limit:
                return None
            time.sleep(0.25)
        return time.monotonic() - begun


def kill(daemon: subprocess.Popen[bytes], everything: bool) -> None:
    """SIGKILL for the daemon, or for all it has started too, as when the power goes."""
    (os.killpg if everything else os.kill)(daemon.pid, signal.SIGKILL)
    daemon.wait()


def test_the_daemon_killed_at_random_moments(tmp_path: Path) -> None:
    nights, moments = Nights(tmp_path), random.Random(SEED)
    nights.new_figure()
    daemon = nights.start()
    groups = [daemon.pid]
    first = nights.seconds_until(nights.is_green)
    assert first is not None, (tmp_path / "daemon.log").read_text(encoding="utf-8")[-3000:]
    usual, waits, problems, cut = 20.0, [], [], Counter[str]()
    try:
        with reading(nights.paths, tmp_path / "stop") as seen:
            for number in range(KILLS):
                nights.new_figure()
                time.sleep(moments.uniform(0.0, usual))
                was = small.last(nights.root)
                kill(daemon, everything=number % 2 == 0)
                cut["in a refresh" if was and was.outcome == "running" else "between"] += 1
                problems += [f"after kill {number}: {one}" for one in unsound(nights.paths)]
                daemon = nights.start()
                groups.append(daemon.pid)
                took = nights.seconds_until(nights.is_green)
                if took is None:
                    problems.append(f"after kill {number} no night was green: {small.last(nights.root)}")
                    continue
                waits.append(took)
                usual = sorted(waits)[len(waits) // 2] * 1.2
            begun = time.time()
            scheduled = nights.seconds_until(lambda: any(map(_is_good_night, _since(nights.paths, begun))), 180)
    finally:
        for group in groups:
            try:
                os.killpg(group, signal.SIGKILL)
            except ProcessLookupError:
                continue
        daemon.wait()
    outcomes = Counter(f"{one.door} {one.outcome}" for one in read_state(nights.paths).refreshes)
    print(f"\n{KILLS} daemons killed ({dict(cut)}), every second one with all it had started; green again after "
          f"{sorted(waits)[len(waits) // 2]:.0f} s (median), {max(waits):.0f} s (longest); next scheduled night after "
          f"{scheduled} s; {seen.reads} reads and {seen.whole} whole releases compared, {seen.bad} bad; record: "
          f"{dict(outcomes)}")  # fmt: skip
    assert (problems, seen.bad) == ([], 0), seen.told
    assert scheduled is not None
    assert all(verify_release(folder) == [] for folder in release_folders(nights.paths))
    shutil.rmtree(tmp_path / "home")


def _since(paths: Paths, moment: float) -> list[Refresh]:
    from datetime import datetime

    return [one for one in read_state(paths).refreshes if datetime.fromisoformat(one.started_at).timestamp() >= moment]


def _is_good_night(one: Refresh) -> bool:
    return one.door == SCHEDULE and one.outcome in GOOD
