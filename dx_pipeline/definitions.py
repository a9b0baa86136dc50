"""The code location: everything Dagster sees, gathered. Loading it imports no heavy library."""

from __future__ import annotations

import dagster as dg

from dx_pipeline.orchestration.assets.checks import quality_checks
from dx_pipeline.orchestration.assets.core import core_assets
from dx_pipeline.orchestration.assets.marts import mart_assets
from dx_pipeline.orchestration.assets.publication import publication_assets
from dx_pipeline.orchestration.assets.raw import raw_assets
from dx_pipeline.orchestration.automation import leave_failure_note, nightly, refresh
from dx_pipeline.orchestration.resources import Project


def build_definitions(project: Project | None = None) -> dg.Definitions:
    """All definitions, with another project folder for a test."""
    return dg.Definitions(
        assets=[*raw_assets(), *core_assets(), *mart_assets(), *publication_assets()],
        asset_checks=[quality_checks()],
        jobs=[refresh],
        schedules=[nightly],
        sensors=[leave_failure_note],
        resources={"project": project or Project()},
        executor=dg.in_process_executor,
    )


defs = build_definitions()
