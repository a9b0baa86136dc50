"""`dx query`, `dx tables`, `dx describe`, `dx export`: the published tables in a terminal or in files."""

from __future__ import annotations

import shutil
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from dx_pipeline.cli.output import (
    AsJson,
    CommandError,
    Force,
    refuse_existing,
    say,
    show_json,
    show_table,
    unknown,
    working,
    written_whole,
)
from dx_pipeline.cli.words import Lang, Language, tell
from dx_pipeline.language.words import said
from dx_pipeline.paths import default_paths
from dx_pipeline.release.store.layout import current_folder
from dx_pipeline.tables import NoReleaseError, lock_down, open_published, select

if TYPE_CHECKING:
    import duckdb

Format = Literal["table", "csv", "json", "parquet", "xlsx"]
SUFFIXES: dict[str, Format] = {
    ".csv": "csv", ".json": "json", ".parquet": "parquet", ".xlsx": "xlsx", ".txt": "table",
}  # fmt: skip
#: rows a person is shown at a terminal
SHOWN = 40


def complete_table(incomplete: str) -> list[str]:
    """Names of published tables, from the release's manifest: no database is opened for a key press."""
    return sorted(name for name in _shapes() if name.startswith(incomplete))


def _shapes() -> dict[str, dict[str, Any]]:
    from dx_pipeline.release.store.manifest import read_manifest

    return {name: shape.model_dump() for name, shape in read_manifest(_current()).tables.items()}


def _current() -> Path:
    folder = current_folder(default_paths())
    if folder is None:
        raise NoReleaseError
    return folder


Table = Annotated[str, typer.Argument(help="A published table; `dx tables` lists them.", autocompletion=complete_table)]


