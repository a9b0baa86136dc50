"""The units of a system, their known spellings, the places that only look like one, and what is raised for other text.

`units.csv` gives the names, `province_aliases.csv` further spellings (an empty `unit_system` means every system that
has the unit), `lookalike_names.csv` real places and table rows that are not provinces.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from dx_pipeline.conform.reference_tables import file_of, refuse
from dx_pipeline.conform.spelling import Spelling, clean, spelling
from dx_pipeline.errors import BAD_INPUT, DxError, Problem


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


class ProvinceNameError(DxError, ValueError):
    """Text that cannot be resolved to one province. `candidates` are the nearest units, nearest first."""

    exit_code = BAD_INPUT

    def __init__(self, message: str, text: str, unit_system: int, candidates: tuple[Unit, ...] = ()) -> None:
        super().__init__(message)
        self.text = text
        self.unit_system = unit_system
        self.candidates = candidates


class UnknownProvinceError(ProvinceNameError):
    """The text names no province of the unit system, or a place that only looks like one."""


class AmbiguousProvinceError(ProvinceNameError):
    """The text could stand for several provinces (`QN`, `Quảng`) or names several at once."""


ALIASES = "province_aliases.csv"


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
    #: whether its units may be called old, new, or either
    era: frozenset[str]


def slug(name: str) -> str:
    """The ASCII identifier of a name: `Bà Rịa - Vũng Tàu` gives `ba-ria-vung-tau`."""
    plain = unicodedata.normalize("NFD", clean(name).lower().replace("đ", "d"))
    return re.sub("[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode()).strip("-")


def names_of(
    unit_system: int,
    units: Mapping[str, Unit],
    aliases: pl.DataFrame,
    lookalikes: pl.DataFrame,
    iso: Mapping[str, str],
    era: frozenset[str],
) -> Tables:
    """The known names of a unit system.

    Raises:
        ReferenceTableError: an alias means no unit, or a name is not letters with marks or digits.
    """
    problems: list[Problem] = []

    def read(name: str, where: str) -> Spelling | None:
        found = spelling(name)
        if found is None:
            problems.append(Problem(where, "a name: letters with marks, or digits", repr(name)))
        return found

    known: dict[str, list[Known]] = defaultdict(list)
    for one in units.values():
        if as_printed := read(one.name_vi, f"{file_of('units')}, {one.province_id} of {unit_system}"):
            known[as_printed.base].append(Known(as_printed, one, as_city=False))
    for row in aliases.iter_rows(named=True):
        meant = units.get(row["province_id"])
        if row["unit_system"] not in (None, str(unit_system)) or (meant is None and row["unit_system"] is None):
            continue
        where = f"{file_of('province_aliases')}, row {row['row']}"
        if meant is None:
            problems.append(Problem(where, f"a unit of the {unit_system}", repr(row["province_id"])))
            continue
        name = row["alias"].removeprefix("Thành phố ")
        if as_printed := read(name, where):
            known[as_printed.base].append(Known(as_printed, meant, as_city=name != row["alias"]))
    others: dict[str, list[tuple[Spelling, str, str]]] = defaultdict(list)
    for row in lookalikes.iter_rows(named=True):
        if as_printed := read(row["name"], f"{file_of('lookalike_names')}, row {row['row']}"):
            others[as_printed.base].append((as_printed, row["what"], row["reason"]))
    refuse(problems)
    by_code = {code: units[province_id] for code, province_id in iso.items()}
    return Tables(unit_system, dict(units), dict(known), dict(others), by_code, era)
