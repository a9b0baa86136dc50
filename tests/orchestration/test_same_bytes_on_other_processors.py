"""Kernels of the linear algebra library round differently in the last places; the released tables must not show it."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.xdist_group("released")

BUILD = """
import sys
from pathlib import Path
from dx_pipeline.build import mart_contracts
from dx_pipeline.paths import Paths
from dx_pipeline.build import build_all
from dx_pipeline.release.content.export import write_tables
from dx_pipeline.warehouse import connect
paths = Paths(Path(sys.argv[1]))
with connect(paths) as con:
    frames = build_all(con, paths)
write_tables(paths.marts, frames, mart_contracts())
"""
#: what a processor without wide vectors would use, and what it would use with them
KERNELS = ("Prescott", "Haswell")


def kernel_works(name: str) -> bool:
    """Whether this processor can run a kernel of OpenBLAS and NumPy's OpenBLAS lets itself be told."""
    code = "import numpy as np; a = np.ones((50, 50)); assert (a @ a == 50).all()"
    try:
        return subprocess.run([sys.executable, "-c", code], env=os.environ | {"OPENBLAS_CORETYPE": name},
                              timeout=60, capture_output=True).returncode == 0  # fmt: skip
    except subprocess.TimeoutExpired:
        return False


@pytest.mark.skipif(not os.environ.get("DX_SOAK"), reason="long: make soak")
def test_two_kernels_release_the_same_bytes(built: Path, tmp_path: Path) -> None:
    if not all(map(kernel_works, KERNELS)):
        pytest.skip("this processor can't run both kernels")
    hashes: list[dict[str, str]] = []
    for kernel in KERNELS:
        root = tmp_path / kernel
        for name in ("raw", "reference", "corrections"):
            shutil.copytree(built / "data" / name, root / "data" / name)
        environment = os.environ | {"OPENBLAS_CORETYPE": kernel}
        subprocess.run([sys.executable, "-c", BUILD, str(root)], cwd=ROOT, env=environment, check=True)
        files = sorted((root / "data/marts/parquet").glob("*.parquet"))
        hashes.append({file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files})
    one, two = hashes
    assert len(one) > 40
    assert [name for name in one if one[name] != two[name]] == []
