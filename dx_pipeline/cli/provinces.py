"""Province arguments: any spelling, and completion in the shell."""

from __future__ import annotations

import functools
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dx_pipeline.cli.output import CommandError, unknown
from dx_pipeline.paths import default_paths
from dx_pipeline.tables import NoReleaseError, open_published, parts_of_overall, select, unit_systems

if TYPE_CHECKING:
    import duckdb

    from dx_pipeline.conform.reference import Reference


def complete_province(incomplete: str) -> list[tuple[str, str]]:
    """Identifiers that begin with what was typed, marks and capitals aside, with the name beside each."""
    from dx_pipeline.conform.names import slug

    typed, reference = slug(incomplete), _reference(default_paths().reference)
    found: dict[str, str] = {}
    for unit_system in reference.systems:
        for unit in reference.units(unit_system):
            if unit.province_id.startswith(typed):
                found.setdefault(unit.province_id, unit.name_vi)
    return sorted(found.items())


def complete_component(incomplete: str) -> list[str]:
    """The components of the index with an equals sign."""
    try:
        with open_published(default_paths()) as con:
            return [f"{name}=" for name in parts_of_overall(con) if name.startswith(incomplete)]
    except NoReleaseError:
        return []


SPELLING = typer.Argument(help="A province in any spelling, or its identifier.", autocompletion=complete_province)
Province = Annotated[str, SPELLING]
OptionalProvince = Annotated[str | None, SPELLING]
System = Annotated[
    int | None,
    typer.Option("--system", help="Number of units of the set: 34 since 1 July 2025, 63 before. By default today's."),
]


def require_system(con: duckdb.DuckDBPyConnection, unit_system: int | None, *texts: str | None) -> int:
    """The unit system asked for; else the newest one in which every given text names a unit.

    Raises:
        CommandError: there is no such system.
    """
    known = list(reversed(unit_systems(con)))
    if unit_system is not None:
        if unit_system not in known:
            raise unknown("unit system", unit_system, known)
        return unit_system
    if not known:
        raise CommandError("the release has no units", "See `dx query 'from provinces'`.")
    asked = [text for text in texts if text]
    # names as they are printed need no reader of spellings
    for names in (functools.partial(_identifier, con), _named):
        for system in known:
            if all(names(text, system) for text in asked):
                return system
    # the error is then told of the system that knows the first of them, or of the oldest
    return next((system for system in known if _named(asked[0], system)), known[-1])


def _identifier(con: duckdb.DuckDBPyConnection, text: str, unit_system: int) -> str | None:
    typed = unicodedata.normalize("NFC", text).strip().lower()
    statement = """SELECT province_id FROM provinces
        WHERE unit_system = ? AND (province_id = ? OR lower(name_vi) = ? OR lower(name_en) = ?)"""
    found = select(con, statement, [unit_system, typed, typed, typed])
    return str(found[0]["province_id"]) if len(found) == 1 else None


def _named(text: str, unit_system: int) -> bool:
    from dx_pipeline.conform.names import ProvinceNameError

    try:
        return bool(_resolved(text, unit_system))
    except ProvinceNameError:
        return False


def _resolved(text: str, unit_system: int) -> str:
    from dx_pipeline.conform.names import resolve

    return resolve(text, _reference(default_paths().reference), unit_system)


@functools.cache
def _reference(folder: Path) -> Reference:
    from dx_pipeline.conform.reference import load_reference

    return load_reference(folder)


def find_province(con: duckdb.DuckDBPyConnection, text: str, unit_system: int) -> str:
    """The `province_id` a text names. An identifier is recognised without loading the reader of spellings.

    Raises:
        CommandError: it names no unit of the system, or several.
    """
    if found := _identifier(con, text, unit_system):
        return found
    from dx_pipeline.conform.names import ProvinceNameError

    try:
        return _resolved(text, unit_system)
    except ProvinceNameError as error:
        near = ", ".join(f"{one.name_vi} ({one.province_id})" for one in error.candidates)
        hint = error.hint or (f"Did you mean {near}?" if near else "Names and identifiers: `dx rank`.")
        raise CommandError(error.message, hint) from error


def province_name(con: duckdb.DuckDBPyConnection, province_id: str, unit_system: int, language: str) -> str:
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
