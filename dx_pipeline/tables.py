"""The only door to built tables, for charts, report, command and notebooks: open them, read their rows.

A row remembers where it comes from, so that every number on a page can be traced back. A table that a release lacks is
empty here; the page then says that it is not available.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dx_pipeline.contracts import Contract, load_contracts
from dx_pipeline.errors import NO_RELEASE, DxError
from dx_pipeline.paths import Paths
from dx_pipeline.text import sql_literal

if TYPE_CHECKING:
    import duckdb

#: what weights rest on that were not read in a decision: solved from published rows, or inferred
UNREAD = frozenset({"solved", "inferred"})


class NoReleaseError(DxError):
    """Nothing has been published yet."""

    exit_code = NO_RELEASE

    def __init__(self) -> None:
        super().__init__("there is no release yet", "Run `make run` first.")


def open_published(paths: Paths) -> duckdb.DuckDBPyConnection:
    """A read-only connection to the published tables, e.g. `open_published(paths).sql("from province_rankings").pl()`.

    It goes on showing the release it opened, whole, while a newer one is published.

    Raises:
        NoReleaseError: nothing has been published yet.
        DxError: the file is not a database this DuckDB can read.
    """
    import duckdb

    if not paths.published.is_file():
        raise NoReleaseError
    try:
        return duckdb.connect(str(paths.published), read_only=True)
    except duckdb.Error as error:
        said = str(error).splitlines()[0]
        raise DxError(
            f"the published file cannot be read: {said}", "See `dx verify`, or go back with `dx rollback`."
        ) from error


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
        return int(self.con.sql(f'SELECT count(*) FROM "{name}"').fetchall()[0][0])

    def rows(self, name: str, where: str = "") -> list[Row]:
        """Rows in order of the key, none if the release has no such table.

        `where` is an SQL condition of our own, never text from outside.
        """
        if name not in self.names:
            return []
        if (name, where) not in self._rows:
            self._rows[name, where] = self._read(name, where)
        return self._rows[name, where]

    def _read(self, name: str, where: str) -> list[Row]:
        key = self.contracts[name].key
        order = ", ".join(f'"{column}"' for column in key)
        answer = self.con.sql(f'SELECT * FROM "{name}" WHERE {where or "true"} ORDER BY {order}')
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

    def indexed(self, name: str, by: Sequence[str]) -> dict[tuple[Any, ...], Row]:
        """The one row for each combination of values; the last one where a combination is not unique."""
        return {tuple(row[column] for column in by): row for row in self.rows(name)}


def ordered(rows: list[Row], column: str, order: tuple[Any, ...]) -> list[Row]:
    """Rows in a given order of one column's values; values that are not in it come last."""
    places = {value: place for place, value in enumerate(order)}
    return sorted(rows, key=lambda row: places.get(row[column], len(order)))


def lock_down(con: duckdb.DuckDBPyConnection) -> None:
    """Leave a connection nothing but the published tables: no files, no network, no Python variables, for good.

    For statements typed by somebody; reading the file read-only alone would still let COPY write elsewhere.
    """
    if con.execute("SELECT current_setting('lock_configuration')").fetchall() == [(True,)]:
        return
    con.execute("SET enable_external_access = false")
    con.execute("SET python_enable_replacements = false")
    con.execute("SET lock_configuration = true")


