"""Province arguments: any spelling, and completion in the shell."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Annotated

import typer

from dx_pipeline.cli.errors import CommandError, unknown
from dx_pipeline.tables import select

if TYPE_CHECKING:
    import duckdb


def complete_province(incomplete: str) -> list[tuple[str, str]]:
    """Identifiers that begin with what was typed, marks and capitals aside, with the name beside each."""
    from dx_pipeline.conform.names import slug
    from dx_pipeline.conform.reference import load_reference
    from dx_pipeline.paths import default_paths

    typed = slug(incomplete)
    found: dict[str, str] = {}
    reference = load_reference(default_paths().reference)
    for unit_system in reference.systems:
        for unit in reference.units(unit_system):
            if unit.province_id.startswith(typed):
                found.setdefault(unit.province_id, unit.name_vi)
    return sorted(found.items())


def complete_component(incomplete: str) -> list[str]:
    """The components of the index with an equals sign."""
    from dx_pipeline.paths import default_paths
    from dx_pipeline.tables import NoReleaseError, open_published, parts_of_overall

    try:
        with open_published(default_paths()) as con:
            return [f"{name}=" for name in parts_of_overall(con) if name.startswith(incomplete)]
    except NoReleaseError:
        return []


Province = Annotated[
    str,
    typer.Argument(help="A province in any spelling, or its identifier.", autocompletion=complete_province),
]
OptionalProvince = Annotated[
    str | None,
    typer.Argument(help="A province in any spelling, or its identifier.", autocompletion=complete_province),
]
System = Annotated[int, typer.Option("--system", help="63 (until 30 June 2025) or 34 units.")]


def require_system(unit_system: int) -> int:
    """The unit system, 63 or 34."""
    if unit_system not in (63, 34):
        raise CommandError(f"unknown unit system {unit_system}", hint="Known: 63 (until 30 June 2025), 34.")
    return unit_system


def find_province(con: duckdb.DuckDBPyConnection, text: str, unit_system: int = 63) -> str:
    """The `province_id` a text names. An identifier is recognised without loading the reader of spellings."""
    typed = unicodedata.normalize("NFC", text).strip()
    statement = "SELECT province_id FROM provinces WHERE unit_system = ? AND province_id = ?"
    if select(con, statement, [unit_system, typed.lower()]):
        return typed.lower()
    from dx_pipeline.conform.name_errors import ProvinceNameError
    from dx_pipeline.conform.names import resolve
    from dx_pipeline.conform.reference import load_reference
    from dx_pipeline.paths import default_paths

    try:
        return resolve(text, load_reference(default_paths().reference), unit_system)
    except ProvinceNameError as error:
        near = ", ".join(f"{one.name_vi} ({one.province_id})" for one in error.candidates)
        said = _first_sentence(str(error)).removesuffix(near).removesuffix(" any of ")
        said += " several provinces" if said.endswith(" be") else ""
        hint = f"Did you mean {near}?" if near else "Names and identifiers: `dx rank`."
        raise CommandError(said, hint=hint) from error


def province_name(con: duckdb.DuckDBPyConnection, province_id: str, unit_system: int = 63, language: str = "vi") -> str:
    """The name of a unit."""
    column = "name_en" if language == "en" else "name_vi"
    statement = f"SELECT {column} AS name FROM provinces WHERE unit_system = ? AND province_id = ?"
    found = select(con, statement, [unit_system, province_id])
    return str(found[0]["name"]) if found else province_id


def require_edition(edition: int | None, known: list[int]) -> int:
    """The edition asked for, or the latest known one."""
    if not known:
        raise CommandError("the release has no edition with such figures", hint="See `dx query 'from editions'`.")
    if edition is None:
        return known[-1]
    if edition not in known:
        raise unknown("edition", edition, known)
    return edition


def _first_sentence(message: str) -> str:
    """The message without the nearest names, which the hint gives, and without advice to keepers of the tables."""
    for end in (". Nearest: ", ". If it is a spelling", ". No name is near", "; nothing is guessed"):
        message = message.split(end)[0]
    return message
