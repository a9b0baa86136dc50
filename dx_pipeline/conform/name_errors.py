"""What is raised when printed text is not the name of a province: always with what was read and what is near."""

from __future__ import annotations

from dataclasses import dataclass

from dx_pipeline.errors import BAD_INPUT, DxError


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
