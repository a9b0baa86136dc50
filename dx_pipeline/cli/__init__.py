"""`dx`: the pipeline and its tables from a terminal.

Only Typer is imported here: whatever a command needs is imported when it runs, so that help, completion and rankings
answer at once. Belongs here: options, texts on a terminal, exit codes. Doesn't: any rule about figures or releases.
"""

from __future__ import annotations

import contextlib
import io
import signal
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from dx_pipeline.cli import (
    build,
    fetching,
    picture,
    profile,
    ranks,
    releases,
    shared,
    source,
    status,
    tables,
    what_if,
)
from dx_pipeline.cli.errors import EXIT_CODES, CommandError, foreseen
from dx_pipeline.cli.output import safe, say
from dx_pipeline.cli.words import Lang, Language, tell
from dx_pipeline.errors import FAILED, DxError
from dx_pipeline.paths import default_paths
from dx_pipeline.release.store.layout import current_name
from dx_pipeline.tables import NoReleaseError

#: commands that must not die half-way because nobody reads their output any more
WRITING = {"run", "prune", "fetch", "accept", "night", "rollback", "export", "worker"}


class DxGroup(TyperGroup):
    """Ends a foreseen error in one or two lines on stderr and its exit code; others keep their traceback."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run the command line and exit with its code."""
        try:
            code = super().main(args, prog_name or "dx", complete_var, False, windows_expand_args, **extra)
        except (KeyboardInterrupt, typer.Abort):
            print("interrupted", file=sys.stderr)
            sys.exit(130)
        except Exception as error:
            sys.exit(_report(error))
        sys.exit(code if isinstance(code, int) else 0)


def _report(error: Exception) -> int:
    """Tell an error; raises it again when it is not one of those that were foreseen."""
    if hasattr(error, "format_message"):  # Typer's own: a wrong option, a missing argument
        context = getattr(error, "ctx", None)
        path = context.command_path if context else "dx"
        told: DxError = CommandError(error.format_message(), f"See `{path} --help`.")
        if getattr(error, "option_name", None) == "--lang":
            told.hint = f"`{path}` speaks English only; --lang is for the commands that show figures."
    else:
        known = foreseen(error)
        if known is None:
            raise error
        told = _lost(known) or known
    for line in (f"dx: {told.message}", told.hint):
        if line:
            print("\n".join(map(safe, line.split("\n"))), file=sys.stderr)
    return told.exit_code


def _lost(error: DxError) -> DxError | None:
    """What to say instead of "no release" where releases lie on disk and only `current` was lost."""
    kept = releases.kept_names(default_paths()) if isinstance(error, NoReleaseError) else []
    return DxError(releases.lost(kept, "en"), exit_code=FAILED) if kept else None


app = typer.Typer(
    cls=DxGroup,
    help="Viet Nam's provincial Digital Transformation Index (DTI): build, rank, compare, query, cite.",
    epilog=EXIT_CODES.replace("\n", " "),
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"dx {version('dx-pipeline')}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def options(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
    lang: Lang = "en",
) -> None:
    """Provincial Digital Transformation Index (DTI) of Viet Nam: build, rank, compare, query, cite."""
    if context.invoked_subcommand is None:
        _welcome(lang)


def _welcome(lang: Language) -> None:
    """Where the data are, and three commands to begin with."""
    paths = default_paths()
    current = current_name(paths)
    if current is None:
        kept = releases.kept_names(paths)
        text = releases.lost(kept, lang) if kept else tell("nothing", lang)
        say(text[:1].upper() + text[1:])
    else:
        say(tell("where", lang, folder=paths.marts, release=current))
    say(tell("three", lang))
    name = "Hải Phòng" if lang == "vi" else "hai-phong"
    for command in ("dx rank", f'dx profile "{name}" --open', 'dx query "from province_rankings limit 5"'):
        say(f"  {command}")
    say(tell("help", lang))


COMMANDS = {
    "Look": (ranks.rank, ranks.compare, profile.profile, what_if.what_if, picture.picture),
    "Ask the tables": (tables.query, tables.tables, tables.describe, tables.export),
    "Cite and compare releases": (releases.cite, releases.diff, releases.verify, releases.rollback),
    "Build": (
        *(fetching.fetch, fetching.accept, fetching.night, fetching.alerts),
        *(build.run, status.status, build.prune, shared.doctor, shared.worker),
    ),
}
for panel, commands in COMMANDS.items():
    for command in commands:
        app.command(rich_help_panel=panel)(command)
app.add_typer(source.app, name="source", rich_help_panel="Build")


def main() -> None:
    """The command `dx`."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Vietnamese is printed in any locale; what cannot be encoded is no reason to stop
            stream.reconfigure(encoding="utf-8", errors="replace")
    if hasattr(signal, "SIGPIPE") and not WRITING & set(sys.argv[1:2]):
        # `dx rank | head` ends as other tools do when the reader goes away
        with contextlib.suppress(ValueError):
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    app()
