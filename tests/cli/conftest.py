from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from dx_answers import Answer, Dx, DxIn
from dx_release import release
from typer.testing import CliRunner

from dx_pipeline.cli import app
from dx_pipeline.paths import Paths
from tests.conftest import made_once


@pytest.fixture(scope="session")
def published(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """A project with one release of the real tables. Look, don't change."""

    def make(root: Path) -> None:
        shutil.copytree(built, root)
        release(Paths(root))

    return Paths(made_once(tmp_path_factory, "published", make))


@pytest.fixture
def own_release(published: Paths, tmp_path: Path) -> Paths:
    """A copy of the published project that a test may change."""
    root = tmp_path / "project"
    shutil.copytree(published.root, root, symlinks=True)
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
def dx(dx_in: DxIn, published: Paths) -> Dx:
    """Run `dx` in the published project."""
    return lambda *arguments, **more: dx_in(published.root, *arguments, **more)


@pytest.fixture(autouse=True)
def no_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers go into a pipe, also where the test runner says how wide its own window is."""
    monkeypatch.delenv("COLUMNS", raising=False)
