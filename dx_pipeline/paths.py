"""Where things lie on disk, from one root folder, so that a test can move the whole project."""

from __future__ import annotations

import os
from pathlib import Path


class Paths:
    """The folders of one project root."""

    def __init__(self, root: Path) -> None:
        self.root = root
        data = root / "data"
        #: published bytes, one folder a source
        self.raw = data / "raw"
        #: code lists and the structure of the index
        self.reference = data / "reference"
        #: declared corrections, one TOML file a case
        self.corrections = data / "corrections"
        #: what publishers served, night by night, and how the looks went; a build reads none of it
        self.snapshots = data / "snapshots"
        #: releases, and links to the current one
        self.marts = data / "marts"
        #: private working folder of a build; nobody else reads it
        self.build = data / "build"
        #: built periods of large sources, a folder each source
        self.large = self.build / "large"
        #: the private DuckDB file a build writes
        self.warehouse = self.build / "warehouse.duckdb"
        #: the DuckDB file people open
        self.published = self.marts / "dti.duckdb"


def default_paths() -> Paths:
    """Paths under `DX_ROOT`, or under the folder that holds the package."""
    root = os.environ.get("DX_ROOT")
    return Paths(Path(root).resolve() if root else Path(__file__).resolve().parents[1])
