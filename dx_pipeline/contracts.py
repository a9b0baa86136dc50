"""The contract of a table: the only place where its columns are described.

`dx_pipeline/marts/<table>.toml` gives type, unit, meaning in two languages, key, allowed values and null rule. DDL with
comments, the Great Expectations suite, Dagster's column schema and lineage, the dictionary and the data package are all
generated from it. What a column means wherever it occurs stands once, in `marts/_columns.toml`; a contract's own
entry wins over it.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import ConfigDict, Field, PrivateAttr, ValidationInfo, field_validator, model_validator

from dx_pipeline.declarations import Declaration, DeclarationError, Many, Text, declare, read_toml, wrong
from dx_pipeline.errors import BAD_INPUT, DxError, Problem, nearest
from dx_pipeline.rests_on import RestsOn
from dx_pipeline.text import sql_literal
from dx_pipeline.vocabulary import codes as codes_of
from dx_pipeline.vocabulary import several_pattern

if TYPE_CHECKING:
    import polars as pl

CONTRACTS_FOLDER = Path(__file__).parent / "marts"
COMMON_COLUMNS = CONTRACTS_FOLDER / "_columns.toml"

#: contract type -> DuckDB type
DUCKDB_TYPES = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
}
NUMBERS = ("integer", "double")
#: unit of a double -> decimals it is published with, unless its contract says otherwise
DECIMALS = {"score 0-1": 6, "share of 1": 6, "points of 1000": 4, "rank": 4, "places": 4}
#: of a double on any other scale
SIGNIFICANT_DIGITS = 10
#: so many places beyond the declared ones are still free of the noise of floating point
NOISE_PLACES = 4
#: of rows that break a contract, so many are named
ROWS_NAMED = 5

#: holds clock time, so it is in the DuckDB file and the manifest of a release only, never a file of its own
NOT_EXPORTED = frozenset({"releases"})

IDENTIFIER = re.compile(r"^[a-z][a-z0-9_]*$")
ORIGIN = re.compile(r"^([a-z][a-z0-9_]*)\.([a-z][a-z0-9_]*)$")


class ContractError(DxError):
    """A table and its contract disagree. Trying again does not help."""

    exit_code = BAD_INPUT


#: columns of the table `indicators` by which a contract chooses some of them
TRAITS = ("role", "part_of", "pillar")
Indicators = dict[Literal["role", "part_of", "pillar"], str | Many[str]]


class Named(Declaration):
    """What is called by its key (a column) or its file (a table)."""

    _name: str = PrivateAttr("")

    @property
    def name(self) -> str:
        """Its name."""
        return self._name


class Column(Named):
    """One column as its contract describes it."""

    # in a contract's file nothing is required that `_columns.toml` may say
    model_config = ConfigDict(json_schema_extra=lambda schema: (schema.pop("required", None), None)[1])

    type: Literal["text", "integer", "double", "boolean", "date", "timestamp"]
    meaning_vi: Text
    meaning_en: Text
    unit: str = ""
    nullable: bool = False
    null_rule: str = Field("", validate_default=True, description="when the column is null, and why")
    codes: Many[Literal["basis", "doubt", "missing"]] = Field((), description="kinds of codes of the vocabulary")
    several: bool = Field(False, description="any number of codes, separated by commas, instead of one")
    allowed: Many[str | int | float] = Field((), validate_default=True)
    indicators: Indicators = Field(
        default_factory=dict, description="the indicators allowed besides: column of the table `indicators` = value"
    )
    min: float | None = None
    max: float | None = None
    pattern: str = Field("", validate_default=True, description="regular expression, for texts")
    decimals: int | None = Field(None, ge=0, le=15, description="a double is rounded to so many, by unit if not said")
    digits: int | None = Field(None, ge=1, le=15, description="or to so many significant digits, whatever its size")
    lineage: Many[str] = Field((), alias="from", description="columns it is made from, as table.column")

    @property
    def comment(self) -> str:
        """The text a database shows beside the column, Vietnamese first."""
        unit = f" [{self.unit}]" if self.unit else ""
        return unicodedata.normalize("NFC", f"{self.meaning_vi} | {self.meaning_en}{unit}")

    def rounded(self, values: pl.Expr) -> pl.Expr:
        """The values as they are published: decimals where the scale is fixed, significant digits where it is not.

        So 0.6383 - 0.6469 is -0.0086 in every format; what is cut off is smaller than any figure's own error.
        """
        import polars as pl

        if self.digits is None and (self.decimals is not None or self.unit in DECIMALS):
            places = self.decimals if self.decimals is not None else DECIMALS[self.unit]
            # first the noise of the last places, which differs between processors, so that it decides no tie
            rounded = values.round(places + NOISE_PLACES).round(places)
        else:
            digits = self.digits or SIGNIFICANT_DIGITS
            rounded = values.round_sig_figs(digits + NOISE_PLACES).round_sig_figs(digits)
        return pl.when(rounded == 0).then(0.0).otherwise(rounded).name.keep()  # no negative zero

    @field_validator("null_rule")
    @classmethod
    def _says_when_null(cls, rule: str, info: ValidationInfo) -> str:
        if info.data.get("nullable") and not rule.strip():
            wrong("in words when the column is null, because it is nullable")
        if rule and not info.data.get("nullable"):
            wrong("no null_rule, because the column is never null", "add nullable = true, or remove it")
        return rule

    @field_validator("allowed")
    @classmethod
    def _of_the_type(cls, allowed: tuple[Any, ...], info: ValidationInfo) -> tuple[Any, ...]:
        kind = info.data.get("type")
        fitting = {"text": str, "integer": int, "double": (int, float)}.get(kind or "", ())
        if kind and not all(isinstance(value, fitting) for value in allowed):  # type: ignore[arg-type]
            wrong(f"values of the column's type, {kind}")
        if info.data.get("several"):
            return allowed
        return (*(code for kind in info.data.get("codes", ()) for code in codes_of(kind)), *allowed)

    @field_validator("min", "max")
    @classmethod
    def _on_numbers(cls, limit: float | None, info: ValidationInfo) -> float | None:
        if info.data.get("type", NUMBERS[0]) not in NUMBERS:
            wrong(f"a limit only on {' or '.join(NUMBERS)}", "remove it")
        low = info.data.get("min")
        if low is not None and limit is not None and limit < low:
            wrong(f"at least min, {low:g}")
        return limit

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str, info: ValidationInfo) -> str:
        if info.data.get("several") and len(info.data.get("codes", ())) == 1:
            return several_pattern(info.data["codes"][0])
        if pattern and info.data.get("type", "text") != "text":
            wrong("a pattern only on text", "remove it")
        try:
            re.compile(pattern)
        except re.error as error:
            wrong(f"a regular expression: {error}")
        return pattern

    @field_validator("lineage")
    @classmethod
    def _table_and_column(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        if not all(map(ORIGIN.match, origins)):
            wrong("columns written as table.column")
        return origins


class Contract(Named):
    """One table: what a row is, its key, its inputs and its columns in order."""

    group: Text
    title_vi: Text
    title_en: Text
    description_vi: Text
    description_en: Text
    limitations_vi: Text
    limitations_en: Text
    by_name: dict[str, Column] = Field(alias="columns", min_length=1, repr=False)
    key: Many[str] = Field(min_length=1)
    inputs: Many[str] = Field((), validate_default=True)
    partition: Many[str] = ()
    rests_on: Many[RestsOn] = Field((), description="rows of inputs from which basis and doubts come")
    written_by_release: bool = Field(False, description="written by the release itself, not built from figures")

    @model_validator(mode="before")
    @classmethod
    def _with_common_columns(cls, data: Any, info: ValidationInfo) -> Any:
        columns = data.get("columns") if isinstance(data, Mapping) else None
        if not isinstance(columns, Mapping):
            return data
        common = (info.context or {}).get("common", {})
        own = {name: common.get(name, {}) | raw if isinstance(raw, Mapping) else raw for name, raw in columns.items()}
        return {**data, "columns": own}

    @field_validator("by_name")
    @classmethod
    def _plain_names(cls, columns: dict[str, Column]) -> dict[str, Column]:
        odd = [name for name in columns if not IDENTIFIER.match(name)]
        if odd:
            wrong(f"plain lower-case names of columns, not {', '.join(odd)}")
        for name, column in columns.items():
            column._name = name
        return columns

    @field_validator("key", "partition")
    @classmethod
    def _names_columns(cls, names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        known = info.data.get("by_name", dict.fromkeys(names))
        for name in names:
            if name not in known:
                wrong("columns of the table", nearest(name, known))
        return names

    @field_validator("inputs")
    @classmethod
    def _hold_the_indicators(cls, inputs: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if "indicators" not in inputs and any(column.indicators for column in info.data.get("by_name", {}).values()):
            wrong("indicators among them, because a column's values are chosen from it")
        return inputs

    @field_validator("rests_on")
    @classmethod
    def _names_inputs_and_columns(cls, entries: tuple[RestsOn, ...], info: ValidationInfo) -> tuple[RestsOn, ...]:
        inputs, columns = info.data.get("inputs", ()), info.data.get("by_name", {})
        for entry in entries if columns else ():
            if entry.table not in inputs:
                wrong(f"a table that is among the inputs, not {entry.table}", nearest(entry.table, inputs))
            for name in entry.columns_here:
                if name not in columns:
                    wrong(f"columns of the table, not {name}", nearest(name, columns))
            chosen = [one for one in (*entry.where.values(), *entry.rows.values()) if isinstance(one, Mapping)]
            if chosen and "indicators" not in inputs:
                wrong("indicators among the inputs, because some of them are chosen")
            for trait in (trait for wanted in chosen for trait in wanted if trait not in TRAITS):
                wrong(f"indicators chosen by {', '.join(TRAITS)}, not {trait}", nearest(trait, TRAITS))
        return entries

    def with_indicators(self, indicators: pl.DataFrame) -> Contract:
        """The contract with the codes of the indicators that it chooses by role, whole or pillar."""

        def codes(wanted: Mapping[Any, Any]) -> list[str]:
            found = indicators.filter(matches(wanted)).sort("position")
            return found["indicator"].to_list()

        def written_out(conditions: Mapping[str, Any]) -> dict[str, Any]:
            return {name: codes(one) if isinstance(one, Mapping) else one for name, one in conditions.items()}

        columns = dict(self.by_name)
        for name, column in self.by_name.items():
            if column.indicators:
                allowed = dict.fromkeys((*codes(column.indicators), *column.allowed))
                columns[name] = column.model_copy(update={"allowed": tuple(allowed)})
        rests_on = tuple(
            entry.model_copy(update={"where": written_out(entry.where), "rows": written_out(entry.rows)})
            for entry in self.rests_on
        )
        return self.model_copy(update={"by_name": columns, "rests_on": rests_on})

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns in order."""
        return tuple(self.by_name.values())

    @property
    def column_names(self) -> list[str]:
        """Names in contract order."""
        return list(self.by_name)

    def column(self, name: str) -> Column:
        """The column of that name.

        Raises:
            ContractError: the contract has no such column.
        """
        if name not in self.by_name:
            raise ContractError(f"table {self.name} has no column {name!r}", nearest(name, self.by_name))
        return self.by_name[name]

    @property
    def comment(self) -> str:
        """The text a database shows beside the table."""
        text = f"{self.title_vi}. {self.description_vi} | {self.title_en}. {self.description_en}"
        return unicodedata.normalize("NFC", text)

    def ddl(self, keyed: bool = True) -> str:
        """CREATE TABLE with NOT NULL and, where the database knows such, the primary key."""
        lines = [
            f'"{column.name}" {DUCKDB_TYPES[column.type]}{"" if column.nullable else " NOT NULL"}'
            for column in self.columns
        ]
        if keyed:
            lines.append("PRIMARY KEY (" + ", ".join(f'"{name}"' for name in self.key) + ")")
        return f'CREATE TABLE "{self.name}" (\n  ' + ",\n  ".join(lines) + "\n)"

    def comment_statements(self) -> list[str]:
        """COMMENT ON statements for the table and each column."""
        columns = [
            f'COMMENT ON COLUMN "{self.name}"."{one.name}" IS {sql_literal(one.comment)}' for one in self.columns
        ]
        return [f'COMMENT ON TABLE "{self.name}" IS {sql_literal(self.comment)}', *columns]

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

        NaN becomes null, doubles are rounded as declared, text becomes NFC; nothing else is changed.

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
                f"missing {missing or 'none'}, undescribed {undescribed or 'none'}",
                f"describe the column in marts/{self.name}.toml, or leave it out of the table",
            )
        schema = self.polars_schema()
        try:
            typed = frame.select(pl.col(name).cast(dtype, strict=True) for name, dtype in schema.items())
        except pl.exceptions.PolarsError as error:
            problems = [self._unfit(frame, name, dtype) for name, dtype in schema.items()]
            raise self._refusal([one for one in problems if one]) from error
        doubles = [column for column in self.columns if column.type == "double"]
        texts = [column.name for column in self.columns if column.type == "text"]
        typed = typed.with_columns(
            [column.rounded(pl.col(column.name).fill_nan(None)) for column in doubles]
            + [pl.col(texts).str.normalize("NFC")] * bool(texts)
        )
        return typed.sort(list(self.key))

    def refuse(self, frame: pl.DataFrame) -> None:
        """Refuse a conformed frame that cannot be stored.

        Raises:
            ContractError: names the rows that lack a required value or share a key.
        """
        import polars as pl

        problems = []
        for column in self.columns:
            lacking = frame.filter(pl.col(column.name).is_null()) if not column.nullable else frame.clear()
            if lacking.height:
                found = f"{lacking.height} rows without: {self._rows(lacking)}"
                problems.append(Problem(f"table {self.name}, column {column.name}", "a value in every row", found))
        repeated = frame.filter(frame.select(self.key).is_duplicated())
        if repeated.height:
            found = f"{repeated.height} rows that share one: {self._rows(repeated)}"
            problems.append(Problem(f"table {self.name}", f"one row for each {', '.join(self.key)}", found))
        if problems:
            raise self._refusal(problems)

    def _refusal(self, problems: list[Problem]) -> ContractError:
        text = "\n".join(map(str, problems)) or f"table {self.name}: does not fit marts/{self.name}.toml"
        return ContractError(text, f"what the table must look like stands in marts/{self.name}.toml", problems=problems)

    def _unfit(self, frame: pl.DataFrame, name: str, dtype: Any) -> Problem | None:
        import polars as pl

        try:
            unfit = frame.filter(pl.col(name).is_not_null() & pl.col(name).cast(dtype, strict=False).is_null())
        except pl.exceptions.PolarsError:
            unfit = frame
        if unfit.is_empty():
            return None
        found = f"{unfit[name][0]!r} in {self._rows(unfit)}"
        return Problem(f"table {self.name}, column {name}", f"type {self.column(name).type}", found)

    def _rows(self, frame: pl.DataFrame) -> str:
        rows = [", ".join(f"{name} {row[name]}" for name in self.key) for row in frame.head(ROWS_NAMED).to_dicts()]
        return "; ".join(rows) + (f"; and {frame.height - ROWS_NAMED} more" if frame.height > ROWS_NAMED else "")


