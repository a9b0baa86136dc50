"""Group core: one chosen figure per key, the rivals kept beside it."""

from typing import Any

import dagster as dg

from dx_pipeline.build import build_figures, step_code
from dx_pipeline.orchestration.assets.raw import OWNERS, REFERENCE
from dx_pipeline.orchestration.failure import told
from dx_pipeline.orchestration.metadata import data_version, frame_metadata
from dx_pipeline.orchestration.resources import Project
from dx_pipeline.paths import Paths
from dx_pipeline.sources.spec import source_names
from dx_pipeline.warehouse import was_taken_over

FIGURES = dg.AssetKey(["core", "figures"])


def core_assets(paths: Paths) -> list[dg.AssetsDefinition]:
    """The figures, from every source."""

    @dg.asset(
        key=FIGURES,
        deps=[REFERENCE, *(["raw", source_id] for source_id in source_names(paths.raw))],
        group_name="core",
        owners=OWNERS,
        kinds={"polars", "duckdb"},
        code_version=step_code(build_figures),
        description="Every printed figure with its verdict: chosen or not, in conflict or not, and why (the arithmetic "
        "referee and the declared corrections of data/corrections).",
    )
    def figures(project: Project) -> dg.MaterializeResult[Any]:
        with told(), project.warehouse() as con:
            frame = build_figures(con, project.paths)
            version, taken_over = data_version(con, "core.figures"), was_taken_over(con, "core.figures")
        return dg.MaterializeResult(
            data_version=version,
            metadata={
                **frame_metadata(frame, taken_over),
                "chosen": int(frame["chosen"].sum()),
                "in conflict": int(frame["conflict"].sum()),
            },
        )

    return [figures]
