r"""Tables to files: Parquet and CSV, the same bytes for the same rows on any day in any folder, and a DuckDB file.

Rows are sorted by key; compression, row-group size, line ends and number format are fixed; nothing here knows the time
or the release, so an unchanged table has the same bytes, and the same hash, in every release.

CSV holds the values exactly as they are, for machines to read back: UTF-8 with a byte-order mark (Excel then shows
Vietnamese rightly), `\n`, null as nothing and empty text as `""`. Text that a spreadsheet would *run* (a call or
a command after = + - @) is never published at all: the figures come from pages of others.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path

import duckdb
import polars as pl

from dx_pipeline.contracts import Contract
from dx_pipeline.release.store.layout import ReleaseError
from dx_pipeline.release.store.manifest import LARGE, TableShape, describe_file, files_below
from dx_pipeline.text import sql_literal
from dx_pipeline.warehouse import STORAGE_VERSION

#: one group for each of these tables, and small enough to read a part of a large one
ROW_GROUP_ROWS = 65_536

#: of a database that is written on, so much may lie unused; else it is written anew
WASTED = 0.25
DESCRIPTIONS = """
    SELECT t.table_name, t.comment,
        (SELECT list((c.column_name, c.data_type, c.is_nullable, c.comment) ORDER BY c.column_index)
         FROM duckdb_columns() AS c WHERE c.database_name = t.database_name AND c.table_name = t.table_name),
        (SELECT list(k.constraint_text ORDER BY k.constraint_index)
         FROM duckdb_constraints() AS k WHERE k.database_name = t.database_name AND k.table_name = t.table_name)
    FROM duckdb_tables() AS t WHERE t.database_name = $1
"""

#: = @ or a sign, then a call `NAME(` or a command `program|topic!item`; "-0.3", "+17.2 %" and "= 63" are not code
SPREADSHEET_CODE = r"^\s*[=@+\-].*(?:[A-Za-z][A-Za-z0-9.]*\(|\|.*!)"


def write_tables(folder: Path, frames: Mapping[str, pl.DataFrame], contracts: Mapping[str, Contract]) -> None:
    """Write `parquet/<table>.parquet` and `csv/<table>.csv` below `folder`.

    Raises:
        ReleaseError: a text cell would run as code in a spreadsheet, or a number is infinite.
    """
    for name in ("parquet", "csv"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for name, frame in sorted(frames.items()):
        _refuse_unpublishable(name, frame)
        text = folder / "csv" / f"{name}.csv"
        frame.write_csv(text, include_bom=True, line_terminator="\n", datetime_format="%Y-%m-%dT%H:%M:%S")
        contract = contracts[name]
        frame.write_parquet(
            folder / "parquet" / f"{name}.parquet",
            compression="zstd",
            compression_level=9,
            statistics=True,
            row_group_size=ROW_GROUP_ROWS,
            metadata={
                "description": f"{contract.description_vi} | {contract.description_en}",
                "key": ",".join(contract.key),
                "limitations": f"{contract.limitations_vi} | {contract.limitations_en}",
                "title": f"{contract.title_vi} | {contract.title_en}",
            },
        )


def _refuse_unpublishable(name: str, frame: pl.DataFrame) -> None:
    for column, dtype in frame.schema.items():
        if dtype == pl.String:
            bad = frame.filter(pl.col(column).str.contains(SPREADSHEET_CODE))
            why = "would run as code when the CSV is opened in a spreadsheet"
        elif dtype == pl.Float64:
            bad = frame.filter(pl.col(column).is_infinite())
            why = "is infinite, which neither JSON nor a spreadsheet can hold"
        else:
            continue
        if bad.height:
            raise ReleaseError(
                f"table {name}, column {column}: {bad[column][0]!r} {why}; row {bad.row(0, named=True)}. "
                "Correct it where it enters (data/raw, data/corrections) and run again"
            )


def data_hash(folder: Path, shapes: Mapping[str, TableShape]) -> str:
    """One hash over all data tables: their names, column names and types, keys and published CSV bytes; large files.

    Ledger tables are passed over.
    """
    whole = hashlib.sha256()
    for name, shape in sorted(shapes.items()):
        if not shape.ledger:
            content = describe_file(folder / "csv" / f"{name}.csv").sha256
            whole.update(f"{name}\t{shape.columns}\t{list(shape.key)}\t{content}\n".encode())
    for name, path in files_below(folder / LARGE).items():
        whole.update(f"{LARGE}/{name}\t{describe_file(path).sha256}\n".encode())
    return "sha256:" + whole.hexdigest()


def write_database(
    path: Path,
    frames: Mapping[str, pl.DataFrame],
    contracts: Mapping[str, Contract],
    earlier: Path | None = None,
    same: Collection[str] = (),
) -> None:
    """A DuckDB file with every table, its key, and Vietnamese and English comments.

    The format is the one that DuckDB 1.2 to 2.0 read. Nothing is left in a write-ahead log. The same rows give the same
    tables, but not always the same bytes (see `stage`): a database is compared table by table. It may begin with the
    sound database of an earlier release: tables that have the `same` rows and are described alike stay.
    """
    if earlier:
        shutil.copyfile(earlier, path)
    with duckdb.connect() as con:
        con.execute("SET enable_progress_bar = false")
        con.execute(f"ATTACH {sql_literal(path)} AS release (STORAGE_VERSION '{STORAGE_VERSION}')")
        kept = _described_alike(con, contracts) & set(same) if earlier else set()
        con.execute("USE release")
        there = con.sql("SELECT table_name FROM duckdb_tables() WHERE database_name = 'release'").fetchall()
        for (name,) in there:
            if name not in kept:
                con.execute(f'DROP TABLE "{name}"')
        con.execute("CHECKPOINT release")  # gives the blocks of dropped tables to those that follow
        for name in sorted(frames.keys() - kept):
            contract = contracts[name]
            con.register("rows_of_table", frames[name])
            con.begin()
            con.execute(contract.ddl())
            con.execute(f'INSERT INTO "{name}" BY NAME SELECT * FROM rows_of_table')
            con.execute("; ".join(contract.comment_statements()))
            con.commit()
            con.unregister("rows_of_table")
        con.execute("CHECKPOINT release")
        free = con.sql("SELECT free_blocks / total_blocks FROM pragma_database_size() WHERE database_name = 'release'")
        wasted = (free.fetchone() or [0])[0] or 0
        con.execute("USE memory")
        con.execute("DETACH release")
    if wasted > WASTED:
        path.unlink()
        write_database(path, frames, contracts)


def _described_alike(con: duckdb.DuckDBPyConnection, contracts: Mapping[str, Contract]) -> set[str]:
    """Tables of the attached `release` with the columns, keys and comments that their contracts give them now."""
    con.begin()
    for contract in contracts.values():
        con.execute("; ".join([contract.ddl(), *contract.comment_statements()]))
    con.commit()
    wanted, found = (con.execute(DESCRIPTIONS, [database]).fetchall() for database in ("memory", "release"))
    for name in contracts:
        con.execute(f'DROP TABLE "{name}"')
    return {told[0] for told in found if told in wanted}
