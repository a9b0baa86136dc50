"""Where a refresh spends its time, by package, and how its cost follows the reach of a change.

    python -m benchmarks.refresh [--functions N] [--reach] [--json]

A thread looks at the stack of the refresh every few milliseconds. A sample belongs to the package of its innermost
frame outside Python's own library: what `json` or `hashlib` does is charged to whoever called it, compiled code to the
last Python frame of its library. DuckDB has none, so its methods are known by the call that the frame waits for.
NumPy's operators have none either and are charged to this project: its own share is rather too high than too low.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import linecache
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from dx_pipeline.orchestration.reproduce import copy_inputs
from dx_pipeline.paths import Paths, default_paths

OWN = "dx_pipeline"
#: of the wall of a full refresh
OWN_SHARE = 0.30
#: seconds between two looks
INTERVAL = 0.004
INSTALLED = {sysconfig.get_paths()[name] for name in ("purelib", "platlib")}
DUCKDB_METHODS = {"close", "connect", "execute", "fetchall", "fetchone", "pl", "register", "sql", "unregister"}
#: name of a change -> file below data/raw, a text in it, and what stands there instead
CHANGES = {
    "one external figure": ("nso_urban_population/2024.csv", "4280.835", "4280.836"),
    "one press figure": (
        "dti_press_figures/figures.csv",
        "digital_government,score,0.4455",
        "digital_government,score,0.4456",
    ),
}
REFRESH = """
import json, resource, sys
from pathlib import Path
from dx_pipeline.orchestration.run import refresh
from dx_pipeline.paths import Paths
outcome = refresh(Paths(Path(sys.argv[1])), full=len(sys.argv) > 2)
if outcome.failures:
    sys.exit("\\n".join(outcome.failures))
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"cpu": round(used.ru_utime + used.ru_stime, 1), "release": outcome.release}))
"""


@dataclass
class Profile:
    """Samples of one thread."""

    packages: Counter[str] = field(default_factory=Counter)
    functions: Counter[str] = field(default_factory=Counter)
    steps: Counter[str] = field(default_factory=Counter)

    def look(self, frame: FrameType | None) -> None:
        """Count one sample."""
        package, function = _owner(frame)
        self.packages[package] += 1
        self.functions[f"{package} {function}"] += 1
        self.steps[_step(frame)] += 1


@contextmanager
def sampled(profile: Profile) -> Iterator[None]:
    """Sample the calling thread while the block runs."""
    watched, done = threading.get_ident(), threading.Event()

    def watch() -> None:
        while not done.wait(INTERVAL):
            profile.look(sys._current_frames().get(watched))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _owner(frame: FrameType | None) -> tuple[str, str]:
    """Package, and function, of the innermost frame outside the standard library."""
    while frame is not None:
        code = frame.f_code
        package = _package(code.co_filename)
        if package == OWN:
            name = f"{Path(code.co_filename).stem}.{code.co_name}"
            return ("duckdb" if _calls_duckdb(code, frame.f_lasti) else OWN), name
        if package:
            return package, code.co_name
        frame = frame.f_back
    return "python", ""


def _step(frame: FrameType | None) -> str:
    """Module and function of `orchestration/assets` at work."""
    while frame is not None:
        file = Path(frame.f_code.co_filename)
        if file.parent.name == "assets":
            return f"{file.stem}.{frame.f_code.co_name}"
        frame = frame.f_back
    return "around the steps"


@cache
def _package(filename: str) -> str:
    for folder in INSTALLED:
        if filename.startswith(folder):
            return Path(filename).relative_to(folder).parts[0].removesuffix(".py")
    return OWN if f"/{OWN}/" in filename else ""


@cache
def _calls_duckdb(code: CodeType, instruction: int) -> bool:
    """Whether the call that a frame waits for is one of DuckDB's compiled methods, which have no frame of their own."""
    first, last, begin, end = next(islice(code.co_positions(), instruction // 2, None))
    if first is None or last is None or not code.co_filename.endswith(".py"):
        return False
    lines = [line.encode() for line in linecache.getlines(code.co_filename)[first - 1 : last]]
    lines[-1] = lines[-1][:end]
    lines[0] = lines[0][begin:]
    try:
        call = ast.parse(b"".join(lines).decode().strip(), mode="eval").body
    except SyntaxError:
        return False
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in DUCKDB_METHODS


def profile_of_full_refresh(paths: Paths) -> Profile:
    """A full refresh of a project in this process, imports included."""
    profile = Profile()
    with sampled(profile):
        from dx_pipeline.orchestration.run import refresh

        outcome = refresh(paths, full=True)
    if outcome.failures:
        sys.exit("\n".join(outcome.failures))
    return profile


def change(paths: Paths, file: str, old: str, new: str) -> None:
    """Change a text of a raw file once, and declare its new hash."""
    path = paths.raw / file
    before = path.read_bytes()
    assert old.encode() in before, f"{file} holds no {old}"
    path.write_bytes(before.replace(old.encode(), new.encode(), 1))
    declaration = path.parent / "source.toml"
    hashes = (hashlib.sha256(content).hexdigest() for content in (before, path.read_bytes()))
    declaration.write_text(declaration.read_text(encoding="utf-8").replace(*hashes), encoding="utf-8")


def cost_by_reach(paths: Paths) -> dict[str, float]:
    """CPU seconds of refreshes in processes of their own: of everything, of nothing changed, and of each change."""
    costs = {"full": _cpu(paths, "full"), "nothing changed": _cpu(paths)}
    for name, (file, old, new) in CHANGES.items():
        shutil.copytree(default_paths().raw, paths.raw, dirs_exist_ok=True)
        _cpu(paths)
        change(paths, file, old, new)
        costs[name] = _cpu(paths)
    return costs


def _cpu(paths: Paths, *options: str) -> float:
    environment = {name: value for name, value in os.environ.items() if name != "DAGSTER_HOME"}
    told = subprocess.run([sys.executable, "-c", REFRESH, str(paths.root), *options],
                          capture_output=True, text=True, check=True, env=environment)  # fmt: skip
    return float(json.loads(told.stdout.splitlines()[-1])["cpu"])


def main() -> int:
    """Print what was asked for; 1 when this project's own code takes more than its share."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--functions", type=int, default=0, help="so many functions that take the most time")
    parser.add_argument("--reach", action="store_true", help="also measure refreshes after changes")
    parser.add_argument("--json", action="store_true", help="one object")
    options = parser.parse_args()
    os.environ.pop("DAGSTER_HOME", None)
    with tempfile.TemporaryDirectory() as folder:
        profile = profile_of_full_refresh(copy_inputs(default_paths(), Path(folder) / "profile"))
        costs = cost_by_reach(copy_inputs(default_paths(), Path(folder) / "reach")) if options.reach else {}
    total = profile.packages.total()
    told: dict[str, dict[str, Any]] = {
        "share of wall by package": {name: round(n / total, 4) for name, n in profile.packages.most_common(20)},
        "share of wall by step": {name: round(n / total, 4) for name, n in profile.steps.most_common(12)},
        "functions": {name: round(n / total, 4) for name, n in profile.functions.most_common(options.functions)},
        "CPU seconds": costs,
    }
    if options.json:
        print(json.dumps(told))
    else:
        for title, entries in told.items():
            print("\n".join([title, *(f"  {name:60} {value}" for name, value in entries.items())]) if entries else "")
    return int(profile.packages[OWN] > OWN_SHARE * total)


if __name__ == "__main__":
    sys.exit(main())
