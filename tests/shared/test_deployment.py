"""The shared deployment for real on loopback: PostgreSQL, Redis, an S3 server, two Celery workers as processes.

A quarter of an hour on two busy cores, so it is part of `make soak` and `make shared-test`.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pytest

from benchmarks.made_up_communes import SOURCE, add_communes, write_source
from tests.conftest import ROOT, copy_project
from tests.shared.servers import PASSWORDS, READ_ONLY_BUCKET, missing, servers

NOT_HERE = missing() if "DX_SOAK" in os.environ else "long: part of `make soak`, or `make shared-test`"
if NOT_HERE:
    pytest.skip(NOT_HERE, allow_module_level=True)
DX = [sys.executable, "-m", "dx_pipeline.cli"]
#: what `make ui` asks before it starts
UI = [sys.executable, "-m", "dx_pipeline.orchestration.instance"]
MONTHS = 4

#: how a person, or a backfill of the UI, builds one period of a large source
MATERIALISE = """
import sys, dagster as dg
from dagster._core.definitions.reconstruct import ReconstructableRepository
from dx_pipeline.orchestration.instance import opened
from dx_pipeline.paths import default_paths
job = ReconstructableRepository.for_module("dx_pipeline.definitions", "defs").get_reconstructable_job("__ASSET_JOB")
with opened(default_paths()) as instance:
    tags = {"dagster/partition": sys.argv[2]} if sys.argv[2:] else {}
    with dg.execute_job(job, instance, tags=tags, asset_selection=[dg.AssetKey(sys.argv[1].split("/"))]) as result:
        sys.exit(not result.success)
