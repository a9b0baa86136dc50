"""The units of each system and the spellings known for them, read once from the reference tables.

`provinces_63.csv` and `provinces_34.csv` give the units, `province_aliases.csv` further spellings (an empty
`unit_system` means both systems), `lookalike_names.csv` real places and table rows that are not provinces.
"""

from __future__ import annotations

import csv
import functools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dx_pipeline.conform.name_errors import Unit
from dx_pipeline.conform.spelling import Spelling, clean, spelling

UNIT_SYSTEMS = (63, 34)
MERGER = "1 July 2025"
ALIASES, LOOKALIKES = "province_aliases.csv", "lookalike_names.csv"


@dataclass(frozen=True)
class Known:
    """A spelling and the unit it means; `as_city` when it was declared with `Thành phố` before it."""

    spelling: Spelling
    unit: Unit
    as_city: bool


@dataclass(frozen=True)
class Tables:
    """What is known of one unit system."""

    units: dict[str, Unit]
    known: dict[str, list[Known]]  # by letters without marks
    lookalikes: dict[str, list[tuple[Spelling, str, str]]]  # by letters without marks: spelling, what, reason
    iso: dict[str, Unit]


def slug(name: str) -> str:
    """The ASCII identifier of a name: `Bà Rịa - Vũng Tàu` gives `ba-ria-vung-tau`."""
    plain = unicodedata.normalize("NFD", clean(name).lower().replace("đ", "d"))
    return re.sub("[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode()).strip("-")


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


@functools.cache
def tables_of(reference: Path, unit_system: int) -> Tables:
    """The tables of a unit system (63 or 34) in a folder of reference files, read once.

    Raises ValueError for another system, and for an alias of a province that does not exist.
    """
    if unit_system not in UNIT_SYSTEMS:
        raise ValueError(f"unit_system is {unit_system!r}; there are 63 (until 30 June 2025) and 34 (since {MERGER})")
    code, kind = ("gso_code", "kind") if unit_system == 63 else ("gso_code_2025", "kind_2025_07_01")
    rows = list(_rows(reference / f"provinces_{unit_system}.csv"))
    by_id = {}
    for row in rows:
        name, part_of = row["name_vi"], row.get("successor_name_2025", row["name_vi"])
        by_id[slug(name)] = Unit(unit_system, slug(name), name, row["name_en"], row[kind], row[code], slug(part_of))
    known: dict[str, list[Known]] = defaultdict(list)
    for one in by_id.values():
        as_printed = spelling(one.name_vi)
        known[as_printed.base].append(Known(as_printed, one, as_city=False))
    for row in _rows(reference / ALIASES):
        if row["unit_system"] not in ("", str(unit_system)):
            continue
        if row["province_id"] not in by_id:
            raise ValueError(f"{ALIASES}: {row['alias']!r} means {row['province_id']!r}, no unit of the {unit_system}")
        name = row["alias"].removeprefix("Thành phố ")
        as_printed = spelling(name)
        known[as_printed.base].append(Known(as_printed, by_id[row["province_id"]], as_city=name != row["alias"]))
    lookalikes: dict[str, list[tuple[Spelling, str, str]]] = defaultdict(list)
    for row in _rows(reference / LOOKALIKES):
        as_printed = spelling(row["name"])
        lookalikes[as_printed.base].append((as_printed, row["what"], row["reason"]))
    iso = {row["iso_3166_2"]: by_id[slug(row["name_vi"])] for row in rows if "iso_3166_2" in row}
    return Tables(by_id, dict(known), dict(lookalikes), iso)
