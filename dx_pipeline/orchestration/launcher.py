"""Starts runs as Dagster does, and knows whether a run's process still lives.

Dagster's own launcher cannot tell: a run that was killed stays STARTED, and the queue, which lets one build run at a
time, waits for it for ever. With this, run monitoring ends it. Configured in dagster.yaml.
"""

from __future__ import annotations

import time

from dagster import DagsterInstance, DagsterRun, DagsterRunStatus, RunsFilter
from dagster._core.launcher import CheckRunHealthResult, DefaultRunLauncher, WorkerStatus

from dx_pipeline.locks import is_alive

#: a run's own name of its process, set when it begins
PROCESS_TAG = "dx/process"
#: a run that has not named its process after so many seconds never will
UNNAMED_SECONDS = 300.0
UNFINISHED = [DagsterRunStatus.STARTED, DagsterRunStatus.STARTING, DagsterRunStatus.CANCELING]


class WatchedRunLauncher(DefaultRunLauncher):
    """The default launcher with a look at the process."""

    @property
    def supports_check_run_worker_health(self) -> bool:
        """Run monitoring may ask."""
        return True

    def check_run_worker_health(self, run: DagsterRun) -> CheckRunHealthResult:
        """Whether the process of a run that has begun is still there."""
        process = run.tags.get(PROCESS_TAG)
        if process is None:
            return CheckRunHealthResult(WorkerStatus.RUNNING, "it has not named its process yet")
        if is_alive(process):
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        return CheckRunHealthResult(WorkerStatus.FAILED, f"its process {process.partition(':')[0]} is gone")


def end_dead_runs(instance: DagsterInstance) -> list[str]:
    """Mark runs as failed whose process is gone; returns their ids."""
    ended = []
    for record in instance.get_run_records(RunsFilter(statuses=UNFINISHED)):
        run = record.dagster_run
        process = run.tags.get(PROCESS_TAG)
        quiet = time.time() - record.create_timestamp.timestamp() > UNNAMED_SECONDS
        if (process is None and quiet) or (process is not None and not is_alive(process)):
            instance.report_run_failed(run, "The run was killed: its process is gone.")
            ended.append(run.run_id)
    return ended
