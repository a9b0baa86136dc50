"""The ways the benchmark compares give the same result to the last row; how long each takes is not asked here."""

from __future__ import annotations

from pathlib import Path

from benchmarks import scale_ways
from benchmarks.made_up_communes import write_project
from benchmarks.scale import REFERENCE, WAYS, result_hash, table

ROWS = 50_000


def test_every_way_has_the_same_result_to_the_last_row(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "made_up", ROWS, REFERENCE, communes=200, indicators=50)
    written = sum(len(path.read_text(encoding="utf-8").splitlines()) - 1 for path in folder.glob("*.csv"))
    assert written == ROWS
    hashes = {}
    for way in WAYS:
        getattr(scale_ways, f"by_{way}")(tmp_path / "made_up", folder, tmp_path / way)
        hashes[way] = result_hash(tmp_path / way)
    assert len(set(hashes.values())) == 1, hashes
    told = {"seconds": 1.0, "cpu_seconds": 1.0, "peak_bytes": 1, "rows": ROWS, "result_hash": "x"}
    assert "1.00" in table({"project": told, "pandas": {"left_out": "too large"}})
