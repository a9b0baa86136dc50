"""What runs without anybody watching: the refresh job, who runs its steps, its schedule, the trace a failure leaves.

Steps are run by this process, by the workers of a broker, or by pods, as the settings say; nothing of Celery, Redis or
Kubernetes is imported unless they ask for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dagster as dg

from dx_pipeline.errors import DxError
from dx_pipeline.orchestration import deployment, state
from dx_pipeline.orchestration.resources import PUBLISHERS, REFRESH, RELEASE, Project, door_of, outcome_of, publishes

if TYPE_CHECKING:
    from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

    from dx_pipeline.settings import Settings


def executor_of(settings: Settings) -> dg.ExecutorDefinition:
    """The executor that the settings name.

    Raises:
        DxError: what it needs is not installed.
    """
    module, name = deployment.EXECUTORS[settings.steps_by]
    executor: dg.ExecutorDefinition = getattr(deployment.needed(module), name)
    if settings.steps_by == "in_process":
        return executor
    executor = _when_ready(settings, executor)
    if settings.steps_by == "k8s":
        return executor
    # read when a run begins: the address has a password, and definitions are shown to people
    return executor.configured(lambda _: deployment.celery_config(settings), name=settings.steps_by, config_schema={})


def _when_ready(settings: Settings, executor: dg.ExecutorDefinition) -> dg.ExecutorDefinition:
    """An executor that begins no run, from whatever door, that could not work: it would wait for ever."""

    def create(context: dg.InitExecutorContext) -> dg.Executor:
        try:
            deployment.refuse_unready(settings, workers=True)
        except DxError as error:
            raise dg.DagsterError(error.message) from None  # others leave the run without an end
        made: dg.Executor = executor.executor_creation_fn(context)  # type: ignore[misc]
        return made

    schema: Any = executor.config_schema
    return dg.ExecutorDefinition(
        executor.name, config_schema=schema, requirements=executor.get_requirements,
        executor_creation_fn=create, description=executor.description,
    )  # fmt: skip


def build_refresh(settings: Settings) -> UnresolvedAssetJobDefinition:
    """The job that builds everything, step by step where the settings say."""
    return dg.define_asset_job(
        REFRESH,
        # looking at publishers is a job of its own: a build needs no network
        selection=dg.AssetSelection.all() - dg.AssetSelection.assets(PUBLISHERS),
        executor_def=executor_of(settings),
        tags={deployment.WHOLE_TAG: "true"}
        | ({deployment.CODE_TAG: deployment.this_code()} if settings.shared else {}),
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


def build_trace_sensors(project: Project) -> list[dg.SensorDefinition]:
    """Most runs leave their trace themselves; one sensor is for those that failed before they could.

    In a shared deployment, where no process sees a whole run, another one is for those that ended well.
    """

    def left_no_trace(run: dg.DagsterRun) -> bool:
        return publishes(run) and run.run_id not in {one.run_id for one in state.read_state(project.paths).refreshes}

    @dg.run_failure_sensor(
        name="leave_failure_note",
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Writes why a run failed into the record that `dx status` shows, if the run could not do it.",
    )
    def leave_failure_note(context: dg.RunFailureSensorContext) -> None:
        from dx_pipeline.orchestration.failure import reasons_of

        run = context.dagster_run
        if left_no_trace(run):
            reasons = reasons_of(context.instance, run.run_id)
            state.end(project.paths, "failed", reasons, door_of(run), run.run_id)

    @dg.run_status_sensor(
        run_status=dg.DagsterRunStatus.SUCCESS,
        name="leave_release_note",
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Writes into the record that `dx status` shows which release a run made.",
    )
    def leave_release_note(context: dg.RunStatusSensorContext) -> None:
        run = context.dagster_run
        if left_no_trace(run):
            released = outcome_of(context.instance, run.run_id)
            state.end(project.paths, released or "unchanged", (), door_of(run), run.run_id)

    return [leave_failure_note, leave_release_note] if project.settings.shared else [leave_failure_note]
