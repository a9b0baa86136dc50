"""Starts runs as Dagster does, and knows whether a run's process still lives.

Dagster's own launcher cannot tell: a run that was killed stays STARTED, and the queue, which lets one build run at a
time, waits for it for ever. With this, run monitoring ends it. Configured in dagster.yaml.
"""

from __future__ import annotations

import time

from dagster import DagsterInstance, DagsterRun, DagsterRunStatus, RunRecord, RunsFilter
from dagster._core.launcher import CheckRunHealthResult, DefaultRunLauncher, WorkerStatus

from dx_pipeline.locks import is_alive

#: a run's own name of its process, set when it begins
PROCESS_TAG = "dx/process"
#: a run that has not named its process after so many seconds never will
UNNAMED_SECONDS = 300.0
GONE = "its process is gone"
UNFINISHED = [DagsterRunStatus.STARTED, DagsterRunStatus.STARTING, DagsterRunStatus.CANCELING]


class WatchedRunLauncher(DefaultRunLauncher):
    """The default launcher with a look at the process."""

    @property
    def supports_check_run_worker_health(self) -> bool:
        """Run monitoring may ask."""
        return True

    def check_run_worker_health(self, run: DagsterRun) -> CheckRunHealthResult:
        """Whether the process of a run that has begun is still there."""
        record = self._instance.get_run_record_by_id(run.run_id)
        if record is not None and is_dead(record):
            return CheckRunHealthResult(WorkerStatus.FAILED, GONE)
        return CheckRunHealthResult(WorkerStatus.RUNNING)


def end_dead_runs(instance: DagsterInstance) -> list[str]:
    """Mark runs as failed whose process is gone; returns their ids."""
    ended = []
    for record in instance.get_run_records(RunsFilter(statuses=UNFINISHED)):
        if is_dead(record):
            instance.report_run_failed(record.dagster_run, f"The run was killed: {GONE}.")
            ended.append(record.dagster_run.run_id)
    return ended


def is_dead(record: RunRecord) -> bool:
    """Whether the process of a run that has begun is gone, or never named itself."""
    process = record.dagster_run.tags.get(PROCESS_TAG)
    if process is None:
        return time.time() - record.update_timestamp.timestamp() > UNNAMED_SECONDS  # it may have waited long before
    return not is_alive(process)
