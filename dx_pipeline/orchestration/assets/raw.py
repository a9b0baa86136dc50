"""Group raw: one asset a source, what it printed and what that was read as; and the reference tables."""

from typing import Any

import dagster as dg

from dx_pipeline.build import build_reference, build_source, step_code
from dx_pipeline.orchestration.failure import told
from dx_pipeline.orchestration.metadata import code_references, data_version, frame_metadata
from dx_pipeline.orchestration.resources import Project
from dx_pipeline.paths import Paths
from dx_pipeline.sources.errors import SourceError
from dx_pipeline.sources.spec import SourceSpec, each_source
from dx_pipeline.warehouse import was_taken_over

OWNERS = ["team:data"]
REFERENCE = dg.AssetKey(["raw", "reference"])


def reference_asset() -> dg.AssetsDefinition:
    """The reference tables."""

    @dg.asset(
        key=REFERENCE,
        group_name="raw",
        owners=OWNERS,
        kinds={"csv", "duckdb"},
        code_version=step_code(build_reference),
        description="Codes, names and regions of the 63 and the 34 units, and the structure of the index by edition.",
    )
    def reference(project: Project) -> dg.MaterializeResult[Any]:
        with told(), project.warehouse() as con:
            tables = build_reference(con, project.paths)
            version, taken_over = data_version(con, *tables), was_taken_over(con, tables[0])
        return dg.MaterializeResult(
            data_version=version,
            metadata={"tables": len(tables), "names": ", ".join(tables), "taken over": taken_over},
        )

    return reference


def source_asset(source: SourceSpec, paths: Paths) -> dg.AssetsDefinition:
    """The asset of one source. A source that fails stops what depends on it; other sources go on."""

    @dg.asset(
        key=["raw", source.source_id],
        deps=[REFERENCE],
        group_name="raw",
        owners=OWNERS,
        kinds={source.files[0].form if source.files else "csv", "duckdb"},
        description=f"{source.title}\n\n{source.title_vi}\n\nPublisher: {source.publisher}. Read: {source.where_read}.",
        code_version=step_code(build_source),
        tags={"tier": source.tier},
        metadata={"retrieved_on": source.retrieved_on, "licence": source.licence, "url": source.url or "in each row"}
        | code_references([paths.raw / source.source_id / "source.toml"]),
    )
    def read(project: Project) -> dg.MaterializeResult[Any]:
        with told(), project.warehouse() as con:
            files = build_source(con, project.paths, source.source_id)
            table = f"raw.{source.source_id}"
            version, taken_over = data_version(con, table, f"{table}__files"), was_taken_over(con, table)
        return dg.MaterializeResult(
            data_version=version,
            metadata={
                **frame_metadata(files, taken_over),
                "dagster/row_count": int(files["rows_read"].sum()),
                "figures_read": int(files["figures_read"].sum()),
                "observations": int(files["observations"].sum()),
                "rejected": int(files["rejected"].sum()),
            },
        )

    return read


def broken_asset(key: dg.AssetKey, error: SourceError) -> dg.AssetsDefinition:
    """A source whose declaration can't be read: it fails with the reason when its turn comes; the others go on."""

    @dg.asset(key=key, deps=[REFERENCE], group_name=key.path[0], owners=OWNERS, kinds={"duckdb"},
              code_version=step_code(build_source), description=str(error))  # fmt: skip
    def refused() -> None:
        with told():
            raise error

    return refused


def raw_assets(paths: Paths) -> list[dg.AssetsDefinition]:
    """The reference tables and every source the manifest names."""
    sources, broken = each_source(paths.raw)
    return [
        reference_asset(),
        *(source_asset(source, paths) for source in sources.values()),
        *(broken_asset(dg.AssetKey(["raw", name]), error) for name, error in broken.items()),
    ]
