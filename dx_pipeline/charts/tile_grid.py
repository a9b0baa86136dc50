"""The cells of a tile map, in which each unit has as much room as any other; reference data."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from dx_pipeline.language.words import Words


@dataclass(frozen=True)
class Tile:
    """A unit's cell, counted from the top left; `islands` is set for an archipelago shown with its province."""

    province_id: str
    row: int
    column: int
    islands: Words | None


def read_tiles(reference: Path, unit_system: int) -> list[Tile]:
    """Cells of one unit system from tile_grid.csv of the reference data; none if it has no grid."""
    file = reference / "tile_grid.csv"
    if not file.is_file():
        return []
    with file.open(encoding="utf-8", newline="") as handle:
        return [
            Tile(
                row["province_id"],
                int(row["row"]),
                int(row["column"]),
                Words(row["islands_vi"], row["islands_en"]) if row["islands_vi"] else None,
            )
            for row in csv.DictReader(handle)
            if int(row["unit_system"]) == unit_system
        ]