"""


@dataclass
class Deployment:
    """Servers, a project and its workers."""

    root: Path
    environment: dict[str, str]
    workers: dict[str, subprocess.Popen] = field(default_factory=dict)

    def start(self, name: str) -> None:
        log = (self.root.parent / f"worker-{name}.log").open("ab")
        command = [*DX, "worker", "--name", name]
        self.workers[name] = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
        )

    def kill(self, name: str) -> None:
        os.killpg(self.workers.pop(name).pid, signal.SIGKILL)

    def dx(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return self.call([*DX, *words], **environment)

    def call(self, command: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
        env = self.environment | environment
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=1500)
        with (self.root.parent / "told.log").open("a") as log:
            log.write(done.stdout + done.stderr)
        return done

    def query(self, sql: str, *, of: str) -> list[tuple]:
        import psycopg2

        con = psycopg2.connect(host="127.0.0.1", port=self.environment["DX_POSTGRES_PORT"], user="dx", dbname=of,
                               password=self.environment["DX_POSTGRES_PASSWORD"])  # fmt: skip
        with con, con.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()

    def materialise(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return self.call([sys.executable, "-c", MATERIALISE, *words], **environment)

    def hosts(self, runs: int = 1) -> set[str]:
        """Workers that ran a step, by what the event logs of the newest runs say."""
        newest = f"(SELECT run_id FROM runs ORDER BY id DESC LIMIT {runs})"
        found = self.query(f"SELECT event FROM event_logs WHERE run_id IN {newest}", of="dagster")
        (events,) = zip(*found, strict=True)
        return {name for name in ("a", "b", "c") if any(f'"{name}@' in event for event in events)}

    def worker_at(self, step: str) -> str:
        """Name of the worker that runs a step of the first run, as soon as one does."""
        there = "SELECT to_regclass('runs') IS NOT NULL AND to_regclass('event_logs') IS NOT NULL"
        self.wait(lambda: self.query(there, of="dagster") == [(True,)])
        ask = (
            f"SELECT event FROM event_logs WHERE step_key = '{step}' AND event LIKE '%in celery worker%'"
            " AND run_id = (SELECT run_id FROM runs ORDER BY id DESC LIMIT 1)"
        )
        self.wait(lambda: bool(self.query(ask, of="dagster")), 1200)
        ((event,), *_) = self.query(ask, of="dagster")
        (at,) = (name for name in self.workers if f'"{name}@' in event)
        return at

    def wait(self, ready: Callable[[], bool], seconds: float = 300.0) -> None:
        deadline = time.monotonic() + seconds
        while not ready():
            assert time.monotonic() < deadline, (self.root.parent / "worker-a.log").read_text()[-3000:]
            time.sleep(0.5)

    def ready(self, count: int) -> bool:
        """Whether so many workers answer, all of this code."""
        from dx_pipeline.orchestration.deployment import workers_code

        return len(workers_code(self.settings())) >= count

    def settings(self):
        from dx_pipeline.settings import read_settings

        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.environment.items():
                patch.setenv(name, value)
            return read_settings(self.root)


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    base = tmp_path_factory.mktemp("shared")
    root = copy_project(base / "project")
    (root / "deploy").mkdir(exist_ok=True)
    shutil.copy(ROOT / "deploy" / "dagster.shared.yaml", root / "deploy")
    with servers(base / "servers") as environment:
        home = root / ".dagster"
        home.mkdir()
        shutil.copy(ROOT / "deploy" / "dagster.shared.yaml", home / "dagster.yaml")
        here = os.environ | environment | {
            "DX_ROOT": str(root), "DAGSTER_HOME": str(home), "DX_WORKER_LOST_SECONDS": "15",
        }  # fmt: skip
        one = Deployment(root, here)
        try:
            assert one.dx("doctor").returncode == 1, "no worker is there yet"
            for name in ("a", "b"):
                one.start(name)
            one.wait(lambda: one.ready(2))
            yield one
        finally:
            for name in list(one.workers):
                one.kill(name)


class Reader(threading.Thread):
    """Reads the lake again and again, and keeps which release it saw each time and what was in its tables."""

    def __init__(self, deployment: Deployment) -> None:
        super().__init__(daemon=True)
        self.settings, self.stopped = deployment.settings(), threading.Event()
        self.seen: set[tuple] = set()
        self.before = self.looks = 0  # before anything was published, and since
        self.errors: list[str] = []

    def run(self) -> None:
        from dx_pipeline.lake import LakeError, released
        from dx_pipeline.warehouse import fingerprint

        while not self.stopped.wait(0.2):
            try:
                with released(self.settings, "dti") as con:
                    release = con.sql("SELECT max(release) FROM check_results").fetchone()
                    names = sorted(name for (name,) in con.sql("SHOW TABLES").fetchall())
                    self.seen.add((release, tuple((name, fingerprint(con, name)) for name in names)))
                    self.looks += 1
            except LakeError as error:
                if "nothing of dti is published" not in str(error):
                    self.errors.append(str(error))
                self.before += not self.looks


def test_a_run_that_loses_a_worker_makes_the_release_that_one_machine_makes(
    deployment: Deployment, released: Path
) -> None:
    from dx_pipeline.contracts import load_contracts
    from dx_pipeline.lake import released as in_lake

    done: list[subprocess.CompletedProcess[str]] = []
    run = threading.Thread(target=lambda: done.append(deployment.dx("run", "--json")))
    reader = Reader(deployment)
    reader.start()
    run.start()
    at = deployment.worker_at("marts")
    time.sleep(3)
    deployment.kill(at)
    deployment.start("c")
    run.join()
    assert done[0].returncode == 0, done[0].stdout + done[0].stderr
    deployment.wait(lambda: reader.looks > 0 or bool(reader.errors))
    reader.stopped.set()
    reader.join()
    assert (reader.errors, len(reader.seen)) == ([], 1), "nothing until the release is whole"
    assert reader.before > 3
    assert deployment.hosts() >= {"a", "b"}
    one, many = (Path(root) / "data" / "marts" / "parquet" for root in (released, deployment.root))
    data = {name for name, contract in load_contracts().items() if not contract.written_by_release}
    files = {name: [folder / f"{name}.parquet" for folder in (one, many)] for name in sorted(data)}
    assert [name for name, (mine, theirs) in files.items() if mine.read_bytes() != theirs.read_bytes()] == []
    checks = [pl.read_parquet(folder / "check_results.parquet").drop("release") for folder in (one, many)]
    assert checks[0].equals(checks[1])
    with in_lake(deployment.settings(), "dti") as con:
        for name in sorted(data):
            frame = load_contracts()[name].conform(con.sql(f'FROM "{name}"').pl())
            assert frame.equals(pl.read_parquet(one / f"{name}.parquet")), name
    again = deployment.dx("run", "--json")
    assert json.loads(again.stdout)["skipped"], "an unchanged project is built again"


def test_readers_see_the_old_release_or_the_new_one_whole(deployment: Deployment) -> None:
    declared = deployment.root / "data" / "raw" / "pci_scores" / "source.toml"
    text = declared.read_text(encoding="utf-8")
    declared.write_text(text.replace('publisher = "', 'publisher = "As corrected: ', 1), encoding="utf-8")
    deployment.wait(lambda: deployment.ready(2))
    reader = Reader(deployment)
    reader.start()
    done = deployment.dx("run", "--json")
    deployment.wait(lambda: len(reader.seen) > 1 or bool(reader.errors))
    reader.stopped.set()
    reader.join()
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(deployment.hosts()) == 2
    assert reader.errors == []
    releases = {release for release, _ in reader.seen}
    assert (len(releases), len(reader.seen)) == (2, 2), "rows of the work in between were seen"
    assert reader.looks > 3


def test_a_large_table_is_built_period_by_period_on_both_workers(deployment: Deployment) -> None:
    from dx_pipeline.conform.reference import load_reference
    from dx_pipeline.lake import connect
    from dx_pipeline.large.store import build_large
    from dx_pipeline.sources.spec import load_source

    base = deployment.root.parent
    root = copy_project(base / "large")
    folder = root / "data" / "raw" / SOURCE
    folder.mkdir()
    add_communes(root / "data" / "reference")
    write_source(folder, 3321 * 25 * MONTHS, indicators=25)
    with (folder.parent / "manifest.toml").open("a", encoding="utf-8") as manifest:
        manifest.write(f'large = ["{SOURCE}"]\n')
    for name in list(deployment.workers):
        deployment.kill(name)
    other = Deployment(root, deployment.environment | {"DX_ROOT": str(root)})
    try:
        for name in ("a", "b"):
            other.start(name)
        other.wait(lambda: other.ready(2))
        source = load_source(folder)
        periods = sorted({str(one.period) for one in source.files})
        assert len(periods) >= MONTHS
        other.materialise("raw/reference")
        with ThreadPoolExecutor(len(periods)) as building:
            done = list(building.map(lambda one: other.materialise(f"large/{SOURCE}", one), periods))
        assert [one.returncode for one in done] == [0] * len(periods)
        with connect(other.settings()) as con:
            assert con.sql("SELECT count(*) FROM large.built").fetchone() == (len(periods),)
        assert other.hosts(len(periods)) == {"a", "b"}
        alone = build_large(source, load_reference(other.root / "data" / "reference"), base / "alone")
        assert [one.period for one in alone] == periods
        with connect(other.settings()) as con:
            for one in alone:
                for kind in ("figures", "means", "left_out", "checks"):
                    kept = f"FROM large.{SOURCE}__{kind} WHERE built_period = '{one.period}'"
                    file = base / "alone" / f"period={one.period}" / f"{kind}.parquet"
                    frame = pl.read_parquet(file, hive_partitioning=False)
                    rows = con.sql(f"SELECT * EXCLUDE built_period {kept}").pl()
                    # threads add up a mean in any order: its last digit is not that of another build
                    near = pl.selectors.float().round(12)
                    assert rows.with_columns(near).equals(frame.with_columns(near)), (kind, one.period)
    finally:
        for name in list(other.workers):
            other.kill(name)
        for name in ("a", "b"):
            deployment.start(name)
        deployment.wait(lambda: deployment.ready(2))


def _without_extension(deployment: Deployment) -> Path:
    """A folder that, first on the path, hides the extension."""
    package = deployment.root.parent / "hiding" / "duckdb_extension_ducklake"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    return package.parent


def wrong(deployment: Deployment) -> list[tuple[dict[str, str], str]]:
    """Settings that are wrong, and how the line about each begins."""
    nobody, read_only = "postgres.invalid", f"s3://{READ_ONLY_BUCKET}/x"
    return [
        ({"DX_POSTGRES_PORT": "1"}, "PostgreSQL, database dagster: expected a connection, found connection"),
        ({"DX_POSTGRES_HOST": nobody}, "PostgreSQL, database lake: expected a connection, found could not"),
        ({"DX_POSTGRES_PASSWORD": "Sai-mat-khau"}, "PostgreSQL, database dagster: expected a connection, found"),
        ({"DX_LAKE_DB": "none"}, "PostgreSQL, database none: expected a connection, found"),
        ({"DX_BROKER_PASSWORD": "Sai-mat-khau"}, "broker: expected an answer, found"),
        ({"DX_BROKER": "redis://127.0.0.1:1/0"}, "broker: expected an answer, found Error 111 connecting to"),
        ({"DX_LAKE_DATA": "s3://no-such-bucket/x"}, "s3://no-such-bucket/x: expected a place to write to, found"),
        ({"DX_LAKE_DATA": read_only}, f"{read_only}: expected a place to write to, found"),
        ({"PYTHONPATH": str(_without_extension(deployment))}, "DuckDB: expected its extension ducklake, found"),
        ({"DX_LAKE_DATA": "s3://dx-lake/other"}, "the lake: expected one at the place the settings name, found"),
        ({"DX_S3_ENDPOINT": "http://127.0.0.1:1"}, "s3://dx-lake/lake: expected a place to write to, found"),
    ]


def test_what_is_wrong_is_told_at_start_in_a_line_each(deployment: Deployment) -> None:
    told = []
    doors = itertools.cycle(([*DX, "run"], [*DX, "worker", "--name", "x"], [*DX, "doctor"], UI))
    for (environment, begins), door in zip(wrong(deployment), doors, strict=False):
        done = deployment.call(door, **environment)
        lines = (done.stdout + done.stderr).splitlines()
        ok = done.returncode != 0 and len(done.stderr.splitlines()) <= 5 and any(begins in line for line in lines)
        if not ok or "Traceback" in done.stderr or "Sai-mat-khau" in done.stdout + done.stderr:
            told.append((environment, door, lines))
    assert told == []


def test_no_door_begins_a_run_that_nobody_would_work_at(deployment: Deployment) -> None:
    nobody = "workers: expected at least one that answers, found none (start one with `dx worker`)"
    no_broker = "broker: expected an answer, found Error 111 connecting to 127.0.0.1:1. Connection refused."
    for name in list(deployment.workers):
        deployment.kill(name)
    assert nobody in deployment.dx("run").stderr
    for told, environment in ((nobody, {}), (no_broker, {"DX_BROKER": "redis://127.0.0.1:1/0"})):
        # as the UI does, which shows why a run failed
        assert deployment.materialise("raw/reference", **environment).returncode != 0
        ask = "SELECT event FROM event_logs WHERE dagster_event_type = 'PIPELINE_FAILURE' ORDER BY id DESC LIMIT 1"
        ((event,),) = deployment.query(ask, of="dagster")
        assert told in event
    for name in ("a", "b"):
        deployment.start(name)
    deployment.wait(lambda: deployment.ready(2))


def test_a_worker_of_other_code_is_told_and_gets_no_work(deployment: Deployment) -> None:
    other = deployment.root.parent / "other"
    shutil.copytree(ROOT / "dx_pipeline", other / "dx_pipeline", ignore=shutil.ignore_patterns("__pycache__"))
    (other / "dx_pipeline" / "newer.py").write_text("")
    environment = deployment.environment | {"PYTHONPATH": str(other)}
    log = (deployment.root.parent / "worker-old.log").open("ab")
    deployment.workers["old"] = subprocess.Popen(
        [*DX, "worker", "--name", "old"], cwd=other, env=environment, stdout=log, stderr=log, start_new_session=True
    )
    deployment.wait(lambda: deployment.ready(3))
    done = deployment.dx("run", "--full")
    deployment.kill("old")
    assert done.returncode == 1
    assert [line for line in done.stderr.splitlines() if "worker old@" in line and "expected code" in line]


def test_one_goes_back_by_unsetting_the_settings(deployment: Deployment) -> None:
    shutil.copy(ROOT / "dagster.yaml", deployment.root)
    before = (deployment.root / "data" / "marts" / "current").resolve()
    kept = {name: value for name, value in deployment.environment.items() if not name.startswith("DX_")}
    embedded = Deployment(deployment.root, kept | {"DX_ROOT": str(deployment.root)})
    done = embedded.dx("run", "--full", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["unchanged"]
    assert (deployment.root / "data" / "marts" / "current").resolve() == before
    forth = deployment.dx("run", "--json")
    assert json.loads(forth.stdout)["skipped"], "the lake still shows what is current"


def test_no_secret_was_ever_written_down(deployment: Deployment) -> None:
    import redis

    base = deployment.root.parent
    files = [*base.glob("*.log"), *(base / "servers").glob("*.log"), *deployment.root.rglob("*")]
    texts = {str(path): path.read_bytes() for path in files if path.is_file()}
    for database in ("dagster", "lake"):
        tables = deployment.query("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'",
                                  of=database)  # fmt: skip
        for (table,) in tables:
            rows = deployment.query(f'SELECT CAST(t AS TEXT) FROM "{table}" AS t', of=database)
            texts[f"{database}.{table}"] = "\n".join(row for (row,) in rows).encode()
    broker = redis.Redis.from_url(deployment.settings().url("broker"))
    texts |= {f"redis.{key}": broker.dump(key) or b"" for key in broker.scan_iter()}
    assert texts
    found = [(where, name) for where, text in texts.items() for name, secret in PASSWORDS.items()
             if secret.encode() in text]  # fmt: skip
    assert found == []
