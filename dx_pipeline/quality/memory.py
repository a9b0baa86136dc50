"""Answers that still hold: a table whose rows and rules are unchanged is not asked about again, nor is a law.

An answer is kept in the build's warehouse under a hash of everything it depends on: the rows of the tables, the rules,
the version of what answers and the code that asks. A check that could not run is not kept.
"""

from __future__ import annotations

import json
from itertools import chain
from typing import TYPE_CHECKING

from dx_pipeline.code import code_of, joined_hash
from dx_pipeline.quality.expectations import suite
from dx_pipeline.quality.model import Check, CheckOutcome
from dx_pipeline.warehouse import ANSWERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import duckdb

    from dx_pipeline.contracts import Contract
    from dx_pipeline.quality.laws import Law

    #: checks with what each expects
    Rules = Sequence[tuple[Check, str]]

#: table, or name of a law -> hash of what its answers depend on
Questions = dict[str, str]


def questions(contracts: Mapping[str, Contract], fingerprints: Mapping[str, str]) -> Questions:
    """What would be asked of each table that was built; `fingerprints` are hashes of the tables' rows."""
    return {
        name: joined_hash([code_of("quality.gx_suite"), fingerprints[name], json.dumps(suite(contracts[name]))])
        for name in contracts.keys() & fingerprints.keys()
    }


def law_questions(laws: Iterable[Law], fingerprints: Mapping[str, str]) -> Questions:
    """What each law would ask, if the rows of all tables that it reads are known."""
    return {
        law.check.check_id: joined_hash(
            [code_of("quality.laws"), law.sql, law.expects, *(fingerprints[name] for name in law.tables)]
        )
        for law in laws
        if fingerprints.keys() >= set(law.tables)
    }


def answered(
    con: duckdb.DuckDBPyConnection,
    asked: Questions,
    rules: Mapping[str, Rules],
    answer: Callable[[list[str]], list[CheckOutcome]],
    name_of: Callable[[Check], str],
) -> list[CheckOutcome]:
    """The outcomes of these rules, those remembered where the question is the same; the others are kept."""
    known = _recall(con, rules, asked) if asked else {}
    found = answer([name for name in rules if name not in known])
    if asked:
        by_name: dict[str, list[CheckOutcome]] = {}
        for outcome in found:
            by_name.setdefault(name_of(outcome.check), []).append(outcome)
        _remember(con, asked, by_name)
    return [*found, *chain.from_iterable(known.values())]


def _recall(
    con: duckdb.DuckDBPyConnection, rules: Mapping[str, Rules], asked: Questions
) -> dict[str, list[CheckOutcome]]:
    con.execute("CREATE SCHEMA IF NOT EXISTS core")
    con.execute(f"CREATE TABLE IF NOT EXISTS {ANSWERS} (question VARCHAR, table_name VARCHAR, answer VARCHAR)")
    known = dict(con.sql(f"SELECT question, answer FROM {ANSWERS}").fetchall())
    return {
        name: [
            CheckOutcome(check, status, checked, failed, observed, expected, tuple(keys))
            for (check, expected), (status, checked, failed, observed, keys) in zip(rules[name], answers, strict=True)
        ]
        for name, question in asked.items()
        if (answers := json.loads(known.get(question, "null"))) is not None
    }


def _remember(con: duckdb.DuckDBPyConnection, asked: Questions, found: Mapping[str, Iterable[CheckOutcome]]) -> None:
    """Keep the outcomes of each table or law in place of its older ones."""
    import polars as pl

    rows = []
    for name, outcomes in found.items():
        told = [[one.status, one.n_checked, one.n_failed, one.observed, one.failing_keys] for one in outcomes]
        known = name in asked and all(status != "error" for status, *_ in told)
        rows.append((asked[name] if known else None, name, json.dumps(told, ensure_ascii=False, default=str)))
    schema = dict.fromkeys(["question", "table_name", "answer"], pl.String)
    con.register("new_answers", pl.DataFrame(rows, schema, orient="row"))
    con.execute(f"DELETE FROM {ANSWERS} AS old USING new_answers AS new WHERE old.table_name = new.table_name")
    con.execute(f"INSERT INTO {ANSWERS} SELECT * FROM new_answers WHERE question IS NOT NULL")
    con.unregister("new_answers")
