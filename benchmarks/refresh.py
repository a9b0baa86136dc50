"""Where a refresh spends its time, by package: `python -m benchmarks.refresh [--json] [--functions N]`.

A thread looks at the stack of the refresh every few milliseconds. A sample belongs to the package of its innermost frame
that is not of Python's own library: what `json` or `re` does is charged to whoever called it, and what a library does in
compiled code to that library's last Python frame, or to the caller when it has none there (DuckDB, Polars' engine: these
are charged to `duckdb` and `polars` by the name of the function that is called).
"""

from __future__ import annotations

import argparse
import ast
import json
import linecache
import sys
import sysconfig
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from pathlib import Path
from types import CodeType, FrameType

from dx_pipeline.paths import Paths, default_paths
from dx_pipeline.release.reproduce import copy_inputs

OWN = "dx_pipeline"
#: seconds between two looks
INTERVAL = 0.004
DUCKDB_METHODS = {"close", "connect", "execute", "fetchall", "fetchone", "pl", "register", "sql", "unregister"}
INSTALLED = {sysconfig.get_paths()[name] for name in ("purelib", "platlib")}


@dataclass
class Profile:
    """Samples of one thread."""

    packages: Counter[str] = field(default_factory=Counter)
    functions: Counter[str] = field(default_factory=Counter)
    steps: Counter[str] = field(default_factory=Counter)
    samples: int = 0

    def share(self, package: str) -> float:
        """Part of all samples, 0 to 1."""
        return self.packages[package] / max(self.samples, 1)


@contextmanager
def sampled(profile: Profile) -> Iterator[None]:
    """Sample the calling thread while the block runs."""
    watched, done = threading.get_ident(), threading.Event()

    def watch() -> None:
        while not done.wait(INTERVAL):
            frame = sys._current_frames().get(watched)
            package, function = _owner(frame)
            profile.samples += 1
            profile.packages[package] += 1
            profile.functions[function] += 1
            profile.steps[_step(frame)] += 1

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _owner(frame: FrameType | None) -> tuple[str, str]:
    """Package and function of the innermost frame outside the standard library."""
    while frame is not None:
        package = _package(frame.f_code.co_filename)
        if package == OWN and _calls_duckdb(frame.f_code, frame.f_lasti):
            package = "duckdb"
        if package:
            name = (
                frame.f_code.co_name
                if OWN not in frame.f_code.co_filename
                else f"{Path(frame.f_code.co_filename).stem}.{frame.f_code.co_name}:{frame.f_lineno}"
            )
            return package, f"{package} {name}"
        frame = frame.f_back
    return "python", "python"


def _step(frame: FrameType | None) -> str:
    """Module and function of `orchestration/assets` at work."""
    while frame is not None:
        file = Path(frame.f_code.co_filename)
        if file.parent.name == "assets":
            return f"{file.stem}.{frame.f_code.co_name}"
        frame = frame.f_back
    return "around the steps"


@cache
def _calls_duckdb(code: CodeType, instruction: int) -> bool:
    """Whether the call that a frame waits for is one of DuckDB's compiled methods, which have no frame of their own."""
    first, last, begin, end = next(islice(code.co_positions(), instruction // 2, None))
    if None in (first, last, begin, end) or not code.co_filename.endswith(".py"):
        return False
    lines = [line.encode() for line in linecache.getlines(code.co_filename)[first - 1 : last]]
    lines[-1] = lines[-1][:end]
    lines[0] = lines[0][begin:]
    try:
        call = ast.parse(b"".join(lines).decode().strip(), mode="eval").body
    except SyntaxError:
        return False
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in DUCKDB_METHODS


def _package(filename: str) -> str:
    for folder in INSTALLED:
        if filename.startswith(folder):
            return Path(filename).relative_to(folder).parts[0].removesuffix(".py")
    if f"/{OWN}/" in filename:
        return OWN
    return ""


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--functions", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        paths = copy_inputs(default_paths(), Path(folder))
        profile = Profile()
        began = time.process_time()
        with sampled(profile):
            from dx_pipeline.orchestration.run import refresh

            outcome = refresh(paths, full=True)
        print(outcome.release, outcome.failures, round(time.process_time() - began, 1))
    for package, n in profile.packages.most_common(20):
        print(f"{package:30} {n / profile.samples:6.1%}")
    for function, n in profile.steps.most_common(20):
        print(f"{function:60} {n / profile.samples:6.2%}")
    for function, n in profile.functions.most_common(options.functions):
        print(f"{function:60} {n / profile.samples:6.2%}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
