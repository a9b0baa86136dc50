"""`dx status`: whether the release people see can be relied on, and what waits for somebody."""

from __future__ import annotations

import hashlib
import textwrap
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

import typer

from dx_pipeline.cli.output import AsJson, safe, show_json, window
from dx_pipeline.cli.releases import kept_names, lost
from dx_pipeline.errors import FAILED, DxError
from dx_pipeline.paths import Paths, default_paths
from dx_pipeline.release.store.layout import current_folder
from dx_pipeline.tables import NoReleaseError

#: the index is published once a year, so a source that was not looked at for longer may have a new edition
STALE_DAYS = 365
#: publishers that nobody looked at for so long: the nightly fetch is dead
FETCH_HOURS = 50
#: room for what a line is about
MARGIN = 10


def status(
    within: Annotated[
        float | None, typer.Option(metavar="HOURS", help="Fail unless a refresh ended well within so many hours.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Release and its age, how the last refreshes ended, sources missing, changed or stale, failed checks.

    Exit code 0: all is well. 1: the last refresh failed or was killed, the nightly one is missed, a source file is
    missing or changed, a blocking check failed, or `current` is lost or damaged. 3: there is no release.
    """
    from dx_pipeline.orchestration.deployment import faults
    from dx_pipeline.orchestration.state import read_state
    from dx_pipeline.release.store.manifest import read_manifest
    from dx_pipeline.release.store.verify import verify_paths
    from dx_pipeline.settings import read_settings

    paths = default_paths()
    folder, state, now = current_folder(paths), read_state(paths), datetime.now(UTC)
    kept = kept_names(paths)
    if folder is None and not kept and not (paths.marts / "current").is_symlink() and state.failure is None:
        raise NoReleaseError
    manifest = read_manifest(folder) if folder else None
    good = state.last_good.started_at if state.last_good else "never"
    in_time = within is None or (good != "never" and now - datetime.fromisoformat(good) <= timedelta(hours=within))
    sources = _sources(paths, set(manifest.inputs.files.values()) if manifest and manifest.inputs else None)
    found: dict[str, Any] = {
        "release": manifest.release if manifest else None,
        "folder": folder.name if folder else None,
        "kept": kept,
        "built_at": manifest.built_at if manifest else None,
        "age_days": (now - datetime.fromisoformat(manifest.built_at)).days if manifest else None,
        "code_version": manifest.code_version if manifest else None,
        "data_hash": manifest.data_hash if manifest else None,
        "tables": len(manifest.tables) if manifest else 0,
        "rows": manifest.rows if manifest else 0,
        "sources": sources,
        "failed_checks": [
            {"table_name": one.table, "check_name": one.check, "severity": one.severity, "status": one.status,
             "observed": one.observed, "expected": one.expected}
            for one in (manifest.checks.notes if manifest and manifest.checks else ())
        ],
        "paths": [str(finding) for finding in verify_paths(paths)],
        "last_failure": state.failure.model_dump() if state.failure else None,
        "last_refresh": state.last.model_dump() if state.last else None,
        "missed_since": state.missed_since(now),
        "late_since": None if in_time else good,
        "fetch": _fetch(paths, now),
        "deployment": [str(one) for one in faults(read_settings(paths.root))],
    }  # fmt: skip
    found["ok"] = not (
        manifest is None
        or sources["missing"]
        or sources["changed"]
        or sources["error"]
        or any(check["severity"] == "blocking" for check in found["failed_checks"])
        or found["fetch"]["overdue"]
        or found["fetch"]["alerts"]["given_up"]
        or any(found[name] for name in ("deployment", "paths", "last_failure", "missed_since", "late_since"))
    )
    if as_json:
        show_json(found)
    else:
        _show_status(found)
    if not found["ok"]:
        raise typer.Exit(FAILED)


def _fetch(paths: Paths, now: datetime) -> dict[str, Any]:
    """When publishers were looked at, whether that is overdue, what waits for somebody, undelivered alerts."""
    from dx_pipeline.alerts.tell import undelivered
    from dx_pipeline.fetch.accept import waiting
    from dx_pipeline.fetch.night import looked_at, source_ids

    last = looked_at(paths)
    try:
        names = source_ids(paths)
    except DxError:
        names = []
    return {
        "looked_at": last.isoformat() if last else None,
        "overdue": last is not None and now - last > timedelta(hours=FETCH_HOURS),
        "waiting": [f"{one.source_id}/{one.file}" for one in waiting(paths, names)],
        "alerts": undelivered(paths),
    }


def _sources(paths: Paths, released: set[str] | None) -> dict[str, Any]:
    """What of data/raw is not as declared, and what is declared and not in the release yet."""
    from dx_pipeline.sources.spec import each_source, undeclared_files

    found: dict[str, Any] = {
        "count": 0, "missing": [], "changed": [], "not_released": [], "stale": [], "undeclared": [], "error": None,
    }  # fmt: skip
    try:
        sources, broken = each_source(paths.raw)
    except DxError as error:
        return found | {"error": str(error)}
    found["error"] = "\n".join(map(str, broken.values())) or None
    from dx_pipeline.fetch.stale import read_stale

    stale = read_stale(paths)
    for source_id, source in sources.items():
        if old := stale.get(source_id):
            days = {"last_good_on": str(old.last_good_on), "limit_days": old.limit_days, "reason": old.reason}
            age = old.age_days(date.today())
            found["stale"].append(
                {"source_id": source_id, "retrieved_on": source.retrieved_on, "age_days": age, **days}
            )
            continue
        age = (date.today() - date.fromisoformat(source.retrieved_on)).days
        if age > STALE_DAYS:
            found["stale"].append({"source_id": source_id, "retrieved_on": source.retrieved_on, "age_days": age})
        for file in source.files:
            name = f"{source_id}/{file.path.name}"
            if not file.path.is_file():
                found["missing"].append(name)
            elif hashlib.sha256(file.path.read_bytes()).hexdigest() != file.sha256:
                found["changed"].append(name)
            elif released is not None and file.sha256 not in released:
                found["not_released"].append(name)
    return found | {"count": len(sources), "undeclared": undeclared_files(paths.raw)}


def _tell(about: str, text: str) -> None:
    """One line, folded to the window, with what it is about in the margin."""
    room, first = window(), about.ljust(MARGIN)
    if room is None:
        print(first + safe(text))
    else:
        print(textwrap.fill(safe(text), room, initial_indent=first, subsequent_indent=" " * MARGIN))


def _show_status(found: dict[str, Any]) -> None:
    sources = found["sources"]
    if found["release"]:
        age = f"{found['age_days']} days old" if found["age_days"] else "built today"
        _tell("release", f"{found['release']}, {found['built_at']} ({age}), code {found['code_version']}")
        _tell("data", f"{found['tables']} tables, {found['rows']:,} rows, {found['data_hash'][:19]}…")
    else:
        _tell("release", lost(found["kept"], "en") if found["kept"] else "none")
    for told in found["paths"]:
        _tell("", f"{told}: the next `dx run` puts it right")
    texts = {
        "missing": "missing",
        "changed": "not as declared (sha256)",
        "not_released": "declared and not in the release yet: run `dx run`",
        "undeclared": "in data/raw, but of no source of the manifest",
    }
    _tell("sources", sources["error"] or f"{sources['count']} declared")
    for key, text in texts.items():
        for name in sources[key]:
            _tell("", f"{name}: {text}")
    for stale in sources["stale"]:
        days, when = stale["age_days"], stale["retrieved_on"]
        if limit := stale.get("limit_days"):
            good = f"last good look {days} days ago ({stale['last_good_on']}), limit {limit}"
            _tell("", f"{stale['source_id']}: stale, {good}: {stale['reason']}")
            continue
        _tell("", f"{stale['source_id']}: last looked at {days} days ago ({when}), there may be a new edition")
    failed = found["failed_checks"]
    _tell("checks", f"{len(failed) or 'none'} failed")
    for check in failed:
        where = f"{check['table_name']}.{check['check_name']} ({check['severity']})"
        _tell("", f"{where}: expected {check['expected']}, found {check['observed']}")
    for told in found["deployment"]:
        _tell("shared", told)
    fetched = found["fetch"]
    if fetched["looked_at"]:
        late = ", overdue: is the daemon running?" if fetched["overdue"] else ""
        _tell("fetch", f"publishers were looked at on {fetched['looked_at']}{late}")
    for name in fetched["waiting"]:
        _tell("", f"{name}: changed and waits for somebody: `dx accept` shows why")
    if fetched["alerts"]["given_up"]:
        _tell("alerts", f"one could not be delivered for a week: {fetched['alerts']['given_up']}; `dx alerts --test`")
    _show_refreshes(found)


def _show_refreshes(found: dict[str, Any]) -> None:
    if last := found["last_refresh"]:
        _tell("refresh", f"{last['outcome']} at {last['ended_at'] or last['started_at']} ({last['door']})")
        for told in last["put_right"]:
            _tell("", f"put right: {told}")
    if found["missed_since"]:
        _tell("", f"the nightly refresh left no trace since {found['missed_since']}: is the daemon running?")
    if found["late_since"]:
        _tell("", f"no refresh ended well in time; the last one: {found['late_since']}")
    if failure := found["last_failure"]:
        shown = failure["shown"] or found["folder"] or "nothing"
        _tell("failure", f"{failure['outcome']} at {failure['ended_at'] or failure['started_at']}; shown: {shown}")
        for reason in failure["reasons"]:
            where = f"{reason['where']}: " if reason["where"] else ""
            for line in f"{where}{reason['message']}".splitlines():
                _tell("", line)
            if reason["hint"]:
                _tell("", f"what to do: {reason['hint']}")
