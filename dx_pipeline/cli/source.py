"""`dx source draft` and `dx source check`: bring a new file in, and see what it is read as, without a build."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dx_pipeline.cli.output import AsJson, show_json, show_table
from dx_pipeline.errors import FAILED
from dx_pipeline.paths import default_paths

if TYPE_CHECKING:
    from dx_pipeline.conform.source_check import SourceCheck

app = typer.Typer(
    help="Bring a new file in: propose its declaration, and see what it is read as.", no_args_is_help=True
)
#: figures that are shown to a person
FIRST = 12
DECLARATION = "source.toml"


@app.command()
def draft(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file as it was published.")],
    force: Annotated[bool, typer.Option("--force", help="Replace a source.toml that lies beside it.")] = False,
) -> None:
    """Look at a file and write a proposed source.toml beside it, with a comment on everything that was guessed.

    The text is printed as well. A source.toml that is there stays, unless --force is given.
    """
    from datetime import date

    from dx_pipeline.conform.reference import reference_tables
    from dx_pipeline.conform.source_check import draft_for

    proposed = draft_for(file, reference_tables(default_paths().reference), date.today())
    print(proposed.text, end="")
    target = file.parent / DECLARATION
    if target.exists() and not force:
        print(f"{target} is there and was left as it is; --force replaces it", file=sys.stderr)
    else:
        target.write_text(proposed.text, encoding="utf-8")
        print(f"written to {target}", file=sys.stderr)
    for doubt in proposed.doubts:
        print(f"look at: {doubt}", file=sys.stderr)
    print(f"next: dx source check {file.parent}", file=sys.stderr)


@app.command()
def check(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[FOLDER]", help="Of one source, anywhere; all sources if not given.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read one source without a build: what each column became, what is left out, what is wrong and how to mend it.

    Exit code 0 only if it can be used.
    """
    from dx_pipeline.conform.reference import load_reference
    from dx_pipeline.conform.source_check import check_source
    from dx_pipeline.large.store import check_large
    from dx_pipeline.sources.spec import each_source, read_manifest

    paths = default_paths()
    reference = load_reference(paths.reference)
    manifest = read_manifest(paths.raw)
    names = (*manifest.sources, *manifest.large)
    others = list(each_source(paths.raw)[0].values())
    looked = [(folder, str(folder))] if folder else [(paths.raw / name, f"data/raw/{name}") for name in names]
    found = [check_source(where, reference, shown, others, check_large) for where, shown in looked]
    if as_json:
        show_json(_as_json(found))
    else:
        for one in found:
            _show(one, whole=folder is not None)
    if any(one.problems for one in found):
        raise typer.Exit(FAILED)


def _as_json(found: list[SourceCheck]) -> dict[str, Any]:
    """One object, whether one source was looked at or all."""
    return {
        "figures": [row for one in found for row in one.figures.drop("note").rows(named=True)],
        "problems": [
            {"where": problem.where, "expected": problem.expected, "found": problem.found, "remedy": problem.remedy}
            for one in found
            for problem in one.problems
        ],
        "notes": [note if len(found) == 1 else f"{one.source_id}: {note}" for one in found for note in one.notes],
    }


def _show(found: SourceCheck, whole: bool) -> None:
    if whole and found.columns.height:
        several = found.columns["file"].n_unique() > 1 or found.columns["table_no"].n_unique() > 1
        rows = found.columns.unique(maintain_order=True).rows(named=True)
        headers = [*(["file", "table"] if several else []), "column", "heading", "became"]
        shown = [
            [*([row["file"], row["table_no"]] if several else []), row["place"], row["heading"], row["became"]]
            for row in rows
        ]
        show_table(headers, shown, "Columns")
        print()
    for note in found.notes if whole else []:
        print(f"note: {note}")
    if whole and found.figures.height:
        names = ["edition", "unit_system", "province_id", "indicator", "measure", "value", "value_text", "status"]
        first = found.figures.select(names).head(FIRST).rows()
        show_table(names, first, f"\nFirst figures of {found.figures.height:,}", right=[0, 1, 5])
        print()
    for problem in found.problems:
        print(f"{problem.where}\n  expected {problem.expected}\n  found    {problem.found}")
        if problem.remedy:
            print(f"  mend     {problem.remedy}")
    state = f"{len(found.problems)} problems: it cannot be used yet" if found.problems else "it can be used"
    print(f"{found.source_id}: {found.n_large or found.figures.height:,} figures, {state}")
