"""`dx run`, `dx status`, `dx prune`: make a release, see whether it can be relied on, keep the disk free."""

from __future__ import annotations

import hashlib
import os
import sys
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dx_pipeline.cli.output import AsJson, show_json, working
from dx_pipeline.errors import FAILED
from dx_pipeline.paths import Paths, default_paths

if TYPE_CHECKING:
    from dx_pipeline.release.store.manifest import Headline, Manifest

#: the index is published once a year, so a source that was not looked at for longer may have a new edition
STALE_DAYS = 365
#: publishers that nobody looked at for so long: the nightly fetch is dead
FETCH_HOURS = 50
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
    full: Annotated[bool, typer.Option("--full", help="Build also when nothing changed since the release.")] = False,
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
            print(f"Nothing was built: {result.skipped}. `dx run --full` builds all the same.")
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
    manifest = _current_manifest(paths)
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


def _current_manifest(paths: Paths) -> Manifest | None:
    from dx_pipeline.release.store.layout import ReleaseError, current_folder
    from dx_pipeline.release.store.manifest import read_manifest

    folder = current_folder(paths)
    try:
        return read_manifest(folder) if folder else None
    except ReleaseError:
        return None


def status(
    within: Annotated[
        float | None, typer.Option(metavar="HOURS", help="Fail unless a refresh ended well within so many hours.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Release and its age, how the last refreshes ended, sources missing, changed or stale, failed checks.

    Exit code 0: all is well. 1: the last refresh failed or was killed, the nightly one is missed, a source file is
    missing or changed, a blocking check failed, or `current` is damaged. 3: there is no release.
    """
    from dx_pipeline.orchestration.state import read_state
    from dx_pipeline.release.store.layout import current_folder
    from dx_pipeline.release.store.manifest import read_manifest
    from dx_pipeline.release.store.verify import verify_paths
    from dx_pipeline.tables import NoReleaseError

    paths = default_paths()
    folder, state, now = current_folder(paths), read_state(paths), datetime.now(UTC)
    if folder is None and not (paths.marts / "current").is_symlink() and state.failure is None:
        raise NoReleaseError
    manifest = read_manifest(folder) if folder else None
    late = None
    if within is not None:
        good = state.last_good
        if good is None or now - datetime.fromisoformat(good.started_at) > timedelta(hours=within):
            late = good.started_at if good else "never"
    sources = _sources(paths, set(manifest.inputs.files.values()) if manifest and manifest.inputs else None)
    found: dict[str, Any] = {
        "release": manifest.release if manifest else None,
        "folder": folder.name if folder else None,
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
        "late_since": late,
        "fetch": _fetch(paths, now),
        "deployment": _deployment(paths),
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


def _deployment(paths: Paths) -> list[str]:
    """What is wrong with the servers and workers of a shared deployment."""
    from dx_pipeline.settings import read_settings

    settings = read_settings(paths.root)
    if not settings.shared:
        return []
    from dx_pipeline.orchestration.readiness import faults

    return [str(one) for one in faults(settings)]


def _fetch(paths: Paths, now: datetime) -> dict[str, Any]:
    """When publishers were looked at, whether that is overdue, what waits for somebody, undelivered alerts."""
    from dx_pipeline.alerts.tell import undelivered
    from dx_pipeline.errors import DxError
    from dx_pipeline.fetch.by_hand import waiting
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
    from dx_pipeline.errors import DxError
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


def _show_status(found: dict[str, Any]) -> None:
    sources = found["sources"]
    if found["release"]:
        age = f"{found['age_days']} days old" if found["age_days"] else "built today"
        print(f"release   {found['release']}, {found['built_at']} ({age}), code {found['code_version']}")
        print(f"data      {found['tables']} tables, {found['rows']:,} rows, {found['data_hash'][:19]}…")
    else:
        print("release   none")
    for told in found["paths"]:
        print(f"          {told}: the next `dx run` puts it right")
    texts = {
        "missing": "missing",
        "changed": "not as declared (sha256)",
        "not_released": "declared and not in the release yet: run `dx run`",
        "undeclared": "in data/raw, but of no source of the manifest",
    }
    print(f"sources   {sources['count']} declared" if not sources["error"] else f"sources   {sources['error']}")
    for key, text in texts.items():
        for name in sources[key]:
            print(f"          {name}: {text}")
    for stale in sources["stale"]:
        days, when = stale["age_days"], stale["retrieved_on"]
        if limit := stale.get("limit_days"):
            good = f"last good look {days} days ago ({stale['last_good_on']}), limit {limit}"
            print(f"          {stale['source_id']}: stale, {good}: {stale['reason']}")
            continue
        print(f"          {stale['source_id']}: last looked at {days} days ago ({when}), there may be a new edition")
    failed = found["failed_checks"]
    print(f"checks    {len(failed)} failed" if failed else "checks    none failed")
    for check in failed:
        where = f"{check['table_name']}.{check['check_name']} ({check['severity']})"
        print(f"          {where}: expected {check['expected']}, found {check['observed']}")
    for told in found["deployment"]:
        print(f"shared    {told}")
    fetched = found["fetch"]
    if fetched["looked_at"]:
        late = ", overdue: is the daemon running?" if fetched["overdue"] else ""
        print(f"fetch     publishers were looked at on {fetched['looked_at']}{late}")
    for name in fetched["waiting"]:
        print(f"          {name}: changed and waits for somebody: `dx accept` shows why")
    if fetched["alerts"]["given_up"]:
        print(f"alerts    one could not be delivered for a week: {fetched['alerts']['given_up']}; `dx alerts --test`")
    _show_refreshes(found)


def _show_refreshes(found: dict[str, Any]) -> None:
    if last := found["last_refresh"]:
        print(f"refresh   {last['outcome']} at {last['ended_at'] or last['started_at']} ({last['door']})")
        for told in last["put_right"]:
            print(f"          put right: {told}")
    if found["missed_since"]:
        print(f"          the nightly refresh left no trace since {found['missed_since']}: is the daemon running?")
    if found["late_since"]:
        print(f"          no refresh ended well in time; the last one: {found['late_since']}")
    if failure := found["last_failure"]:
        shown = failure["shown"] or found["folder"] or "nothing"
        print(f"failure   {failure['outcome']} at {failure['ended_at'] or failure['started_at']}; shown: {shown}")
        for reason in failure["reasons"]:
            where = f"{reason['where']}: " if reason["where"] else ""
            for line in f"{where}{reason['message']}".splitlines():
                print(f"          {line}")
            if reason["hint"]:
                print(f"          what to do: {reason['hint']}")


def prune(as_json: AsJson = False) -> None:
    """Remove what is kept for a time only: old releases, what was set aside as damaged, event logs of old runs."""
    from contextlib import nullcontext

    from dx_pipeline.orchestration.upkeep import forget
    from dx_pipeline.release.store.repair import repair
    from dx_pipeline.warehouse import build_lock

    paths = default_paths()
    with working("Removing"), build_lock(paths, wait_seconds=5.0):
        put_right = repair(paths)
        if os.environ.get("DAGSTER_HOME"):
            from dx_pipeline.orchestration.instance import opened

            door: Any = opened(paths)
        else:
            door = nullcontext()
        with door as instance:
            gone = forget(paths, instance, vacuum=True)
    if as_json:
        show_json({"releases": gone.releases, "quarantine": gone.quarantine, "runs": gone.runs, "put_right": put_right})
        return
    for told in put_right:
        print(told)
    print(f"releases  {len(gone.releases)} removed" + (f": {', '.join(gone.releases)}" if gone.releases else ""))
    print(f"damaged   {len(gone.quarantine)} removed")
    print(f"runs      {gone.runs} removed with their events")
