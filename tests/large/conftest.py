from __future__ import annotations

import shutil

import pytest

from benchmarks.made_up_communes import add_communes
from dx_pipeline.conform.reference import Reference, load_reference
from tests.conftest import ROOT


@pytest.fixture(scope="session")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    """The project's reference with four made-up communes as a third unit system."""
    folder = tmp_path_factory.mktemp("large") / "reference"
    shutil.copytree(ROOT / "data" / "reference", folder)
    add_communes(folder, 4)
    return load_reference(folder)
