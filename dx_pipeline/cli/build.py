"""`dx run` and `dx status`: make a release, and see whether the current one can be relied on."""

from __future__ import annotations

import hashlib
import sys
from datetime import UTC, date, datetime
from typing import Any

import typer

from dx_pipeline.cli.output import AsJson, show_json, working
from dx_pipeline.errors import FAILED
from dx_pipeline.paths import Paths, default_paths
from dx_pipeline.tables import open_published, select

#: the index is published once a year, so a source that was not looked at for longer may have a new edition
STALE_DAYS = 365


def run(as_json: AsJson = False) -> None:
    """Build everything from the published bytes, check it, and make it the current release if the checks pass."""
    with working("Building and checking"):
        from dx_pipeline.orchestration.run import refresh

        result = refresh(default_paths())
    if as_json:
        show_json(
            {
                "release": result.release,
                "unchanged": result.unchanged,
                "summary": result.summary_lines,
                "failures": result.failures,
            }
        )
    else:
        print("\n".join(result.summary_lines))
        if result.unchanged:
            print("The data are those of the release before; nothing new was published.")
    if result.failures:
        if not as_json:
            print("Nothing was released; the release before stays.", file=sys.stderr)
            for failure in result.failures:
                print(f"- {failure}", file=sys.stderr)
        raise typer.Exit(FAILED)


def status(as_json: AsJson = False) -> None:
    """Release and its age, sources missing, changed or stale, undeclared files, failed checks.

    Exit code 1 when a source file is missing or changed, a blocking check failed, or the last run failed.
    """
    from dx_pipeline.orchestration.state import read_failure_note
    from dx_pipeline.release.store.layout import current_folder
    from dx_pipeline.release.store.manifest import read_manifest

    paths = default_paths()
    with open_published(paths) as con:
        known = {row["sha256"] for row in select(con, "SELECT sha256 FROM source_files")}
        checks = select(
            con,
            """SELECT table_name, check_name, severity, status, observed, expected FROM check_results
            WHERE release = (SELECT max_by(release, built_at) FROM releases)
            AND status IN ('failed', 'error') ORDER BY severity, table_name, check_name""",
        )
    folder = current_folder(paths)
    manifest = read_manifest(folder or paths.published.resolve().parent)
    built_at = datetime.fromisoformat(manifest["built_at"])
    found = {
        "release": manifest["release"],
        "folder": folder.name if folder else None,
        "built_at": manifest["built_at"],
        "age_days": (datetime.now(UTC) - built_at).days,
        "code_version": manifest["code_version"],
        "data_hash": manifest["data_hash"],
        "tables": len(manifest["tables"]),
        "rows": sum(shape["rows"] for shape in manifest["tables"].values()),
        "sources": _sources(paths, known),
        "failed_checks": checks,
        "last_failure": read_failure_note(paths),
    }
    found["ok"] = not (
        found["sources"]["missing"]
        or found["sources"]["changed"]
        or found["sources"]["error"]
        or any(check["severity"] == "blocking" for check in checks)
        or found["last_failure"]
    )
    if as_json:
        show_json(found)
    else:
        _show_status(found)
    if not found["ok"]:
        raise typer.Exit(FAILED)


def _sources(paths: Paths, released: set[str]) -> dict[str, Any]:
    """What of data/raw is not as declared, and what is declared and not in the release yet."""
    from dx_pipeline.sources.errors import SourceError
    from dx_pipeline.sources.spec import load_sources, undeclared_files

    found: dict[str, Any] = {
        "count": 0, "missing": [], "changed": [], "not_released": [], "stale": [], "undeclared": [], "error": None,
    }  # fmt: skip
    try:
        sources = load_sources(paths.raw)
    except SourceError as error:
        return found | {"error": str(error)}
    for source_id, source in sources.items():
        age = (date.today() - date.fromisoformat(source.retrieved_on)).days
        if age > STALE_DAYS:
            found["stale"].append({"source_id": source_id, "retrieved_on": source.retrieved_on, "age_days": age})
        for file in source.files:
            name = f"{source_id}/{file.path.name}"
            if not file.path.is_file():
                found["missing"].append(name)
            elif hashlib.sha256(file.path.read_bytes()).hexdigest() != file.sha256:
                found["changed"].append(name)
            elif file.sha256 not in released:
                found["not_released"].append(name)
    return found | {"count": len(sources), "undeclared": undeclared_files(paths.raw, sources)}


def _show_status(found: dict[str, Any]) -> None:
    sources = found["sources"]
    age = f"{found['age_days']} days old" if found["age_days"] else "built today"
    print(f"release   {found['release']}, {found['built_at']} ({age}), code {found['code_version']}")
    print(f"data      {found['tables']} tables, {found['rows']:,} rows, {found['data_hash'][:19]}…")
    texts = {
        "missing": "missing",
        "changed": "not as declared (sha256)",
        "not_released": "declared and not in the release yet: run `dx run`",
        "undeclared": "in data/raw, but no source.toml names it",
    }
    print(f"sources   {sources['count']} declared" if not sources["error"] else f"sources   {sources['error']}")
    for key, text in texts.items():
        for name in sources[key]:
            print(f"          {name}: {text}")
    for stale in sources["stale"]:
        days, when = stale["age_days"], stale["retrieved_on"]
        print(f"          {stale['source_id']}: last looked at {days} days ago ({when}), there may be a new edition")
    failed = found["failed_checks"]
    print(f"checks    {len(failed)} failed" if failed else "checks    none failed")
    for check in failed:
        where = f"{check['table_name']}.{check['check_name']} ({check['severity']})"
        print(f"          {where}: expected {check['expected']}, found {check['observed']}")
    if note := found["last_failure"]:
        print(f"last run  failed at {note['failed_at']}, the release before it stays:")
        for reason in note["reasons"]:
            print(f"          {reason.splitlines()[0]}")
