"""What is raised when printed text is not the name of a province: always with what was read and what is near."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Unit:
    """One province or municipality; (unit_system, province_id) identifies it."""

    unit_system: int
    province_id: str
    name_vi: str
    name_en: str
    kind: str  # "province" or "municipality"
    code: str  # of the statistics office; the same code means another unit in the other system
    successor_id: str  # of the unit of the 34 it is part of; the unit itself in the 34


class ProvinceNameError(ValueError):
    """Text that cannot be resolved to one province. `candidates` are the nearest units, nearest first."""

    def __init__(self, message: str, text: str, unit_system: int, candidates: tuple[Unit, ...] = ()) -> None:
        super().__init__(message)
        self.text = text
        self.unit_system = unit_system
        self.candidates = candidates


class UnknownProvinceError(ProvinceNameError):
    """The text names no province of the unit system, or a place that only looks like one."""


class AmbiguousProvinceError(ProvinceNameError):
    """The text could stand for several provinces (`QN`, `Quảng`) or names several at once."""


class ProvinceColumnError(ProvinceNameError):
    """Texts of a column that are no provinces. `problems` holds each distinct text with its error and its rows."""

    def __init__(self, message: str, unit_system: int, problems: tuple[tuple[ProvinceNameError, tuple[str, ...]], ...]):
        first = problems[0][0]
        super().__init__(message, first.text, unit_system, first.candidates)
        self.problems = problems