def select(con: duckdb.DuckDBPyConnection, statement: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
    """The rows of a statement as dictionaries; each `?` in it stands for one of the values."""
    cursor = con.execute(with_values(statement, values))
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def with_values(statement: str, values: Sequence[Any]) -> str:
    """The statement with its `?` replaced by the values as SQL literals.

    DuckDB's own parameters make it import pandas to look at the values' types: 0.7 s before a ranking appears.
    """
    parts = statement.split("?")
    if len(parts) != len(values) + 1:
        raise DxError(f"{len(parts) - 1} places for {len(values)} values in: {statement}")
    return parts[0] + "".join(sql_literal(value) + part for value, part in zip(values, parts[1:], strict=True))


def editions_with_ranks(con: duckdb.DuckDBPyConnection, unit_system: int) -> list[int]:
    """Editions in which at least one unit of the system has a rank, oldest first."""
    statement = (
        "SELECT DISTINCT edition FROM province_rankings WHERE unit_system = ? AND rank IS NOT NULL ORDER BY edition"
    )
    return [row["edition"] for row in select(con, statement, [unit_system])]


def unit_systems(con: duckdb.DuckDBPyConnection) -> list[int]:
    """The unit systems: other levels than provinces, then those of the provinces, the one of today at the end."""
    statement = """
        SELECT unit_system FROM provinces GROUP BY unit_system
        ORDER BY bool_and("level" = 'province'), min(valid_from) NULLS FIRST, unit_system DESC """
    return [row["unit_system"] for row in select(con, statement)]


def default_pair(con: duckdb.DuckDBPyConnection, unit_system: int) -> tuple[str, str] | None:
    """The unit that pages, pictures and commands show when none is asked for, and the one beside it."""
    statement = "SELECT province_id, peer_id FROM peer_groups WHERE unit_system = ? AND is_default ORDER BY position"
    rows = select(con, statement, [unit_system])
    return (rows[0]["province_id"], rows[0]["peer_id"]) if rows else None


def parts_of_overall(con: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """What adds up to the overall since there are components: the foundation and the activities, in their order."""
    statement = """
        SELECT indicator FROM indicators WHERE part_of = (SELECT indicator FROM indicators WHERE role = 'overall')
        ORDER BY "position" """
    return tuple(row["indicator"] for row in select(con, statement))


def editions_with_components(con: duckdb.DuckDBPyConnection, unit_system: int) -> list[int]:
    """Editions in which every unit of the system has the score of every part of the overall, oldest first."""
    parts = parts_of_overall(con)
    statement = """
        SELECT edition FROM component_scores WHERE unit_system = ? AND list_contains(?, indicator)
        GROUP BY edition HAVING count(score) = count(*) AND count(DISTINCT indicator) = ? ORDER BY edition"""
    return [row["edition"] for row in select(con, statement, [unit_system, parts, len(parts)])]


def component_weights(con: duckdb.DuckDBPyConnection, edition: int) -> tuple[list[float], str]:
    """Weights of the parts in their order, summing to 1, and what they rest on: published, or UNREAD.

    Raises:
        DxError: the edition has no weights.
    """
    parts = parts_of_overall(con)
    statement = "SELECT indicator, weight, status FROM indicator_weights WHERE edition = ?"
    found = {row["indicator"]: row for row in select(con, statement, [edition])}
    if not all(part in found for part in parts):
        raise DxError(f"edition {edition} has no weights of {', '.join(parts)}")
    statuses = {found[part]["status"] for part in parts}
    return [found[part]["weight"] for part in parts], next(iter(sorted(statuses & UNREAD)), "published")


def rounding_errors(con: duckdb.DuckDBPyConnection, edition: int, unit_system: int) -> tuple[float, tuple[float, ...]]:
    """Largest half-width of an edition's rounding: of the overall, and of each part in its order; 0 if not known."""
    statement = """
        SELECT indicator, max(error_half_width) AS error FROM component_scores
        WHERE edition = ? AND unit_system = ? GROUP BY indicator
        UNION ALL SELECT NULL, max(error_half_width) FROM province_rankings WHERE edition = ? AND unit_system = ?"""
    rows = select(con, statement, [edition, unit_system, edition, unit_system])
    found = {row["indicator"]: row["error"] or 0.0 for row in rows}
    return found[None], tuple(found.get(part, 0.0) for part in parts_of_overall(con))


def component_matrix(con: duckdb.DuckDBPyConnection, edition: int, unit_system: int) -> Mapping[str, tuple[float, ...]]:
    """province_id -> its scores of the parts in their order, for the units that have all."""
    parts = parts_of_overall(con)
    statement = """
        SELECT province_id, list(score ORDER BY list_position(?, indicator)) AS scores FROM component_scores
        WHERE edition = ? AND unit_system = ? AND score IS NOT NULL AND list_contains(?, indicator)
        GROUP BY province_id HAVING count(*) = ? ORDER BY province_id"""
    rows = select(con, statement, [parts, edition, unit_system, parts, len(parts)])
    return {row["province_id"]: tuple(row["scores"]) for row in rows}
