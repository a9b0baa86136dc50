"""Built periods of a large source in the lake of a shared deployment: a table a kind of file, partitioned by period.

Any worker writes any period: one transaction replaces it in every table, and is tried again when another got ahead.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from dx_pipeline import lake
from dx_pipeline.large.store import Stored
from dx_pipeline.settings import Settings
from dx_pipeline.text import sql_literal

if TYPE_CHECKING:
    import duckdb


def keep_in_lake(settings: Settings, source_id: str, folder: Path, stored: Iterable[Stored]) -> list[str]:
    """Bring built periods into `large.<source>__<kind>`; those that are there as they are stay.

    Returns:
        The periods written.

    Raises:
        LakeError: the lake cannot be reached.
    """
    with lake.connect(settings) as con:
        return [one.period for one in stored if lake.committed(con, partial(_replace, con, source_id, folder, one))]


def _replace(con: duckdb.DuckDBPyConnection, source_id: str, folder: Path, one: Stored) -> bool:
    found = con.execute(
        f"SELECT made_of FROM {lake.LARGE} WHERE source_id = ? AND period = ?", [source_id, one.period]
    ).fetchone()
    if found == (one.made_of,):
        return False
    for file in sorted(one.files):
        table = f'large."{source_id}__{Path(file).stem}"'
        path = sql_literal(folder / f"period={one.period}" / file)
        rows = f"SELECT '{one.period}' AS built_period, * FROM read_parquet({path}, hive_partitioning = false)"
        if not con.sql(
            "SELECT 1 FROM duckdb_tables() WHERE database_name = current_database() AND schema_name = 'large'"
            f" AND table_name = '{source_id}__{Path(file).stem}'"
        ).fetchall():
            con.execute(f"CREATE TABLE {table} AS {rows} LIMIT 0")
            con.execute(f"ALTER TABLE {table} SET PARTITIONED BY (built_period)")
        con.execute(f"DELETE FROM {table} WHERE built_period = '{one.period}'")
        con.execute(f"INSERT INTO {table} BY NAME {rows}")
    con.execute(f"DELETE FROM {lake.LARGE} WHERE source_id = ? AND period = ?", [source_id, one.period])
    con.execute(f"INSERT INTO {lake.LARGE} VALUES (?, ?, ?)", [source_id, one.period, one.made_of])
    return True
