"""An unchanged table is not asked about again; whatever an answer depends on makes it asked."""

from __future__ import annotations

import duckdb
import polars as pl
import pytest
from example_contracts import make_contract

from dx_pipeline.quality import gx_suite, memory, runner


@pytest.fixture
def asked(monkeypatch):
    """Tables Great Expectations was asked about, as they come."""
    tables = []
    answer = gx_suite._Validator.answer

    def recorded(self, frame, rules):
        tables.extend(rule.check.table_name for rule in rules)
        return answer(self, frame, rules)

    monkeypatch.setattr(gx_suite._Validator, "answer", recorded)
    return tables


def test_only_changed_tables_are_asked_about_again(asked, monkeypatch):
    number = {"type": "integer", "max": 5}
    contracts = {name: make_contract(name, {"n": number}, key=["n"]) for name in ("a", "b")}

    def check(prints):
        asked.clear()
        outcomes = runner.check_outcomes(con, contracts, fingerprints=prints)
        return sorted(asked), [one for one in outcomes if one.check.engine == "gx"]

    with duckdb.connect() as con:
        con.execute("CREATE TABLE a AS SELECT 1 AS n")
        con.execute("CREATE TABLE b AS SELECT 9 AS n")
        first, found = check({"a": "1", "b": "1"})
        assert (first, [one.status for one in found]) == (["a", "b"], ["passed", "failed"])
        again, remembered = check({"a": "1", "b": "1"})
        assert (again, remembered) == ([], found), "the same answer, a failure included, without a question"
        assert check({"a": "2", "b": "1"})[0] == ["a"]
        contracts["b"] = make_contract("b", {"n": number | {"max": 10}}, key=["n"])
        now, loosened = check({"a": "2", "b": "1"})
        assert (now, [one.status for one in loosened]) == (["b"], ["passed", "passed"])
        monkeypatch.setattr(memory, "code_of", lambda module: "99")
        assert check({"a": "2", "b": "1"})[0] == ["a", "b"]
        con.execute("DROP TABLE a")
        monkeypatch.setattr(memory, "code_of", lambda module: "100")
        assert check({"b": "1"})[1][0].status == "error"
        con.register("a", pl.DataFrame({"n": [1]}))
        assert check({"a": "2", "b": "1"})[0] == ["a"], "a check that could not run is not remembered"
