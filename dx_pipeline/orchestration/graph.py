"""Everything Dagster sees, gathered for one project. Loading it imports no heavy library."""

from __future__ import annotations

import dagster as dg

from dx_pipeline.orchestration.assets.checks import quality_checks
from dx_pipeline.orchestration.assets.core import core_assets
from dx_pipeline.orchestration.assets.marts import mart_assets
from dx_pipeline.orchestration.assets.publication import publication_assets
from dx_pipeline.orchestration.assets.raw import raw_assets
from dx_pipeline.orchestration.automation import build_failure_sensor, build_nightly, refresh
from dx_pipeline.orchestration.resources import Project


def build_definitions(project: Project | None = None) -> dg.Definitions:
    """All definitions, with another project folder for a test."""
    project = project or Project()
    paths = project.paths
    return dg.Definitions(
        assets=[*raw_assets(paths), *core_assets(paths), *mart_assets(paths), *publication_assets()],
        asset_checks=[quality_checks()],
        jobs=[refresh],
        schedules=[build_nightly(project)],
        sensors=[build_failure_sensor(project)],
        resources={"project": project},
        executor=dg.in_process_executor,
    )
