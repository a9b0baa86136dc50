"""Disk full, read-only, no permission, no home, an interrupt: one clear line, the old release whole, no harm done."""

from __future__ import annotations

import hashlib
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dx_pipeline.orchestration.state import read_state
from dx_pipeline.paths import Paths
from dx_pipeline.release.store.layout import current_folder
from tests.conftest import ROOT
from tests.soak import small
from tests.soak.test_kills import SEED, unsound

NOBODY = 65534
WITHOUT = "-dac_override,-dac_read_search"
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount, or become another user")


@dataclass
class Here:
    """A released small project with a new figure to build, and what the run is given."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    before: Callable[[], None] | None = None
    #: a program that starts it
    through: tuple[str, ...] = ()

    @property
    def root(self) -> Path:
        return self.folder / "project"

    @property
    def paths(self) -> Paths:
        return Paths(self.root)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """`dx` in a process of its own."""
        settings = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DX_ROOT": str(self.root),
                    "DAGSTER_HOME": str(self.folder / "home"), **self.environment}  # fmt: skip
        return subprocess.Popen(
            [*self.through, sys.executable, "-m", "tests.soak.small", *arguments],
            cwd=self.folder, env=settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            preexec_fn=self.before,
        )  # fmt: skip

    def run(self) -> tuple[int, str, str]:
        process = self.start("run")
        out, told = process.communicate(timeout=240)
        return process.returncode, out, told

    def hashes(self) -> dict[str, str]:
        current = current_folder(self.paths)
        assert current
        files = (path for path in current.rglob("*") if path.is_file())
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def released_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("faults")
    small.new_project(folder / "project")
    assert Here(folder).run()[0] == 0
    small.score_file(folder / "project").write_text("0.7", encoding="utf-8")
    return folder


@pytest.fixture
def here(released_once: Path, tmp_path: Path) -> Here:
    shutil.copytree(released_once, tmp_path / "here", symlinks=True)
    return Here(tmp_path / "here")


def problems(here: Here, name: str, expected: str, before: dict[str, str]) -> list[str]:
    """Run under a fault; what is not as it should be."""
    code, _out, told = here.run()
    lines = [line for line in told.splitlines() if line.startswith("- ")]
    found = []
    if code != 1 or "Traceback" in told or len(lines) != 1 or expected.casefold() not in lines[0].casefold():
        found.append(f"{name}: exit {code}, expected {expected!r}: {told[-900:]}")
    if here.hashes() != before or unsound(here.paths):
        found.append(f"{name}: the release was changed: {unsound(here.paths)}")
    print(f"\n  {name}: exit {code}: {lines}")
    return found


def is_well(here: Here, name: str) -> list[str]:
    """The fault is over: the next run."""
    code, _, told = here.run()
    failure = read_state(here.paths).failure
    return [] if code == 0 and not failure and not unsound(here.paths) else [f"{name}: afterwards {code} {told[-900:]}"]


@contextmanager
def mounted(folder: Path, *options: str) -> Iterator[None]:
    """A file system of its own for a folder, with what was in it."""
    aside = folder.with_name(folder.name + ".aside")
    shutil.copytree(folder, aside, symlinks=True)
    subprocess.run(["mount", *options, str(folder)], check=True)
    try:
        if "tmpfs" in options:
            shutil.copytree(aside, folder, symlinks=True, dirs_exist_ok=True)
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
        shutil.rmtree(aside)


@as_root
def test_a_full_disk(here: Here) -> None:
    found = []
    with mounted(here.folder, "-t", "tmpfs", "-o", "size=60m", "tmpfs"):
        before, filler = here.hashes(), here.folder / "filler"
        for left in (0, 64, 1000, 8000):
            free = shutil.disk_usage(here.folder).free
            filler.write_bytes(bytes(free - left * 1024))
            found += problems(here, f"{left} kB left", "no space left", before)
            filler.unlink()
        found += is_well(here, "full disk")
    assert not found, "\n".join(found)


def test_a_disk_that_is_full_in_the_middle(here: Here) -> None:
    """A limit to the size of a file stops the build wherever it first writes a larger one."""
    found, before = [], here.hashes()
    for kilobytes in (150, 300, 1000):
        here.before = lambda size=kilobytes * 1024: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        found += problems(here, f"files up to {kilobytes} kB", "", before)
    here.before = None
    assert not found + is_well(here, "limit"), "\n".join(found)


@as_root
def test_read_only(here: Here) -> None:
    found, before = [], here.hashes()
    for name in ("data/marts", "data/build", "data"):
        folder = here.root / name
        subprocess.run(["mount", "--bind", str(folder), str(folder)], check=True)
        subprocess.run(["mount", "-o", "remount,bind,ro", str(folder)], check=True)
        try:
            found += problems(here, f"{name} read-only", "Read-only file system", before)
        finally:
            subprocess.run(["umount", "-l", str(folder)], check=True)
    assert not found + is_well(here, "read-only"), "\n".join(found)


@as_root
@pytest.mark.skipif(not shutil.which("setpriv"), reason="root's rights are taken away by setpriv")
def test_no_permission(here: Here) -> None:
    found, before = [], here.hashes()
    # root without the right to what belongs to others
    here.through = ("setpriv", f"--inh-caps={WITHOUT}", f"--bounding-set={WITHOUT}")
    faults = {
        "project/data/marts": 0o755, "project/data/build": 0o755, "project/data/raw/small/score.txt": 0o600,
        "project/data/marts/.publish.lock": 0o600, "project/data/build/.build.lock": 0o600,
        "project/data/marts/releases": 0o755,
    }  # fmt: skip
    for name, mode in faults.items():
        path = here.folder / name
        usual = path.stat().st_mode & 0o777
        os.chown(path, NOBODY, NOBODY)
        path.chmod(mode)
        found += problems(here, f"{name} of another user", "Permission denied", before)
        os.chown(path, 0, 0)
        path.chmod(usual)
    found += is_well(here, "permission")
    assert not found, "\n".join(found)


def test_no_home_and_a_relative_one(here: Here) -> None:
    here.environment = {"DAGSTER_HOME": "relative-home"}  # and no HOME
    assert here.run()[0] == 0
    assert (here.folder / "relative-home").is_dir()
    (here.folder / "file").write_text("no folder", encoding="utf-8")
    small.score_file(here.root).write_text("0.71", encoding="utf-8")
    here.environment = {"DAGSTER_HOME": str(here.folder / "file")}
    assert not problems(here, "DAGSTER_HOME is a file", "file", here.hashes())
    here.environment = {"DAGSTER_HOME": ""}
    assert not is_well(here, "home")


def test_interrupted_and_terminated_at_random_moments(here: Here) -> None:
    found, moments, codes = [], random.Random(SEED), []
    begun = time.monotonic()
    assert here.run()[0] == 0
    seconds = time.monotonic() - begun
    for number in range(12):
        small.score_file(here.root).write_text(f"{0.71 + number / 1000:.3f}", encoding="utf-8")
        process = here.start("run")
        while small.last(here.root).outcome != "running" and process.poll() is None:
            time.sleep(0.01)
        time.sleep(moments.uniform(0.0, 0.8) * seconds)
        ended = process.poll() is not None
        process.send_signal(signal.SIGTERM if number % 4 == 3 else signal.SIGINT)
        _, told = process.communicate(timeout=120)
        codes.append(process.returncode)
        failure = read_state(here.paths).failure
        if number % 4 == 3:
            good = ended or process.returncode in (1, -signal.SIGTERM)
        else:
            good = ended or (process.returncode in (130, -signal.SIGINT) and failure is None)
        if not good or "Traceback" in told or unsound(here.paths):
            found.append(f"{number}: exit {process.returncode}, {failure}, {told[-900:]}")
        found += is_well(here, f"after signal {number}")
    print(f"\nexit codes: {codes}")
    assert not found, "\n".join(found)


def test_a_run_that_is_stopped_keeps_the_next_one_waiting_and_goes_on(here: Here) -> None:
    from dx_pipeline.errors import BusyError

    (here.root / "data/build/inputs.json").unlink()
    process = here.start("run")
    begun = here.root / "data/build/inputs.json"
    while process.poll() is None and not (begun.exists() and small.last(here.root).outcome == "running"):
        time.sleep(0.02)
    process.send_signal(signal.SIGSTOP)
    stopped = read_state(here.paths).last
    assert stopped is not None
    assert stopped.outcome == "running"
    with pytest.raises(BusyError, match=f"process {process.pid} is building"):
        small.refresh(here.root, wait_seconds=1)
    process.send_signal(signal.SIGCONT)
    assert process.wait(120) == 0
    assert read_state(here.paths).failure is None
