"""The three published editions as arrays, read from the raw files, nothing else of the pipeline involved."""

import csv
from pathlib import Path

import numpy as np

from dx_pipeline.index.arrays import FloatArray
from dx_pipeline.index.identities import derive_foundation

RAW = Path(__file__).resolve().parents[1] / "data" / "raw" / "dti_component_scores"
POINTS = {2022: (500, 200, 150, 150), 2023: (500, 200, 150, 150), 2024: (440, 200, 150, 150)}


def read_editions() -> dict[int, tuple[FloatArray, FloatArray]]:
    """Component scores (63, 4) and weights (4,) by edition."""
    editions = {}
    for year, points in POINTS.items():
        with (RAW / f"{year}.csv").open(encoding="utf-8-sig", newline="") as lines:
            figures = np.array([[float(cell) for cell in row[1:5]] for row in list(csv.reader(lines))[1:]])
        weights = np.array(points) / sum(points)
        foundation, _ = derive_foundation(figures[:, 0], figures[:, 1:], weights)
        editions[year] = (np.column_stack([foundation, figures[:, 1:]]), weights)
    return editions
