"""One large source by the project, by a hand-written DuckDB script, by Polars and by pandas, side by side in one run.

`python -m benchmarks.scale --rows 10000000 --json` writes made-up published files (benchmarks/made_up_communes.py) into
a temporary folder, lets each way read, conform, choose, rank, check and write them in a process of its own, and prints
one object: for each way seconds, peak_bytes, rows, and result_hash, the hash over the sorted result (not timed).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.made_up_communes import SOURCE, write_project, write_source
from benchmarks.scale_ways import by_duckdb, by_pandas, by_polars

REFERENCE = Path(__file__).resolve().parents[1] / "data" / "reference"
#: pandas is measured up to here
PANDAS_ROWS = 10_000_000


def by_project(root: Path, folder: Path, out: Path) -> None:
    from dx_pipeline.conform.reference import load_reference
    from dx_pipeline.large.store import build_large
    from dx_pipeline.sources.spec import load_source

    build_large(load_source(folder), load_reference(root / "data" / "reference"), out)


WAYS: dict[str, Callable[[Path, Path, Path], None]] = {
    "project": by_project,
    "duckdb": by_duckdb,
    "polars": by_polars,
    "pandas": by_pandas,
}


def measured(way: str, root: Path, folder: Path, out: Path) -> dict[str, Any]:
    """Seconds, CPU seconds and peak bytes of one way; to be called in a process of its own."""
    __import__({"project": "dx_pipeline.large.store"}.get(way, way))
    before = resource.getrusage(resource.RUSAGE_SELF)
    start = time.perf_counter()
    WAYS[way](root, folder, out)
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"seconds": round(seconds, 3), "cpu_seconds": round(cpu, 3), "peak_bytes": after.ru_maxrss * 1024}


def result_hash(out: Path) -> str:
    """One hash over figures, ranks, left-out rows and means, whatever their types and order."""
    import polars as pl

    whole = hashlib.sha256()
    columns: dict[str, dict[str, Any]] = {
        "figures": {"indicator": pl.String, "province_id": pl.String, "value": pl.Float64, "rank": pl.Int64, "row": pl.Int64},
        "left_out": {"row": pl.Int64, "reason": pl.String},
        "means": {"indicator": pl.String, "published": pl.Int64, "blank": pl.Int64, "missing": pl.Int64, "mean": pl.Float64},
    }  # fmt: skip
    for folder in sorted(out.glob("period=*")):
        whole.update(folder.name.encode())
        for name, kinds in columns.items():
            frame = pl.read_parquet(folder / f"{name}.parquet", columns=list(kinds))
            frame = frame.select(pl.col(column).cast(kind).alias(column) for column, kind in kinds.items())
            frame = frame.with_columns(pl.col(pl.Float64).fill_nan(None).round(9)).sort(frame.columns[:2])
            whole.update(frame.hash_rows(seed=0).to_numpy().tobytes())
    return whole.hexdigest()


def compare(rows: int, scratch: Path, ways: tuple[str, ...] = tuple(WAYS), keep: bool = False) -> dict[str, Any]:
    """What each way took, on files of so many rows below `scratch`."""
    import shutil

    root = scratch / "made_up"
    folder = root / "data" / "raw" / SOURCE
    if not folder.exists():
        write_project(root, rows, REFERENCE)
    elif rows:
        write_source(folder, rows)
    found: dict[str, Any] = {}
    context = multiprocessing.get_context("spawn")
    for way in ways:
        if way == "pandas" and rows > PANDAS_ROWS:
            found[way] = {
                "left_out": f"more than {PANDAS_ROWS:,} rows: its time grows with the rows, and takes hours of no use"
            }
            continue
        out = scratch / way
        with context.Pool(1) as pool:
            told = pool.apply(measured, (way, root, folder, out))
        found[way] = told | {"rows": rows, "result_hash": result_hash(out)}
        if not keep:
            shutil.rmtree(out)
    return found


def table(found: dict[str, Any]) -> str:
    """The comparison for people."""
    lines = [f"{'way':<10}{'seconds':>10}{'CPU':>10}{'peak MB':>10}{'x project':>11}  result"]
    own = found.get("project", {}).get("seconds")
    for way, one in found.items():
        if "left_out" in one:
            lines.append(f"{way:<10}left out: {one['left_out']}")
            continue
        ratio = f"{one['seconds'] / own:.2f}" if own else ""
        peak = one["peak_bytes"] / 1e6
        hashed = one["result_hash"][:16]
        lines.append(f"{way:<10}{one['seconds']:>10.2f}{one['cpu_seconds']:>10.2f}{peak:>10.0f}{ratio:>11}  {hashed}")
    return "\n".join(lines)


def main() -> None:
    """Read the options, compare, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000, help="printed rows in all")
    parser.add_argument("--json", action="store_true", help="print one object and nothing else")
    parser.add_argument("--ways", default=",".join(WAYS), help="which ways, with commas")
    parser.add_argument("--scratch", type=Path, help="a folder for files and results, kept; a temporary one by itself")
    options = parser.parse_args()
    ways = tuple(options.ways.split(","))
    if options.scratch:
        options.scratch.mkdir(parents=True, exist_ok=True)
        found = compare(options.rows, options.scratch, ways)
    else:
        with tempfile.TemporaryDirectory(prefix="dx-scale-") as scratch:
            found = compare(options.rows, Path(scratch), ways)
    print(json.dumps(found) if options.json else table(found))


if __name__ == "__main__":
    sys.exit(main())
