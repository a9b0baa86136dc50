"""The site of the real tables, built once, and a small country for awkward cases."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import lxml.html
import pytest

from dx_pipeline.contracts import load_contract

REFERENCE = Path(__file__).resolve().parents[2] / "data" / "reference"
#: profiles that are looked at in every run: with targets, merged, of both systems
ALWAYS = ("hai-duong", "hai-phong", "thai-nguyen", "da-nang")
#: a value for a column that a test does not care about
FILLERS: dict[str, Any] = {"text": "x", "integer": 1, "double": 0.5, "boolean": True, "date": "2024-01-01"}


@pytest.fixture(scope="session")
def documents(site: Path) -> dict[Path, lxml.html.HtmlElement]:
    """Every page but the profiles, and every fifth profile in both languages; with DX_SOAK all of them."""
    profiles = [path.relative_to(site) for path in sorted(site.glob("[0-9]*/*.html")) if path.stem not in ALWAYS]
    left_out = set() if os.environ.get("DX_SOAK") else set(profiles) - set(profiles[::5])
    parser = lxml.html.HTMLParser(encoding="utf-8")
    return {
        path: lxml.html.parse(str(path), parser=parser).getroot()
        for path in sorted(site.rglob("*.html"))
        if Path(*(part for part in path.relative_to(site).parts if part != "en")) not in left_out
    }


class SmallCountry:
    """A database with only the tables and rows that a test puts into it."""

    def __init__(self) -> None:
        self.con = duckdb.connect()

    def table(self, name: str, *rows: dict[str, Any]) -> None:
        """Create a table by its contract; what a row leaves out is null, or a filler where null is forbidden."""
        contract = load_contract(name)
        self.con.execute(contract.ddl())
        for row in rows:
            assert row.keys() <= set(contract.column_names), f"{name} has no such column: {row.keys()}"
            values = [
                row[column.name] if column.name in row else None if column.nullable else FILLERS[column.type]
                for column in contract.columns
            ]
            marks = ", ".join("?" * len(values))
            self.con.execute(f'INSERT INTO "{name}" VALUES ({marks})', values)

    def province(self, province_id: str, name: str, **more: Any) -> dict[str, Any]:
        """A row of `provinces`, of the 63."""
        return {
            "unit_system": 63,
            "province_id": province_id,
            "name_vi": name,
            "name_en": name,
            "kind": "province",
            "level": "province",
        } | more

    def ranking(self, province_id: str, edition: int, **more: Any) -> dict[str, Any]:
        """A row of `province_rankings`, of the 63."""
        return {
            "edition": edition,
            "unit_system": 63,
            "province_id": province_id,
            "province_vi": province_id,
            "province_en": province_id,
            "n_units": 63,
            "n_ranked": 1,
            "score_status": "published",
            "status": "published",
        } | more


@pytest.fixture
def country() -> Iterator[SmallCountry]:
    small = SmallCountry()
    yield small
    small.con.close()
