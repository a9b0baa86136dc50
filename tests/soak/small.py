"""A project in small on the real job, schedule, record and release protocol: a night of it costs seconds.

Four provinces and one figure, which lies in `data/raw/small/score.txt`. Loaded by the daemon as a code location.
"""

import os
import shutil
import sys
from pathlib import Path
from typing import Any

import dagster as dg

from dx_pipeline.orchestration import graph
from dx_pipeline.orchestration.automation import build_nightly, build_refresh, build_trace_sensors
from dx_pipeline.orchestration.failure import told
from dx_pipeline.orchestration.resources import PUBLISHERS, RELEASE, Project
from dx_pipeline.orchestration.state import Refresh, read_state
from dx_pipeline.paths import Paths, default_paths
from dx_pipeline.release.inputs import remembered_inputs
from dx_pipeline.release.stage import stage
from dx_pipeline.release.store.commit import commit
from dx_pipeline.release.store.staging import open_candidate
from dx_pipeline.warehouse import read_table, write_table

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "release"))

CANDIDATE = dg.AssetKey(["publication", "release_candidate"])
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
#: so many lines a build writes into the event log
EVENTS = 0
UNFINISHED = [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED]


def score_file(root: Path) -> Path:
    """The one raw file."""
    return root / "data/raw/small/score.txt"


def new_project(root: Path, score: float = 0.69) -> Path:
    """A project that has not been built yet."""
    for name in ("raw/small", "reference", "corrections"):
        (root / "data" / name).mkdir(parents=True)
    score_file(root).write_text(str(score), encoding="utf-8")
    shutil.copy(ROOT / "dagster.yaml", root)
    return root


def build_definitions(project: Project) -> dg.Definitions:
    """The real graph in small."""
    from damage import PARTS, add_parts
    from publish_project import check_results, small_contracts, with_scores

    @dg.multi_asset(specs=[dg.AssetSpec(["raw", "reference"]), dg.AssetSpec(["core", "figures"])])
    def figures(context: dg.AssetExecutionContext, project: Project) -> Any:
        for number in range(EVENTS):
            context.log.info(f"{number}: {'x' * 500}")
        with told(), project.warehouse() as con:
            score = float(score_file(project.paths.root).read_text(encoding="utf-8"))
            contracts = small_contracts()
            for name, frame in with_scores(hai_duong=score).items():
                write_table(con, contracts[name], frame)
        yield dg.MaterializeResult(asset_key=["raw", "reference"])
        yield dg.MaterializeResult(asset_key=["core", "figures"])

    @dg.asset(key=CANDIDATE, deps=[dg.AssetKey(["core", "figures"])])
    def release_candidate(project: Project) -> None:
        with told(), project.warehouse() as con:
            read_table(con, "provinces")
            inputs = remembered_inputs(project.paths)
            stage(project.paths, con, small_contracts(), check_results(), "small", parts=PARTS, inputs=inputs)

    @dg.asset(key=dg.AssetKey(["publication", "site"]), deps=[CANDIDATE])
    def site(project: Project) -> None:
        with told():
            add_parts(open_candidate(project.paths, small_contracts()))

    @dg.asset(key=RELEASE, deps=[dg.AssetKey(["publication", "site"])])
    def release(project: Project) -> dg.MaterializeResult[Any]:
        with told():
            done = commit(open_candidate(project.paths, small_contracts()))
        return dg.MaterializeResult(metadata={"switched": done.switched, "new data": done.new_data})

    @dg.asset(key=PUBLISHERS)
    def publishers() -> None:
        """The real job leaves it out."""

    job = build_refresh(project.settings)

    @dg.sensor(job=job, minimum_interval_seconds=1, default_status=dg.DefaultSensorStatus.RUNNING)
    def often(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        """What the schedule does, every second."""
        from dx_pipeline.orchestration.upkeep import night_without_work

        nothing = night_without_work(project.paths, context.instance)
        busy = context.instance.get_run_records(dg.RunsFilter(statuses=UNFINISHED))
        return dg.SkipReason(nothing or "at work") if nothing or busy else dg.RunRequest()

    return dg.Definitions(
        assets=[figures, release_candidate, site, release, publishers],
        jobs=[job],
        schedules=[build_nightly(project, job, cron="* * * * *")],
        sensors=[*build_trace_sensors(project), often],
        resources={"project": project},
        executor=dg.in_process_executor,
    )


def refresh(root: Path, **more: Any) -> Any:
    """`dx run` of the small project."""
    from dx_pipeline.orchestration import run

    real, graph.build_definitions = graph.build_definitions, build_definitions
    try:
        return run.refresh(Paths(root), **more)
    finally:
        graph.build_definitions = real


def last(root: Path) -> Refresh | None:
    """The newest refresh on record."""
    return read_state(Paths(root)).last


if "DX_SMALL" in os.environ:
    defs = build_definitions(Project(root=str(default_paths().root)))

if __name__ == "__main__":  # the command `dx` for the small project
    from dx_pipeline.cli import main

    graph.build_definitions = build_definitions
    main()
