"""Expected row counts per table and partition, committed as data and compared both ways.

A total that fits can hide a year that is missing and another that is doubled; so a missing partition and a different
count stop the release (`row_counts`). A partition nobody committed, such as a new edition, is told but does not
(`new_partitions`). After a wanted change: `python -m dx_pipeline.quality.expected_rows`, and read the diff.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dx_pipeline.errors import DxError
from dx_pipeline.quality.model import FAILING_KEYS_SHOWN, Check, CheckOutcome, broken

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb

    from dx_pipeline.contracts import Contract

EXPECTED_ROWS = Path(__file__).parent / "expected_rows.csv"
HEADER = ("table_name", "partition", "n_rows")
REGENERATE = "python -m dx_pipeline.quality.expected_rows"

PARTITIONS_IN_TEXT = 5

#: partition text -> rows
Counts = dict[str, int]


def row_checks(contract: Contract) -> tuple[Check, Check]:
    """Both checks of one table: of the committed partitions, and of what it holds beyond them."""
    counts = (
        "Không năm nào, hệ đơn vị nào biến mất hoặc bị nhân đôi mà không ai hay",
        "No edition or unit system disappears or doubles unnoticed",
    )
    new = (
        "Kỳ hoặc nguồn mới xuất hiện thì có người xem trước khi coi là bình thường",
        "A new edition or source is looked at by somebody before it counts as normal",
    )
    return (
        Check(contract.name, "row_counts", "completeness", "blocking", *counts, "sql"),
        Check(contract.name, "new_partitions", "completeness", "warning", *new, "sql"),
    )


def count_rows(con: duckdb.DuckDBPyConnection, contract: Contract) -> Counts:
    """Rows by partition, written like `edition=2022,unit_system=63`; '' for a table without partition or without rows.

    Raises:
        duckdb.CatalogException: the table has not been built.
    """
    names = "".join(f'"{name}", ' for name in contract.partition)
    groups = con.execute(f'SELECT {names}count(*) FROM "{contract.name}" GROUP BY ALL').fetchall()
    counts = {}
    for *values, n_rows in groups:
        named = zip(contract.partition, values, strict=True)
        counts[",".join(f"{name}={'' if value is None else value}" for name, value in named)] = n_rows
    return dict(sorted(counts.items())) or {"": 0}


def read_expected(path: Path = EXPECTED_ROWS) -> dict[str, Counts]:
    """Table name -> expected rows by partition.

    Raises:
        DxError: the file is missing, its header is another, a count is no number, or a partition stands twice.
    """
    expected: dict[str, Counts] = {}
    try:
        header, *rows = csv.reader(path.read_text(encoding="utf-8").splitlines() or [""])
    except OSError as error:
        raise DxError(f"{path.name}: {error.strerror}", f"run {REGENERATE}") from error
    if tuple(header) != HEADER:
        raise _spoiled(path, f"expected the header {','.join(HEADER)}, found {','.join(header)}")
    for line, row in enumerate(rows, 2):
        if len(row) != len(HEADER):
            raise _spoiled(path, f"line {line}: expected {len(HEADER)} cells, found {len(row)}")
        table, partition, n_rows = row
        counts = expected.setdefault(table, {})
        if partition in counts:
            raise _spoiled(path, f"line {line}: {table} [{partition}] stands twice")
        if not n_rows.isdecimal():
            raise _spoiled(path, f"line {line}: expected a whole number, found {n_rows!r}")
        counts[partition] = int(n_rows)
    return expected


def _spoiled(path: Path, found: str) -> DxError:
    return DxError(f"{path.name}: {found}", f"run {REGENERATE} and read the difference")


def write_expected(con: duckdb.DuckDBPyConnection, contracts: Mapping[str, Contract], path: Path) -> int:
    """Write today's counts as the expected ones; returns the number of lines. The commit's diff is what is reviewed."""
    rows = [
        (name, partition, n_rows)
        for name, contract in sorted(contracts.items())
        if not contract.written_by_release
        for partition, n_rows in count_rows(con, contract).items()
    ]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(rows)
    return len(rows)


def check_row_counts(
    con: duckdb.DuckDBPyConnection, contracts: Mapping[str, Contract], path: Path = EXPECTED_ROWS
) -> list[CheckOutcome]:
    """Two outcomes a table, in the order of `contracts`. `n_checked` and `n_failed` count partitions."""
    import duckdb

    try:
        expected = read_expected(path)
    except DxError as error:
        checks = [check for contract in contracts.values() for check in row_checks(contract)]
        return [broken(check, "committed row counts", error) for check in checks]
    outcomes = []
    for name, contract in contracts.items():
        counts, new = row_checks(contract)
        try:
            both = expected.get(name), count_rows(con, contract)
            outcomes += [compare_counts(counts, *both), find_new_partitions(new, *both)]
        except duckdb.Error as error:
            outcomes += [broken(check, "committed row counts", error) for check in (counts, new)]
    return outcomes


def compare_counts(check: Check, expected: Counts | None, found: Counts) -> CheckOutcome:
    """The outcome for one table: every committed partition must be there with the same number of rows."""
    if expected is None:
        observed = f"{sum(found.values())} rows, and none committed for this table: run {REGENERATE}"
        return CheckOutcome(check, "failed", len(found), len(found), observed, "committed row counts")
    differing = [part for part in sorted(expected) if expected[part] != found.get(part)]
    total = f"{sum(expected.values())} rows in {len(expected)} partitions"
    if not differing:
        observed = f"{sum(found[part] for part in expected)} rows as expected"
        return CheckOutcome(check, "passed", len(expected), 0, observed, total)
    return _failed(check, differing, expected, found, len(expected), total)


def find_new_partitions(check: Check, expected: Counts | None, found: Counts) -> CheckOutcome:
    """The outcome for one table: no partition but the committed ones. A table without any is told by `row_counts`."""
    known = expected or {}
    unknown = [part for part in sorted(found) if part not in known and found[part]]
    wanted = f"{len(known)} committed partitions"
    if expected is None:
        return CheckOutcome(check, "not_applicable", 0, 0, "no committed counts", wanted)
    if not unknown:
        return CheckOutcome(check, "passed", len(found), 0, "no other partition", wanted)
    return _failed(check, unknown, known, found, len(found), wanted)


def _failed(
    check: Check, differing: list[str], expected: Counts, found: Counts, n_checked: int, wanted: str
) -> CheckOutcome:
    texts = [f"{part or 'whole table'}: {_difference(expected.get(part), found.get(part))}" for part in differing]
    keys = tuple({"partition": part, "expected": expected.get(part), "found": found.get(part)} for part in differing)
    if len(texts) > PARTITIONS_IN_TEXT:
        texts = [*texts[:PARTITIONS_IN_TEXT], f"and {len(texts) - PARTITIONS_IN_TEXT} more"]
    return CheckOutcome(check, "failed", n_checked, len(differing), "; ".join(texts), wanted, keys[:FAILING_KEYS_SHOWN])


def _difference(expected: int | None, found: int | None) -> str:
    if found is None:
        return f"missing, expected {expected} rows"
    if expected is None:
        return f"unexpected, {found} rows"
    return f"{found} rows, expected {expected}"


def main(arguments: list[str]) -> None:
    """Rewrite the committed counts from a build: that of the project, or the file named first."""
    import duckdb

    from dx_pipeline.contracts import load_contracts
    from dx_pipeline.paths import default_paths

    warehouse = Path(arguments[0]) if arguments else default_paths().warehouse
    if not warehouse.is_file():
        sys.exit(f"no build to count: {warehouse} does not exist; run the refresh first")
    with duckdb.connect(str(warehouse), read_only=True) as con:
        lines = write_expected(con, load_contracts(), EXPECTED_ROWS)
    print(f"{EXPECTED_ROWS.name}: {lines} lines")


if __name__ == "__main__":
    main(sys.argv[1:])
