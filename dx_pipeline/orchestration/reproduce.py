"""`make verify`: two builds of the committed inputs through the main job, compared with each other."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from dx_pipeline.errors import DxError
from dx_pipeline.orchestration.run import refresh
from dx_pipeline.paths import Paths, default_paths
from dx_pipeline.release.reproduce import reproduce
from dx_pipeline.release.store.layout import current_folder


def release_of(paths: Paths) -> Path:
    """Build and release a project; returns the release's folder.

    Raises:
        DxError: the build failed, with its reasons.
    """
    outcome = refresh(paths)
    folder = current_folder(paths)
    if outcome.reasons or folder is None:
        raise DxError("\n".join(outcome.failures))
    return folder


if __name__ == "__main__":
    os.environ.pop("DAGSTER_HOME", None)  # a proof leaves no trace in anybody's event log
    sys.exit(min(reproduce(default_paths(), release_of), 1))
