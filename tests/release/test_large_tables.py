"""Large sources of any unit system and frequency go into a release with everything else, by period."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest
from publish_project import stage_tables

from benchmarks.made_up_communes import add_communes
from dx_pipeline.conform.reference import load_reference
from dx_pipeline.errors import DxError
from dx_pipeline.large.store import build_large
from dx_pipeline.paths import Paths
from dx_pipeline.release.store.commit import commit
from dx_pipeline.release.store.verify import verify_release
from tests.conftest import ROOT
from tests.large.made_up import large_source

QUARTERS = "Xã Giả Định 0001;days;Quý I/2025;3\nXã Giả Định 0002;days;Q2/2025;4\n"
MONTHS = "".join(f"Xã Giả Định 000{n};share;{month:02d}/2025;{n * month}%\n" for month in (1, 2) for n in (1, 2, 3, 4))


def test_months_and_quarters_of_a_third_unit_system_are_released(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "data" / "reference", tmp_path / "data" / "reference")
    add_communes(tmp_path / "data" / "reference", 4)
    reference, paths = load_reference(tmp_path / "data" / "reference"), Paths(tmp_path)
    monthly = large_source(tmp_path / "monthly", {"a.csv": ("", MONTHS)})
    quarterly = large_source(tmp_path / "quarterly", {"a.csv": ("", QUARTERS)}, every='every = "quarter"')
    for source in (monthly, quarterly):
        build_large(source, reference, paths.large / source.source_id)
    first = commit(stage_tables(tmp_path, large=(monthly, quarterly)))
    assert verify_release(first.folder) == []
    large = paths.marts / "large"
    ranks = duckdb.sql(f"""
        SELECT period, province_id[-4:], value, rank, files.name, row
        FROM read_parquet('{large}/monthly/*/figures.parquet', hive_types = {{'period': VARCHAR}})
        JOIN '{large}/monthly/files.parquet' AS files USING (file) ORDER BY period, rank LIMIT 5
    """).fetchall()
    assert ranks == [
        ("2025-01", "0004", 0.04, 1, "a.csv", 5), ("2025-01", "0003", 0.03, 2, "a.csv", 4),
        ("2025-01", "0002", 0.02, 3, "a.csv", 3), ("2025-01", "0001", 0.01, 4, "a.csv", 2),
        ("2025-02", "0004", 0.08, 1, "a.csv", 9),
    ]  # fmt: skip
    means = duckdb.sql(f"""
        SELECT period, published, missing, complete, mean FROM '{large}/quarterly/*/means.parquet'
        WHERE indicator = 'days' ORDER BY period
    """).fetchall()
    assert means == [("2025-Q1", 1, 3, False, 3.0), ("2025-Q2", 1, 3, False, 4.0)]
    checks = duckdb.sql(
        f"SELECT bool_and(passed), count(*) FROM '{large}/*/*/checks.parquet' WHERE severity = 'blocking'"
    )
    assert checks.fetchone() == (True, 20)

    again = commit(stage_tables(tmp_path, large=(monthly, quarterly)))
    assert not again.switched, "the same data is the same release"
    changed = large_source(
        tmp_path / "quarterly", {"a.csv": ("", QUARTERS.replace(";4", ";5"))}, every='every = "quarter"'
    )
    with pytest.raises(DxError, match="large/quarterly"):
        stage_tables(tmp_path, large=(monthly, changed))
    build_large(changed, reference, paths.large / "quarterly")
    newer = commit(stage_tables(tmp_path, large=(monthly, changed)))
    assert newer.new_data
    assert newer.release != first.release
    same = "large/monthly/period=2025-01/figures.parquet"
    assert (newer.folder / same).samefile(first.folder / same), "what did not change lies on disk once"
