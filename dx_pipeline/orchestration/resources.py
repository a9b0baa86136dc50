"""What assets share: the project's folders and the one writing connection to its warehouse."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg

from dx_pipeline.paths import Paths, default_paths
from dx_pipeline.warehouse import build_lock, connect

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb


class Project(dg.ConfigurableResource):
    """The project's root folder; everything else follows from it."""

    root: str = ""

    @property
    def paths(self) -> Paths:
        """Folders under `root`, or the default root when it is empty."""
        return Paths(Path(self.root)) if self.root else default_paths()

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Project]:
        """Held for a whole run, so that two builds can't mix their tables: the second one waits."""
        with build_lock(self.paths):
            yield self

    @contextmanager
    def warehouse(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The warehouse, open for writing, released at the end of the block whatever happens."""
        with connect(self.paths) as con:
            yield con
