"""What all tests share: the real tables, built once, and throw-away projects."""

from __future__ import annotations

import gc
import hashlib
import os
import shutil
import subprocess
import sys
import threading
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
# as many workers as cores: each has one
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
# tests leave no trace in anybody's event log, and know no project but their own
for name in ("DAGSTER_HOME", "DX_ROOT"):
    os.environ.pop(name, None)

ROOT = Path(__file__).resolve().parents[1]
#: CPU seconds, peak kilobytes and slowest steps of the refresh that made the fixture `released`, and the first two of
#: importing its frameworks
REFRESH_COST = "refresh-cost.json"
REFRESH = """
import json, resource, sys
from pathlib import Path
import dagster, duckdb, polars, great_expectations, pandas, matplotlib.pyplot
frameworks = resource.getrusage(resource.RUSAGE_SELF)
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
    "cpu": used.ru_utime + used.ru_stime, "peak": used.ru_maxrss,
    "frameworks": {"cpu": frameworks.ru_utime + frameworks.ru_stime, "peak": frameworks.ru_maxrss},
    "steps": [f"{key} {s:.1f} s" for s, key in slowest],
}))
"""


def copy_project(target: Path) -> Path:
    """The inputs of this project in another folder, without anything built."""
    for name in ("raw", "reference", "corrections"):
        shutil.copytree(ROOT / "data" / name, target / "data" / name)
    (target / "data" / "marts").mkdir()
    shutil.copy(ROOT / "dagster.yaml", target)
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


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder that the first worker to need it makes, and the others wait for. Look, don't change."""
    from dx_pipeline.locks import locked

    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / f"shared-{name}"
    with locked(folder.with_name(f"{folder.name}.lock"), "making it", wait_seconds=3600):
        if not folder.exists():
            unfinished = folder.with_suffix(".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            make(unfinished)
            unfinished.rename(folder)
    return folder


def own_copy(factory: pytest.TempPathFactory, shared: Path, *without: str) -> Path:
    """A worker's own copy of a project: DuckDB has one writer a file."""
    left_out = shutil.ignore_patterns(*without)
    root = Path(shutil.copytree(shared, factory.mktemp("own") / "project", symlinks=True, ignore=left_out))
    (root / "data" / "marts").mkdir(exist_ok=True)
    return root


def refreshed(root: Path) -> None:
    """The main job in a process of its own, so that its cost is known."""
    copy_project(root)
    home = root.parent / "dagster-home"
    home.mkdir(exist_ok=True)
    script = [sys.executable, "-c", REFRESH, str(root), str(root / REFRESH_COST)]
    environment = {name: value for name, value in os.environ.items() if name != "POLARS_MAX_THREADS"}
    subprocess.run(script, check=True, cwd=ROOT, env=environment | {"DAGSTER_HOME": str(home)})


def pytest_collection_finish() -> None:
    """What was imported to collect the tests stays: the collector need not look at it again and again."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def release_is_made(request: pytest.FixtureRequest) -> bool:
    """Whether a test of this run asks for the real release, the slowest of what tests share."""
    return any("released" in getattr(item, "fixturenames", ()) for item in request.session.items)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that wait for the real tables come last: they are built while the other tests run."""
    waiting = {item.path for item in items if {"released", "built"} & set(getattr(item, "fixturenames", ()))}
    items.sort(key=lambda item: item.path in waiting)


@pytest.fixture(scope="session", autouse=True)
def release_under_way(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> None:
    """One worker begins the release while all run the tests that can do without it."""
    if os.environ.get("PYTEST_XDIST_WORKER") == "gw0" and release_is_made(request):
        # the first call empties the folder: in the thread it would take the first test's folder away
        tmp_path_factory.getbasetemp()
        threading.Thread(target=made_once, args=(tmp_path_factory, "released", refreshed), daemon=True).start()


@pytest.fixture(scope="session")
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Root of a project without a release whose warehouse holds every table of the real data."""
    from dx_pipeline.build import build_all
    from dx_pipeline.paths import Paths
    from dx_pipeline.warehouse import connect

    def make(root: Path) -> None:
        with connect(Paths(copy_project(root))) as con:
            build_all(con, Paths(root))

    # a release has the same tables
    how = ("released", refreshed) if release_is_made(request) else ("built", make)
    return own_copy(tmp_path_factory, made_once(tmp_path_factory, *how), "marts")


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
    """Root of a project with a release."""
    return own_copy(tmp_path_factory, made_once(tmp_path_factory, "released", refreshed))


@pytest.fixture(scope="session")
def site(request: pytest.FixtureRequest, built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of the real tables that `build_site` writes: a release has others beside them."""
    if release_is_made(request):
        pages = made_once(tmp_path_factory, "released", refreshed) / "data" / "marts" / "current" / "site"
        others = shutil.ignore_patterns("quality.html", "notebooks")
        return Path(shutil.copytree(pages, tmp_path_factory.mktemp("pages") / "site", ignore=others))

    def make(folder: Path) -> None:
        from dx_pipeline.report.site import build_site

        build_site(request.getfixturevalue("con"), folder / "site", "1.0.0", ROOT / "data" / "reference")

    return made_once(tmp_path_factory, "site", make) / "site"
