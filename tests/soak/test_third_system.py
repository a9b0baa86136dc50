"""`dx run` of the real project with a third unit system, its months and its quarters, from the files to the release."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from benchmarks.made_up_communes import SOURCE, add_communes, write_source
from dx_pipeline.orchestration.run import refresh
from dx_pipeline.paths import Paths
from dx_pipeline.release.store.verify import verify_release


def test_a_third_unit_system_is_rows_and_a_toml(project: Path) -> None:
    paths = Paths(project)
    add_communes(paths.reference, 20)
    (paths.raw / SOURCE).mkdir()
    write_source(paths.raw / SOURCE, 300, 20, 4)
    months = (paths.raw / SOURCE / "source.toml").read_text(encoding="utf-8")
    manifest = paths.raw / "manifest.toml"
    manifest.write_text(manifest.read_text(encoding="utf-8") + f'large = ["{SOURCE}"]\n', encoding="utf-8")
    built = refresh(paths)
    assert built.failures == []
    assert verify_release(paths.marts / "current") == []
    means = pl.read_parquet(paths.marts / "large" / SOURCE / "*" / "means.parquet", hive_partitioning=True)
    assert sorted(set(means["period"])) == [f"2010-{month:02d}" for month in range(1, 5)]
    assert refresh(paths).skipped, "nothing changed, nothing is built"
    (paths.raw / SOURCE / "source.toml").write_text(months.replace("0.01", "0.02"), encoding="utf-8")
    assert not refresh(paths).skipped, "another declaration is another build"
