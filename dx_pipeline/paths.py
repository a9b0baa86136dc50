"""Where things lie on disk, from one root folder, so that a test can move the whole project."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Paths:
    """The folders of one project root."""

    root: Path

    @property
    def raw(self) -> Path:
        """Published bytes, one folder a source."""
        return self.root / "data" / "raw"

    @property
    def reference(self) -> Path:
        """Code lists and the structure of the index."""
        return self.root / "data" / "reference"

    @property
    def corrections(self) -> Path:
        """Declared corrections, one TOML file a case."""
        return self.root / "data" / "corrections"

    @property
    def snapshots(self) -> Path:
        """What publishers served, night by night, and how the looks went; a build reads none of it."""
        return self.root / "data" / "snapshots"

    @property
    def marts(self) -> Path:
        """Releases, and links to the current one."""
        return self.root / "data" / "marts"

    @property
    def build(self) -> Path:
        """Private working folder of a build; nobody else reads it."""
        return self.root / "data" / "build"

    @property
    def large(self) -> Path:
        """Built periods of large sources, a folder each source."""
        return self.build / "large"

    @property
    def warehouse(self) -> Path:
        """The private DuckDB file a build writes."""
        return self.build / "warehouse.duckdb"

    @property
    def published(self) -> Path:
        """The DuckDB file people open."""
        return self.marts / "dti.duckdb"


def default_paths() -> Paths:
    """Paths under `DX_ROOT`, or under the folder that holds the package."""
    root = os.environ.get("DX_ROOT")
    return Paths(Path(root).resolve() if root else Path(__file__).resolve().parents[1])
