"""The one gate before a release: what was checked is stored beside the tables, and nothing passes that was not.

A release is made only of tables that are complete, of one build, checked by every check there is since they were
written, and without a blocking check that failed.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from dx_pipeline.build import mart_contracts
from dx_pipeline.code import joined_hash
from dx_pipeline.contracts import load_contracts
from dx_pipeline.errors import DxError
from dx_pipeline.warehouse import CHECK_RESULTS, fingerprint, need, out_of_date, tables_there

if TYPE_CHECKING:
    import duckdb
    import polars as pl

#: the release a build may become is not known while it is checked; publishing fills it in
UNRELEASED = "unreleased"
#: so many names are told
LISTED = 5


class NotCheckedError(DxError):
    """The tables of the warehouse are not complete, not of one build, or not the ones that were checked."""


class NotReleasableError(DxError):
    """A blocking check did not pass."""


def check_build(con: duckdb.DuckDBPyConnection, selected: Collection[tuple[str, str]] | None = None) -> pl.DataFrame:
    """Run checks on the warehouse's public tables and store their results beside a fingerprint of what was checked.

    Raises:
        NotBuiltError: a table to be checked is not there.
    """
    import polars as pl

    from dx_pipeline.quality.runner import check_outcomes, results_frame

    contracts = load_contracts()
    if selected is not None:
        contracts = {name: contract for name, contract in contracts.items() if name in {table for table, _ in selected}}
    need(con, "this check", [name for name in contracts if name in mart_contracts()])
    seen = _fingerprints(con)
    results = results_frame(check_outcomes(con, contracts, fingerprints=seen), UNRELEASED)
    if selected is not None:
        wanted = pl.DataFrame(sorted(selected), schema=["table_name", "check_name"], orient="row")
        results = results.join(wanted, on=["table_name", "check_name"], how="semi", maintain_order="left")
    _store(con, results.with_columns(of=pl.lit(_joined(seen))))
    return results


def _store(con: duckdb.DuckDBPyConnection, found: pl.DataFrame) -> None:
    con.execute("CREATE SCHEMA IF NOT EXISTS core")
    con.register("found", found)
    if CHECK_RESULTS in tables_there(con) and con.table(CHECK_RESULTS).columns == found.columns:
        con.execute(f"DELETE FROM {CHECK_RESULTS} AS old USING found WHERE old.of != found.of")
        con.execute(f"DELETE FROM {CHECK_RESULTS} AS old USING found AS new"
                    " WHERE old.table_name = new.table_name AND old.check_name = new.check_name")  # fmt: skip
        con.execute(f"INSERT INTO {CHECK_RESULTS} SELECT * FROM found")
    else:
        con.execute(f"CREATE OR REPLACE TABLE {CHECK_RESULTS} AS SELECT * FROM found")
    con.unregister("found")


def checked_results(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """The stored results, if they are of every check there is and of the tables as they are now.

    Raises:
        NotBuiltError: a table is missing.
        NotCheckedError: a table is older than what it is made of, was built again since it was checked, or was not
            checked by everything.
        NotReleasableError: a blocking check did not pass.
    """
    import polars as pl

    from dx_pipeline.quality.catalogue import catalogue

    need(con, "a release", mart_contracts())
    old = out_of_date(con, mart_contracts())
    if old:
        told = "; ".join(f"{table} (from {', '.join(inputs)})" for table, inputs in list(old.items())[:LISTED])
        raise NotCheckedError(f"made of tables that were built again since: {told}", "Build these again.")
    hint = "Run the checks of the tables, or `dx run`."
    if CHECK_RESULTS not in tables_there(con):
        raise NotCheckedError("no check has run on these tables", hint)
    stored = con.sql(f"SELECT * FROM {CHECK_RESULTS} ORDER BY table_name, check_name").pl()
    results = stored.filter(pl.col("of") == _joined(_fingerprints(con))).drop("of")
    done = set(results.select("table_name", "check_name").iter_rows())
    known = catalogue(load_contracts())
    missing = [check.check_id for check in known if (check.table_name, check.check_name) not in done]
    if missing:
        more = f" and {len(missing) - LISTED} more" if len(missing) > LISTED else ""
        told = f"{', '.join(missing[:LISTED])}{more}"
        raise NotCheckedError(f"tables were built since they were checked, or never checked by {told}", hint)
    refuse_failed(results)
    return results


def refuse_failed(results: pl.DataFrame) -> None:
    """Stop a release whose blocking checks did not pass.

    Raises:
        NotReleasableError: tells each check that failed or could not run, with its rows.
    """
    from dx_pipeline.quality.runner import blocking_failures, failure_text

    failures = blocking_failures(results)
    if not failures.is_empty():
        raise NotReleasableError(failure_text(failures))


def _fingerprints(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    return {name: fingerprint(con, name) for name in tables_there(con) & mart_contracts().keys()}


def _joined(fingerprints: dict[str, str]) -> str:
    """One hash over all public tables: any check may look at any of them."""
    return joined_hash(map(" ".join, sorted(fingerprints.items())))