def matches(conditions: Mapping[Any, Any]) -> pl.Expr:
    """Rows in which every column has the value, or one of the values, named for it."""
    import polars as pl

    tests = [
        pl.col(name) == wanted if isinstance(wanted, str | int | float) else pl.col(name).is_in(list(wanted))
        for name, wanted in conditions.items()
    ]
    return pl.all_horizontal(*tests) if tests else pl.lit(True)


def with_indicators(contracts: Mapping[str, Contract], indicators: pl.DataFrame | None) -> dict[str, Contract]:
    """Contracts with the codes of a project's indicators written out, where its table of them is known."""
    if indicators is None:
        return dict(contracts)
    return {name: contract.with_indicators(indicators) for name, contract in contracts.items()}


def parse_contract(name: str, data: Mapping[str, Any], common: Mapping[str, Any] | None = None) -> Contract:
    """A contract from its TOML data; `common` is what columns mean wherever they occur, as in `_columns.toml`.

    Raises:
        DeclarationError: with file, key path, expected and found, for each mistake.
    """
    where = f"marts/{name}.toml"
    if not IDENTIFIER.match(name):
        raise DeclarationError(f"{where}: the file name is not a plain lower-case table name")
    contract = declare(Contract, data, where, {"common": common_columns() if common is None else common})
    contract._name = name
    return contract


