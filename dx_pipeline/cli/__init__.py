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
    source,
    status,
    tables,
    what_if,
)
from dx_pipeline.cli.output import CommandError, safe, say
from dx_pipeline.cli.words import Lang, Language, tell
from dx_pipeline.errors import DxError
from dx_pipeline.paths import default_paths
from dx_pipeline.release.store.layout import current_name
from dx_pipeline.tables import NoReleaseError

#: commands that must not die half-way because nobody reads their output any more
WRITING = {"run", "prune", "fetch", "accept", "night", "rollback", "export", "worker"}
EXIT_CODES = """Exit codes: 0 done; 1 a build, a check or a verification failed; 2 the command or an argument is wrong;
3 there is no release yet; 4 another process builds, try again; 130 interrupted; 141 the reader of the output
went away."""


class DxGroup(TyperGroup):
    """Ends a foreseen error in one or two lines on stderr and its exit code; others keep their traceback."""

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, *more: Any, **options: Any) -> Any:
        """Run the command line and exit with its code."""
        try:
            code = super().main(args, prog_name or "dx", *more, **(options | {"standalone_mode": False}))
        except (KeyboardInterrupt, typer.Abort):
            print("interrupted", file=sys.stderr)
            sys.exit(130)
        except Exception as error:
            sys.exit(_report(error))
        sys.exit(code if isinstance(code, int) else 0)


def _report(error: Exception) -> int:
    """Tell an error in what it says of itself; raises it again when it is not one of those that were foreseen."""
    told: DxError
    if hasattr(error, "format_message"):  # Typer's own: a wrong option, a missing argument
        context = getattr(error, "ctx", None)
        path = context.command_path if context else "dx"
        told = CommandError(error.format_message(), f"See `{path} --help`.")
        if getattr(error, "option_name", None) == "--lang":
            told.hint = f"`{path}` speaks English only; --lang is for the commands that show figures."
    elif isinstance(error, NoReleaseError) and (kept := releases.kept_names(default_paths())):
        told = DxError(releases.lost(kept, "en"))  # releases lie on disk, and only `current` was lost
    elif isinstance(error, DxError):
        told = error
    elif isinstance(error, OSError) and error.strerror:
        told = DxError(f"{error.filename or 'file'}: {error.strerror}")
    else:
        raise error
    for line in (f"dx: {told.message}", told.hint):
        if line:
            print("\n".join(map(safe, line.split("\n"))), file=sys.stderr)
    return told.exit_code


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
        *(build.run, status.status, build.prune, build.doctor, build.worker),
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
