"""Checking a build: the results are stored beside the tables, with a fingerprint of what was checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dx_pipeline.build import mart_contracts
from dx_pipeline.contracts import load_contracts

if TYPE_CHECKING:
    import duckdb
    import polars as pl

#: the release a build may become is not known while it is checked; publishing fills it in
UNRELEASED = "unreleased"


class NotCheckedError(RuntimeError):
    """The tables of the warehouse are not the ones that were checked. Run the whole refresh."""


def check_build(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Run every check on the warehouse's public tables and store results and fingerprints in `core`."""
    from dx_pipeline.quality.runner import run_checks

    seen = table_fingerprints(con)
    results = run_checks(con, load_contracts(), UNRELEASED, fingerprints=dict(seen.iter_rows()))
    con.register("found", results)
    con.execute("CREATE OR REPLACE TABLE core.check_results AS SELECT * FROM found")
    con.register("seen", seen)
    con.execute("CREATE OR REPLACE TABLE core.checked AS SELECT * FROM seen")
    return results


def checked_results(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """The stored results, if they are of the tables as they are now.

    Raises:
        NotCheckedError: a table was built again since, or nothing was checked yet.
    """
    import duckdb
    import polars as pl

    try:
        checked = dict(con.sql("SELECT * FROM core.checked").fetchall())
        results = con.sql("SELECT * FROM core.check_results").pl()
    except duckdb.CatalogException:
        raise NotCheckedError("no check has run on this warehouse: run the job `refresh`") from None
    now = dict(table_fingerprints(con).iter_rows())
    changed = sorted(name for name in now if now[name] != checked.get(name))
    if changed:
        raise NotCheckedError(f"built again since they were checked: {', '.join(changed)}: run the job `refresh`")
    return results.with_columns(pl.col("release").cast(pl.String))


def table_fingerprints(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Table name and an order-free hash of its rows, for the public tables that exist."""
    import polars as pl

    there = {row[0] for row in con.sql("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main'").fetchall()}
    rows = []
    for name in mart_contracts():
        if name in there:
            found = con.sql(f'SELECT count(*), bit_xor(hash(t)) FROM "{name}" AS t').fetchone()
            rows.append((name, f"{found}"))
    return pl.DataFrame(rows, schema={"table_name": pl.String, "fingerprint": pl.String}, orient="row")
