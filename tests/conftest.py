"""What all tests share: the real tables, built once, and throw-away projects."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    import duckdb

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
os.environ.setdefault("MPLBACKEND", "Agg")
# a busy machine is slow, and what one run found the next must find as well
hypothesis.settings.register_profile("same", deadline=None, derandomize=True)
hypothesis.settings.load_profile("same")
# tests leave no trace in anybody's event log, and know no project but their own
for name in ("DAGSTER_HOME", "DX_ROOT"):
    os.environ.pop(name, None)

ROOT = Path(__file__).resolve().parents[1]
#: CPU seconds, peak kilobytes and slowest steps of the refresh that made the fixture `released`
REFRESH_COST = "refresh-cost.json"
REFRESH = """
import json, resource, sys
from pathlib import Path
from dx_pipeline.orchestration.instance import opened
from dx_pipeline.orchestration.run import refresh
from dx_pipeline.paths import Paths
paths = Paths(Path(sys.argv[1]))
failures = refresh(paths).failures
if failures:
    sys.exit("\\n".join(failures))
with opened(paths) as instance:
    steps = instance.get_run_step_stats(instance.get_runs(limit=1)[0].run_id)
slowest = sorted((step.end_time - step.start_time, step.step_key) for step in steps)[:-9:-1]
used = resource.getrusage(resource.RUSAGE_SELF)
Path(sys.argv[2]).write_text(json.dumps({
    "cpu": used.ru_utime + used.ru_stime, "peak": used.ru_maxrss, "steps": [f"{key} {s:.1f} s" for s, key in slowest],
}))
"""


def copy_project(target: Path) -> Path:
    """The inputs of this project in another folder, without anything built."""
    for name in ("raw", "reference", "corrections"):
        shutil.copytree(ROOT / "data" / name, target / "data" / name)
    (target / "data" / "marts").mkdir()
    return target


def declare(root: Path, source_id: str, file: str) -> None:
    """Put the hash of a changed raw file into its source.toml, as a person who accepts the change does."""
    folder = root / "data" / "raw" / source_id
    old = hashlib.sha256((ROOT / "data" / "raw" / source_id / file).read_bytes()).hexdigest()
    new = hashlib.sha256((folder / file).read_bytes()).hexdigest()
    declared = (folder / "source.toml").read_text(encoding="utf-8")
    assert old in declared
    (folder / "source.toml").write_text(declared.replace(old, new), encoding="utf-8")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Root of a fresh copy of the project's inputs."""
    return copy_project(tmp_path / "project")


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A copy of a project that the first worker to need it makes, and the others wait for."""
    from filelock import FileLock

    base = factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / f"shared-{name}"
    with FileLock(f"{shared}.lock"):
        if not shared.exists():
            unfinished = shared.with_suffix(".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            make(copy_project(unfinished))
            unfinished.rename(shared)
    # DuckDB has one writer a file: each worker opens its own
    return Path(shutil.copytree(shared, factory.mktemp(name) / "project", symlinks=True))


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Root of a project whose warehouse holds every table of the real data."""
    from dx_pipeline.build import build_all
    from dx_pipeline.paths import Paths
    from dx_pipeline.warehouse import connect

    def make(root: Path) -> None:
        with connect(Paths(root)) as con:
            build_all(con, Paths(root))

    return made_once(tmp_path_factory, "built", make)


@pytest.fixture(scope="session")
def con(built: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The one connection of this process to the tables of the real data; DuckDB allows no second one."""
    from dx_pipeline.paths import Paths
    from dx_pipeline.warehouse import connect

    with connect(Paths(built)) as connection:
        yield connection


@pytest.fixture(scope="session")
def tables(con: duckdb.DuckDBPyConnection) -> dict:
    """Every public table of the real data as a Polars frame, by name."""
    from dx_pipeline.build import mart_contracts
    from dx_pipeline.warehouse import read_table

    return {name: read_table(con, name) for name in mart_contracts()}


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Root of a project with a release, made by the main job in a process of its own, so that its cost is known."""

    def make(root: Path) -> None:
        script = [sys.executable, "-c", REFRESH, str(root), str(root / REFRESH_COST)]
        home = tmp_path_factory.mktemp("dagster-home")
        subprocess.run(script, check=True, cwd=ROOT, env=os.environ | {"DAGSTER_HOME": str(home)})

    return made_once(tmp_path_factory, "released", make)
