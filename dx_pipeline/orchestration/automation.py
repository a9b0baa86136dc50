"""What runs without anybody watching: the refresh job, its nightly schedule, and the trace a failure leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dagster as dg

from dx_pipeline.orchestration import state
from dx_pipeline.orchestration.deployment import WHOLE_TAG, code_tags
from dx_pipeline.orchestration.executors import executor_of
from dx_pipeline.orchestration.resources import PUBLISHERS, REFRESH, RELEASE, Project, door_of, outcome_of, publishes

if TYPE_CHECKING:
    from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

    from dx_pipeline.settings import Settings


def build_refresh(settings: Settings) -> UnresolvedAssetJobDefinition:
    """The job that builds everything, step by step where the settings say."""
    return dg.define_asset_job(
        REFRESH,
        # looking at publishers is a job of its own: a build needs no network
        selection=dg.AssetSelection.all() - dg.AssetSelection.assets(PUBLISHERS),
        executor_def=executor_of(settings),
        tags={WHOLE_TAG: "true"} | code_tags(settings),
        description="Build every table, check it, and publish a release if no blocking check fails.",
    )


def build_nightly(
    project: Project, refresh: UnresolvedAssetJobDefinition, cron: str = "0 2 * * *"
) -> dg.ScheduleDefinition:
    """The schedule. A night on which nothing changed says so instead of building."""

    @dg.schedule(
        name="nightly",
        job=refresh,
        cron_schedule=cron,
        execution_timezone="Asia/Ho_Chi_Minh",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Every night at 02:00 in Viet Nam, while the daemon runs (`make ui`).",
    )
    def nightly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        from dx_pipeline.orchestration.upkeep import night_without_work

        told = night_without_work(project.paths, context.instance)
        if told is None:
            return dg.RunRequest()
        materialization = dg.AssetMaterialization(RELEASE, metadata={"unchanged": True})
        context.instance.report_runless_asset_event(materialization)
        return dg.SkipReason(told)

    return nightly


def _left_no_trace(project: Project, run: dg.DagsterRun) -> bool:
    return publishes(run) and run.run_id not in {one.run_id for one in state.read_state(project.paths).refreshes}


def build_failure_sensor(project: Project) -> dg.SensorDefinition:
    """Most runs leave their trace themselves; this is for those that failed before they could."""

    @dg.run_failure_sensor(
        name="leave_failure_note",
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Writes why a run failed into the record that `dx status` shows, if the run could not do it.",
    )
    def leave_failure_note(context: dg.RunFailureSensorContext) -> None:
        from dx_pipeline.orchestration.failure import reasons_of

        run = context.dagster_run
        if _left_no_trace(project, run):
            reasons = reasons_of(context.instance, run.run_id)
            state.note(project.paths, door_of(run), "failed", reasons, run_id=run.run_id)

    return leave_failure_note


def build_success_sensor(project: Project) -> dg.SensorDefinition:
    """In a shared deployment no process sees a whole run: this leaves the trace of those that ended well."""

    @dg.run_status_sensor(
        run_status=dg.DagsterRunStatus.SUCCESS,
        name="leave_release_note",
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Writes into the record that `dx status` shows which release a run made.",
    )
    def leave_release_note(context: dg.RunStatusSensorContext) -> None:
        run = context.dagster_run
        if _left_no_trace(project, run):
            released = outcome_of(context.instance, run.run_id)
            state.note(project.paths, door_of(run), released or "unchanged", run_id=run.run_id)

    return leave_release_note
