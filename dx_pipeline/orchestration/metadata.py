"""What the Dagster UI shows beside a table: columns, lineage, code, row count, coverage and a small preview."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg

from dx_pipeline.code import joined_hash
from dx_pipeline.contracts import DUCKDB_TYPES, Column, Contract
from dx_pipeline.warehouse import versions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import duckdb
    import polars as pl

PREVIEW_ROWS = 5
PREVIEW_COLUMNS = 10


def table_schema(contract: Contract) -> dg.TableSchema:
    """The contract as Dagster's column schema."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=column.name,
                type=DUCKDB_TYPES[column.type],
                description=column.comment,
                constraints=dg.TableColumnConstraints(nullable=column.nullable, unique=contract.key == (column.name,)),
            )
            for column in contract.columns
        ]
    )


def column_lineage(contract: Contract, contracts: Mapping[str, Contract]) -> dg.TableColumnLineage | None:
    """Which columns of which tables a column comes from: as the contract says, and key columns from the same name."""
    lineage = {
        column.name: [
            dg.TableColumnDep(asset_key=dg.AssetKey(["marts", table]), column_name=name)
            for table, name in _origins(contract, column, contracts)
        ]
        for column in contract.columns
    }
    known = {name: origins for name, origins in lineage.items() if origins}
    return dg.TableColumnLineage(known) if known else None


def _origins(contract: Contract, column: Column, contracts: Mapping[str, Contract]) -> list[tuple[str, str]]:
    if column.lineage:
        return [(table, name) for table, name in (origin.split(".") for origin in column.lineage)]
    if column.name not in contract.key:
        return []
    return [
        (table, column.name)
        for table in contract.inputs
        if table in contracts and column.name in contracts[table].column_names
    ]


def code_references(files: Iterable[Path]) -> dict[str, dg.CodeReferencesMetadataValue]:
    """Links from an asset to the files that make it; `definitions` leads them to a repository where one is known."""
    references: list[dg.LocalFileCodeReference | dg.UrlCodeReference] = [
        dg.LocalFileCodeReference(file_path=str(file), label=file.name) for file in files
    ]
    return {"dagster/code_references": dg.CodeReferencesMetadataValue(code_references=references)}


def data_version(con: duckdb.DuckDBPyConnection, *tables: str) -> dg.DataVersion:
    """A hash over the rows of tables as they lie in the warehouse."""
    built = versions(con)
    return dg.DataVersion(joined_hash(built[name] for name in tables)[:16])


def frame_metadata(frame: pl.DataFrame, taken_over: bool, seconds: float | None = None) -> dict[str, Any]:
    """Row count, the editions a table covers, the first rows of its newest edition, and how long it took.

    `taken_over` says that an earlier build made it of the same content by the same code.
    """
    newest = frame
    told: dict[str, Any] = {"dagster/row_count": frame.height, "taken over": taken_over}
    if "edition" in frame.columns and frame["edition"].count():
        counted = frame.group_by([name for name in ("edition", "unit_system") if name in frame.columns]).len("rows")
        told["coverage"] = _table(counted.sort(counted.columns))
        newest = frame.filter(frame["edition"] == frame["edition"].max())
    told["preview"] = _table(newest.head(PREVIEW_ROWS).select(frame.columns[:PREVIEW_COLUMNS]))
    return told | ({} if seconds is None else {"seconds": round(seconds, 3)})


def _table(shown: pl.DataFrame) -> dg.MarkdownMetadataValue:
    lines = ["| " + " | ".join(shown.columns) + " |", "|" + " --- |" * shown.width]
    lines += ["| " + " | ".join(_cell(value) for value in row) + " |" for row in shown.iter_rows()]
    return dg.MetadataValue.md("\n".join(lines))


def _cell(value: object) -> str:
    text = "" if value is None else f"{value:.4f}" if isinstance(value, float) else str(value)
    return text.replace("|", "\\|").replace("\n", " ")[:60]
