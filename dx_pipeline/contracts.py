"""The contract of a table: the only place where its columns are described.

`dx_pipeline/marts/<table>.toml` gives type, unit, meaning in two languages, key, allowed values and null rule. DDL with
comments, the Great Expectations suite, Dagster's column schema and lineage, the dictionary and the data package are all
generated from it. What a column means wherever it occurs stands once, in `marts/_columns.toml`; a contract's own
entry wins over it.
"""

from __future__ import annotations

import functools
import re
import tomllib
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

CONTRACTS_FOLDER = Path(__file__).parent / "marts"

#: contract type -> DuckDB type
DUCKDB_TYPES = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
}

IDENTIFIER = re.compile(r"^[a-z][a-z0-9_]*$")


class ContractError(ValueError):
    """A table and its contract disagree, or a contract is incomplete."""


@dataclass(frozen=True)
class Column:
    """One column as its contract describes it."""

    name: str
    type: str
    meaning_vi: str
    meaning_en: str
    unit: str = ""
    nullable: bool = False
    null_rule: str = ""
    allowed: tuple[str | int | float, ...] = ()
    min: float | None = None
    max: float | None = None
    pattern: str = ""
    lineage: tuple[str, ...] = ()

    @property
    def comment(self) -> str:
        """The text a database shows beside the column, Vietnamese first."""
        unit = f" [{self.unit}]" if self.unit else ""
        return f"{self.meaning_vi} | {self.meaning_en}{unit}"


@dataclass(frozen=True)
class Contract:
    """One table: what a row is, its key, its inputs and its columns in order."""

    name: str
    group: str
    title_vi: str
    title_en: str
    description_vi: str
    description_en: str
    limitations_vi: str
    limitations_en: str
    key: tuple[str, ...]
    inputs: tuple[str, ...]
    partition: tuple[str, ...]
    columns: tuple[Column, ...] = field(repr=False)
    #: not rebuilt from figures but written by the release itself (ledger, dictionary)
    written_by_release: bool = False

    @property
    def column_names(self) -> list[str]:
        """Names in contract order."""
        return [column.name for column in self.columns]

    def column(self, name: str) -> Column:
        """The column of that name.

        Raises:
            KeyError: the contract has no such column.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name}")

    @property
    def comment(self) -> str:
        """The text a database shows beside the table."""
        return f"{self.title_vi}. {self.description_vi} | {self.title_en}. {self.description_en}"

    def ddl(self, table: str | None = None) -> str:
        """CREATE TABLE with primary key and NOT NULL, so that a wrong frame cannot be stored."""
        lines = [
            f'"{column.name}" {DUCKDB_TYPES[column.type]}{"" if column.nullable else " NOT NULL"}'
            for column in self.columns
        ]
        if self.key:
            lines.append("PRIMARY KEY (" + ", ".join(f'"{name}"' for name in self.key) + ")")
        return f'CREATE TABLE "{table or self.name}" (\n  ' + ",\n  ".join(lines) + "\n)"

    def comment_statements(self, table: str | None = None) -> list[str]:
        """COMMENT ON statements for the table and each column."""
        name = table or self.name
        statements = [f'COMMENT ON TABLE "{name}" IS {_quoted(self.comment)}']
        statements += [
            f'COMMENT ON COLUMN "{name}"."{column.name}" IS {_quoted(column.comment)}' for column in self.columns
        ]
        return statements

    def polars_schema(self) -> dict[str, Any]:
        """Column name -> Polars type, in contract order."""
        import polars as pl

        types = {
            "text": pl.String,
            "integer": pl.Int64,
            "double": pl.Float64,
            "boolean": pl.Boolean,
            "date": pl.Date,
            "timestamp": pl.Datetime("us"),
        }
        return {column.name: types[column.type] for column in self.columns}

    def conform(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame with exactly the contract's columns, typed, in contract order, sorted by key.

        NaN becomes null and text becomes NFC; nothing else is changed.

        Raises:
            ContractError: a described column is missing, or the frame has an undescribed one, or a value does not fit
                its type.
        """
        import polars as pl

        missing = [name for name in self.column_names if name not in frame.columns]
        undescribed = [name for name in frame.columns if name not in self.column_names]
        if missing or undescribed:
            raise ContractError(
                f"table {self.name}: columns differ from marts/{self.name}.toml: "
                f"missing {missing or 'none'}, undescribed {undescribed or 'none'}"
            )
        try:
            typed = frame.select(pl.col(name).cast(dtype, strict=True) for name, dtype in self.polars_schema().items())
        except pl.exceptions.PolarsError as error:
            raise ContractError(f"table {self.name}: a value does not fit its declared type: {error}") from error
        doubles = [column.name for column in self.columns if column.type == "double"]
        texts = [column.name for column in self.columns if column.type == "text"]
        typed = typed.with_columns(
            [pl.col(doubles).fill_nan(None)] * bool(doubles) + [pl.col(texts).str.normalize("NFC")] * bool(texts)
        )
        return typed.sort(list(self.key)) if self.key else typed


