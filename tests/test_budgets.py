"""What the project may cost, each with its reason. A breach names the module, asset or file to look at.

Times are CPU seconds, and ratios to what the frameworks cost by themselves on the same machine at the same moment: a
slow or busy machine changes both sides alike.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import REFRESH_COST, ROOT

#: every command, sensor tick and step process loads the code location, so its cost is felt everywhere; measured 1.66
LOAD_RATIO = 2.0
#: a step costs Dagster 50 to 125 ms a run, and a graph of more is read by nobody
ASSETS = 95
#: five releases are kept; files that did not change are shared between them; measured 145
RELEASE_MEGABYTES = 180
#: of importing Dagster, DuckDB, Polars, Great Expectations, pandas and matplotlib, which any refresh must do; a first
#: refresh draws every picture and page; measured 2.7 and 21
MEMORY_RATIO, CPU_RATIO = 3.5, 26.0

EMPTY = "import dagster as dg; defs = dg.Definitions()"
OURS = "from dx_pipeline.definitions import defs"
LOADED = "; defs.get_repository_def(); "
COST = (
    "import json, resource, sys; used = resource.getrusage(resource.RUSAGE_SELF); "
    "print(json.dumps({'cpu': used.ru_utime + used.ru_stime, 'peak': used.ru_maxrss, 'modules': sorted(sys.modules)}))"
)


def cost(code: str) -> dict:
    """CPU seconds, peak kilobytes and loaded modules of a fresh interpreter."""
    run = subprocess.run([sys.executable, "-c", code + COST], capture_output=True, text=True, check=True, cwd=ROOT)
    return json.loads(run.stdout.splitlines()[-1])


def test_the_code_location_loads_almost_as_fast_as_an_empty_one() -> None:
    for _ in range(3):  # the first imports write bytecode
        empty, ours = cost(EMPTY + LOADED), cost(OURS + LOADED)
        if ours["cpu"] <= LOAD_RATIO * empty["cpu"]:
            return
    timed = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", OURS], capture_output=True, text=True, check=True, cwd=ROOT
    ).stderr
    own = Counter({line.split("|")[2].strip(): int(line.split("|")[1]) for line in timed.splitlines()[1:]})
    more = Counter({name: own[name] for name in set(ours["modules"]) - set(empty["modules"])})
    slowest = [f"{name} {micros / 1000:.0f} ms" for name, micros in more.most_common(8)]
    pytest.fail(f"{ours['cpu']:.2f} s, an empty one {empty['cpu']:.2f} s; beyond its imports: {', '.join(slowest)}")


def test_the_graph_is_one_that_people_can_read() -> None:
    from dx_pipeline.definitions import defs

    keys = defs.resolve_asset_graph().get_all_asset_keys()
    groups = Counter(key.path[0] for key in keys)
    assert len(keys) <= ASSETS, f"{len(keys)} assets: {dict(groups)}"


def test_a_release_is_small_enough_to_keep_several(released: Path) -> None:
    current = (released / "data" / "marts" / "current").resolve()
    sizes = {str(path.relative_to(current)): path.stat().st_size for path in current.rglob("*") if path.is_file()}
    largest = [f"{name} {size / 1e6:.1f} MB" for name, size in Counter(sizes).most_common(8)]
    total = sum(sizes.values()) / 1e6
    assert total <= RELEASE_MEGABYTES, f"{total:.0f} MB; largest: {', '.join(largest)}"


def test_a_full_refresh_costs_a_few_times_its_frameworks(released: Path) -> None:
    used = json.loads((released / REFRESH_COST).read_text(encoding="utf-8"))
    floor = used["frameworks"]
    ratios = {"peak": used["peak"] / floor["peak"], "cpu": used["cpu"] / floor["cpu"]}
    told = f"{used['cpu']:.1f} s and {used['peak'] / 1024:.0f} MB, the frameworks {floor['cpu']:.1f} s and"
    told += f" {floor['peak'] / 1024:.0f} MB; slowest steps: {', '.join(used['steps'])}"
    assert ratios["peak"] <= MEMORY_RATIO, told
    assert ratios["cpu"] <= CPU_RATIO, told
