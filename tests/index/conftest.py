"""The published editions 2022-2024 of the 63 provinces, as arrays in one province order."""

import csv
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from dx_pipeline.index.arrays import FloatArray
from dx_pipeline.index.identities import derive_foundation

ROOT = Path(__file__).resolve().parents[2]
COMPONENTS = ("foundation", "digital_government_activity", "digital_economy_activity", "digital_society_activity")
POINTS = {2022: (500, 200, 150, 150), 2023: (500, 200, 150, 150), 2024: (440, 200, 150, 150)}


@dataclass(frozen=True)
class Edition:
    """One edition: names sorted, published overall, (F, G, K, S) with F derived, weights."""

    provinces: tuple[str, ...]
    overall: FloatArray
    components: FloatArray
    weights: FloatArray

    def row(self, name: str) -> int:
        return self.provinces.index(name)


def canonical(name: str) -> str:
    """Enough for these three files: drop the prefix of a city and the older name of Huế."""
    text = unicodedata.normalize("NFC", name).removeprefix("TP. ").strip()
    return "Huế" if text.endswith("Huế") else text


def read_edition(year: int) -> Edition:
    path = ROOT / "data" / "raw" / "dti_component_scores" / f"{year}.csv"
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = sorted((canonical(row[0]), *map(float, row[1:5])) for row in list(csv.reader(lines))[1:])
    figures = np.array([row[1:] for row in rows])
    weights = np.array(POINTS[year]) / sum(POINTS[year])
    foundation = derive_foundation(figures[:, 0], figures[:, 1:], weights)
    components = np.column_stack([foundation, figures[:, 1:]])
    return Edition(tuple(str(row[0]) for row in rows), figures[:, 0], components, weights)


@pytest.fixture(scope="session")
def dti_2022() -> Edition:
    return read_edition(2022)


@pytest.fixture(scope="session")
def dti_2023() -> Edition:
    return read_edition(2023)


@pytest.fixture(scope="session")
def dti_2024() -> Edition:
    return read_edition(2024)


@pytest.fixture(scope="session")
def editions(dti_2022: Edition, dti_2023: Edition, dti_2024: Edition) -> tuple[Edition, Edition, Edition]:
    assert dti_2022.provinces == dti_2023.provinces == dti_2024.provinces
    return dti_2022, dti_2023, dti_2024
