"""Looking at publishers, as Dagster sees it: an asset, a job at 01:30, a sensor that builds, a sensor that tells.

The asset is no part of `refresh`: a build needs no network. Its freshness shows in the UI whether the nights go on.
"""

from typing import TYPE_CHECKING, Any

import dagster as dg

from dx_pipeline.code import package_code
from dx_pipeline.orchestration.resources import PUBLISHERS, REFRESH, Project, nightly_freshness

if TYPE_CHECKING:
    from dx_pipeline.fetch.night import Night

FETCH = "fetch"

fetch_job = dg.define_asset_job(
    FETCH,
    selection=dg.AssetSelection.assets(PUBLISHERS),
    executor_def=dg.in_process_executor,
    description="Look at every source that declares `fetch`; accept what changed and keeps its layout and its laws.",
)

#: before the refresh of 02:00, so that it finds what is new
fetch_schedule = dg.ScheduleDefinition(
    name="nightly_fetch",
    job=fetch_job,
    cron_schedule="30 1 * * *",
    execution_timezone="Asia/Ho_Chi_Minh",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every night at 01:30 in Viet Nam, while the daemon runs.",
)


def build_publishers(project: Project) -> dg.AssetsDefinition:
    """The asset. It holds no lock of the build: only an acceptance does, for a moment."""

    @dg.asset(
        key=PUBLISHERS,
        group_name="watch",
        owners=["team:data"],
        code_version=package_code(),
        kinds={"http"},
        description="What the publishers serve tonight, beside what is declared. Snapshots lie in data/snapshots.",
        freshness_policy=nightly_freshness(),
    )
    def publishers(context: dg.AssetExecutionContext) -> dg.MaterializeResult[Any]:
        from dx_pipeline.orchestration.failure import told
        from dx_pipeline.orchestration.watch import look

        with told():
            night = look(project.paths)
        for line in night.lines():
            context.log.info(line)
        by_source: dict[str, dict[str, str]] = {}
        for one in night.outcomes:
            by_source.setdefault(one.source_id, {})[one.file] = f"{one.result}: {one.told}"
        for source_id, results in by_source.items():
            context.log_event(dg.AssetObservation(dg.AssetKey(["raw", source_id]), metadata=results))
        return dg.MaterializeResult(metadata=_metadata(night))

    return publishers


def _metadata(night: "Night") -> dict[str, Any]:
    counts = {result: len(night.with_result(result)) for result in ("unchanged", "accepted", "waiting", "failed")}
    rows = "\n".join(f"| {one.source_id}/{one.file} | {one.result} | {one.told} |" for one in night.outcomes)
    table = f"| file | result | |\n| --- | --- | --- |\n{rows}"
    return {
        **counts,
        "stale": ", ".join(one.source_id for one in night.stale) or "none",
        "files": dg.MetadataValue.md(table),
    }


def build_sensors(project: Project) -> list[dg.SensorDefinition]:
    """One that builds what was accepted, one that tells of builds that failed or are well again."""

    @dg.sensor(
        name="build_what_is_new",
        job_name=REFRESH,
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Starts the refresh when a fetch, or a person, accepted other bytes, or a source became stale.",
    )
    def build_what_is_new(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        from dx_pipeline.fetch.records import read_mark

        name, why = read_mark(project.paths)
        if name == (context.cursor or ""):
            return dg.SkipReason("nothing was accepted since the last build was started")
        request = dg.RunRequest(run_key=name, tags={"dx/because": ", ".join(why)[:200]})
        return dg.SensorResult(run_requests=[request], cursor=name)

    @dg.sensor(
        name="tell_of_builds",
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Sends an alert when a refresh failed, by whatever door, and another one when all is well again.",
    )
    def tell_when_something_failed(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        from dx_pipeline.orchestration.watch import tell_of_builds

        events = tell_of_builds(project.paths)
        return dg.SkipReason(", ".join(f"told: {one.mark} {one.key}" for one in events) or "nothing to tell")

    return [build_what_is_new, tell_when_something_failed]
