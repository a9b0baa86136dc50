"""What runs without anybody watching: the refresh job, its nightly schedule, and the note a failure leaves."""

import dagster as dg

from dx_pipeline.paths import default_paths

#: DuckDB has one writer, and one process is several times faster than several on a graph this size
refresh = dg.define_asset_job(
    "refresh",
    selection=dg.AssetSelection.all(),
    executor_def=dg.in_process_executor,
    description="Build every table, check it, and publish a release if no blocking check fails.",
)

nightly = dg.ScheduleDefinition(
    name="nightly",
    job=refresh,
    cron_schedule="0 2 * * *",
    execution_timezone="Asia/Ho_Chi_Minh",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every night at 02:00 in Viet Nam, while the daemon runs (`make ui`).",
)


@dg.run_failure_sensor(
    name="leave_failure_note",
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Writes why the last run failed to data/build/last_failure.json, which `dx status` shows.",
)
def leave_failure_note(context: dg.RunFailureSensorContext) -> None:
    """Keep the reason of a failed run where `dx status` finds it."""
    from dx_pipeline.orchestration.state import write_failure_note

    reasons = [context.failure_event.message]
    reasons += [event.step_failure_data.error_display_string for event in context.get_step_failure_events()]
    write_failure_note(default_paths(), context.dagster_run.run_id, [reason or "" for reason in reasons])
