"""Run every check on the tables of a build and say what was found: as a table, and in words for a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from dx_pipeline.contracts import load_contract, with_indicators
from dx_pipeline.quality.catalogue import applicable_laws, checked_contracts
from dx_pipeline.quality.expectations import contract_rules
from dx_pipeline.quality.expected_rows import EXPECTED_ROWS, REGENERATE, check_row_counts
from dx_pipeline.quality.gx_suite import run_contract_rules
from dx_pipeline.quality.laws import load_laws, run_law
from dx_pipeline.quality.memory import answered, law_questions, questions
from dx_pipeline.quality.model import CheckOutcome

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb
    import polars as pl

    from dx_pipeline.contracts import Contract

#: how many failing rows an error text names
KEYS_IN_TEXT = 5


def check_outcomes(
    con: duckdb.DuckDBPyConnection,
    contracts: Mapping[str, Contract],
    expected_rows: Path = EXPECTED_ROWS,
    fingerprints: Mapping[str, str] | None = None,
) -> list[CheckOutcome]:
    """One outcome for each check of the catalogue, sorted by table and check.

    Args:
        con: a connection whose default schema holds the tables.
        contracts: the tables to check; those written by the release itself are left out.
        expected_rows: the committed row counts.
        fingerprints: hashes of the tables' rows; with them, what was answered before is kept and used.

    A table that is missing gives status `error` in each of its checks; nothing is raised for bad data.
    """
    indicators = _frames(con, ["indicators"]).get("indicators")
    contracts = with_indicators(contracts, indicators)
    checked, laws = checked_contracts(contracts), applicable_laws(contracts)
    prints = fingerprints or {}
    outcomes = check_row_counts(con, checked, expected_rows)
    outcomes += answered(
        con,
        questions(checked, prints),
        {name: [(rule.check, rule.expected) for rule in contract_rules(one)] for name, one in checked.items()},
        lambda names: run_contract_rules(_frames(con, names), {name: checked[name] for name in names}),
        lambda check: check.table_name,
    )
    outcomes += answered(
        con,
        law_questions(laws, prints),
        {law.check.check_id: [(law.check, law.expects)] for law in laws},
        lambda names: [run_law(con, law) for law in laws if law.check.check_id in names],
        lambda check: check.check_id,
    )
    return sorted(outcomes, key=lambda outcome: (outcome.check.table_name, outcome.check.check_name))


def _frames(con: duckdb.DuckDBPyConnection, names: Iterable[str]) -> dict[str, pl.DataFrame]:
    there = {row[0] for row in con.sql("SHOW TABLES").fetchall()}
    # the checks of a table that was not built end as errors
    return {name: con.sql(f'SELECT * FROM "{name}"').pl() for name in names if name in there}


def results_frame(outcomes: list[CheckOutcome], release: str) -> pl.DataFrame:
    """The outcomes as rows of `check_results`."""
    import polars as pl

    rows: list[dict[str, Any]] = [
        {
            "release": release,
            **vars(outcome.check),
            "status": outcome.status,
            "passed": outcome.passed,
            "n_checked": outcome.n_checked,
            "n_failed": outcome.n_failed,
            "failing_keys": outcome.failing_keys_json,
            "observed": outcome.observed,
            "expected": outcome.expected,
        }
        for outcome in outcomes
    ]
    contract = load_contract("check_results")
    return contract.conform(pl.DataFrame(rows, schema=contract.polars_schema()))


def blocking_failures(results: pl.DataFrame) -> pl.DataFrame:
    """The rows that stop a release: blocking, and failed or in error."""
    import polars as pl

    return results.filter((pl.col("severity") == "blocking") & pl.col("status").is_in(["failed", "error"]))


def failure_text(failures: pl.DataFrame) -> str:
    """What to tell the person who finds no new release in the morning; "" when nothing failed."""
    if failures.is_empty():
        return ""
    count = "1 check stops" if failures.height == 1 else f"{failures.height} checks stop"
    blocks = [f"{count} the release; the last release stays as it is."]
    blocks += [_failure_block(row) for row in failures.iter_rows(named=True)]
    return "\n\n".join(blocks)


def _failure_block(row: dict[str, Any]) -> str:
    import json

    keys = json.loads(row["failing_keys"])
    lines = [
        f"{row['table_name']}.{row['check_name']}: {row['status']} ({row['severity']}, {row['dimension']})",
        f"  protects: {row['protects_en']}",
        f"  expected: {row['expected']}",
        f"  found:    {row['observed']}",
    ]
    if keys:
        shown = [", ".join(f"{name} {value}" for name, value in key.items()) for key in keys[:KEYS_IN_TEXT]]
        rest = row["n_failed"] - len(shown)
        shown += [f"and {rest} more"] if rest > 0 else []
        lines.append("  rows:     " + "\n            ".join(shown))
    lines.append(f"  look at:  {where_to_look(row['table_name'], row['check_name'], row['engine'])}")
    return "\n".join(lines)


def where_to_look(table_name: str, check_name: str, engine: str) -> str:
    """The file that states the rule, and what to do about a failure."""
    if check_name in ("row_counts", "new_partitions"):
        return f"dx_pipeline/quality/expected_rows.csv; if the change is wanted, run {REGENERATE} and commit the diff"
    if check_name == "references":
        return f"the reference tables provinces and indicators, and the code column of {table_name}"
    if engine == "gx" or check_name not in load_laws():  # what the contract brings
        return f"dx_pipeline/marts/{table_name}.toml states the rule; figure_sources tells where a figure was read"
    law = f"dx_pipeline/quality/laws/{check_name}.toml"
    return f"{law}: its SELECT shows the rows; figure_sources tells where a figure was read"
