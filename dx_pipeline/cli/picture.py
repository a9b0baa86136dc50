"""`dx picture`: a picture of any unit, drawn on demand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from dx_pipeline.charts import PICTURES
from dx_pipeline.cli.output import AsJson, Force, refuse_existing, show_json, show_table, unknown, working
from dx_pipeline.cli.provinces import System, complete_province, find_province, require_system
from dx_pipeline.errors import FAILED, DxError
from dx_pipeline.paths import default_paths
from dx_pipeline.release.store.layout import current_name
from dx_pipeline.tables import default_pair, open_published

Size = Literal["screen", "print"]
Form = Literal["png", "svg"]


def complete_picture(incomplete: str) -> list[str]:
    """Names of pictures."""
    return [name for name in PICTURES if name.startswith(incomplete)]


def picture(
    name: Annotated[
        str | None, typer.Argument(help="Which picture; without one they are listed.", autocompletion=complete_picture)
    ] = None,
    province: Annotated[
        str | None,
        typer.Option("--province", "-p", help="A unit in any spelling.", autocompletion=complete_province),
    ] = None,
    peer: Annotated[
        str | None, typer.Option("--peer", help="Whom to set beside it.", autocompletion=complete_province)
    ] = None,
    folder: Annotated[Path, typer.Option("--output", "-o", metavar="FOLDER", help="Where to.")] = Path(),
    lang: Annotated[list[str] | None, typer.Option("--lang", help="vi or en; both by default.")] = None,
    size: Annotated[Size, typer.Option("--size", help="For a screen or for A4.")] = "screen",
    form: Annotated[Form, typer.Option("--format", "-f", help="Form of the file.")] = "png",
    system: System = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Draw picture NAME of any unit, e.g. `dx picture rank_bands --province lao-cai`."""
    if name is None:
        rows = [(one.name, one.title.en, one.title.vi) for one in PICTURES.values()]
        show_table(("picture", "shows", "nội dung"), rows)
        return
    if name not in PICTURES:
        raise unknown("picture", name, PICTURES)
    languages = tuple(lang or ("vi", "en"))
    for one in languages:
        if one not in ("vi", "en"):
            raise unknown("language", one, ("vi", "en"))
    with open_published(default_paths()) as con:
        units = require_system(con, system, province, peer)
        pair = default_pair(con, units)
        if province is None and pair is None:
            raise DxError("no unit is given", "Add --province NAME.", exit_code=FAILED)
        focus = find_province(con, province, units) if province else pair[0]  # type: ignore[index]
        beside = find_province(con, peer, units) if peer else None
    files = draw([name], focus, units, folder, languages, force, size, form, beside)
    if as_json:
        show_json({"unit_system": units, "province_id": focus, "files": [str(file) for file in files]})
        return
    for file in files:
        print(file)


def draw(
    names: Sequence[str],
    province_id: str,
    unit_system: int,
    folder: Path,
    languages: Sequence[str],
    force: bool,
    size: Size = "screen",
    form: Form = "png",
    peer: str | None = None,
) -> list[Path]:
    """Pictures of one unit into a folder; returns the files.

    Raises:
        CommandError: a file is there and `force` was not given.
    """
    targets = [
        f"{name}-{unit_system}-{province_id}-{language}-{size}.{form}" for name in names for language in languages
    ]
    refuse_existing([folder / target for target in targets], force)
    from dx_pipeline.charts.drawing import render

    paths = default_paths()
    release = (current_name(paths) or "").partition("-")[0]
    files: list[Path] = []
    with working("Drawing"), open_published(paths) as con:
        for name in names:
            files += render(
                con, name, folder, paths.reference, unit_system, province_id, peer, release, languages, (size,), (form,)
            )
    return files
