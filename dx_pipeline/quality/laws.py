"""The index's own laws and the rules between tables, one TOML file each in `laws/`, stated as one SELECT.

The SELECT returns every row the law looks at: columns that name the row, then `observed` and `expected` as text and
`holds`. So the number of rows checked and the rows that fail come from one statement and cannot drift apart, and a
reader can paste it into the published file and look at the failing rows himself.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationInfo, field_validator

from dx_pipeline.declarations import Declaration, Many, Text, declare, read_toml, wrong
from dx_pipeline.quality.model import (
    FAILING_KEYS_SHOWN,
    Check,
    CheckOutcome,
    Dimension,
    Severity,
    broken,
    nothing_to_check,
)

if TYPE_CHECKING:
    import duckdb

LAWS_FOLDER = Path(__file__).parent / "laws"

#: the columns of a law's SELECT that do not name the row
ANSWER_COLUMNS = ("observed", "expected", "holds")


class LawFile(Declaration):
    """One law as its file states it; the file's name is the name of the check."""

    table: Text
    tables: Many[Text]
    dimension: Dimension
    severity: Severity
    protects_vi: Text
    protects_en: Text
    expects: Text
    sql: Text

    @field_validator("tables")
    @classmethod
    def _reads_its_own(cls, tables: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        table = info.data.get("table")
        if table and table not in tables:
            wrong(f"the law's own table {table} among the tables it reads")
        return tables


@dataclass(frozen=True)
class Law:
    """One law: the check it is, the tables it reads, what it expects in words, and its SELECT."""

    check: Check
    tables: tuple[str, ...]
    expects: str
    sql: str


def parse_law(check_name: str, data: Mapping[str, Any]) -> Law:
    """A law from its TOML data.

    Raises:
        DeclarationError: with file, key, expected and found, for each mistake.
    """
    law = declare(LawFile, data, f"laws/{check_name}.toml")
    check = Check(law.table, check_name, law.dimension, law.severity, law.protects_vi, law.protects_en, "sql")
    return Law(check, law.tables, law.expects, law.sql)


@functools.cache
def load_laws() -> dict[str, Law]:
    """All laws by check name, in alphabetical order.

    Raises:
        DeclarationError: a file is incomplete or says something that cannot be meant.
    """
    paths = sorted(LAWS_FOLDER.glob("*.toml"))
    return {path.stem: parse_law(path.stem, read_toml(path, f"laws/{path.name}")) for path in paths}


def run_law(con: duckdb.DuckDBPyConnection, law: Law) -> CheckOutcome:
    """What a law finds; one that cannot run (a table or column is missing) gives status `error`."""
    import duckdb

    try:
        relation = con.sql(law.sql)
        names = list(relation.columns)
        if tuple(names[-len(ANSWER_COLUMNS) :]) != ANSWER_COLUMNS or len(names) == len(ANSWER_COLUMNS):
            told = f"the SELECT returns {names}; it must name the row and end in observed, expected, holds"
            return broken(law.check, law.expects, told)
        counts = f"SELECT count(*), count(*) FILTER (WHERE holds IS NOT TRUE) FROM ({law.sql})"
        n_rows, n_failing = con.sql(counts).fetchall()[0]
        # a null in `holds` means the law could not tell: that is not a pass
        failing = relation.filter("holds IS NOT TRUE").fetchall() if n_failing else []
    except duckdb.Error as error:
        return broken(law.check, law.expects, error)
    if not n_rows:
        return nothing_to_check(law.check, law.expects, "no row to check")
    if not failing:
        return CheckOutcome(law.check, "passed", n_rows, 0, f"{n_rows} rows hold", law.expects)
    key_names = names[: -len(ANSWER_COLUMNS)]
    failing.sort(key=lambda row: tuple(str(value) for value in row))
    keys = tuple(dict(zip(key_names, row, strict=False)) for row in failing[:FAILING_KEYS_SHOWN])
    first = ", ".join(f"{name} {value}" for name, value in keys[0].items())
    found, expected = failing[0][-3], failing[0][-2]
    observed = f"{n_failing} of {n_rows} rows do not hold; {first}: found {found}, expected {expected}"
    return CheckOutcome(law.check, "failed", n_rows, n_failing, observed, law.expects, keys)
