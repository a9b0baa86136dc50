"""A source as the readers need it: what `source.toml` says, each key taken from the nearest place that says it.

A new edition of a known source is a file and three lines of TOML (`[files."2025.csv"]`, `edition`, `sha256`). Whatever
differs for one file (publisher, URL, column names, decimal mark) is said under that file and wins over the source's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

from dx_pipeline.sources.declaration import (
    Column,
    Fetch,
    FileDeclaration,
    FileKeys,
    Indicator,
    Large,
    LeftOut,
    Mark,
    MeasureUnit,
    Percent,
    SourceDeclaration,
    TableDeclaration,
    TableKeys,
    Tier,
)

#: how far a publisher may be trusted, best first
TIERS: tuple[str, ...] = get_args(Tier)
TABLE_KEYS = tuple(TableKeys.model_fields)
#: what a file takes from its source where it says nothing itself
FILE_KEYS = ("unit_system", *(key for key in FileKeys.model_fields if key not in (*TABLE_KEYS, "tables")))


class PrintedColumn(Column):
    """One printed column of figures; None where a role or the table says it."""

    printed: str


@dataclass(frozen=True)
class TableSpec:
    """One table of a file: where it is, how its rows and columns are named, and what its figures are.

    `sheet` may hold `{year}`. `roles` maps a role to the selector of its column.
    """

    name: str
    sheet: str
    province: str | None
    columns: tuple[PrintedColumn, ...]
    complete: bool = False
    ignore: tuple[str, ...] = ()
    area: str | None = None
    heading_row: int | None = None
    heading_rows: int | None = None
    side_by_side: int = 1
    fill_down: bool = False
    roles: dict[str, str] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    only: dict[str, tuple[str, ...]] = field(default_factory=dict)
    footers: tuple[str, ...] = ()
    leave_out: tuple[LeftOut, ...] = ()
    leave_out_regions: bool = False
    edition: int | None = None
    own_edition: bool = False
    unit_system: int | None = None
    status: str | None = None
    indicator: str | None = None
    measure: str | None = None
    measures: dict[str, MeasureUnit] = field(default_factory=dict)
    #: none said: a point, and a text that a comma would make another number is refused
    decimal: Mark | None = None
    percent: Percent = "printed"
    national_mean: str | None = None

    @property
    def selectors(self) -> list[str]:
        """The columns the declaration names."""
        named = [self.province, *self.roles.values(), *self.only]
        for column in self.columns:
            named += [column.province, column.printed]
        return list(dict.fromkeys(text for text in named if text))

    @property
    def sole_measure(self) -> str | None:
        """The measure of all figures, where it is said or only one is declared."""
        return self.measure or (next(iter(self.measures)) if len(self.measures) == 1 else None)


@dataclass(frozen=True)
class FileSpec:
    """One published file."""

    source_id: str
    path: Path
    sha256: str
    form: str
    layout: str
    edition: int | None
    unit_system: int | None
    tier: str
    publisher: str
    url: str
    licence: str
    table: str
    folder: str
    tables: tuple[TableSpec, ...] = field(repr=False, default=())
    ignore_tables: tuple[str, ...] = ()
    rows: str = ""
    stated: dict[str, str] = field(repr=False, default_factory=dict)
    delimiter: str = ""
    encoding: str = "utf-8"
    doubts: tuple[str, ...] = ()
    backcast: str = ""
    period: str = ""

    @property
    def where(self) -> str:
        """The file as messages name it."""
        return f"{self.folder}/{self.path.name}"


@dataclass(frozen=True)
class SourceSpec:
    """One source: who published it, where it was read, and its files."""

    source_id: str
    title: str
    title_vi: str
    publisher: str
    url: str
    where_read: str
    retrieved_on: str
    licence: str
    tier: str
    files: tuple[FileSpec, ...] = field(repr=False)
    indicators: dict[str, Indicator] = field(repr=False, default_factory=dict)
    fetch: Fetch | None = field(repr=False, default=None)
    large: Large | None = None


def source_spec(folder: Path, shown: str, declared: SourceDeclaration) -> SourceSpec:
    """The source a declaration describes; `shown` is its folder as messages name it."""
    same = ("title", "title_vi", "publisher", "where_read", "licence", "tier", "indicators", "fetch", "large")
    return SourceSpec(
        source_id=folder.name,
        url=declared.url or "",
        retrieved_on=declared.retrieved_on.isoformat(),
        files=tuple(_file_spec(folder, shown, name, declared, file) for name, file in declared.files.items()),
        **{key: getattr(declared, key) for key in same},
    )


def _nearest(keys: Iterable[str], *places: BaseModel) -> dict[str, Any]:
    """What is said of each key, by the nearest of the places, which come last."""
    said = ((key, getattr(place, key)) for place in places for key in keys)
    return {key: value for key, value in said if value is not None}


def _file_spec(folder: Path, shown: str, name: str, source: SourceDeclaration, file: FileDeclaration) -> FileSpec:
    said = _nearest(FILE_KEYS, source, file)
    return FileSpec(
        source_id=folder.name,
        path=folder / name,
        sha256=file.sha256.lower(),
        edition=file.edition,
        table=file.table or "",
        folder=shown,
        tables=_table_specs(source, file) if said["layout"] != "records" else (),
        period=file.period or "",
        **{"unit_system": None, "url": "", **said},
    )


def _table_specs(source: SourceDeclaration, file: FileDeclaration) -> tuple[TableSpec, ...]:
    """The tables of a file: its own, otherwise the source's unless the file names columns; "1" if there are none."""
    tables = file.tables or (source.tables if file.columns is None else None) or {"1": TableDeclaration()}
    # forms of programs for programs: nobody declares the decimal mark of their texts
    typed = {"decimal": "."} if (file.form or source.form) in ("parquet", "stata") else {}
    return tuple(
        _table_spec(name, table, typed | _nearest(TABLE_KEYS, source, file, table)) for name, table in tables.items()
    )


def _table_spec(name: str, table: TableDeclaration, said: dict[str, Any]) -> TableSpec:
    roles: dict[str, str] = dict(said.get("roles", {}))
    columns: dict[str, Column] = dict(said.get("columns", {}))
    if "value" in roles:
        columns.setdefault(roles.pop("value"), Column())
    only = said.get("only", {}).items()
    resolved = {
        "province": roles.pop("province", None) or said.get("province"),
        "columns": tuple(PrintedColumn(printed=printed, **dict(column)) for printed, column in columns.items()),
        "roles": roles,
        "only": {key: (texts,) if isinstance(texts, str) else texts for key, texts in only},
    }
    own_edition = table.edition is not None
    return TableSpec(name, table.sheet or name, area=table.area, own_edition=own_edition, **said | resolved)
