from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from answers import Answer, Dx, DxIn
from small_release import copy_inputs, release
from typer.testing import CliRunner

from dx_pipeline.cli import app
from dx_pipeline.paths import Paths


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """A project with one release of the real tables. Look, don't change."""
    paths = copy_inputs(tmp_path_factory.mktemp("project"))
    release(paths)
    return paths


@pytest.fixture
def own_release(released: Paths, tmp_path: Path) -> Paths:
    """A copy of the released project that a test may change."""
    root = tmp_path / "project"
    shutil.copytree(released.root, root, symlinks=True)
    return Paths(root)


@pytest.fixture
def dx_in(monkeypatch: pytest.MonkeyPatch) -> DxIn:
    """Run `dx` in a project root, as in a pipe."""

    def run(root: Path, *arguments: str, stdin: str | None = None) -> Answer:
        monkeypatch.setenv("DX_ROOT", str(root))
        result = CliRunner().invoke(app, list(arguments), input=stdin)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Answer(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def dx(dx_in: DxIn, released: Paths) -> Dx:
    """Run `dx` in the released project."""
    return lambda *arguments, **more: dx_in(released.root, *arguments, **more)
