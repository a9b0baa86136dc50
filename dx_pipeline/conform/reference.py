"""What the project knows before it reads a source: unit systems, their units and spellings, the index's indicators.

One `Reference` is read from a folder (or from the tables a build has stored) and handed down. Unit systems, units and
spellings are rows of its tables; nothing here knows how many there are. `units.csv` gives the names of units,
`province_aliases.csv` further spellings (an empty `unit_system` means every system that has the unit),
`lookalike_names.csv` real places and table rows that are not provinces.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import polars as pl

from dx_pipeline.conform.reference_tables import (
    SHAPES,
    ReferenceTableError,
    check_tables,
    file_of,
    read_own,
)
from dx_pipeline.conform.spelling import Spelling, spelling
from dx_pipeline.errors import Problem

T = TypeVar("T")
#: what `Reference.of` needs
TABLES = ("unit_systems", "units", "province_aliases", "lookalike_names", "indicators", "remark_doubts")


@dataclass(frozen=True)
class Unit:
    """One province or municipality; (unit_system, province_id) identifies it."""

    unit_system: int
    province_id: str
    name_vi: str
    name_en: str
    kind: str  # "province" or "municipality"
    code: str  # of the statistics office; the same code means another unit in another system
    successor_id: str  # of the unit of the next system it is part of; the unit itself in the newest system


@dataclass(frozen=True)
class UnitSystem:
    """A set of units that covered the country for a time; `successor` is the system that replaced it.

    `level` is province for the units the index ranks; figures of other levels (regions) are kept beside them.
    """

    unit_system: int
    level: str
    name_vi: str
    name_en: str
    valid_from: date | None
    valid_to: date | None
    successor: int | None


@dataclass(frozen=True)
class Known:
    """A spelling and the unit it means; `as_city` when it was declared with `Thành phố` before it."""

    spelling: Spelling
    unit: Unit
    as_city: bool


@dataclass(frozen=True)
class Tables:
    """What is known of one unit system."""

    unit_system: int
    units: dict[str, Unit]
    known: dict[str, list[Known]]  # by letters without marks
    lookalikes: dict[str, list[tuple[Spelling, str, str]]]  # by letters without marks: spelling, what, reason
    iso: dict[str, Unit]
    era: frozenset[str]  # whether its units may be called old, new, or either


@dataclass(frozen=True)
class Reference:
    """Unit systems, known names by system, and the codes of the index with their role."""

    systems: Mapping[int, UnitSystem]
    names: Mapping[int, Tables]
    indicators: Mapping[str, str]
    #: in Vietnamese and English
    indicator_names: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    #: phrase of a remark, in lower case -> the doubt it stands for
    remark_doubts: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, tables: Mapping[str, pl.DataFrame]) -> Reference:
        """From the reference tables as frames of text.

        Raises:
            ReferenceTableError: a date, a system or a successor is not readable or not there.
        """
        systems = _systems(tables["unit_systems"])
        units = _units(tables["units"], systems)
        names = {system: _names(own, units[system], systems, tables) for system, own in systems.items()}
        told = {code: (vi, en) for code, vi, en in _columns(tables, "indicators", "indicator", "name_vi", "name_en")}
        roles = dict(_columns(tables, "indicators", "indicator", "role"))
        return cls(systems, names, roles, told, dict(_columns(tables, "remark_doubts", "phrase", "doubt")))

    def units(self, unit_system: int) -> tuple[Unit, ...]:
        """All units of a system in the order of its file."""
        return tuple(self.of_system(unit_system).units.values())

    def of_system(self, unit_system: int) -> Tables:
        """The known names of a system.

        Raises:
            ReferenceTableError: there is no such system.
        """
        if unit_system not in self.names:
            known = ", ".join(map(str, self.names))
            problem = Problem(file_of("unit_systems"), f"one of the unit systems {known}", str(unit_system))
            raise ReferenceTableError(f"unit system {unit_system} is not known: there are {known}", problems=[problem])
        return self.names[unit_system]

    def before(self, unit_system: int) -> tuple[UnitSystem, ...]:
        """The systems a system replaced, the nearest first."""
        earlier = tuple(one for one in self.systems.values() if one.successor == unit_system)
        return earlier + tuple(far for one in earlier for far in self.before(one.unit_system))

    def country_names(self) -> dict[str, str]:
        """Province id -> Vietnamese name, over all systems; the oldest system's name where an id is used twice."""
        newest_first = sorted(self.systems.values(), key=lambda one: one.valid_to or date.max, reverse=True)
        return {unit.province_id: unit.name_vi for one in newest_first for unit in self.units(one.unit_system)}


def load_reference(folder: Path) -> Reference:
    """The reference of a project, from `data/reference`.

    Raises:
        SourceError: a published table is not as declared.
        ReferenceTableError: a table has missing columns, doubled keys or unknown units.
    """
    return Reference.of(reference_tables(folder))


def reference_tables(folder: Path) -> dict[str, pl.DataFrame]:
    """Every reference table as text, with the line of each row: the published ones by their hash, then our own.

    Raises:
        SourceError: a published table is not as declared.
        ReferenceTableError: a table has missing columns, doubled keys or unknown units.
    """
    from dx_pipeline.sources.read import read_source
    from dx_pipeline.sources.spec import load_source

    tables = dict(read_source(load_source(folder)).records)
    tables |= {name: read_own(folder, name) for name, shape in SHAPES.items() if shape.own}
    check_tables(tables)
    return tables


