"""Change each law's SELECT in small ways and count the changes the tests notice: `python tests/quality/mutate_laws.py`.

A change is noticed when the law no longer passes on the sound country with the usual number of rows, or no longer fails
on one of its breaking examples. Texts for the reader (`observed`, `expected`) are left alone. Takes about a minute.
"""

from __future__ import annotations

import dataclasses
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

sys.path.insert(0, str(Path(__file__).parent))

from breaking_examples import BREAKING, ROWS_CHECKED
from conftest import WORLD

from dx_pipeline.quality.laws import Law, load_laws, run_law

if TYPE_CHECKING:
    from collections.abc import Iterator

#: what is looked for -> what it becomes
CHANGES = [
    (r"(?<![<>=!])=(?!=)", "<>"),
    (r"<>", "="),
    (r"<=", ">"),
    (r">=", "<"),
    (r"(?<![<>=])<(?![>=])", ">="),
    (r"(?<![<>=])>(?![>=])", "<="),
    (r"\bAND\b", "OR"),
    (r"\bOR\b", "AND"),
    (r" \+ ", " - "),
    (r" - ", " + "),
    (r" \* ", " / "),
    (r"IS NOT NULL", "IS NULL"),
    (r"IS NULL", "IS NOT NULL"),
    (r"\bLEFT JOIN\b", "JOIN"),
    (r"\babs\(", "("),
    (r"\bsum\(", "max("),
    (r"\bmax\(", "min("),
    (r"\bavg\(", "max("),
    (r"\bcount\(", "1 + count("),
    (r"\bDESC\b", "ASC"),
    (r"\bfalse\b", "true"),
    (r"(?<![\w.'-])(\d+)(?![\w.'])", "7"),
    (r"'[a-z_ ]+'", "'something_else'"),
]


def mutants(sql: str) -> Iterator[tuple[str, str]]:
    """Each change once: (what was changed, changed SELECT)."""
    answers = sql.index(" AS observed")
    start = max(sql.rfind("\nSELECT", 0, answers), 0)
    texts = range(start, sql.index(" AS expected,", answers))
    for pattern, replacement in CHANGES:
        for found in re.finditer(pattern, sql):
            inside_text = sql.count("'", 0, found.start()) % 2 == 1 and not pattern.startswith("'")
            if found.start() in texts or inside_text:
                continue
            line = sql[sql.rfind("\n", 0, found.start()) + 1 :].split("\n")[0].strip()
            yield (
                f"{found.group()} -> {replacement.strip()} in: {line}",
                sql[: found.start()] + replacement + sql[found.end() :],
            )
    yield "holds always", re.sub(r"^", "SELECT * REPLACE (true AS holds) FROM (", sql.strip()) + ")"


def noticed(con: duckdb.DuckDBPyConnection, law: Law) -> bool:
    """Whether a test of this law would fail."""
    sound = run_law(con, law)
    if sound.status != "passed" or sound.n_checked != ROWS_CHECKED[law.check.check_name]:
        return True
    for statement, key in BREAKING[law.check.check_name]:
        con.execute("BEGIN")
        con.execute(statement)
        outcome = run_law(con, law)
        con.execute("ROLLBACK")
        named = any(key.items() <= failing.items() for failing in outcome.failing_keys) or outcome.n_failed > 20
        if outcome.status != "failed" or not named:
            return True
    return False


def main() -> None:
    """Print the changes that were not noticed, and the score."""
    total = survived = 0
    with duckdb.connect() as con:
        con.execute(WORLD)
        for name, law in load_laws().items():
            for change, sql in mutants(law.sql):
                total += 1
                if not noticed(con, dataclasses.replace(law, sql=sql)):
                    survived += 1
                    print(f"{name}: {change}")
    print(f"{total - survived} of {total} changes noticed ({(total - survived) / total:.1%})")


if __name__ == "__main__":
    main()
