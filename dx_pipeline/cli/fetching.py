"""`dx fetch`, `dx accept`, `dx alerts`: look at publishers, take over what waits for a person, see what was told."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from dx_pipeline.cli.output import AsJson, show_json, working
from dx_pipeline.errors import FAILED
from dx_pipeline.paths import default_paths


def complete_source(incomplete: str) -> list[str]:
    """Source ids of the manifest."""
    from dx_pipeline.fetch.night import source_ids

    return [name for name in source_ids(default_paths()) if name.startswith(incomplete)]


def fetch(
    sources: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE]...", help="All if none.", autocompletion=complete_source)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Look at every source that declares `fetch`, and take over what changed and keeps its layout and its laws.

    Exit code 1 when a source could not be fetched or waits for somebody. DX_CONTACT says whom hosts may ask.
    """
    with working("Looking at the publishers"):
        from dx_pipeline.fetch.night import fetch_all

        night = fetch_all(default_paths(), only=sources or ())
    wrong = night.with_result("failed", "waiting")
    if as_json:
        show_json(night.summary())
    else:
        print("\n".join(night.lines()))
        for one in wrong:
            for told in filter(None, (*one.problems, one.hint)):
                print(f"  {one.source_id}/{one.file}: {told}", file=sys.stderr)
    if wrong:
        raise typer.Exit(FAILED)


def accept(
    source: Annotated[str, typer.Argument(metavar="SOURCE", autocompletion=complete_source)] = "",
    file: Annotated[str, typer.Argument(metavar="[FILE]", help="All that waits if not given.")] = "",
    as_json: AsJson = False,
) -> None:
    """Accept changed bytes that wait for a person; without SOURCE: show what waits, where, and why."""
    from dx_pipeline.fetch.accept import accept as take
    from dx_pipeline.fetch.accept import waiting
    from dx_pipeline.fetch.night import source_ids

    paths = default_paths()
    if source:
        told = take(paths, source, file)
        if as_json:
            show_json({"accepted": told})
        else:
            print("\n".join(f"accepted: {line}" for line in told))
            print("`dx run` builds with it.")
        return
    there = waiting(paths, source_ids(paths))
    if as_json:
        plain = [
            {"source_id": one.source_id, "file": one.file, "path": one.snapshot.path, "problems": one.problems}
            for one in there
        ]
        show_json({"waiting": plain})
        return
    for one in there:
        print(f"{one.source_id}/{one.file}: {one.snapshot.path}")
        for problem in one.problems:
            print(f"  {problem}")
    if not there:
        print("Nothing waits to be accepted.")


def night(as_json: AsJson = False) -> None:
    """A whole night: look at the publishers, build if something is new, tell whoever should know (for cron).

    Exit code 1 when something needs somebody.
    """
    with working("Looking and building"):
        from dx_pipeline.orchestration.run import whole_night

        look, built = whole_night(default_paths())
    if as_json:
        show_json({"look": look.summary(), "release": built.release, "failures": built.failures})
    else:
        print("\n".join(look.lines()))
        print(built.skipped or f"release {built.release}")
        for failure in built.failures:
            print(f"- {failure}", file=sys.stderr)
    if look.with_result("failed", "waiting") or built.failures:
        raise typer.Exit(FAILED)


def alerts(
    test: Annotated[bool, typer.Option("--test", help="Send a test message over every channel.")] = False,
    as_json: AsJson = False,
) -> None:
    """What is broken and was told, over how many channels (DX_ALERT_URLS), and what could not be delivered."""
    from dx_pipeline.alerts.memory import read_memory
    from dx_pipeline.alerts.tell import tell_test, undelivered

    paths = default_paths()
    if test:
        arrived = tell_test()
        if as_json:
            show_json({"channels": arrived})
        else:
            lines = [f"channel {mark}: {'delivered' if good else 'NOT delivered'}" for mark, good in arrived.items()]
            print("\n".join(lines) or "No channel: set DX_ALERT_URLS.")
        if not arrived or not all(arrived.values()):
            raise typer.Exit(FAILED)
        return
    active = [
        {"domain": domain, "cause": key, "since": entry["since"], "told": entry["last_told"] or None}
        for domain, causes in read_memory(paths)["causes"].items()
        for key, entry in causes.items()
        if entry["active"]
    ]
    state = undelivered(paths)
    if as_json:
        show_json({"active": active, **state})
        return
    for one in active:
        print(f"{one['domain']}: {one['cause']}, since {one['since']}")
    print(f"{len(active)} active; {state['channels']} channels; {state['waiting']} messages wait to be delivered.")
    if state["given_up"]:
        print(f"A message was given up on {state['given_up']}: it could not be delivered for a week.")
