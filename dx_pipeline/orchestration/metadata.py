"""What the Dagster UI shows beside a table: columns, lineage, row count and a small preview."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dagster as dg

from dx_pipeline.contracts import DUCKDB_TYPES, Column, Contract

if TYPE_CHECKING:
    from collections.abc import Mapping

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


def frame_metadata(frame: pl.DataFrame) -> dict[str, Any]:
    """Row count and the first rows as a Markdown table."""
    shown = frame.head(PREVIEW_ROWS).select(frame.columns[:PREVIEW_COLUMNS])
    lines = ["| " + " | ".join(shown.columns) + " |", "|" + " --- |" * shown.width]
    lines += ["| " + " | ".join(_cell(value) for value in row) + " |" for row in shown.iter_rows()]
    return {"dagster/row_count": frame.height, "preview": dg.MetadataValue.md("\n".join(lines))}


def _cell(value: object) -> str:
    text = "" if value is None else f"{value:.4f}" if isinstance(value, float) else str(value)
    return text.replace("|", "\\|").replace("\n", " ")[:60]
