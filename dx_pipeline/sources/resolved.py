"""A source as the readers need it: what `source.toml` says, each key taken from the nearest place that says it.

A new edition of a known source is a file and three lines of TOML (`[files."2025.csv"]`, `edition`, `sha256`). Whatever
differs for one file (publisher, URL, column names, decimal mark) is said under that file and wins over the source's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from dx_pipeline.sources.declaration import (
    Column,
    FileDeclaration,
    Indicator,
    Large,
    LeftOut,
    MeasureUnit,
    SourceDeclaration,
    TableDeclaration,
    TableKeys,
    Tier,
)
from dx_pipeline.sources.fetch_declaration import Fetch

#: how far a publisher may be trusted, best first
TIERS: tuple[str, ...] = get_args(Tier)
TABLE_KEYS = tuple(TableKeys.model_fields)


@dataclass(frozen=True)
class PrintedColumn:
    """One printed column of figures; None where a role or the table says it."""

    printed: str
    indicator: str | None
    measure: str | None
    unit: str = ""
    min: float | None = None
    max: float | None = None
    evidence: str = ""
    edition: int | None = None
    unit_system: int | None = None
    preliminary: bool | None = None
    decimal: str | None = None
    province: str | None = None
    in_brackets: str | None = None
    doubts: tuple[str, ...] | None = None


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
    preliminary: bool = False
    indicator: str | None = None
    measure: str | None = None
    measures: dict[str, MeasureUnit] = field(default_factory=dict)
    decimal: str = "."
    national_mean: str | None = None

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
    return SourceSpec(
        source_id=folder.name,
        title=declared.title,
        title_vi=declared.title_vi,
        publisher=declared.publisher,
        url=declared.url or "",
        where_read=declared.where_read,
        retrieved_on=declared.retrieved_on.isoformat(),
        licence=declared.licence,
        tier=declared.tier,
        files=tuple(_file_spec(folder, shown, name, declared, file) for name, file in declared.files.items()),
        indicators=declared.indicators,
        fetch=declared.fetch,
        large=declared.large,
    )


def _file_spec(folder: Path, shown: str, name: str, source: SourceDeclaration, file: FileDeclaration) -> FileSpec:
    def value(key: str) -> Any:
        own = getattr(file, key)
        return getattr(source, key) if own is None else own

    return FileSpec(
        source_id=folder.name,
        path=folder / name,
        sha256=file.sha256.lower(),
        form=value("form"),
        layout=value("layout"),
        edition=file.edition,
        unit_system=value("unit_system"),
        tier=value("tier"),
        publisher=value("publisher"),
        url=value("url") or "",
        licence=value("licence"),
        table=file.table or "",
        folder=shown,
        tables=table_specs(source, file) if value("layout") != "records" else (),
        ignore_tables=tuple(value("ignore_tables") or ()),
        rows=value("rows") or "",
        stated=value("stated") or {},
        delimiter=value("delimiter") or "",
        doubts=tuple(value("doubts") or ()),
        backcast=value("backcast") or "",
        encoding=value("encoding") or "utf-8",
        period=file.period or "",
    )


def table_specs(source: SourceDeclaration, file: FileDeclaration) -> tuple[TableSpec, ...]:
    """The tables of a file: its own, otherwise the source's unless the file names columns; "1" if there are none."""
    said = {key: getattr(source, key) for key in TABLE_KEYS if getattr(source, key) is not None}
    said |= {key: getattr(file, key) for key in TABLE_KEYS if getattr(file, key) is not None}
    tables = file.tables or (source.tables if file.columns is None else None)
    return tuple(_table_spec(name, table, said, file) for name, table in (tables or {"1": TableDeclaration()}).items())


def _table_spec(name: str, table: TableDeclaration, said: dict[str, Any], file: FileDeclaration) -> TableSpec:
    own = {key: getattr(table, key) for key in TABLE_KEYS if getattr(table, key) is not None}
    value = (said | own).get
    roles: dict[str, str] = dict(value("roles") or {})
    columns: dict[str, Column] = dict(value("columns") or {})
    if "value" in roles:
        columns.setdefault(roles.pop("value"), Column())
    return TableSpec(
        name=name,
        sheet=table.sheet or name,
        province=roles.pop("province", None) or value("province"),
        columns=tuple(_printed(printed, column) for printed, column in columns.items()),
        complete=value("complete") or False,
        ignore=tuple(value("ignore") or ()),
        area=table.area,
        heading_row=value("heading_row"),
        heading_rows=value("heading_rows"),
        side_by_side=value("side_by_side") or 1,
        fill_down=value("fill_down") or False,
        roles=roles,
        codes=value("codes") or {},
        only={
            key: (texts,) if isinstance(texts, str) else tuple(texts) for key, texts in (value("only") or {}).items()
        },
        footers=tuple(value("footers") or ()),
        leave_out=tuple(value("leave_out") or ()),
        leave_out_regions=value("leave_out_regions") or False,
        edition=value("edition"),
        own_edition=table.edition is not None,
        unit_system=value("unit_system"),
        preliminary=value("status") == "preliminary",
        indicator=value("indicator"),
        measure=value("measure"),
        measures=value("measures") or {},
        decimal=value("decimal") or ".",
        national_mean=value("national_mean"),
    )


def _printed(printed: str, column: Column) -> PrintedColumn:
    return PrintedColumn(
        printed=printed,
        indicator=column.indicator,
        measure=column.measure,
        unit=column.unit,
        min=column.min,
        max=column.max,
        evidence=column.evidence,
        edition=column.edition,
        unit_system=column.unit_system,
        preliminary=None if column.status is None else column.status == "preliminary",
        decimal=column.decimal,
        province=column.province,
        in_brackets=column.in_brackets,
        doubts=column.doubts,
    )
