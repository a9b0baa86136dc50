"""The index's own laws and the rules between tables, one TOML file each in `laws/`, stated as one SELECT.

The SELECT returns every row the law looks at: columns that name the row, then `observed` and `expected` as text and
`holds`. So the number of rows checked and the rows that fail come from one statement and cannot drift apart, and a
reader can paste it into the published file and look at the failing rows himself.
"""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dx_pipeline.quality.model import FAILING_KEYS_SHOWN, Check, CheckOutcome, broken, nothing_to_check

if TYPE_CHECKING:
    from collections.abc import Iterable

    import duckdb

LAWS_FOLDER = Path(__file__).parent / "laws"

#: the columns of a law's SELECT that do not name the row
ANSWER_COLUMNS = ("observed", "expected", "holds")

FIELDS = {"table", "tables", "dimension", "severity", "protects_vi", "protects_en", "expects", "sql"}


class LawError(ValueError):
    """A law's file is incomplete, or its SELECT does not answer in the agreed columns."""


@dataclass(frozen=True)
class Law:
    """One law: the check it is, the tables it reads, what it expects in words, and its SELECT."""

    check: Check
    tables: tuple[str, ...]
    expects: str
    sql: str


def parse_law(check_name: str, data: dict[str, Any]) -> Law:
    """A law from its TOML data.

    Raises:
        LawError: a field is missing or unknown, or `table` is not among `tables`.
    """
    differing = FIELDS.symmetric_difference(data)
    if differing:
        raise LawError(f"law {check_name}: missing or unknown fields: {', '.join(sorted(differing))}")
    if data["table"] not in data["tables"]:
        raise LawError(f"law {check_name}: its own table {data['table']} is not among the tables it reads")
    check = Check(
        table_name=data["table"],
        check_name=check_name,
        dimension=data["dimension"],
        severity=data["severity"],
        protects_vi=data["protects_vi"],
        protects_en=data["protects_en"],
        engine="sql",
    )
    return Law(check, tuple(data["tables"]), data["expects"], data["sql"])


@functools.cache
def load_laws() -> dict[str, Law]:
    """All laws by check name, in alphabetical order.

    Raises:
        LawError: a file is incomplete.
    """
    paths = sorted(LAWS_FOLDER.glob("*.toml"))
    return {path.stem: parse_law(path.stem, tomllib.loads(path.read_text(encoding="utf-8"))) for path in paths}


def run_laws(con: duckdb.DuckDBPyConnection, laws: Iterable[Law]) -> list[CheckOutcome]:
    """One outcome a law, in order; a law that cannot run (a table or column is missing) gives status `error`."""
    return [_run_law(con, law) for law in laws]


def _run_law(con: duckdb.DuckDBPyConnection, law: Law) -> CheckOutcome:
    import duckdb

    try:
        relation = con.sql(law.sql)
        names = list(relation.columns)
        if tuple(names[-len(ANSWER_COLUMNS) :]) != ANSWER_COLUMNS or len(names) == len(ANSWER_COLUMNS):
            raise LawError(f"the SELECT returns {names}; it must name the row and end in observed, expected, holds")
        rows = relation.fetchall()
    except (duckdb.Error, LawError) as error:
        return broken(law.check, law.expects, error)
    if not rows:
        return nothing_to_check(law.check, law.expects, "no row to check")
    # a null in `holds` means the law could not tell: that is not a pass
    failing = [row for row in rows if row[-1] is not True]
    if not failing:
        return CheckOutcome(law.check, "passed", len(rows), 0, f"{len(rows)} rows hold", law.expects)
    key_names = names[: -len(ANSWER_COLUMNS)]
    failing.sort(key=lambda row: tuple(str(value) for value in row))
    keys = tuple(dict(zip(key_names, row, strict=False)) for row in failing[:FAILING_KEYS_SHOWN])
    first = ", ".join(f"{name} {value}" for name, value in keys[0].items())
    found, expected = failing[0][-3], failing[0][-2]
    observed = f"{len(failing)} of {len(rows)} rows do not hold; {first}: found {found}, expected {expected}"
    return CheckOutcome(law.check, "failed", len(rows), len(failing), observed, law.expects, keys)
