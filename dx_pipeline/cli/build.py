"""`dx run`, `dx prune`: make a release, keep the disk free. `dx doctor`, `dx worker`: of a shared deployment."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Annotated

import typer

from dx_pipeline.cli.output import AsJson, show_json, working
from dx_pipeline.errors import FAILED, DxError
from dx_pipeline.paths import Paths, default_paths
from dx_pipeline.release.store.layout import ReleaseError, current_folder

if TYPE_CHECKING:
    from dx_pipeline.release.store.manifest import Headline, Manifest

#: the module whose application a worker runs
APPLICATION = "dx_pipeline.orchestration.celery_app"
#: what a figure rests on, in words
BASIS = {
    "published": "printed",
    "derived": "from a stated change",
    "from_parts": "from the printed pillars",
    "computed": "computed from scores",
    "not_read": "not read",
    "not_published": "not published",
}


def run(
    full: Annotated[bool, typer.Option("--full", help="Do everything again, whatever earlier builds left.")] = False,
    as_json: AsJson = False,
) -> None:
    """Build everything from the published bytes, check it, and make it the current release if the checks pass.

    When data, reference, corrections and code are those of the current release, nothing is built.
    """
    try:
        with working("Building and checking"):
            from dx_pipeline.orchestration.run import refresh

            result = refresh(default_paths(), full=full)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr, flush=True)
        os._exit(130)  # threads of libraries are still at work, and would turn an orderly end into an abort
    lines = summary_lines(default_paths())
    if as_json:
        show_json(
            {
                "release": result.release,
                "unchanged": result.unchanged,
                "skipped": result.skipped,
                "summary": lines,
                "failures": result.failures,
                "reasons": [reason.model_dump() for reason in result.reasons],
            }
        )
    else:
        print("\n".join(lines))
        if result.skipped:
            print(f"Nothing was built: {result.skipped}. `dx run --full` does everything again.")
        elif result.unchanged:
            print("The data are those of the release before; nothing new was published.")
    if result.reasons:
        if not as_json:
            print("Nothing was released; the release before stays.", file=sys.stderr)
            for failure in result.failures:
                print(f"- {failure}", file=sys.stderr)
        raise typer.Exit(max(reason.exit_code for reason in result.reasons))


def summary_lines(paths: Paths) -> list[str]:
    """The ranks people look for first, and what the release holds; from its manifest, no database is opened."""
    from dx_pipeline.release.store.manifest import read_manifest

    folder, manifest = current_folder(paths), None
    with suppress(ReleaseError):
        manifest = read_manifest(folder) if folder else None
    if manifest is None:
        return ["no release yet"]
    names = {row.province_id: row.province for row in manifest.headline}
    lines = [f"{'edition':<8}" + "".join(f"{name:<58}" for name in names.values())] if names else []
    for edition in sorted({row.edition for row in manifest.headline}):
        cells = {row.province_id: _cell(row) for row in manifest.headline if row.edition == edition}
        lines.append(f"{edition:<8}" + "".join(f"{cells.get(province, 'no row'):<58}" for province in names))
    told = f"release {manifest.release}: {len(manifest.tables)} tables, {manifest.rows:,} rows"
    lines += [""] * bool(lines) + [f"{told}; checks: {_checks_told(manifest)}"]
    return [line.rstrip() for line in lines]


def _cell(row: Headline) -> str:
    place = f"rank {row.rank:>2} of {row.n_units} ({BASIS.get(row.status, row.status)})" if row.rank else ""
    score = f"score {row.score:.4f}" if row.score is not None else f"score {BASIS.get(row.score_status, '?')}"
    return f"{place or 'rank not read'}, {score}"


def _checks_told(manifest: Manifest) -> str:
    if manifest.checks is None:
        return "not recorded"
    names: dict[str, list[str]] = {}
    for one in manifest.checks.notes:
        names.setdefault(one.severity if one.status == "failed" else one.status, []).append(f"{one.table}.{one.check}")
    return ", ".join(
        f"{count} {kind.replace('_', ' ')}" + (f" ({', '.join(names[kind])})" if kind in names else "")
        for kind, count in sorted(manifest.checks.counts.items())
    )


def prune(as_json: AsJson = False) -> None:
    """Remove what is kept for a time only: old releases, what was set aside as damaged, event logs of old runs."""
    from dx_pipeline.orchestration.upkeep import forget
    from dx_pipeline.release.store.repair import repair
    from dx_pipeline.warehouse import build_lock

    paths = default_paths()
    with working("Removing"), build_lock(paths, wait_seconds=5.0), ExitStack() as stack:
        put_right, instance = repair(paths), None
        if os.environ.get("DAGSTER_HOME"):
            from dx_pipeline.orchestration.instance import opened

            instance = stack.enter_context(opened(paths))
        gone = forget(paths, instance, vacuum=True)
    if as_json:
        show_json({"releases": gone.releases, "quarantine": gone.quarantine, "runs": gone.runs, "put_right": put_right})
        return
    for told in put_right:
        print(told)
    print(f"releases  {len(gone.releases)} removed" + (f": {', '.join(gone.releases)}" if gone.releases else ""))
    print(f"damaged   {len(gone.quarantine)} removed")
    print(f"runs      {gone.runs} removed with their events")


def doctor(as_json: AsJson = False) -> None:
    """Try each part of the deployment: servers, storage, extensions, workers. A line for each thing that is wrong."""
    from dx_pipeline.orchestration.deployment import faults
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
    from dx_pipeline.orchestration.deployment import refuse_unready
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
