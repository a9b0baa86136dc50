"""Basis and doubts of a row follow from what it rests on: carried by one function, recomputed in SQL by another."""

from __future__ import annotations

import duckdb
import polars as pl
import pytest

from dx_pipeline.contracts import load_contracts, parse_contract
from dx_pipeline.marts._carry import carry
from dx_pipeline.marts.vocabulary import build as vocabulary
from dx_pipeline.quality.generated_laws import LINEAGE, lineage_law
from dx_pipeline.quality.laws import run_law

TEXTS = {f"{text}_{language}": "x" for text in ("title", "description", "limitations") for language in ("vi", "en")} | {
    "group": "Test"
}
COLUMNS = ("edition", "province_id", "peer_id", "gap", "basis", "doubts")
CONTRACT = parse_contract(
    "gaps",
    {
        **TEXTS,
        "key": ["edition", "province_id", "peer_id"],
        "inputs": ["scores", "weights"],
        "columns": {name: {"type": "text", "meaning_vi": "x", "meaning_en": "x"} for name in COLUMNS},
        "rests_on": [
            {"table": "scores", "same": ["edition", "province_id"], "known_by": "gap", "own": "computed"},
            {
                "table": "scores",
                "same": ["edition"],
                "renamed": {"peer_id": "province_id"},
                "known_by": "gap",
                "adds": ["within_error"],
            },
            {"table": "weights", "same": ["edition"], "where": {"indicator": ["foundation"]}, "known_by": "gap"},
        ],
    },
    common={},
)
TABLES = {
    "scores": pl.DataFrame(
        {
            "edition": [2022, 2022, 2024, 2024],
            "province_id": ["a", "b", "a", "b"],
            "basis": ["stated", "derived", "stated", "stated"],
            "doubts": ["coarse", None, None, "conflict, third_party_only"],
        }
    ),
    "weights": pl.DataFrame(
        {
            "edition": [2022, 2024, 2024],
            "indicator": ["foundation", "foundation", "smart_city"],
            "basis": ["stated", "solved", "inferred"],
            "doubts": [None, None, "unverified"],
        },
        schema_overrides={"doubts": pl.String},
    ),
}
FRAME = pl.DataFrame(
    {
        "edition": [2022, 2022, 2024, 2024],
        "province_id": ["a", "b", "a", "b"],
        "peer_id": ["b", "a", "b", "a"],
        "gap": [1.0, -1.0, None, 0.1],
        "doubts": [None, None, None, "within_error"],
    }
)


@pytest.fixture
def carried():
    return carry(FRAME, CONTRACT, TABLES)


@pytest.fixture
def outcome(carried):
    def run(change=""):
        with duckdb.connect() as con:
            for name, rows in (TABLES | {"gaps": carried, "vocabulary": vocabulary({})}).items():
                con.register("rows_to_store", rows)
                con.execute(f"CREATE TABLE {name} AS SELECT * FROM rows_to_store")
            con.execute(change or "SELECT 1")
            return run_law(con, lineage_law(CONTRACT))

    return run


def test_what_is_declared_is_carried(carried):
    assert carried["basis"].to_list() == ["computed", "computed", None, "solved"]
    assert carried["doubts"].to_list() == ["coarse", "coarse", None, "conflict, within_error, third_party_only"]


def test_the_law_recomputes_it(outcome):
    assert (outcome().status, outcome().n_checked) == ("passed", 3)


def test_the_law_is_broken_by_rows_that_are_surer_or_less_sure(outcome):
    for change in (
        "UPDATE gaps SET basis = 'stated' WHERE edition = 2022",
        "UPDATE gaps SET basis = 'inferred' WHERE edition = 2022",
        "UPDATE gaps SET doubts = NULL WHERE edition = 2022",
        "UPDATE gaps SET doubts = 'coarse, conflict' WHERE edition = 2022",
        "UPDATE scores SET doubts = 'edition_not_stated' WHERE edition = 2024",
        "UPDATE weights SET basis = 'inferred'",
    ):
        found = outcome(change)
        assert (found.status, found.check.check_name) == ("failed", LINEAGE), change
        assert "found" in found.observed
    assert outcome("UPDATE gaps SET doubts = 'coarse, within_error' WHERE edition = 2022").status == "passed"


def test_every_declared_table_has_the_law_and_it_fits_its_contract():
    with duckdb.connect() as con:
        for contract in load_contracts().values():
            con.execute(contract.ddl())
        for contract in load_contracts().values():
            law = lineage_law(contract)
            assert (law is not None) == bool(contract.rests_on)
            if law:
                assert run_law(con, law).status == "not_applicable", contract.name
