"""Kernels of the linear algebra library round differently in the last places, and so may another version of Python.

The released tables must not show it: the same input gives the same bytes.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, copy_project

BUILD = """
import sys
from pathlib import Path
from dx_pipeline.build import build_all, mart_contracts
from dx_pipeline.paths import Paths
from dx_pipeline.release.content.export import write_tables
from dx_pipeline.warehouse import connect
paths = Paths(Path(sys.argv[1]))
with connect(paths) as con:
    frames = build_all(con, paths)
write_tables(paths.marts, frames, mart_contracts())
"""
#: what a processor without wide vectors would use, and what it would use with them
KERNELS = ("Prescott", "Haswell")


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What this Python writes on this processor."""
    return tables_by(Path(sys.executable), tmp_path_factory.mktemp("here"))


def tables_by(python: Path, root: Path, **environment: str) -> dict[str, str]:
    """Hash of each Parquet and CSV file of a build by an interpreter."""
    script = [python, "-c", BUILD, copy_project(root / "project")]
    subprocess.run(script, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)} | environment, check=True)
    files = sorted(path for path in (root / "project/data/marts").rglob("*") if path.suffix in (".parquet", ".csv"))
    assert len(files) > 80
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def differing(one: dict[str, str], two: dict[str, str]) -> list[str]:
    return [name for name in one.keys() | two.keys() if one.get(name) != two.get(name)]


def kernel_works(name: str) -> bool:
    """Whether this processor can run a kernel of OpenBLAS and NumPy's OpenBLAS lets itself be told."""
    code = "import numpy as np; a = np.ones((50, 50)); assert (a @ a == 50).all()"
    try:
        return subprocess.run([sys.executable, "-c", code], env=os.environ | {"OPENBLAS_CORETYPE": name},
                              timeout=60, capture_output=True).returncode == 0  # fmt: skip
    except subprocess.TimeoutExpired:
        return False


def test_two_kernels_release_the_same_bytes(here: dict[str, str], tmp_path: Path) -> None:
    ran = [kernel for kernel in KERNELS if kernel_works(kernel)]
    if not ran:
        pytest.skip(f"this processor runs none of {KERNELS}")
    found = {
        kernel: differing(here, tables_by(Path(sys.executable), tmp_path / kernel, OPENBLAS_CORETYPE=kernel))
        for kernel in ran
    }
    print(f"\n{len(here)} files; differing by kernel: {found}")
    assert not any(found.values())


def other_pythons() -> list[Path]:
    """Interpreters of other versions that this project may run on."""
    found = {}
    for minor in range(11, 20):
        names = [shutil.which(f"python3.{minor}"), *Path.home().glob(f".pyenv/versions/3.{minor}.*/bin/python3")]
        for name in filter(None, names):
            asked = subprocess.run([name, "-c", "import venv"], capture_output=True)
            if minor != sys.version_info[1] and asked.returncode == 0:
                found[minor] = Path(name)
    return list(found.values())


def test_other_versions_of_python_release_the_same_bytes(here: dict[str, str], tmp_path: Path) -> None:
    found, left_out = {}, {}
    for python in other_pythons():
        own = tmp_path / python.parent.parent.name
        uv = [Path(sys.executable).parent / "uv", "pip", "install", "-q", "--python", own / "venv/bin/python"]
        subprocess.run([python, "-m", "venv", own / "venv"], check=True)
        made = subprocess.run(
            [*uv, "--require-hashes", "-r", ROOT / "requirements.lock"], capture_output=True, text=True
        )
        if made.returncode:
            left_out[str(python)] = made.stderr.strip().splitlines()[-1:]
            continue
        found[str(python)] = differing(here, tables_by(own / "venv/bin/python", own))
    print(f"\n{len(here)} files; differing by Python: {found}; libraries not to be had for: {left_out}")
    if not found:
        pytest.skip(f"no other Python with the libraries here: {left_out}")
    assert not any(found.values())
