"""The static site of a release: every page in two languages, from an open connection on the public tables.

Works offline and from `file://`: relative links, one style sheet, small scripts, the figures for them in one file, no
address of anybody else but the sources' own. The same tables give the same bytes; nothing here reads a clock.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dx_pipeline.language.words import LANGUAGES
from dx_pipeline.report import maps
from dx_pipeline.report.notebooks import NOTEBOOKS
from dx_pipeline.report.page import Page, profile_path
from dx_pipeline.report.profile import Profile
from dx_pipeline.report.reference_pages import conflicts, contract_groups, entries, plain_comparisons, ranking_tables
from dx_pipeline.report.script_data import script_data
from dx_pipeline.report.site_data import SiteData
from dx_pipeline.report.wording import Wording
from dx_pipeline.tables import Tables
from dx_pipeline.vocabulary import load_vocabulary

if TYPE_CHECKING:
    import duckdb
    from jinja2 import Environment

HERE = Path(__file__).parent
#: `file:` stands beside 'self' because some browsers give a page opened from a folder no origin that 'self' could match
POLICY = (
    "default-src 'none'; style-src 'self' file:; script-src 'self' file:; img-src 'self' file: data: blob:; "
    "base-uri 'none'; form-action 'none'"
)


def build_site(con: duckdb.DuckDBPyConnection, folder: Path, release: str, reference: Path) -> None:
    """Write the whole site below `folder`, which is created.

    Args:
        con: open connection whose default schema holds the public tables; tables that are missing are named on the
            pages.
        folder: where to write; files of another build that lie there are overwritten, not removed.
        release: name of the release.
        reference: folder of the reference data: outlines, tile grid, spellings, default focus.
    """
    data = SiteData(Tables(con), reference)
    wordings = {language: Wording(language) for language in LANGUAGES}
    environment = _environment(release, data)
    assets = folder / "assets"
    assets.mkdir(parents=True, exist_ok=True)
    for source in (HERE / "static").iterdir():
        shutil.copyfile(source, assets / source.name)
    (assets / "data.js").write_text(script_data(data, release), encoding="utf-8", newline="\n")
    for template, path, values in _pages(data):
        compiled = environment.get_template(template)
        for language, wording in wordings.items():
            page = Page(path, language)
            file = folder / page.file
            file.parent.mkdir(parents=True, exist_ok=True)
            wording.start_page()
            # a function is something that depends on language and page
            ready = {name: value(wording, page) if callable(value) else value for name, value in values.items()}
            text = compiled.render(page=page, w=wording, **ready)
            file.write_text(text + "\n", encoding="utf-8", newline="\n")


def _pages(data: SiteData) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Template, path and values of every page."""
    tables = data.tables
    latest = {system: max(data.ranked_editions(system), default=None) for system in data.systems}
    outlines = maps.outlines_source(data.reference)
    start: dict[str, Any] = {
        "rankings": lambda wording, page: ranking_tables(data, wording),
        "maps": lambda wording, page: [
            maps.Map(data, system, latest[system], page.home, wording) for system in data.systems
        ],
        "steps": range(1, maps.STEPS + 1),
        "credit": (outlines or {}).get("publisher", ""),
    }
    yield "start.html.j2", "index.html", start
    pairs = [(data.units[first], data.units[second]) for first, second in data.focus]
    yield "compare.html.j2", "compare.html", {"pairs": pairs, "plain": plain_comparisons(data)}
    yield "what-if.html.j2", "what-if.html", {"pairs": pairs}
    shown = {
        "methods": entries("method"),
        "comparability": tables.rows("edition_comparability"),
        "weights": tables.rows("indicator_weights"),
        "means": tables.rows("national_means"),
        "tables": sorted(tables.names),
    }
    yield "methods.html.j2", "methods.html", shown
    yield "terms.html.j2", "terms.html", {"terms": entries("term"), "codes": load_vocabulary()}
    origins = {"sources": tables.rows("sources"), "outlines": outlines, "conflicts": conflicts(data)}
    yield "sources.html.j2", "sources.html", origins
    notebooks = sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))
    yield "data.html.j2", "data.html", {"groups": contract_groups(tables), "notebooks": notebooks}
    for (system, province_id), unit in data.units.items():
        yield "profile.html.j2", profile_path(system, province_id), {"p": Profile(data, unit)}


def _environment(release: str, data: SiteData) -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("dx_pipeline.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(release=release, policy=POLICY, data=data, parts=list(data.parts))
    macros = environment.get_template("macros.html.j2").module
    for macro in ("scroll", "unavailable", "rank_of", "part", "chart"):
        environment.globals[macro] = getattr(macros, macro)
    return environment
