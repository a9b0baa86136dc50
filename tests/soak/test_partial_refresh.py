"""One thing changes: the refresh that builds only what it reaches gives the release that a full one gives."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dx_pipeline.paths import Paths
from dx_pipeline.release.store.layout import current_folder
from dx_pipeline.release.store.manifest import DATABASE, MANIFEST, files_below, read_manifest
from dx_pipeline.release.store.verify import verify_release
from tests.conftest import ROOT, declare

#: what changes -> file, a text in it, what stands there instead, a table or part it reaches, one it does not reach
CHANGES = {
    "one press figure": ("data/raw/dti_press_figures/figures.csv", "digital_government,score,0.4455",
                         "digital_government,score,0.4456", "figure_sources", "rank_bands"),
    "one external figure": ("data/raw/nso_urban_population/2024.csv", "4280.835", "4280.836",
                            "external_indicators", "rank_bands"),
    "one reference row": ("data/reference/named_peers.csv", "Hai tỉnh đặt", "Hai tỉnh cùng đặt",
                          "peer_groups", "province_rankings"),
    "the query of a table": ("dx_pipeline/marts/rank_thresholds.sql", "SELECT", "SELECT /* all */",
                             "rank_thresholds", "rank_bands"),
    "the text of a contract": ("dx_pipeline/marts/dominance.toml", "Compared on", "Only compared on",
                               "dominance", "rank_bands"),
    "a word": ("dx_pipeline/language/words.toml", "Why the rank moved", "Why the rank changed", "site/", "rank_bands"),
    "a picture": ("dx_pipeline/charts/rank_bands.py", "\"screen\": ", "\"screen\": 0.1 + ",
                  "pictures/rank_bands", "pictures/tile_map"),
}  # fmt: skip
JOB = """
import json, resource, sys
from pathlib import Path
from dx_pipeline.orchestration.run import refresh
from dx_pipeline.paths import Paths
from dx_pipeline.warehouse import connect
paths = Paths(Path(sys.argv[1]))
failures = refresh(paths, full=len(sys.argv) > 2).failures
if failures:
    sys.exit("\\n".join(failures))
with connect(paths) as con:
    made = [name for (name,) in con.sql("SELECT name FROM core.built WHERE NOT taken_over").fetchall()]
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"made": made, "cpu": round(used.ru_utime + used.ru_stime, 1)}))
"""


@pytest.fixture(scope="module")
def base(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A released project with the code and notebooks that built it."""
    root = tmp_path_factory.mktemp("base") / "project"
    shutil.copytree(released, root, symlinks=True)
    for name in ("dx_pipeline", "notebooks"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    return root


def changed(base: Path, target: Path, change: str) -> Path:
    """A copy of the project with one change."""
    shutil.copytree(base, target, symlinks=True)
    file, old, new, *_ = CHANGES[change]
    text = (target / file).read_text(encoding="utf-8")
    assert old in text, f"{file} holds no {old}"
    (target / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    if file.startswith("data/raw/"):
        declare(target, *file.split("/")[2:])
    return target


def command(root: Path, *options: str) -> tuple[list[str], dict]:
    """How to refresh a project with its own code."""
    environment = {**os.environ, "PYTHONPATH": str(root)}
    return [sys.executable, "-c", JOB, str(root), *options], {"cwd": root, "env": environment}


def run(root: Path, *options: str) -> dict:
    """Refresh a project with its own code; returns what was made, and the CPU seconds."""
    line, how = command(root, *options)
    told = subprocess.run(line, capture_output=True, text=True, check=False, **how)
    assert told.returncode == 0, told.stderr[-2000:]
    return json.loads(told.stdout.splitlines()[-1])


def current(root: Path) -> Path:
    """The release that a project shows."""
    folder = current_folder(Paths(root))
    assert folder is not None
    return folder


def content(folder: Path) -> dict[str, bytes]:
    """Every file of a release but the database, which is compared with the Parquet files, without the release time."""
    built_at = read_manifest(folder).built_at
    found = {name: path.read_bytes() for name, path in files_below(folder).items() if name != DATABASE}
    manifest = json.loads(found[MANIFEST])
    for name in (DATABASE, "datapackage.json", "metadata.jsonld"):
        manifest["files"].pop(name, None)
    found[MANIFEST] = json.dumps(manifest).encode()
    times = (built_at.encode(), built_at.replace("T", " ").rstrip("Z").encode())
    timeless = {name: data.replace(times[0], b"...").replace(times[1], b"...") for name, data in found.items()}
    for page in [name for name in manifest["files"] if name.startswith("site/notebooks/")]:
        manifest["files"].pop(page)  # one prints the release time
    timeless[MANIFEST] = json.dumps(manifest).encode().replace(times[0], b"...")
    for name in ("datapackage.json", "metadata.jsonld"):  # they repeat size and hash of the database
        told = timeless[name].decode()
        database = next(mark for mark in read_manifest(folder).files.items() if mark[0] == DATABASE)[1]
        timeless[name] = told.replace(database.sha256, "...").replace(str(database.bytes), "...").encode()
    return timeless


def unlike(one: Path, two: Path) -> list[str]:
    """Files that differ between the current releases of two projects."""
    first, second = content(current(one)), content(current(two))
    return sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))


@pytest.mark.parametrize("change", CHANGES)
def test_a_partial_refresh_gives_what_a_full_one_gives(base: Path, tmp_path: Path, change: str) -> None:
    part, full = (changed(base, tmp_path / name, change) for name in ("part", "full"))
    made, everything = run(part), run(full, "--full")
    print(f"\n{change}: {made['cpu']} of {everything['cpu']} s; {len(made['made'])} tables: {sorted(made['made'])}")
    assert unlike(part, full) == []
    assert verify_release(current(part)) == []
    before, after = (read_manifest(current(root)).files for root in (base, part))
    made_anew = {*made["made"], *(name for name in after if after[name] != before.get(name))}
    *_, reached, spared = CHANGES[change]
    assert any(name.startswith(reached) for name in made_anew)
    assert not any(name == spared or name.startswith(f"{spared}-") for name in made_anew)
    # measured 0.46
    assert made["cpu"] <= everything["cpu"] * 0.5 or "press" not in change


def test_after_a_kill_the_next_refresh_gives_what_a_full_one_gives(base: Path, tmp_path: Path) -> None:
    full = changed(base, tmp_path / "full", "one press figure")
    seconds = time.monotonic()
    run(full, "--full")
    seconds = time.monotonic() - seconds
    part = changed(base, tmp_path / "part", "one press figure")
    for share in (0.15, 0.3, 0.45):
        line, how = command(part)
        job = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **how)
        time.sleep(share * seconds)
        job.send_signal(signal.SIGKILL)
        job.wait()
    run(part)
    assert unlike(part, full) == []
