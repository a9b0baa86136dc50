"""The public tables as rows that remember where they come from, so that every number on a page can be traced back.

A table that a release lacks is empty here; the page then says that it is not available.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dx_pipeline.contracts import Contract, load_contracts

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a public table. `key` holds the contract's key values, joined by commas."""

    table: str
    key: str
    values: dict[str, Any] = field(repr=False)

    def __getitem__(self, column: str) -> Any:
        return self.values[column]

    def get(self, column: str) -> Any:
        """The value, None where the table has no such column."""
        return self.values.get(column)


class Tables:
    """Reads each table once from an open connection whose default schema holds the public tables."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con
        self.contracts: dict[str, Contract] = load_contracts()
        found = con.sql(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = current_schema() AND table_catalog = current_database()"
        ).fetchall()
        self.names = {name for (name,) in found} & self.contracts.keys()
        self._rows: dict[tuple[str, str], list[Row]] = {}

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def count(self, name: str) -> int | None:
        """Number of rows; None if the release has no such table."""
        if name not in self.names:
            return None
        counted = self.con.sql(f'SELECT count(*) FROM "{name}"').fetchone()
        return int(counted[0]) if counted else 0

    def rows(self, name: str, where: str = "") -> list[Row]:
        """Rows in order of the key, none if the release has no such table.

        Args:
            name: table name.
            where: an SQL condition of our own, never text from outside.
        """
        if name not in self.names:
            return []
        if (name, where) not in self._rows:
            self._rows[name, where] = self._read(name, where)
        return self._rows[name, where]

    def _read(self, name: str, where: str) -> list[Row]:
        key = self.contracts[name].key
        order = ", ".join(f'"{column}"' for column in key)
        condition = f" WHERE {where}" if where else ""
        answer = self.con.sql(f'SELECT * FROM "{name}"{condition} ORDER BY {order}')
        columns = answer.columns
        places = [columns.index(column) for column in key]
        return [
            Row(name, ",".join(str(line[place]) for place in places), dict(zip(columns, line, strict=True)))
            for line in answer.fetchall()
        ]

    def grouped(self, name: str, by: Sequence[str], where: str = "") -> dict[tuple[Any, ...], list[Row]]:
        """Rows by the values of some columns, each group in order of the key."""
        groups: dict[tuple[Any, ...], list[Row]] = {}
        for row in self.rows(name, where):
            groups.setdefault(tuple(row[column] for column in by), []).append(row)
        return groups

    def indexed(self, name: str, by: Sequence[str], where: str = "") -> dict[tuple[Any, ...], Row]:
        """The one row for each combination of values; the last one where a combination is not unique."""
        return {tuple(row[column] for column in by): row for row in self.rows(name, where)}


def ordered(rows: list[Row], column: str, order: tuple[Any, ...]) -> list[Row]:
    """Rows in a given order of one column's values; values that are not in it come last."""
    places = {value: place for place, value in enumerate(order)}
    return sorted(rows, key=lambda row: places.get(row[column], len(order)))