def query(
    sql: Annotated[str, typer.Argument(metavar="SQL", help="A SELECT in DuckDB's SQL, or - to read it from stdin.")],
    form: Annotated[
        Format | None, typer.Option("--format", "-f", help="Default: by OUTPUT's name, else table.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to this file: .csv, .json, .parquet, .xlsx or .txt.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", "-n", min=0, help="Rows of a table shown; 0 for all. At a terminal 40.")
    ] = None,
    force: Force = False,
    lake: Annotated[
        bool, typer.Option("--lake", help="Ask the newest release in the lake, not the files here.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Answer SQL from the published tables, read-only: no other file and no network can be reached from it."""
    wanted = _form(form, output, as_json)
    if output is not None:
        refuse_existing([output], force)
    statement = sys.stdin.read() if sql == "-" else sql
    if not statement.strip():
        raise CommandError("the statement is empty", "E.g. dx query 'from province_rankings limit 5'")
    import duckdb

    from dx_pipeline.cli import rows

    if limit is None:
        limit = SHOWN if sys.stdout.isatty() and output is None else 0
    with _released() if lake else open_published(default_paths()) as con:
        if not lake:
            lock_down(con)
        try:
            cursor = con.execute(statement)
            if not cursor.description:
                raise CommandError("the statement has no result", "Begin with SELECT or FROM.")
            if output is None:
                rows.write_text(cursor, wanted, sys.stdout, limit or None)
                return
            with written_whole(output) as file:
                if wanted == "parquet":
                    cursor.pl().write_parquet(file)
                elif wanted == "xlsx":
                    rows.write_workbook(cursor, file)
                else:
                    with file.open("w", encoding="utf-8", newline="") as stream:
                        rows.write_text(cursor, wanted, stream)
        except duckdb.InterruptException:
            raise KeyboardInterrupt from None
        except duckdb.Error as error:
            raise _sql_error(error) from error


def _released() -> AbstractContextManager[duckdb.DuckDBPyConnection]:
    """The newest release in the lake of a shared deployment."""
    from dx_pipeline.lake import TABLES, released
    from dx_pipeline.settings import read_settings

    settings = read_settings(default_paths().root)
    if not settings.shared:
        raise CommandError("--lake asks the lake of a shared deployment; this one is embedded")
    return released(settings, TABLES)


def _form(form: Format | None, output: Path | None, as_json: bool) -> Format:
    """What to write: as asked, else by the file's ending, else a table.

    Raises:
        CommandError: the ending is of no form that can be written, or the form is none for a terminal.
    """
    asked: Format | None = "json" if as_json else form
    if output is not None and asked is None:
        ending = output.suffix.lower()
        if ending not in SUFFIXES:
            raise CommandError(
                f"{output}: {ending or 'no ending'} is no form that can be written",
                f"Known: {', '.join(SUFFIXES)}; or say which with --format.",
            )
        return SUFFIXES[ending]
    if output is None and asked in ("parquet", "xlsx"):
        raise CommandError(f"{asked} is not for a terminal", f"Add --output FILE.{asked}")
    return asked or "table"


def _sql_error(error: Exception) -> CommandError:
    """DuckDB's message without the drawing of the statement; what it suggests becomes the hint."""
    lines = [line.strip() for line in str(error).split("\n\nLINE ")[0].splitlines() if line.strip()]
    message = lines[0] if lines else type(error).__name__
    if "disabled by configuration" in message or "read-only mode" in message or "has been locked" in message:
        return CommandError(message, hint="`dx query` only reads the published tables; use --output to save a result.")
    return CommandError(message, hint=" ".join(lines[1:3]))


OneLang = Annotated[
    Language | None, typer.Option("--lang", help="One language only.", envvar="DX_LANG", show_default=False)
]


def tables(lang: Lang = "en", as_json: AsJson = False) -> None:
    """List the published tables."""
    shapes = _shapes()
    if as_json:
        listed = [
            {key: shape[key] for key in ("title_vi", "title_en", "rows", "key")} | {"table": name}
            for name, shape in shapes.items()
        ]
        show_json({"tables": listed})
        return
    found = [(name, shape["rows"], shape[f"title_{lang}"], ", ".join(shape["key"])) for name, shape in shapes.items()]
    heads = [tell(key, lang) for key in ("table", "rows", "holds", "key")]
    show_table(heads, found, right=(1,), language=lang)


def describe(table: Table, lang: OneLang = None, as_json: AsJson = False) -> None:
    """Columns of TABLE with type, unit and meaning, and how to read it; in both languages unless --lang names one."""
    shapes = _shapes()
    if table not in shapes:
        raise unknown("table", table, shapes, listing="`dx tables` lists them.")
    with open_published(default_paths()) as con:
        comment = select(con, "SELECT comment FROM duckdb_tables() WHERE table_name = ?", [table])
        columns = select(
            con,
            """SELECT column_name, type, unit, is_key, nullable, null_rule, meaning_vi, meaning_en
            FROM data_dictionary WHERE table_name = ? ORDER BY position""",
            [table],
        )
    shape = shapes[table]
    if as_json:
        told = {key: shape[key] for key in ("title_vi", "title_en", "rows", "key", "sources")}
        show_json({"table": table, "comment": comment[0]["comment"] if comment else None, **told, "columns": columns})
        return
    wanted: tuple[Language, ...] = (lang,) if lang else ("en", "vi")
    say(f"{table}: {' | '.join(shape[f'title_{one}'] for one in wanted)}, {shape['rows']} {tell('rows', wanted[0])}")
    texts = (comment[0]["comment"] or "").split(" | ") if comment else []
    for one, text in zip(("vi", "en"), texts, strict=False):
        if one in wanted:
            say(text)
    print()
    found = [
        (
            column["column_name"] + (" *" if column["is_key"] else ""),
            column["type"] + (f" [{column['unit']}]" if column["unit"] else ""),
            " | ".join(column[f"meaning_{one}"] for one in wanted),
            said(column["null_rule"] or "", wanted[0]),
        )
        for column in columns
    ]
    show_table([tell(key, wanted[0]) for key in ("column", "type", "meaning", "null_when")], found)


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
    folder = _current()
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
