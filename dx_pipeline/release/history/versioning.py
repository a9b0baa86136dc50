"""The data version: semantic versioning decided by the difference to the baseline, never by hand.

    MAJOR  a table or column was removed or renamed; a column's type or a table's key changed
    MINOR  tables, columns or rows were added; rows were removed
    PATCH  only values changed, or columns changed places
    (none) the data are identical: the release keeps its name, whatever else was rendered anew

The first release is 2.0.0: the number of this shape of the tables. A query written for a release works on every later
one with the same first number; a figure quoted from it may differ, and `revisions` says which. A version names one
content for ever: when a release was rolled back, its number is not given to other data.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from dx_pipeline.release.history.diff import ReleaseDiff, TableDiff
from dx_pipeline.release.store.layout import numbers

Level = Literal["none", "patch", "minor", "major"]
#: the second shape of the public tables (docs/RELEASES.md has old -> new); a project without releases begins with it
FIRST_VERSION = "2.0.0"


def change_level(diff: ReleaseDiff) -> Level:
    """The size of a difference by the rule above."""
    levels = {_table_level(table) for table in diff.tables}
    order: tuple[Level, ...] = ("major", "minor", "patch")
    return next((level for level in order if level in levels), "none")


def _table_level(table: TableDiff) -> Level:
    if table.status == "removed" or table.columns_removed or table.retyped or table.key_changed:
        return "major"
    if table.status == "added" or table.columns_added or table.rows_added or table.rows_removed:
        return "minor"
    return "patch"


def next_version(baseline: str | None, level: Level, taken: Collection[str] = ()) -> str:
    """The version after `baseline` (None for the first release), above all that were given to other data already.

    `level` is as `change_level` gives it; none is treated as patch (same tables, other bytes).
    """
    version = FIRST_VERSION if baseline is None else _raised(baseline, level)
    highest = max(taken, key=numbers, default=None)
    if highest is not None and numbers(version) <= numbers(highest):
        version = _raised(highest, level)
    return version


def _raised(version: str, level: Level) -> str:
    major, minor, patch = numbers(version)
    if level == "major":
        return f"{major + 1}.0.0"
    if level == "minor":
        return f"{major}.{minor + 1}.0"
    return f"{major}.{minor}.{patch + 1}"