@functools.cache
def common_columns() -> dict[str, dict[str, Any]]:
    """What `_columns.toml` says of each column, checked.

    Raises:
        DeclarationError: an entry is incomplete or has a key no column has.
    """
    data = read_toml(COMMON_COLUMNS, "marts/_columns.toml")
    for name, entry in data.items():
        declare(Column, entry, f"marts/_columns.toml, {name}")
    return data


@functools.cache
def load_contract(name: str) -> Contract:
    """The contract of one table.

    Raises:
        ContractError: there is none.
        DeclarationError: it is incomplete or says something that cannot be meant.
    """
    path = CONTRACTS_FOLDER / f"{name}.toml"
    if not IDENTIFIER.match(name) or not path.is_file():
        known = [file.stem for file in CONTRACTS_FOLDER.glob("[a-z]*.toml")]
        raise ContractError(
            f"no contract for table {name!r}: expected dx_pipeline/marts/{name}.toml", nearest(name, known)
        )
    return parse_contract(name, read_toml(path, f"marts/{name}.toml"))


@functools.cache
def load_contracts() -> dict[str, Contract]:
    """All contracts by table name, in alphabetical order.

    Raises:
        DeclarationError: one says something that cannot be meant, or names an input that is no table.
    """
    paths = sorted(CONTRACTS_FOLDER.glob("[a-z]*.toml"))
    contracts = {path.stem: load_contract(path.stem) for path in paths}
    problems = [
        Problem(f"marts/{name}.toml, inputs", "tables, or core.… and raw.…", repr(table), nearest(table, contracts))
        for name, contract in contracts.items()
        for table in contract.inputs
        if table not in contracts and not table.startswith(("core.", "raw."))
    ]
    if problems:
        raise DeclarationError.of(problems)
    return contracts
