"""`dx export`: a release's tables as one workbook, or as a folder of CSV or Parquet files."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from dx_pipeline.cli.errors import CommandError
from dx_pipeline.cli.output import AsJson, Force, refuse_existing, show_json, working, written_whole
from dx_pipeline.paths import default_paths
from dx_pipeline.tables import NoReleaseError, open_published


def export(
    xlsx: Annotated[Path | None, typer.Option("--xlsx", metavar="FILE", help="One Excel workbook.")] = None,
    csv: Annotated[Path | None, typer.Option("--csv", metavar="FOLDER", help="One CSV file a table.")] = None,
    parquet: Annotated[
        Path | None, typer.Option("--parquet", metavar="FOLDER", help="One Parquet file a table.")
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Copy the current release's tables to where you want them: the same bytes as published."""
    if not (xlsx or csv or parquet):
        raise CommandError("nothing to write", hint="Give --xlsx FILE, --csv FOLDER or --parquet FOLDER.")
    from dx_pipeline.release.store.layout import current_folder

    folder = current_folder(default_paths())
    if folder is None:
        raise NoReleaseError
    written: list[Path] = []
    with working("Writing files"):
        if xlsx:
            if xlsx.suffix.lower() != ".xlsx":
                raise CommandError(f"{xlsx} is no name of a workbook", "Its ending must be .xlsx")
            refuse_existing([xlsx], force)
            _write_workbook(folder, xlsx)
            written.append(xlsx)
        for target, kind in ((csv, "csv"), (parquet, "parquet")):
            if target:
                written += _copy_tables(folder / kind, target, force)
    if as_json:
        show_json({"release": folder.name, "files": [str(path) for path in written]})
    else:
        for path in written:
            print(path)


def _write_workbook(folder: Path, target: Path) -> None:
    released = folder / "dti.xlsx"
    with written_whole(target) as file:
        if released.is_file():
            shutil.copyfile(released, file)
            return
        from dx_pipeline.report.workbook import write_workbook

        with open_published(default_paths()) as con:
            write_workbook(con, file, folder.name.split("-")[0], default_paths().reference)


def _copy_tables(source: Path, target: Path, force: bool) -> list[Path]:
    files = sorted(path for path in source.iterdir() if path.is_file())
    targets = [target / path.name for path in files]
    refuse_existing(targets, force)
    target.mkdir(parents=True, exist_ok=True)
    for path, copy in zip(files, targets, strict=True):
        with written_whole(copy) as file:
            shutil.copyfile(path, file)
    return targets
