"""`dx cite`, `dx diff`, `dx rollback`, `dx verify`: one release, and one beside another."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from dx_pipeline.cli.output import AsJson, CommandError, show_json, show_table, unknown, working
from dx_pipeline.cli.tables import complete_table
from dx_pipeline.cli.words import Language, tell
from dx_pipeline.errors import FAILED
from dx_pipeline.paths import Paths, default_paths
from dx_pipeline.release.store.layout import (
    ReleaseError,
    current_folder,
    current_name,
    find_release,
    release_folders,
)
from dx_pipeline.tables import NoReleaseError

#: releases named to somebody who has lost the current one, the newest
NAMED = 3
#: what the JSON of a difference says of each table
TOLD_OF_TABLE = (
    "table", "status", "columns_added", "columns_removed", "rows_added", "rows_removed", "rows_changed",
    "values_changed",
)  # fmt: skip


def complete_release(incomplete: str) -> list[str]:
    """Kept releases by folder name, and the two words for them."""
    names = ["current", "previous", *kept_names(default_paths())]
    return [name for name in names if name.startswith(incomplete)]


def kept_names(paths: Paths) -> list[str]:
    """Folder names of the releases on disk, oldest first."""
    return [folder.name for folder in release_folders(paths)]


def lost(kept: Sequence[str], language: Language) -> str:
    """What to say where `current` leads to no release although some lie on disk."""
    return tell("lost", language, names=", ".join(kept[-NAMED:]), newest=kept[-1])


def find(name: str) -> Path:
    """The folder of a release named `current`, `previous`, by version, folder name or path."""
    paths = default_paths()
    kept = kept_names(paths)
    if current_folder(paths) is None and not kept:
        raise NoReleaseError
    if name == "previous" and len(kept) < 2:
        raise CommandError("there is no earlier release on disk", hint="`dx rollback --list` shows those kept.")
    try:
        return find_release(paths, name)
    except ReleaseError as error:
        raise CommandError(error.message, error.hint) from error


def cite(
    address: Annotated[
        str,
        typer.Argument(
            help="TABLE, TABLE:KEY, TABLE:KEY/COLUMN, or figure:2023/63/hai-duong/overall/score.",
            autocompletion=complete_table,
        ),
    ],
    release: Annotated[
        str, typer.Option("--release", help="Version or folder name.", autocompletion=complete_release)
    ] = "current",
    as_json: AsJson = False,
) -> None:
    """Citation of a table, row, cell or figure, with release, hash and where it was printed."""
    folder = find(release)
    from dx_pipeline.release.store.manifest import read_manifest

    table, published = address.partition(":")[0], read_manifest(folder).tables
    if table != "figure" and table not in published:
        raise unknown("table", table, published, listing="`dx tables` lists them.")
    from dx_pipeline.release.history.cite import cite as make_citation

    try:
        citation = make_citation(folder, address)
    except ReleaseError as error:
        raise CommandError(error.message, error.hint) from error
    if as_json:
        show_json(
            {
                "address": address,
                "release": folder.name,
                "citation": citation.line,
                "bibtex": citation.bibtex,
                "details": citation.details,
            }
        )
    else:
        print(citation)


def diff(
    old: Annotated[
        str, typer.Argument(metavar="A", help="The baseline.", autocompletion=complete_release)
    ] = "previous",
    new: Annotated[str, typer.Argument(metavar="B", autocompletion=complete_release)] = "current",
    as_json: AsJson = False,
) -> None:
    """What differs between release A and release B, value by value."""
    old_folder, new_folder = find(old), find(new)
    from dx_pipeline.release.history.describe import describe_diff
    from dx_pipeline.release.history.diff import diff_snapshots, snapshot
    from dx_pipeline.release.history.naming import names_of

    with working("Comparing the releases"):
        before, now = snapshot(old_folder), snapshot(new_folder)
        found = diff_snapshots(before, now)
    if not as_json:
        print(f"{old_folder.name} -> {new_folder.name}")
        names = names_of(before, now)
        print("\n".join(describe_diff(found, names, "en")))
        return
    tables = [{name: getattr(table, name) for name in TOLD_OF_TABLE} for table in found.tables]
    sides = {"baseline": old_folder.name, "release": new_folder.name, "same_data": not tables}
    show_json({**sides, "tables": tables, "changes": found.changes.to_dicts()})


def rollback(
    to: Annotated[
        str | None,
        typer.Argument(metavar="[TO]", help="Version or folder name; the one before.", autocompletion=complete_release),
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="Only show which releases can be restored.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make an earlier release current again. Nothing is removed: the newer one can be restored in the same way."""
    from dx_pipeline.release.store.commit import rollback as restore
    from dx_pipeline.release.store.manifest import readable_manifests

    paths = default_paths()
    before = current_name(paths)
    if listed:
        kept = {folder.name: one for folder, one in readable_manifests(paths).items()}
        if as_json:
            keys = {"release", "data_hash", "built_at", "change_summary"}
            told = [
                one.model_dump(include=keys) | {"current": name == before, "folder": name} for name, one in kept.items()
            ]
            show_json({"releases": told})
            return
        rows = [
            (name, one.built_at, "current" if name == before else "", one.change_summary) for name, one in kept.items()
        ]
        show_table(("release", "built", "", "changes"), rows)
        return
    find(to or "previous")
    with working("Verifying and restoring"):
        folder = restore(paths, to)
    if as_json:
        show_json({"release": folder.name, "before": before})
    else:
        print(f"{folder.name} is current again{f'; before it was {before}' if before else ''}.")
        print("The next `dx run` publishes today's data again: mend the cause first.")


def verify(
    release: Annotated[
        str, typer.Argument(help="Version, folder name or path.", autocompletion=complete_release)
    ] = "current",
    as_json: AsJson = False,
) -> None:
    """Prove that what people open is what was published: each stable path, where it leads, every file behind it.

    A release is compared with its manifest: nothing changed, missing or extra, the manifest as the folder's name says.
    """
    from dx_pipeline.release.store.verify import Finding, verify_paths, verify_release

    paths = default_paths()
    findings = verify_paths(paths) if release == "current" else []
    if release == "current" and findings and current_folder(paths) is None and (paths.marts / "current").is_symlink():
        name = "current"
    else:
        folder = find(release)
        name = folder.name
        with working(f"Verifying {name}"):
            try:
                findings += verify_release(folder)
            except ReleaseError as error:
                findings.append(Finding("release.json", error.message))
    if as_json:
        listed = [{"subject": finding.subject, "problem": finding.problem} for finding in findings]
        show_json({"release": name, "sound": not findings, "findings": listed})
    elif findings:
        for finding in findings:
            print(finding)
        print(f"{name} is not as published ({len(findings)} findings). The next `dx run` mends it or sets it aside.")
    else:
        print(f"{name} is as published.")
    if findings:
        raise typer.Exit(FAILED)
