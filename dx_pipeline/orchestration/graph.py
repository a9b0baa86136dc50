"""Everything Dagster sees, gathered for one project. Loading it imports no heavy library."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from typing import Any

import dagster as dg

from dx_pipeline.orchestration.assets.figures import figure_assets, large_assets
from dx_pipeline.orchestration.assets.marts import mart_assets, quality_checks
from dx_pipeline.orchestration.assets.publication import publication_assets
from dx_pipeline.orchestration.automation import build_nightly, build_refresh, build_trace_sensors, executor_of
from dx_pipeline.orchestration.fetching import build_publishers, build_sensors, fetch_job, fetch_schedule
from dx_pipeline.orchestration.resources import REFRESH, Project
from dx_pipeline.paths import Paths


def build_definitions(project: Project | None = None) -> dg.Definitions:
    """All definitions, with another project folder for a test."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.BetaWarning)  # links to the code are new in Dagster
        return _definitions(project or Project())


def _definitions(project: Project) -> dg.Definitions:
    paths, settings = project.paths, project.settings
    refresh = build_refresh(settings)
    large = large_assets(paths)
    tables = [*figure_assets(paths), mart_assets(paths), *large]
    return dg.Definitions(
        assets=linked([*tables, *publication_assets([asset.key for asset in large]), build_publishers(project)], paths),
        asset_checks=[quality_checks()],
        jobs=[fetch_job, refresh],
        schedules=[fetch_schedule, build_nightly(project, refresh)],
        sensors=[*build_trace_sensors(project), *build_sensors(project)],
        resources={"project": project},
        executor=executor_of(settings),
    )


def refresh_job() -> dg.JobDefinition:
    """The job `refresh` of the default project, as a worker on another machine finds it."""
    return build_definitions().resolve_job_def(REFRESH)


def linked(assets: Sequence[dg.AssetsDefinition], paths: Paths) -> Sequence[Any]:
    """Assets whose code references lead to the repository at `DX_REPOSITORY_URL`; to files here without it."""
    url = os.environ.get("DX_REPOSITORY_URL")
    if not url:
        return assets
    branch = os.environ.get("DX_REPOSITORY_BRANCH", "main")
    mapping = dg.AnchorBasedFilePathMapping(local_file_anchor=paths.root, file_anchor_path_in_repository="")
    return dg.link_code_references_to_git(assets, git_url=url, git_branch=branch, file_path_mapping=mapping)
