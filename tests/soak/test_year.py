"""A simulated year: releases, record, event log, runs and logs stay within bounds. Snapshots: `tests.fetch.soak`."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

import dagster as dg
import pytest

from dx_pipeline.orchestration import state
from dx_pipeline.orchestration.instance import opened
from dx_pipeline.orchestration.upkeep import KEPT_RUNS, forget, night_without_work
from dx_pipeline.paths import Paths
from dx_pipeline.release.store.layout import release_folders
from tests.soak import small

NIGHTS = int(os.environ.get("DX_SOAK_NIGHTS", "365"))
#: so many events of a run come on top, a fifth of what the checks of the whole project make
EVENTS = 300


def size_of(folder: Path) -> int:
    """Bytes on disk; what is linked several times counts once."""
    seen = {}
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            found = path.stat()
            seen[found.st_ino] = found.st_size
    return sum(seen.values())


def test_a_year_of_nights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(small, "EVENTS", EVENTS)
    root, home, chance = small.new_project(tmp_path / "project"), tmp_path / "home", random.Random(1)
    paths, built, unchanged, begun = Paths(root), 0, 0, time.process_time()
    months: list[dict[str, int]] = []
    for number in range(NIGHTS):
        if chance.random() < 0.2:
            small.score_file(root).write_text(f"{0.5 + number / 10000:.4f}", encoding="utf-8")
        with opened(paths) as instance:
            told = night_without_work(paths, instance)
        if told is None:
            assert small.refresh(root, door=state.SCHEDULE).failures == []
        built, unchanged = built + (told is None), unchanged + (told is not None)
        if number % 30 == 29:
            months.append(measured(paths, home))
    with opened(paths) as instance:
        assert len(instance.get_run_records()) == KEPT_RUNS
        forget(paths, instance, vacuum=True)
    pruned = measured(paths, home)
    print(f"\n{built} nights built, {unchanged} unchanged, {time.process_time() - begun:.0f} s of CPU; bytes by month:")
    print("\n".join(map(str, [*months, f"after dx prune: {pruned}"])))
    half = len(months) // 2  # a warehouse with a few blocks set free is larger some nights, and never more than that
    for what in pruned:
        assert max(month[what] for month in months[half:]) <= 1.1 * max(month[what] for month in months[:half]), what
    assert len(release_folders(paths)) == 5
    assert len(state.read_state(paths).refreshes) == state.REMEMBERED


def measured(paths: Paths, home: Path) -> dict[str, int]:
    """What lies on disk, in bytes; releases and runs also counted."""
    logs = [size_of(folder) for folder in (home / "storage", home / "logs") if folder.is_dir()]
    with dg.DagsterInstance.get() as instance:
        runs = instance.get_runs_count()
    return {
        "marts": size_of(paths.marts),
        "releases": len(release_folders(paths)),
        "build": size_of(paths.build),
        "record": state.state_file(paths).stat().st_size,
        "databases of Dagster": sum(path.stat().st_size for path in home.rglob("*.db*")),
        "logs of steps": sum(logs) - sum(path.stat().st_size for path in (home / "storage").rglob("*.db*")),
        "runs": runs,
        "all of DAGSTER_HOME": size_of(home),
    }
