"""Group large: one asset a large source, partitioned by its periods where source.toml says them; none if there is none.

A run without a period builds all of them, and takes over those that would come out alike.
"""

from typing import Any

import dagster as dg

from dx_pipeline.build import stored_reference
from dx_pipeline.orchestration.assets.raw import OWNERS, REFERENCE, broken_asset
from dx_pipeline.orchestration.failure import told
from dx_pipeline.orchestration.metadata import code_references
from dx_pipeline.orchestration.resources import Project
from dx_pipeline.paths import Paths
from dx_pipeline.sources.spec import SourceSpec, each_source


def large_key(source_id: str) -> dg.AssetKey:
    """Asset key of a large source."""
    return dg.AssetKey(["large", source_id])


def large_assets(paths: Paths) -> list[dg.AssetsDefinition]:
    """Every large source the manifest names."""
    sources, broken = each_source(paths.raw, large=True)
    return [
        *(large_asset(source, paths) for source in sources.values()),
        *(broken_asset(large_key(name), error) for name, error in broken.items()),
    ]


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
        description=f"{source.title}\n\n{source.title_vi}\n\nPublisher: {source.publisher}. Read: {source.where_read}.",
        code_version=code_version(),
        tags={"tier": source.tier},
        metadata=code_references([paths.raw / source.source_id / "source.toml"]),
    )
    def build(context: dg.AssetExecutionContext, project: Project) -> dg.MaterializeResult[Any]:
        from dx_pipeline.large.store import build_large

        only = {context.partition_key} if context.has_partition_key else None
        with told():
            with project.warehouse() as con:
                reference = stored_reference(con)
            folder = project.paths.large / source.source_id
            stored = build_large(source, reference, folder, only)
            project.keep_large(source.source_id, folder, stored)
        counts = {name: sum(one.counts[name] for one in stored) for name in ("rows", "figures", "left_out")}
        return dg.MaterializeResult(
            data_version=dg.DataVersion(",".join(one.made_of[:16] for one in stored)[:1000]),
            metadata={"dagster/row_count": counts["rows"], "periods": len(stored), **counts},
        )

    return build
