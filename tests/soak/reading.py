"""Somebody who reads in a loop, in a process of its own, while others publish and are killed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dx_pipeline.paths import Paths

#: opens the published file anew each time; every tenth time compares each file of the release with the manifest
READER = """
import duckdb, pathlib, sys, time
from dx_pipeline.release.store.verify import verify_bytes
file, stop = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
reads = whole = bad = 0
print("ready", flush=True)
while not stop.exists():
    try:
        with duckdb.connect(str(file), read_only=True) as con:
            rows, releases = con.execute(
                "SELECT (SELECT count(*) FROM province_rankings), (SELECT count(*) FROM releases)").fetchone()
            if not (rows and releases):
                raise ValueError("an empty table")
            if reads % 10 == 0:
                folder = file.resolve().parent
                if found := [str(one) for one in verify_bytes(folder)]:
                    raise ValueError(f"{folder.name}: {found}")
                whole += 1
    except Exception as error:
        bad += 1
        print(repr(error), file=sys.stderr, flush=True)
    reads += 1
    time.sleep(0.05)
print(reads, whole, bad)
"""


@dataclass
class Reads:
    """What a reader saw."""

    reads: int = 0
    #: so often every file of the release was compared with its manifest
    whole: int = 0
    bad: int = 0
    told: str = ""


@contextmanager
def reading(paths: Paths, stop: Path) -> Iterator[Reads]:
    """Read until the end of the block; the counts are there after it."""
    seen = Reads()
    process = subprocess.Popen([sys.executable, "-c", READER, str(paths.published), str(stop)],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    try:
        yield seen
    finally:
        stop.touch()
        said, seen.told = process.communicate(timeout=120)
    seen.reads, seen.whole, seen.bad = map(int, said.split())
