"""The main job without a browser: materialise every asset in this process, release, and say what came out."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dx_pipeline.orchestration.state import clear_failure_note, write_failure_note
from dx_pipeline.paths import Paths, default_paths

if TYPE_CHECKING:
    import dagster as dg

#: what a figure rests on, in words
BASIS = {
    "published": "printed",
    "derived": "from a stated change",
    "computed": "computed from scores",
    "not_published": "not published",
}

#: the event log keeps everything; the terminal gets the summary, or the reasons of a failure
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
#: how many failing keys of a check are told
KEYS_TOLD = 5
#: what Dagster puts around the error that a person needs to see
WRAPPERS = ("DagsterExecutionStepExecutionError",)
#: the full name of an error's class, which tells a reader nothing
CLASS_PATH = re.compile(r"^(?:[a-z_]+\.)+\w+: ")
RANKS = """
SELECT edition, province_id, province_vi, "rank", n_units, status, score, score_status
FROM province_rankings WHERE province_id IN (?, ?) AND unit_system = 63 ORDER BY ALL
"""
CHECKS = """
SELECT CASE WHEN status = 'failed' THEN severity ELSE status END AS kind, count(*),
    string_agg(table_name || '.' || check_name, ', ' ORDER BY table_name, check_name)
FROM check_results WHERE release = (SELECT max_by(release, built_at) FROM releases) GROUP BY kind ORDER BY kind
"""


@dataclass(frozen=True)
class Refresh:
    """How a refresh ended."""

    #: the release that is current now, None if there is none
    release: str | None
    #: the data are those of the release before
    unchanged: bool
    summary_lines: list[str]
    #: why nothing new was released; empty on success
    failures: list[str] = field(default_factory=list)


def refresh(paths: Paths | None = None) -> Refresh:
    """Run the job `refresh` and wait for it. The event log goes to DAGSTER_HOME if that is set."""
    import dagster as dg

    from dx_pipeline.definitions import build_definitions
    from dx_pipeline.orchestration.resources import Project

    paths = paths or default_paths()
    instance = dg.DagsterInstance.get() if os.environ.get("DAGSTER_HOME") else dg.DagsterInstance.ephemeral()
    with instance:
        job = build_definitions(Project(root=str(paths.root))).resolve_job_def("refresh")
        result = job.execute_in_process(instance=instance, raise_on_error=False, run_config=QUIET)
        failures = _failures(result)
        unchanged = result.success and not _new_data(result)
        run_id = result.run_id
    if failures:
        write_failure_note(paths, run_id, failures)
    else:
        clear_failure_note(paths)
    lines = summary_lines(paths) if paths.published.exists() else ["no release yet"]
    return Refresh(_current_release(paths), unchanged, lines, failures)


def _failures(result: dg.ExecuteInProcessResult) -> list[str]:
    """One readable text per failed step or blocking check; steps skipped because of these are not told."""
    if result.success:
        return []
    texts = []
    for event in result.all_events:
        if event.is_step_failure:
            error = event.step_failure_data.error
            while error is not None and error.cause is not None and error.cls_name in WRAPPERS:
                error = error.cause
            if error is None or error.cls_name != "DagsterAssetCheckFailedError":
                told = error.message.strip() if error else event.message or ""
                texts.append(f"{(event.step_key or 'run').replace('__', '/')}: {CLASS_PATH.sub('', told)}")
    texts += [
        f"check {check.asset_key.path[-1]}.{check.check_name}: {check.description}"
        f"; failing keys: {_first_keys(str(check.metadata['failing_keys'].value))}"
        for check in result.get_asset_check_evaluations()
        if check.blocking and not check.passed
    ]
    return texts or ["the run failed; see the event log"]


def _first_keys(failing_keys: str) -> str:
    keys = json.loads(failing_keys or "[]")
    told = "; ".join(", ".join(f"{name} {value}" for name, value in key.items()) for key in keys[:KEYS_TOLD])
    return told + (" ..." if len(keys) > KEYS_TOLD else "") or "none"


def _new_data(result: dg.ExecuteInProcessResult) -> bool:
    for event in result.get_asset_materialization_events():
        if event.asset_key and event.asset_key.path[-1] == "release":
            metadata = event.step_materialization_data.materialization.metadata
            return bool(metadata["new data"].value)
    return False


def _current_release(paths: Paths) -> str | None:
    from dx_pipeline.release.store.layout import current_folder

    folder = current_folder(paths)
    return folder.name if folder else None


def summary_lines(paths: Paths, provinces: tuple[str, str] = ("hai-duong", "thai-nguyen")) -> list[str]:
    """The two provinces by edition: rank, score, what each rests on; then what the release holds."""
    import duckdb

    with duckdb.connect(str(paths.published), read_only=True) as con:
        rows = con.execute(RANKS, list(provinces)).fetchall()
        release = con.sql("SELECT release FROM releases ORDER BY built_at DESC LIMIT 1").fetchone()
        checks = con.sql(CHECKS).fetchall()
        tables = con.sql("SELECT count(*), sum(estimated_size) FROM duckdb_tables()").fetchone() or (0, 0)
    lines = [f"{'edition':<8}" + "".join(f"{name:<58}" for name in _names(rows, provinces))]
    for edition in sorted({row[0] for row in rows}):
        cells = {row[1]: _cell(row) for row in rows if row[0] == edition}
        lines.append(f"{edition:<8}" + "".join(f"{cells.get(province, 'no row'):<58}" for province in provinces))
    told = ", ".join(f"{count} {kind}" + ("" if kind == "passed" else f" ({names})") for kind, count, names in checks)
    lines += ["", f"release {release[0] if release else '?'}: {tables[0]} tables, {tables[1]:,} rows; checks: {told}"]
    return [line.rstrip() for line in lines]


def _names(rows: list[tuple], provinces: tuple[str, str]) -> list[str]:
    names = {row[1]: row[2] for row in rows}
    return [names.get(province, province) for province in provinces]


def _cell(row: tuple) -> str:
    _, _, _, rank, units, status, score, score_status = row
    place = f"rank {rank:>2} of {units} ({BASIS[status]})" if rank else "rank not published"
    return place + (f", score {score:.4f}" if score is not None else f", score {BASIS[score_status]}")
