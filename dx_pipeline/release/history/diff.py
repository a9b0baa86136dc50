"""The difference between two releases, value by value.

Tables are compared by their contract's key; the address of a row is its key values joined by slashes, as in
`2023/63/hai-duong`: readable in `revisions`, typed by hand in `dx cite`, and reversible, because a slash or percent
sign inside a value is escaped. Values are compared as text in their shortest exact form, so a float
differs when any of its digits differs (0.0 and -0.0 too), null equals null, and null differs from empty text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from dx_pipeline.contracts import NOT_EXPORTED
from dx_pipeline.release.store.manifest import Manifest, TableShape, read_manifest

#: one row a change: the columns of `revisions` without the two releases
CHANGE_SCHEMA = dict.fromkeys(("table_name", "key", "column_name", "change", "old_value", "new_value"), pl.String)

WHOLE = "*"


@dataclass(frozen=True)
class Snapshot:
    """One release as the comparison needs it."""

    release: str
    data_hash: str
    tables: dict[str, TableShape]
    folder: Path

    def read(self, table: str) -> pl.DataFrame:
        """The rows of a table."""
        return read_rows(self.folder, table)

    def columns(self, table: str) -> list[str]:
        """Names of a table's columns; none when the release has no such table."""
        return list(self.tables[table].columns) if table in self.tables else []


@dataclass(frozen=True)
class TableDiff:
    """How one table differs."""

    table: str
    status: str  # added, removed, changed
    columns_added: tuple[str, ...] = ()
    columns_removed: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()  # removed column, added column with equal values
    retyped: tuple[tuple[str, str, str], ...] = ()  # column, old type, new type
    old_key: tuple[str, ...] = ()
    new_key: tuple[str, ...] = ()
    reordered: bool = False
    rows_added: int = 0
    rows_removed: int = 0
    rows_changed: int = 0
    same_values_as: str = ""  # for a removed table: an added one that is probably the same under a new name
    changes: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=CHANGE_SCHEMA), repr=False)

    @property
    def key_changed(self) -> bool:
        """Rows are identified in another way than before."""
        return self.old_key != self.new_key

    @property
    def of_rows(self) -> pl.DataFrame:
        """The changes that are of single rows, not of the table itself."""
        return self.changes.filter(pl.col("key") != WHOLE)

    @property
    def values_changed(self) -> int:
        """Number of single values that changed."""
        return self.of_rows.filter(pl.col("change") == "changed").height


@dataclass(frozen=True)
class ReleaseDiff:
    """How a release differs from its baseline; `baseline` is None for the first release."""

    baseline: str | None
    baseline_hash: str | None
    release: str
    tables: tuple[TableDiff, ...]

    @property
    def changes(self) -> pl.DataFrame:
        """All changes, one row each, with the columns of CHANGE_SCHEMA."""
        return pl.concat([pl.DataFrame(schema=CHANGE_SCHEMA), *(table.changes for table in self.tables)])

    def table(self, name: str) -> TableDiff | None:
        """The difference of one table, None when it is the same in both."""
        return next((table for table in self.tables if table.table == name), None)


def address_expression(key: Sequence[str]) -> pl.Expr:
    """A text column with each row's address."""
    parts = [
        pl.col(name)
        .cast(pl.String)
        .fill_null("")
        .str.replace_all("%", "%25", literal=True)
        .str.replace_all("/", "%2F", literal=True)
        for name in key
    ]
    return pl.concat_str(parts, separator="/")


def split_address(address: str) -> list[str]:
    """The key values of an address, as text."""
    return [part.replace("%2F", "/").replace("%25", "%") for part in address.split("/")]


def read_rows(folder: Path, table: str) -> pl.DataFrame:
    """A table of a release folder."""
    return pl.read_parquet(folder / "parquet" / f"{table}.parquet")


def snapshot(folder: Path, manifest: Manifest | None = None) -> Snapshot:
    """A release folder (or a staged one, with its manifest in hand) ready to be compared, without its ledger."""
    data = manifest or read_manifest(folder)
    tables = {n: s for n, s in data.tables.items() if not s.ledger and n not in NOT_EXPORTED}
    return Snapshot(data.release, data.data_hash, tables, folder)


def diff_snapshots(old: Snapshot | None, new: Snapshot) -> ReleaseDiff:
    """The difference between two snapshots, from their Parquet: no reader of a database is in the way.

    Without an old one, nothing but the new one's name.
    """
    if old is None:
        return ReleaseDiff(None, None, new.release, ())
    found = []
    names = old.tables.keys() | new.tables.keys() if old.data_hash != new.data_hash else ()
    for name in sorted(names):
        if name not in new.tables:
            found.append(_removed_table(name, old, new))
        elif name not in old.tables:
            rows = new.tables[name].rows
            changes = _one_change(name, WHOLE, "added", None, f"{rows} rows")
            found.append(TableDiff(name, "added", rows_added=rows, changes=changes))
        else:
            table = diff_tables(name, old.read(name), new.read(name), old.tables[name], new.tables[name])
            found += [table] if table else []
    return ReleaseDiff(old.release, old.data_hash, new.release, tuple(found))


def _removed_table(name: str, old: Snapshot, new: Snapshot) -> TableDiff:
    rows = old.tables[name].rows
    twin = ""
    for candidate, shape in new.tables.items():
        if candidate not in old.tables and shape.columns == old.tables[name].columns and shape.rows == rows:
            twin = candidate if new.read(candidate).equals(old.read(name), null_equal=True) else twin
    changes = _one_change(name, WHOLE, "removed", f"{rows} rows", None)
    return TableDiff(name, "removed", rows_removed=rows, same_values_as=twin, changes=changes)


