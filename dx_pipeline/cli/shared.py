"""`dx doctor`, `dx worker`: whether a shared deployment can work, and one process that runs its steps."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from dx_pipeline.cli.output import AsJson, show_json
from dx_pipeline.errors import FAILED, DxError
from dx_pipeline.paths import default_paths

#: the module whose application a worker runs
APPLICATION = "dx_pipeline.orchestration.celery_app"


def doctor(as_json: AsJson = False) -> None:
    """Try each part of the deployment: servers, storage, extensions, workers. A line for each thing that is wrong."""
    from dx_pipeline.orchestration.readiness import faults
    from dx_pipeline.settings import read_settings

    settings = read_settings(default_paths().root)
    problems = [str(one) for one in faults(settings)]
    if as_json:
        show_json({"deployment": settings.deployment, "executor": settings.steps_by, "problems": problems})
    else:
        print(f"deployment {settings.deployment}, executor {settings.steps_by}")
        print("\n".join(problems) or "nothing is wrong")
    if problems:
        raise typer.Exit(FAILED)


def worker(
    name: Annotated[str, typer.Option("--name", "-n", help="Its name, unique on this machine.")] = "dx",
    steps: Annotated[int, typer.Option("--steps", min=1, help="How many steps at once.")] = 1,
) -> None:
    """Run steps of the shared deployment until stopped; refuses to start when a part of it does not work."""
    from dx_pipeline.orchestration.readiness import refuse_unready
    from dx_pipeline.orchestration.shared import export_settings
    from dx_pipeline.settings import read_settings

    paths = default_paths()
    settings = read_settings(paths.root)
    if settings.steps_by != "celery":
        raise DxError(f"executor {settings.steps_by} has no workers of this kind", "Set DX_DEPLOYMENT=shared.")
    refuse_unready(settings, workers=False)
    export_settings(settings)
    os.environ["DX_ROOT"] = str(paths.root)
    options = ["--hostname", f"{name}@%h", "--concurrency", str(steps), "--loglevel", "WARNING", "--without-gossip",
               "--without-mingle", "--queues", "dagster"]  # fmt: skip
    # another program from here on: what looking at the servers left in this process is not handed to its children
    os.execv(sys.executable, [sys.executable, "-m", "celery", "--app", APPLICATION, "--quiet", "worker", *options])
