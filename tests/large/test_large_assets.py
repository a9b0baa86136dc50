"""The asset graph has an asset for each large source, partitioned by its periods, and none where there is none."""

from __future__ import annotations

from pathlib import Path

import dagster as dg

from benchmarks.made_up_communes import add_communes
from dx_pipeline.orchestration.assets.figures import large_assets, large_key, reference
from dx_pipeline.orchestration.resources import Project
from dx_pipeline.paths import Paths
from tests.conftest import ROOT
from tests.large.made_up import MARCH, large_source


def test_a_period_is_a_partition_any_worker_may_build(project: Path) -> None:
    assert large_assets(Paths(ROOT)) == [], "the real data has no large source"
    add_communes(project / "data" / "reference", 4)
    april = MARCH.replace("03/2025", "04/2025").replace("2025-03", "2025-04")
    files = {"3.csv": ("2025-03", MARCH), "4.csv": ("2025-04", april)}
    large_source(project / "data" / "raw" / "communes", files, rejected="rejected = 0.5")
    manifest = project / "data" / "raw" / "manifest.toml"
    manifest.write_text(manifest.read_text(encoding="utf-8") + 'large = ["communes"]\n', encoding="utf-8")
    (asset,) = large_assets(Paths(project))
    assert asset.partitions_def == dg.StaticPartitionsDefinition(["2025-03", "2025-04"])
    resources = {"project": Project(root=str(project))}
    assert dg.materialize([reference], resources=resources).success
    with dg.DagsterInstance.ephemeral() as instance:
        done = dg.materialize(
            [asset, dg.SourceAsset(reference.key)], partition_key="2025-04", resources=resources, instance=instance
        )
        assert done.success
        assert instance.get_materialized_partitions(large_key("communes")) == {"2025-04"}
    assert [path.name for path in Paths(project).large.glob("communes/period=*")] == ["period=2025-04"]
