"""One large source by the project, by a hand-written DuckDB script, by Polars and by pandas, side by side in one run.

`python -m benchmarks.scale --rows 10000000 --json` writes made-up published files (benchmarks/made_up_communes.py) into
a temporary folder, lets each way read, conform, choose, rank, check and write them in a process of its own, and prints
one object: for each way seconds, peak_bytes, rows, and result_hash, the hash over the sorted result (not timed).
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import json
import multiprocessing
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

REFERENCE = Path(__file__).resolve().parents[1] / "data" / "reference"
#: pandas is measured up to here
PANDAS_ROWS = 10_000_000


#: what is measured, and what it imports before the clock starts
WAYS = {"project": "dx_pipeline.large.store", "duckdb": "duckdb", "polars": "polars", "pandas": "pandas"}


def measured(way: str, root: Path, folder: Path, out: Path) -> dict[str, Any]:
    """Seconds, CPU seconds and peak bytes of one way; to be called in a process of its own."""
    from benchmarks import scale_ways

    importlib.import_module(WAYS[way])
    before = resource.getrusage(resource.RUSAGE_SELF)
    start = time.perf_counter()
    getattr(scale_ways, f"by_{way}")(root, folder, out)
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"seconds": round(seconds, 3), "cpu_seconds": round(cpu, 3), "peak_bytes": after.ru_maxrss * 1024}


def result_hash(out: Path) -> str:
    """One hash over figures, ranks, left-out rows and means, whatever their types and order."""
    import polars as pl

    whole = hashlib.sha256()
    text, number, count = pl.String, pl.Float64, pl.Int64
    columns: dict[str, dict[str, Any]] = {
        "figures": {"indicator": text, "province_id": text, "value": number, "rank": count, "row": count},
        "left_out": {"row": count, "reason": text},
        "means": {"indicator": text, "published": count, "blank": count, "missing": count, "mean": number},
    }
    for folder in sorted(out.glob("period=*")):
        whole.update(folder.name.encode())
        for name, kinds in columns.items():
            frame = pl.read_parquet(folder / f"{name}.parquet", columns=list(kinds))
            frame = frame.select(pl.col(column).cast(kind).alias(column) for column, kind in kinds.items())
            frame = frame.with_columns(pl.col(pl.Float64).fill_nan(None).round_sig_figs(12).round(9)).sort(
                frame.columns[:2]
            )
            whole.update(frame.hash_rows(seed=0).to_numpy().tobytes())
    return whole.hexdigest()


def compare(rows: int, scratch: Path, ways: Sequence[str] = tuple(WAYS)) -> dict[str, Any]:
    """What each way took, on files of so many rows below `scratch`.

    This process stays small, as the peak of a child begins with what its parent holds.
    """
    root = scratch / "made_up"
    folder = root / "data" / "raw" / "made_up_communes"
    if not folder.exists():
        alone(write, rows, root)
    found: dict[str, Any] = {}
    for way in ways:
        if way == "pandas" and rows > PANDAS_ROWS:
            found[way] = {"left_out": f"more than {PANDAS_ROWS:,} rows: one frame of them does not fit into memory"}
            continue
        out = scratch / way
        told = alone(measured, way, root, folder, out)
        found[way] = told | {"rows": rows, "result_hash": alone(result_hash, out)}
        print(f"{way}: {found[way]}", file=sys.stderr)  # a long run tells what it has
        shutil.rmtree(out)
    return found


def alone(work: Callable[..., Any], *given: Any) -> Any:
    """A function's result, computed in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, given)


def write(rows: int, root: Path) -> None:
    from benchmarks.made_up_communes import write_project

    write_project(root, rows, REFERENCE)


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
    ways = options.ways.split(",")
    if options.scratch:
        options.scratch.mkdir(parents=True, exist_ok=True)
        found = compare(options.rows, options.scratch, ways)
    else:
        with tempfile.TemporaryDirectory(prefix="dx-scale-") as scratch:
            found = compare(options.rows, Path(scratch), ways)
    print(json.dumps(found) if options.json else table(found))


if __name__ == "__main__":
    sys.exit(main())
