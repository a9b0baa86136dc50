"""Answers of Great Expectations that still hold: a table whose rows and rules are unchanged is not asked about again.

An answer is kept in the build's warehouse under a hash of everything it depends on: the table's rows, its rules, the
version of Great Expectations and the code that asks. A check that could not run is not kept.
"""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dx_pipeline.quality.expectations import ContractRule, contract_rules, suite
from dx_pipeline.quality.model import CheckOutcome, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import duckdb

    from dx_pipeline.contracts import Contract

#: table -> hash of what its answers depend on
Questions = dict[str, str]

CREATE = "CREATE TABLE IF NOT EXISTS core.gx_answers (question VARCHAR, table_name VARCHAR, answer VARCHAR)"


def questions(contracts: Mapping[str, Contract], fingerprints: Mapping[str, str]) -> Questions:
    """What would be asked of each table that was built; `fingerprints` are hashes of the tables' rows."""
    asking = hashlib.sha256(version("great_expectations").encode())
    for module in ("expectations.py", "gx_suite.py"):
        asking.update(Path(__file__).with_name(module).read_bytes())
    found = {}
    for name in contracts.keys() & fingerprints.keys():
        digest = asking.copy()
        digest.update(json.dumps([fingerprints[name], suite(contracts[name])]).encode())
        found[name] = digest.hexdigest()
    return found


def recall(
    con: duckdb.DuckDBPyConnection, contracts: Mapping[str, Contract], asked: Questions
) -> dict[str, list[CheckOutcome]]:
    """The outcomes of the tables whose question was answered before, by table."""
    con.execute("CREATE SCHEMA IF NOT EXISTS core")
    con.execute(CREATE)
    known = dict(con.sql("SELECT question, answer FROM core.gx_answers").fetchall())
    return {
        name: [_outcome(rule, *told) for rule, told in zip(contract_rules(contracts[name]), answers, strict=True)]
        for name, question in asked.items()
        if (answers := json.loads(known.get(question, "null"))) is not None
    }


def _outcome(
    rule: ContractRule, status: Status, n_checked: int, n_failed: int, observed: str, keys: list[dict[str, Any]]
) -> CheckOutcome:
    return CheckOutcome(rule.check, status, n_checked, n_failed, observed, rule.expected, tuple(keys))


def remember(con: duckdb.DuckDBPyConnection, asked: Questions, outcomes: Iterable[CheckOutcome]) -> None:
    """Keep the outcomes of each table in place of its older ones."""
    by_table: dict[str, list[CheckOutcome]] = {}
    for outcome in outcomes:
        by_table.setdefault(outcome.check.table_name, []).append(outcome)
    for name, found in by_table.items():
        con.execute("DELETE FROM core.gx_answers WHERE table_name = ?", [name])
        if name in asked and all(outcome.status != "error" for outcome in found):
            told = [[one.status, one.n_checked, one.n_failed, one.observed, one.failing_keys] for one in found]
            answer = json.dumps(told, ensure_ascii=False, default=str)
            con.execute("INSERT INTO core.gx_answers VALUES (?, ?, ?)", [asked[name], name, answer])
