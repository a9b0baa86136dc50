"""A simulated year: releases, journal, record and event log stay within bounds."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import dagster as dg
import pytest

from dx_pipeline.orchestration import state
from dx_pipeline.orchestration.instance import opened
from dx_pipeline.orchestration.upkeep import KEPT_RUNS, compact, forget_runs
from dx_pipeline.paths import Paths
from tests.conftest import ROOT

NIGHTS = int(os.environ.get("DX_SOAK_NIGHTS", "365"))


def size_of(folder: Path) -> int:
    seen = {}
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            found = path.stat()
            seen[found.st_ino] = found.st_size
    return sum(seen.values())


def test_a_year_of_nights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sys.path.insert(0, str(ROOT / "tests" / "release"))
    from damage import publish

    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "home"))
    root, chance = tmp_path / "project", random.Random(1)
    paths, sizes, homes = Paths(root), [], []

    @dg.op
    def talkative(context) -> None:  # type: ignore[no-untyped-def]
        for number in range(300):
            context.log.info(f"event {number} " + "x" * 500)

    @dg.job
    def night() -> None:
        talkative()

    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    score = 0.69
    with opened(Paths(ROOT)) as instance:
        for number in range(NIGHTS):
            score += chance.random() < 0.1 and 0.0001
            publish(root, score)
            state.note(paths, "schedule", "unchanged")
            night.execute_in_process(instance=instance, run_config=quiet)
            forget_runs(instance)
            if number % 30 == 29:
                compact((tmp_path / "home").rglob("*.db"))
                sizes.append(size_of(paths.marts))
                homes.append(size_of(tmp_path / "home"))
        assert len(instance.get_run_records()) == KEPT_RUNS
    print(f"\nreleases by month (bytes): {sizes}\nevent log by month: {homes}")
    assert max(sizes[3:]) <= 1.2 * sizes[2]
    assert max(homes[1:]) <= 1.5 * homes[0]
    assert len(state.read_state(paths).refreshes) == state.REMEMBERED
