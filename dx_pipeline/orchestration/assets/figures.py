"""Groups raw, core and large: one asset a source, the reference tables, and the one chosen figure per key.

A large source is partitioned by its periods where source.toml says them; a run without a period builds all of them, and
takes over those that would come out alike.
"""

from typing import Any

import dagster as dg

from dx_pipeline.build import build_figures, build_reference, build_source, step_code, stored_reference
from dx_pipeline.orchestration.failure import told
from dx_pipeline.orchestration.metadata import code_references, data_version, frame_metadata
from dx_pipeline.orchestration.resources import Project
from dx_pipeline.paths import Paths
from dx_pipeline.sources.errors import SourceError
from dx_pipeline.sources.spec import SourceSpec, each_source, read_manifest
from dx_pipeline.warehouse import was_taken_over

OWNERS = ["team:data"]
REFERENCE = dg.AssetKey(["raw", "reference"])
FIGURES = dg.AssetKey(["core", "figures"])


def figure_assets(paths: Paths) -> list[dg.AssetsDefinition]:
    """The reference tables, every source the manifest names, and the figures."""
    sources, broken = each_source(paths.raw)
    return [
        reference,
        *(source_asset(source, paths) for source in sources.values()),
        *(broken_asset(dg.AssetKey(["raw", name]), error) for name, error in broken.items()),
        figures_asset(paths),
    ]


def large_assets(paths: Paths) -> list[dg.AssetsDefinition]:
    """Every large source the manifest names; none if there is none."""
    sources, broken = each_source(paths.raw, large=True)
    return [
        *(large_asset(source, paths) for source in sources.values()),
        *(broken_asset(large_key(name), error) for name, error in broken.items()),
    ]


@dg.asset(
    key=REFERENCE,
    group_name="raw",
    owners=OWNERS,
    kinds={"csv", "duckdb"},
    code_version=step_code(build_reference),
    description="Codes, names and regions of the 63 and the 34 units, and the structure of the index by edition.",
)
def reference(project: Project) -> dg.MaterializeResult[Any]:
    """The reference tables."""
    with told(), project.warehouse() as con:
        tables = build_reference(con, project.paths)
        version, taken_over = data_version(con, *tables), was_taken_over(con, tables[0])
    return dg.MaterializeResult(
        data_version=version, metadata={"tables": len(tables), "names": ", ".join(tables), "taken over": taken_over}
    )


def _description(source: SourceSpec) -> str:
    return f"{source.title}\n\n{source.title_vi}\n\nPublisher: {source.publisher}. Read: {source.where_read}."


def source_asset(source: SourceSpec, paths: Paths) -> dg.AssetsDefinition:
    """The asset of one source. A source that fails stops what depends on it; other sources go on."""

    @dg.asset(
        key=["raw", source.source_id],
        deps=[REFERENCE],
        group_name="raw",
        owners=OWNERS,
        kinds={source.files[0].form if source.files else "csv", "duckdb"},
        description=_description(source),
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
        counts = {name: int(files[name].sum()) for name in ("rows_read", "figures_read", "observations", "rejected")}
        rows = {"dagster/row_count": counts.pop("rows_read")}
        return dg.MaterializeResult(data_version=version, metadata=frame_metadata(files, taken_over) | rows | counts)

    return read


def large_key(source_id: str) -> dg.AssetKey:
    """Asset key of a large source."""
    return dg.AssetKey(["large", source_id])


def large_asset(source: SourceSpec, paths: Paths) -> dg.AssetsDefinition:
    """The figures, ranks, means and checks of one large source, by period."""
    from dx_pipeline.large.store import code_version

    periods = sorted({file.period for file in source.files})

    @dg.asset(
        key=large_key(source.source_id),
        deps=[REFERENCE],
        partitions_def=dg.StaticPartitionsDefinition(periods) if all(periods) else None,
        group_name="large",
        owners=OWNERS,
        kinds={source.files[0].form, "polars", "parquet"},
        description=_description(source),
        code_version=code_version(),
        tags={"tier": source.tier},
        metadata=code_references([paths.raw / source.source_id / "source.toml"]),
    )
    def build(context: dg.AssetExecutionContext, project: Project) -> dg.MaterializeResult[Any]:
        from dx_pipeline.large.in_lake import keep_in_lake
        from dx_pipeline.large.store import build_large

        only = {context.partition_key} if context.has_partition_key else None
        with told():
            with project.warehouse() as con:
                known = stored_reference(con)
            folder = project.paths.large / source.source_id
            stored = build_large(source, known, folder, only)
            if project.settings.shared:
                keep_in_lake(project.settings, source.source_id, folder, stored)
        counts = {name: sum(one.counts[name] for one in stored) for name in ("rows", "figures", "left_out")}
        return dg.MaterializeResult(
            data_version=dg.DataVersion(",".join(one.made_of[:16] for one in stored)[:1000]),
            metadata={"dagster/row_count": counts["rows"], "periods": len(stored), **counts},
        )

    return build


def broken_asset(key: dg.AssetKey, error: SourceError) -> dg.AssetsDefinition:
    """A source whose declaration can't be read: it fails with the reason when its turn comes; the others go on."""

    @dg.asset(key=key, deps=[REFERENCE], group_name=key.path[0], owners=OWNERS, kinds={"duckdb"},
              code_version=step_code(build_source), description=str(error))  # fmt: skip
    def refused() -> None:
        with told():
            raise error

    return refused


def figures_asset(paths: Paths) -> dg.AssetsDefinition:
    """One chosen figure per key, from every source, the rivals kept beside it."""

    @dg.asset(
        key=FIGURES,
        deps=[REFERENCE, *(["raw", source_id] for source_id in read_manifest(paths.raw).sources)],
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
        counts = {"chosen": int(frame["chosen"].sum()), "in conflict": int(frame["conflict"].sum())}
        return dg.MaterializeResult(data_version=version, metadata=frame_metadata(frame, taken_over) | counts)

    return figures