def diff_tables(
    name: str, old: pl.DataFrame, new: pl.DataFrame, old_shape: TableShape, new_shape: TableShape
) -> TableDiff | None:
    """The difference of one table, None when there is none."""
    old_columns, new_columns = old_shape.columns, new_shape.columns
    old_key, new_key = old_shape.key, new_shape.key
    if old_key == new_key and [*old_columns.items()] == [*new_columns.items()] and old.equals(new):
        return None  # most tables of most releases: two glances instead of one at each column
    removed = [column for column in old_columns if column not in new_columns]
    added = [column for column in new_columns if column not in old_columns]
    common = [column for column in new_columns if column in old_columns]
    retyped = tuple((c, old_columns[c], new_columns[c]) for c in common if old_columns[c] != new_columns[c])
    before, now = _as_text(old, old_key), _as_text(new, new_key)
    renamed = _renamed(before, now, removed, added, old_columns, new_columns, aligned_by_key=old_key == new_key)
    structure = [_one_change(name, column, "removed", old_columns[column], None) for column in removed]
    structure += [_one_change(name, column, "added", None, new_columns[column]) for column in added]
    structure += [_one_change(name, column, "changed", was, to) for column, was, to in retyped]
    if old_key != new_key:
        structure.append(_one_change(name, WHOLE, "changed", ", ".join(old_key), ", ".join(new_key)))
        gone, come = before.clear(), now.clear()
        cells = pl.DataFrame(schema=CHANGE_SCHEMA)
    else:
        gone = before.join(now, on="@key", how="anti")
        come = now.join(before, on="@key", how="anti")
        comparable = [one for one in common if one not in old_key and old_columns[one] == new_columns[one]]
        cells = _changed_cells(name, before, now, comparable)
    changes = pl.concat(
        [*structure, cells, _whole_rows(name, gone, old_key, "removed"), _whole_rows(name, come, new_key, "added")]
    )
    reordered = common != [column for column in old_columns if column in new_columns]
    if changes.is_empty() and not reordered:
        return None
    return TableDiff(
        name,
        "changed",
        tuple(added),
        tuple(removed),
        renamed,
        retyped,
        old_key,
        new_key,
        reordered,
        rows_added=come.height,
        rows_removed=gone.height,
        rows_changed=cells["key"].n_unique(),
        changes=changes,
    )


def _as_text(frame: pl.DataFrame, key: tuple[str, ...]) -> pl.DataFrame:
    """All values as exact text, with the row's address in `@key`."""
    return frame.select(address_expression(key).alias("@key"), pl.all().cast(pl.String))


def _changed_cells(name: str, before: pl.DataFrame, now: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    both = now.join(before, on="@key", how="inner", suffix="@old", maintain_order="left")
    parts = []
    for column in columns:
        was, to = pl.col(f"{column}@old"), pl.col(column)
        parts.append(_changes(name, both.filter(to.ne_missing(was)), column, "changed", was, to))
    return pl.concat([pl.DataFrame(schema=CHANGE_SCHEMA), *parts]).sort("key", maintain_order=True)


def _whole_rows(name: str, rows: pl.DataFrame, key: tuple[str, ...], change: str) -> pl.DataFrame:
    values = [column for column in rows.columns if column != "@key" and column not in key]
    text = pl.struct(values).struct.json_encode() if values else pl.lit("{}")
    empty = pl.lit(None, dtype=pl.String)
    old, new = (text, empty) if change == "removed" else (empty, text)
    return _changes(name, rows, WHOLE, change, old, new)


def _changes(name: str, rows: pl.DataFrame, column: str, change: str, old: pl.Expr, new: pl.Expr) -> pl.DataFrame:
    values = (pl.lit(name), pl.col("@key"), pl.lit(column), pl.lit(change), old, new)
    return rows.select(value.alias(to) for to, value in zip(CHANGE_SCHEMA, values, strict=True))


def _one_change(name: str, column: str, change: str, old: str | None, new: str | None) -> pl.DataFrame:
    return pl.DataFrame([(name, WHOLE, column, change, old, new)], schema=CHANGE_SCHEMA, orient="row")


def _renamed(
    before: pl.DataFrame,
    now: pl.DataFrame,
    removed: list[str],
    added: list[str],
    old_types: dict[str, str],
    new_types: dict[str, str],
    aligned_by_key: bool,
) -> tuple[tuple[str, str], ...]:
    """Pairs of a removed and an added column that hold the same values: probably one column under a new name."""
    if not removed or not added:
        return ()
    if aligned_by_key:
        both = now.join(before.select("@key", *(pl.col(c).alias(f"{c}@old") for c in removed)), on="@key")
    elif before.height == now.height:
        both = now.hstack(before.select(pl.col(c).alias(f"{c}@old") for c in removed))
    else:
        return ()
    free = [name for name in added if both[name].null_count() < both.height]
    pairs: list[tuple[str, str]] = []
    for old in removed:
        alike = [name for name in free if old_types[old] == new_types[name] and both[name].equals(both[f"{old}@old"])]
        for new in alike[:1]:
            pairs.append((old, new))
            free.remove(new)
    return tuple(pairs)
