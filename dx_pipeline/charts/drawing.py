"""From tables to what a picture says, and to its files, the same bytes every time."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from threading import RLock
from typing import TYPE_CHECKING, Any

import numpy as np

from dx_pipeline.charts import PICTURES, style
from dx_pipeline.charts.page import Page, wrap
from dx_pipeline.charts.subject import NothingToShowError, subject_of
from dx_pipeline.errors import DxError
from dx_pipeline.language.words import LANGUAGES, Words
from dx_pipeline.text import SLUG

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import duckdb
    from PIL.Image import Image as PILImage

    from dx_pipeline.charts import Picture

FORMATS = ("png", "svg")
#: matplotlib's settings are one per process; pictures drawn in two threads would see each other's
_SETTINGS = RLock()

SOURCE = Words(
    "Nguồn: DTI do Bộ Thông tin và Truyền thông (2020-2023) và Bộ Khoa học và Công nghệ (2024) công bố; nguồn của từng"
    " số liệu: bảng figure_sources.",
    "Source: DTI as published by the Ministry of Information and Communications (2020-2023) and the Ministry of Science"
    " and Technology (2024); source of each figure: table figure_sources.",
)


@dataclass(frozen=True)
class Finding:
    """What one picture says: its finding, how to read it, and the module's own figures (Words: why there are none)."""

    picture: Picture
    title: Words
    subtitle: Words
    shown: Any
    #: what is doubtful about the unit's ranks and scores
    doubts: Words | None = None


def read_finding(
    con: duckdb.DuckDBPyConnection, picture: Picture, reference: Path, unit_system: int, focus: str, peer: str | None
) -> Finding:
    """Read what a picture of a province needs.

    Raises:
        UnknownProvinceError: focus or peer is not a unit of the system.
    """
    subject, module = subject_of(con, reference, unit_system, focus, peer), _module(picture)
    try:
        shown = module.read(subject)
    except NothingToShowError as nothing:
        name = subject.name()
        title = Words(f"{name.vi}: chưa có số liệu để vẽ", f"{name.en}: no figures to draw")
        return Finding(picture, title, picture.title, nothing.reason)
    return Finding(picture, module.title(shown), module.subtitle(shown), shown, subject.doubts())


def _module(picture: Picture) -> Any:
    return importlib.import_module(f"dx_pipeline.charts.{picture.name}")


def render(
    con: duckdb.DuckDBPyConnection,
    name: str,
    folder: Path,
    reference: Path,
    unit_system: int,
    focus: str,
    peer: str | None = None,
    release: str = "",
    languages: Sequence[str] = LANGUAGES,
    sizes: Sequence[str] = ("screen", "print"),
    formats: Sequence[str] = FORMATS,
) -> list[Path]:
    """Draw one picture of one province; returns the files, `<picture>-<system>-<focus>-<language>-<size>.<format>`.

    A province without figures, or a table that is empty or missing, gives a picture that says so.

    Args:
        con: connection whose default schema holds the published tables.
        name: key of `PICTURES`.
        folder: where the files go; made if needed.
        reference: folder of the reference data.
        unit_system: of the focus.
        focus: province_id in that system.
        peer: province_id to compare with; by default the focus's first named peer, else the nearest by endowments.
        release: printed in the footer.
        languages: of `vi`, `en`.
        sizes: of `screen`, `print`.
        formats: of `png`, `svg`.

    Raises:
        UnknownProvinceError: focus or peer is not a unit of the system.
        KeyError: no such picture or size.
        DxError: no such language or format.
    """
    import matplotlib as mpl

    for asked, known in ((languages, LANGUAGES), (formats, FORMATS)):
        for one in asked:
            if one not in known:
                raise DxError(f"no {one!r}: expected one of {', '.join(known)}")
    found = read_finding(con, PICTURES[name], reference, unit_system, focus, peer)
    if not SLUG.fullmatch(focus):  # the name of a file never comes from data unchecked
        raise DxError(f"province_id {focus!r} is no slug of letters and hyphens")
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    with _SETTINGS, mpl.rc_context():
        settings: Any = mpl.rcParams  # its stub lists every key, ours are read from a table
        settings.update({key: value for key, value in mpl.rcParamsDefault.items() if key != "backend"})
        settings.update(style.SETTINGS)
        for language in languages:
            for size in sizes:
                page = draw_page(found, language, style.SIZES[size], release)
                for form in formats:
                    path = folder / f"{name}-{unit_system}-{focus}-{language}-{size}.{form}"
                    save(page, path, found.title.in_language(language))
                    files.append(path)
    return files


def draw_page(found: Finding, language: str, size: style.Size, release: str) -> Page:
    """One picture in one language and size."""
    module = _module(found.picture)
    page = Page(language, size, module.HEIGHT[size.name])
    page.head(page.say(found.title), page.say(found.subtitle))
    page.foot(_footer(found, page, release, getattr(module, "EXTRA_SOURCE", None)))
    if isinstance(found.shown, Words):
        _say_why_empty(page, found.shown)
    else:
        module.draw(page, found.shown)
    return page


def _footer(found: Finding, page: Page, release: str, extra: Words | None) -> str:
    tables = page.say(Words("Bảng dữ liệu", "Tables"))
    parts = [page.say(SOURCE), *([page.say(extra)] if extra else []), f"{tables}: {', '.join(found.picture.tables)}."]
    if found.doubts:
        parts.append(f"{page.say(Words('Còn phải dè dặt', 'To be read with care'))}: {page.say(found.doubts)}.")
    if release:
        parts.append(f"{page.say(Words('Bản phát hành', 'Release'))}: {release}.")
    return " ".join(parts)


def _say_why_empty(page: Page, reason: Words) -> None:
    lines = wrap(page.say(reason), (page.right - page.left) * 0.8, 11)
    middle = (page.top + page.bottom) / 2
    for place, line in enumerate(lines):
        page.write(page.width / 2, middle - place * 0.22, line, 11, ha="center", colour=style.MUTED)


def save(page: Page, path: Path, title: str) -> None:
    """Write the picture; no date and no version in it, so that the same figures give the same bytes."""
    if path.suffix != ".png":
        page.figure.savefig(path, metadata={"Date": None, "Creator": None, "Title": title})
        return
    # a PNG of 256 colours: a third of the bytes, and quicker to compress than what matplotlib writes
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    canvas: Any = page.figure.canvas
    canvas.draw()
    image = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    information = PngInfo()
    information.add_itxt("Title", title)
    dpi = (page.size.dpi, page.size.dpi)
    _in_frequent_colours(image).save(path, format="png", dpi=dpi, pnginfo=information)


def _in_frequent_colours(image: PILImage) -> PILImage:
    """The picture in at most 256 of its most frequent colours; every fill keeps its own within 4 levels of 255.

    A palette computed by median cut or octree would blend the palest fill of a map with the paper. Pillow looks the
    nearest colour up by cells of four levels, so of colours that share a cell of eight only the most frequent is taken:
    else white would come out as its neighbour.
    """
    from PIL import Image

    counted: Any = image.getcolors(image.width * image.height)
    cells: dict[tuple[int, ...], tuple[int, ...]] = {}
    for _, colour in sorted(counted, key=lambda entry: (-entry[0], entry[1])):
        cells.setdefault(tuple(channel >> 3 for channel in colour), colour)
    palette = Image.new("P", (1, 1))
    palette.putpalette([channel for colour in list(cells.values())[:256] for channel in colour])
    return image.quantize(palette=palette, dither=Image.Dither.NONE)
