"""The small country the laws are tried on, and contracts small enough to read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from example_contracts import make_contract

from dx_pipeline.contracts import DUCKDB_TYPES, load_contracts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dx_pipeline.contracts import Contract

WORLD = (Path(__file__).parent / "world.sql").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def peaceful_world() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        for contract in load_contracts().values():
            columns = ", ".join(f'"{column.name}" {DUCKDB_TYPES[column.type]}' for column in contract.columns)
            con.execute(f'CREATE TABLE "{contract.name}" ({columns})')
        con.execute(WORLD)
        yield con


@pytest.fixture
def world(peaceful_world: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """The small country, to be spoiled: whatever a test changes is rolled back after it."""
    peaceful_world.execute("BEGIN")
    yield peaceful_world
    peaceful_world.execute("ROLLBACK")


@pytest.fixture
def scores_contract() -> Contract:
    columns: dict[str, dict[str, Any]] = {
        "edition": {"type": "integer", "allowed": [2022, 2023]},
        "province_id": {"type": "text", "pattern": "^[a-z0-9-]+$"},
        "score": {"type": "double", "min": 0.0, "max": 1.0, "nullable": True},
        "rank": {"type": "integer"},
        "status": {"type": "text", "allowed": ["published", "derived"]},
    }
    return make_contract("scores", columns, key=["edition", "province_id"], partition=["edition"])
