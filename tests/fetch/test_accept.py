"""A snapshot is taken over whole or not at all, wherever a process is killed."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dx_pipeline.fetch import accept as acceptance
from dx_pipeline.fetch.accept import finish_acceptances
from dx_pipeline.fetch.night import fetch_all
from dx_pipeline.fetch.snapshots import stored
from tests.conftest import ROOT
from tests.fetch.publisher import (
    SOURCE,
    Publisher,
    csv_reply,
    declared_sha,
    edit_declaration,
    is_whole,
    patient,
    small_project,
    table,
)

NOW = datetime(2026, 3, 1, 18, 30, tzinfo=UTC)


class Killed(BaseException):
    """Stands for the end of the process."""


def test_killed_between_any_two_writes_it_is_finished_by_the_next(
    tmp_path: Path, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = table(2023, changed={3: "0.9999"})
    publisher.replies[f"/{SOURCE}/2023.csv"] = csv_reply(new)
    for step in range(3):
        paths = small_project(tmp_path / str(step), publisher.url)
        writes = []

        def write(path: Path, data: bytes, writes=writes, step=step, real=acceptance.write_whole) -> None:
            writes.append(path)
            if len(writes) > step:
                raise Killed
            real(path, data)

        with monkeypatch.context() as patch:
            patch.setattr(acceptance, "write_whole", write)
            if step < 2:
                with pytest.raises(Killed):
                    fetch_all(paths, NOW, patient())
        if step < 2:
            assert finish_acceptances(paths) == [f"{SOURCE}/2023.csv"]
        else:
            fetch_all(paths, NOW, patient())
        assert is_whole(paths), step
        assert (paths.raw / SOURCE / "2023.csv").read_bytes() == new
        assert finish_acceptances(paths) == []
        assert fetch_all(paths, NOW, patient()).outcomes[0].result in ("unchanged", "not due")


def test_what_somebody_wrote_in_between_is_kept(
    tmp_path: Path, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = small_project(tmp_path, publisher.url)
    publisher.replies[f"/{SOURCE}/2023.csv"] = csv_reply(table(2023, changed={3: "0.9999"}))

    def die(path: Path, data: bytes) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(acceptance, "write_whole", die)
        with pytest.raises(Killed):
            fetch_all(paths, NOW, patient())
    edit_declaration(paths, lambda text: text.replace("kept by hand", "changed by hand"))
    before = declared_sha(paths, "2023.csv")
    assert finish_acceptances(paths) == []
    assert declared_sha(paths, "2023.csv") == before
    assert is_whole(paths)
    assert fetch_all(paths, NOW, patient()).outcomes[0].result == "accepted"
    assert "changed by hand" in (paths.raw / SOURCE / "source.toml").read_text(encoding="utf-8")


FETCH = """
import sys
from pathlib import Path
from dx_pipeline.fetch.night import fetch_all
from dx_pipeline.fetch.download import Manners
from dx_pipeline.paths import Paths
print("ready", flush=True)
fetch_all(Paths(Path(sys.argv[1])), manners=Manners("test (+test@example.org)"))
"""


def kill_series(root: Path, publisher: Publisher, kills: int, seed: int = 1) -> dict[str, int]:
    """Kill a fetch at random moments, each time with other bytes at the publisher's; returns what was seen."""
    chosen = random.Random(seed)
    paths = small_project(root, publisher.url)
    seen = {"killed": 0, "ended by itself": 0, "left between": 0, "had accepted": 0}
    publisher.replies[f"/{SOURCE}/2023.csv"] = csv_reply(table(2023, changed={62: "0.5555"}))
    longest = _seconds_of_a_fetch(root)
    for number in range(kills):
        new = table(2023, changed={number % 63: f"0.{chosen.randrange(1000, 9999)}"})
        publisher.replies[f"/{SOURCE}/2023.csv"] = csv_reply(new)
        (paths.snapshots / SOURCE / "state.json").unlink(missing_ok=True)
        before = (paths.raw / SOURCE / "2023.csv").read_bytes()
        process = subprocess.Popen([sys.executable, "-c", FETCH, str(root)], stdout=subprocess.PIPE, cwd=ROOT)
        assert process.stdout
        process.stdout.readline()
        time.sleep(chosen.uniform(0, longest))
        process.send_signal(signal.SIGKILL)
        seen["ended by itself" if process.wait() == 0 else "killed"] += 1
        process.stdout.close()
        # a build takes this step first, then reads
        left = bool(list(paths.snapshots.glob("*/accepting.json")))
        seen["left between"] += left
        assert is_whole(paths) or left
        seen["had accepted"] += (paths.raw / SOURCE / "2023.csv").read_bytes() == new
        finish_acceptances(paths)
        assert is_whole(paths)
        assert (paths.raw / SOURCE / "2023.csv").read_bytes() in (before, new)
        for snapshot in stored(paths.snapshots / SOURCE / "2023.csv"):
            assert snapshot.read() is not None
        (paths.snapshots / SOURCE / "state.json").unlink(missing_ok=True)
        fetch_all(paths, manners=patient())
        assert (paths.raw / SOURCE / "2023.csv").read_bytes() == new
        assert is_whole(paths)
    return seen


def _seconds_of_a_fetch(root: Path) -> float:
    """How long one takes on this machine now, from its first line to its end."""
    process = subprocess.Popen([sys.executable, "-c", FETCH, str(root)], stdout=subprocess.PIPE, cwd=ROOT)
    assert process.stdout
    process.stdout.readline()
    begun = time.monotonic()
    process.wait()
    process.stdout.close()
    return time.monotonic() - begun


def test_kill_minus_nine_leaves_nothing_half_and_loses_nothing(tmp_path: Path, publisher: Publisher) -> None:
    seen = kill_series(tmp_path, publisher, 2)
    assert seen["killed"] + seen["ended by itself"] == 2