def _columns(tables: Mapping[str, pl.DataFrame], name: str, *columns: str) -> Iterator[tuple[Any, ...]]:
    """Rows of some columns of a table; none where the table is not needed."""
    return tables[name].select(columns).iter_rows() if name in tables else iter(())


def _systems(frame: pl.DataFrame) -> dict[int, UnitSystem]:
    where = file_of("unit_systems")
    problems: list[Problem] = []

    def read(row: dict[str, str], column: str, parse: Callable[[str], T], expected: str) -> T | None:
        try:
            return None if row[column] is None else parse(row[column])
        except ValueError:
            problems.append(Problem(f"{where}, row {row['row']}, column {column}", expected, repr(row[column])))
            return None

    systems: dict[int, UnitSystem] = {}
    for row in frame.iter_rows(named=True):
        number, successor = (read(row, column, int, "a whole number") for column in ("unit_system", "successor_system"))
        start, end = (read(row, one, date.fromisoformat, "a day (2025-07-01)") for one in ("valid_from", "valid_to"))
        if number is not None and number > 0:
            systems[number] = UnitSystem(number, row["level"], row["name_vi"], row["name_en"], start, end, successor)
        elif number is not None:
            problems.append(Problem(f"{where}, row {row['row']}", "a positive number", str(number)))
    for one in systems.values():
        at = f"{where}, unit_system {one.unit_system}"
        if one.successor is not None and (one.successor not in systems or one.unit_system in _later(one, systems)):
            problems.append(Problem(at, "a later system as successor", str(one.successor)))
        if one.valid_from and one.valid_to and one.valid_from > one.valid_to:
            problems.append(Problem(at, "an end after its start", str(one.valid_to)))
    ReferenceTableError.refuse(problems)
    return systems


def _later(one: UnitSystem, systems: Mapping[int, UnitSystem]) -> list[int]:
    """The systems that followed a system, nearest first; stops where they go in a circle."""
    found: list[int] = []
    following = one.successor
    while following is not None and following in systems and following not in found:
        found.append(following)
        following = systems[following].successor
    return found


def _units(frame: pl.DataFrame, systems: Mapping[int, UnitSystem]) -> dict[int, dict[str, Unit]]:
    where = file_of("units")
    problems: list[Problem] = []
    units: dict[int, dict[str, Unit]] = {system: {} for system in systems}
    for row in frame.iter_rows(named=True):
        system = systems.get(int(row["unit_system"])) if row["unit_system"].isdecimal() else None
        if system is None:
            expected = "a system of unit_systems.csv"
            problems.append(Problem(f"{where}, row {row['row']}, column unit_system", expected, row["unit_system"]))
            continue
        if system.successor is None and row["successor_id"]:
            at = f"{where}, row {row['row']}, column successor_id"
            problems.append(Problem(at, "nothing", row["successor_id"]))
        ids = {"unit_system": system.unit_system, "successor_id": row["successor_id"] or row["province_id"]}
        same = {key: row[key] for key in ("province_id", "name_vi", "name_en", "kind")}
        units[system.unit_system][row["province_id"]] = Unit(**same, code=row["gso_code"], **ids)
    for system in systems.values():
        own = units[system.unit_system]
        if not own:
            problems.append(Problem(where, f"units of system {system.unit_system}", "none"))
        problems += [
            Problem(
                f"{where}, {one.province_id} of {one.unit_system}", f"a unit of {later} as successor", one.successor_id
            )
            for one in own.values()
            if (later := system.successor) is not None and one.successor_id not in units[later]
        ]
    ReferenceTableError.refuse(problems)
    return units


def _names(
    system: UnitSystem, units: dict[str, Unit], systems: Mapping[int, UnitSystem], tables: Mapping[str, pl.DataFrame]
) -> Tables:
    number = system.unit_system
    problems: list[Problem] = []

    def read(name: str, where: str) -> Spelling | None:
        found = spelling(name)
        if found is None:
            problems.append(Problem(where, "a name: letters with marks, or digits", repr(name)))
        return found

    known: dict[str, list[Known]] = defaultdict(list)
    for one in units.values():
        if printed := read(one.name_vi, f"{file_of('units')}, {one.province_id} of {number}"):
            known[printed.base].append(Known(printed, one, as_city=False))
    for row in tables["province_aliases"].iter_rows(named=True):
        meant = units.get(row["province_id"])
        where = f"{file_of('province_aliases')}, row {row['row']}"
        name = row["alias"].removeprefix("Thành phố ")
        if row["unit_system"] == str(number) and meant is None:
            problems.append(Problem(where, f"a unit of the {number}", repr(row["province_id"])))
        elif row["unit_system"] in (None, str(number)) and meant is not None and (printed := read(name, where)):
            known[printed.base].append(Known(printed, meant, as_city=name != row["alias"]))
    others: dict[str, list[tuple[Spelling, str, str]]] = defaultdict(list)
    for row in tables["lookalike_names"].iter_rows(named=True):
        if printed := read(row["name"], f"{file_of('lookalike_names')}, row {row['row']}"):
            others[printed.base].append((printed, row["what"], row["reason"]))
    ReferenceTableError.refuse(problems)
    own = tables["units"].filter(pl.col("unit_system") == str(number)).select("iso_3166_2", "province_id")
    iso = {code: units[province_id] for code, province_id in own.drop_nulls().iter_rows()}
    # of units that were replaced, or that replaced others
    era = {"old"} if system.successor is not None else set()
    era |= {"new"} if any(one.successor == number for one in systems.values()) else set()
    return Tables(number, units, dict(known), dict(others), iso, frozenset(era))