def _quoted(text: str) -> str:
    return "'" + unicodedata.normalize("NFC", text).replace("'", "''") + "'"


def parse_contract(name: str, data: dict[str, Any]) -> Contract:
    """A contract from its TOML data.

    Raises:
        ContractError: a required text is empty, a key or partition names no column, a type is unknown, or a nullable
            column says not when it is null.
    """
    problems: list[str] = []
    for text in (
        "group",
        "title_vi",
        "title_en",
        "description_vi",
        "description_en",
        "limitations_vi",
        "limitations_en",
    ):
        if not data.get(text, "").strip():
            problems.append(f"{text} is empty")
    columns = []
    for column_name, raw in data.get("columns", {}).items():
        entry = _common_columns().get(column_name, {}) | raw
        entry["lineage"] = tuple(entry.pop("from", ()))
        entry["allowed"] = tuple(entry.get("allowed", ()))
        try:
            column = Column(name=column_name, **entry)
        except TypeError as error:
            problems.append(f"column {column_name}: {error}")
            continue
        if not IDENTIFIER.match(column_name):
            problems.append(f"column {column_name}: not a plain lower-case name")
        if column.type not in DUCKDB_TYPES:
            problems.append(f"column {column_name}: unknown type {column.type!r}")
        if not column.meaning_vi or not column.meaning_en:
            problems.append(f"column {column_name}: no meaning in both languages")
        if column.nullable and not column.null_rule:
            problems.append(f"column {column_name}: nullable without a null_rule")
        columns.append(column)
    known = {column.name for column in columns}
    for part in ("key", "partition"):
        problems += [f"{part} names no column: {entry}" for entry in data.get(part, []) if entry not in known]
    if not IDENTIFIER.match(name):
        problems.append("the file name is not a plain lower-case table name")
    if not data.get("key"):
        problems.append("key is empty")
    if problems:
        raise ContractError(f"contract marts/{name}.toml: " + "; ".join(problems))
    return Contract(
        name=name,
        group=data["group"],
        title_vi=data["title_vi"],
        title_en=data["title_en"],
        description_vi=data["description_vi"],
        description_en=data["description_en"],
        limitations_vi=data["limitations_vi"],
        limitations_en=data["limitations_en"],
        key=tuple(data["key"]),
        inputs=tuple(data.get("inputs", ())),
        partition=tuple(data.get("partition", ())),
        columns=tuple(columns),
        written_by_release=bool(data.get("written_by_release", False)),
    )


@functools.cache
def _common_columns() -> dict[str, dict[str, Any]]:
    return tomllib.loads((CONTRACTS_FOLDER / "_columns.toml").read_text(encoding="utf-8"))


@functools.cache
def load_contract(name: str) -> Contract:
    """The contract of one table.

    Raises:
        ContractError: there is none, or it is incomplete.
    """
    path = CONTRACTS_FOLDER / f"{name}.toml"
    if not IDENTIFIER.match(name) or not path.is_file():
        raise ContractError(f"no contract for table {name!r}: expected dx_pipeline/marts/{name}.toml")
    return parse_contract(name, tomllib.loads(path.read_text(encoding="utf-8")))


@functools.cache
def load_contracts() -> dict[str, Contract]:
    """All contracts by table name, in alphabetical order."""
    paths = sorted(CONTRACTS_FOLDER.glob("[a-z]*.toml"))
    return {path.stem: load_contract(path.stem) for path in paths}
