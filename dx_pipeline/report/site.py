"""The static site of a release: every page in two languages, from an open connection on the public tables.

Works offline and from `file://`: relative links, one style sheet, one small script, no address of anybody else but the
sources' own. The same tables give the same bytes; nothing here reads a clock.
"""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dx_pipeline.language.words import LANGUAGES
from dx_pipeline.report.other_pages import Comparison, conflicts, contract_groups, ranking_tables
from dx_pipeline.report.page import Page, compare_path, profile_path
from dx_pipeline.report.profile import Profile, pair_links
from dx_pipeline.report.site_data import COMPONENTS, SiteData
from dx_pipeline.report.wording import Wording
from dx_pipeline.tables import Tables

if TYPE_CHECKING:
    import duckdb
    from jinja2 import Environment

HERE = Path(__file__).parent
#: `file:` stands beside 'self' because some browsers give a page opened from a folder no origin that 'self' could match
POLICY = (
    "default-src 'none'; style-src 'self' file:; script-src 'self' file:; img-src 'self' file: data:; "
    "base-uri 'none'; form-action 'none'"
)


def build_site(con: duckdb.DuckDBPyConnection, folder: Path, release: str | Mapping[str, Any]) -> list[Path]:
    """Write the whole site below `folder`, which is created; returns the files, sorted.

    Args:
        con: open connection whose default schema holds the public tables; tables that are missing are named on the
            pages.
        folder: where to write; files of another build that lie there are overwritten, not removed.
        release: name of the release, or its manifest with the key `release`.
    """
    name = release if isinstance(release, str) else str(release["release"])
    tables = Tables(con)
    country = SiteData(tables)
    wordings = {language: Wording(language) for language in LANGUAGES}
    environment = _environment(name, country)
    written = []
    for target in ("assets", "en"):
        (folder / target).mkdir(parents=True, exist_ok=True)
    for source in sorted((HERE / "static").iterdir()):
        written.append(Path(shutil.copyfile(source, folder / "assets" / source.name)))
    pairs = country.pairs()
    first = compare_path(*pairs[0]) if pairs else ""
    for template, path, values in _pages(country, wordings):
        compiled = environment.get_template(template)
        for language, wording in wordings.items():
            page = Page(path, language, first)
            file = folder / page.file
            file.parent.mkdir(parents=True, exist_ok=True)
            text = compiled.render(page=page, w=wording, **_in_language(values, wording))
            file.write_text(text + "\n", encoding="utf-8", newline="\n")
            written.append(file)
    return sorted(written)


def _in_language(values: Mapping[str, Any], wording: Wording) -> dict[str, Any]:
    """Values as the template needs them; a function is something that depends on the language."""
    return {name: value(wording) if callable(value) else value for name, value in values.items()}


def _pages(country: SiteData, wordings: Mapping[str, Wording]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Template, path and values of every page."""
    tables = country.tables
    yield (
        "start.html.j2",
        "index.html",
        {"rankings": lambda wording: ranking_tables(country, wording), "pairs": pair_links(country)},
    )
    for first, second in country.pairs():
        yield (
            "compare.html.j2",
            compare_path(first, second),
            {"c": Comparison(country, first, second, wordings)},
        )
    method_texts = tomllib.loads((HERE.parent / "language" / "methods.toml").read_text(encoding="utf-8"))["method"]
    yield (
        "methods.html.j2",
        "methods.html",
        {
            "methods": lambda wording: [
                {
                    "title": method[f"title_{wording.language}"],
                    "text": method[f"text_{wording.language}"],
                    "tables": method["tables"],
                    "source": method.get("source", ""),
                }
                for method in method_texts
            ],
            "comparability": tables.rows("edition_comparability"),
            "weights": tables.rows("indicator_weights"),
            "means": tables.rows("national_means"),
            "tables": sorted(tables.names),
        },
    )
    yield "sources.html.j2", "sources.html", {"sources": tables.rows("sources"), "conflicts": conflicts(country)}
    yield "data.html.j2", "data.html", {"groups": contract_groups(tables)}
    for (system, province_id), unit in country.units.items():
        profile = Profile(country, unit, wordings)
        yield "profile.html.j2", profile_path(system, province_id), {"p": profile}


def _environment(release: str, country: SiteData) -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("dx_pipeline.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(release=release, policy=POLICY, country=country, parts=list(COMPONENTS))
    macros = environment.get_template("macros.html.j2").module
    for macro in ("scroll", "unavailable", "rank_of", "part"):
        environment.globals[macro] = getattr(macros, macro)
    return environment
