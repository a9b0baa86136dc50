"""Opening the published file read-only, for the command line and the notebooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dx_pipeline.index import COMPONENTS
from dx_pipeline.paths import Paths, default_paths

if TYPE_CHECKING:
    import duckdb


class NoReleaseError(RuntimeError):
    """Nothing has been published yet."""


def open_published(paths: Paths | None = None) -> duckdb.DuckDBPyConnection:
    """A read-only connection to the published tables, e.g. `open_published().sql("from province_rankings").pl()`.

    It goes on showing the release it opened, whole, while a newer one is published.

    Raises:
        NoReleaseError: nothing has been published yet.
        duckdb.IOException: the file is not a database this DuckDB can read.
    """
    import duckdb

    published = (paths or default_paths()).published
    if not published.is_file():
        raise NoReleaseError("there is no release yet: run `make run` first")
    return duckdb.connect(str(published), read_only=True)


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
        raise ValueError(f"{len(parts) - 1} places for {len(values)} values in: {statement}")
    return parts[0] + "".join(literal(value) + part for value, part in zip(values, parts[1:], strict=True))


def literal(value: Any) -> str:
    """A value as a SQL literal. Raises TypeError for what has none here."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return "'" + value.replace("\0", "").replace("'", "''") + "'"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(literal, value)) + "]"
    raise TypeError(f"no literal for {type(value).__name__}")


def editions_with_ranks(con: duckdb.DuckDBPyConnection, unit_system: int) -> list[int]:
    """Editions in which at least one unit of the system has a rank, oldest first."""
    statement = (
        "SELECT DISTINCT edition FROM province_rankings WHERE unit_system = ? AND rank IS NOT NULL ORDER BY edition"
    )
    return [row["edition"] for row in select(con, statement, [unit_system])]


def editions_with_components(con: duckdb.DuckDBPyConnection, unit_system: int = 63) -> list[int]:
    """Editions in which every unit of the system has all four component scores, oldest first."""
    statement = """
        SELECT edition FROM component_scores WHERE unit_system = ? AND list_contains(?, indicator)
        GROUP BY edition HAVING count(score) = count(*) AND count(DISTINCT indicator) = 4 ORDER BY edition"""
    return [row["edition"] for row in select(con, statement, [unit_system, COMPONENTS])]


def component_weights(con: duckdb.DuckDBPyConnection, edition: int) -> tuple[list[float], bool]:
    """Weights of an edition in the order of `COMPONENTS`, summing to 1, and whether they are inferred.

    Where the five foundation components have weights of their own, the foundation has their sum.

    Raises:
        ValueError: the edition has no weights.
    """
    weights: dict[str, float] = dict.fromkeys(COMPONENTS, 0.0)
    inferred = False
    statement = """
        SELECT w.indicator, i.role, w.weight, w.status FROM indicator_weights w JOIN indicators i USING (indicator)
        WHERE w.edition = ? AND w.weight IS NOT NULL ORDER BY w.indicator"""
    for row in select(con, statement, [edition]):
        part = "foundation" if row["role"] == "foundation" else row["indicator"]
        if part in weights:
            weights[part] += row["weight"]
            inferred = inferred or row["status"] == "inferred"
    total = sum(weights.values())
    if not total:
        raise ValueError(f"edition {edition} has no weights")
    return [weights[part] / total for part in COMPONENTS], inferred


def component_matrix(
    con: duckdb.DuckDBPyConnection, edition: int, unit_system: int = 63
) -> Mapping[str, tuple[float, ...]]:
    """province_id -> its scores in the order of `COMPONENTS`, for the units that have all four."""
    found: dict[str, dict[str, float]] = {}
    statement = """
        SELECT province_id, indicator, score FROM component_scores
        WHERE edition = ? AND unit_system = ? AND score IS NOT NULL ORDER BY province_id"""
    for row in select(con, statement, [edition, unit_system]):
        found.setdefault(row["province_id"], {})[row["indicator"]] = row["score"]
    return {
        province_id: tuple(scores[part] for part in COMPONENTS)
        for province_id, scores in found.items()
        if all(part in scores for part in COMPONENTS)
    }
