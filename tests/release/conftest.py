from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from publish_project import release


@pytest.fixture(scope="session")
def _released_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("released")
    release(root)
    return root


@pytest.fixture
def small_release(_released_once: Path, tmp_path: Path) -> Path:
    """A project of its own with release 2.0.0 published."""
    root = tmp_path / "project"
    shutil.copytree(_released_once, root, symlinks=True)
    return root
