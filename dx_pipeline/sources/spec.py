"""`source.toml`: what a source is, which files it has, and which printed column is which indicator.

A new edition of a known source is a file and three lines of TOML (`[files."2025.csv"]`, `edition`, `sha256`). Whatever
differs for one file (publisher, URL, column names, decimal mark) is said under that file and wins over the source's.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from dx_pipeline.declarations import Declaration, declare
from dx_pipeline.sources.errors import SourceError

FORMS = ("csv", "json", "html", "workbook")
LAYOUTS = ("wide", "long", "records")
#: how far a publisher may be trusted, best first
TIERS = ("official", "official_copy", "press", "third_party")


@dataclass(frozen=True)
class PrintedColumn:
    """One printed column and the indicator it holds."""

    printed: str
    indicator: str
    measure: str
    unit: str = ""
    min: float | None = None
    max: float | None = None
    evidence: str = ""


class Indicator(Declaration):
    """An indicator of a source outside the index: its names, and how its figures may be used.

    A score and a printed rank of one indicator share the entry.
    """

    name_vi: str
    name_en: str
    unit: str = ""
    direction: Literal["higher_is_better", "lower_is_better", "neither"] = "neither"
    scale: Literal["linear", "logarithm"] = Field(default="linear", description="how it enters a regression")
    linked: bool = Field(default=False, description="whether `external_links` compares the index with it")
    shared_inputs_vi: str = Field(default="", description="what may stand in both, the index and this indicator")
    shared_inputs_en: str = ""


@dataclass(frozen=True)
class TableSpec:
    """One table of a file: its sheet or number, the column with the province names, the columns with figures."""

    name: str
    province: str
    columns: tuple[PrintedColumn, ...]
    complete: bool = False
    ignore: tuple[str, ...] = ()


@dataclass(frozen=True)
class FileSpec:
    """One published file."""

    source_id: str
    path: Path
    sha256: str
    form: str
    layout: str
    decimal: str
    edition: int | None
    unit_system: int
    tier: str
    publisher: str
    url: str
    licence: str
    status: str
    table: str
    tables: tuple[TableSpec, ...] = field(repr=False, default=())
    roles: dict[str, str] = field(repr=False, default_factory=dict)
    measures: dict[str, PrintedColumn] = field(repr=False, default_factory=dict)
    footers: tuple[str, ...] = ()
    rows: str = ""
    stated: dict[str, str] = field(repr=False, default_factory=dict)
    national_mean: str = ""
    delimiter: str = ""
    encoding: str = "utf-8"

    @property
    def folder(self) -> str:
        """The folder of the file as messages name it."""
        return "data/reference" if self.source_id == "reference" else f"data/raw/{self.source_id}"

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


SOURCE_KEYS = {
    "title", "title_vi", "publisher", "url", "where_read", "retrieved_on", "licence", "tier", "form", "layout",
    "decimal", "unit_system", "complete", "province", "columns", "tables", "files", "roles", "measures",
    "footers", "rows", "stated", "national_mean", "delimiter", "encoding", "ignore", "status", "fetch",
    "areas", "indicators",
}  # fmt: skip
FILE_KEYS = (SOURCE_KEYS - {"files", "title", "title_vi", "where_read", "retrieved_on", "fetch", "indicators"}) | {
    "edition",
    "sha256",
    "table",
}


def load_source(folder: Path) -> SourceSpec:
    """The declaration of one source.

    Raises:
        SourceError: a key is missing or unknown, or a value is not an allowed one; the message names file and key.
    """
    path = folder / "source.toml"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SourceError(f"{folder.name}: no source.toml beside the data") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SourceError(f"{folder.name}/source.toml: not readable as TOML: {error}") from error
    where = f"{folder.name}/source.toml"
    _refuse_unknown(where, data, SOURCE_KEYS)
    required = ("title", "title_vi", "publisher", "where_read", "retrieved_on", "licence", "tier", "form", "layout")
    missing = [key for key in required if not data.get(key)]
    if missing:
        raise SourceError(f"{where}: missing or empty: {', '.join(missing)}")
    files = []
    for name, entry in data.get("files", {}).items():
        _refuse_unknown(f"{where}, [files.{name!r}]", entry, FILE_KEYS)
        files.append(_file_spec(folder, where, name, data, entry))
    return SourceSpec(
        source_id=folder.name,
        title=data["title"],
        title_vi=data["title_vi"],
        publisher=data["publisher"],
        url=data.get("url", ""),
        where_read=data["where_read"],
        retrieved_on=str(data["retrieved_on"]),
        licence=data["licence"],
        tier=_one_of(where, "tier", data["tier"], TIERS),
        files=tuple(files),
        indicators={
            code: declare(Indicator, entry, f"{where}, indicators.{code}")
            for code, entry in data.get("indicators", {}).items()
        },
    )


def load_sources(raw: Path) -> dict[str, SourceSpec]:
    """All sources the manifest names, by id.

    Raises:
        SourceError: the manifest is missing, or names a folder that is not there or not a plain name.
    """
    manifest = raw / "manifest.toml"
    try:
        names = tomllib.loads(manifest.read_text(encoding="utf-8"))["sources"]
    except (FileNotFoundError, KeyError, tomllib.TOMLDecodeError) as error:
        raise SourceError(f"data/raw/manifest.toml: expected a list `sources`: {error}") from error
    for name in names:
        if not name.replace("_", "").isalnum() or not (raw / name).is_dir():
            raise SourceError(f"data/raw/manifest.toml: {name!r} is not a folder of data/raw")
    return {name: load_source(raw / name) for name in names}


def undeclared_files(raw: Path, sources: dict[str, SourceSpec]) -> list[str]:
    """Files under data/raw that no source.toml names: they are not read, and somebody should say why they are there."""
    declared = {file.path for source in sources.values() for file in source.files}
    declared |= {raw / "manifest.toml"} | {raw / name / "source.toml" for name in sources}
    return sorted(
        str(path.relative_to(raw))
        for path in raw.rglob("*")
        if path.is_file() and path not in declared and not path.name.startswith(".")
    )


def _file_spec(folder: Path, where: str, name: str, source: dict[str, Any], entry: dict[str, Any]) -> FileSpec:
    if Path(name).name != name or name.startswith("."):
        raise SourceError(f"{where}: [files.{name!r}] must be a plain file name in its own folder")
    if len(entry.get("sha256", "")) != 64:
        raise SourceError(f"{where}: [files.{name!r}] needs sha256, 64 hexadecimal digits")

    def value(key: str, default: Any = "") -> Any:
        return entry.get(key, source.get(key, default))

    layout = _one_of(where, "layout", value("layout"), LAYOUTS)
    if layout == "wide" and not isinstance(entry.get("edition"), int):
        raise SourceError(f"{where}: [files.{name!r}] needs edition, the assessed year")
    if layout == "records" and not value("table"):
        raise SourceError(f"{where}: [files.{name!r}] needs table, the name of its records")
    return FileSpec(
        source_id=folder.name,
        path=folder / name,
        sha256=entry["sha256"].lower(),
        form=_one_of(where, "form", value("form"), FORMS),
        layout=layout,
        decimal=_one_of(where, "decimal", value("decimal", "."), (".", ",")),
        edition=entry.get("edition"),
        unit_system=int(_one_of(where, "unit_system", value("unit_system", 63), (63, 34))),
        tier=_one_of(where, "tier", value("tier"), TIERS),
        publisher=value("publisher"),
        url=value("url"),
        licence=value("licence"),
        status=value("status"),
        table=value("table"),
        tables=_table_specs(where, name, source, entry) if layout == "wide" else (),
        roles=value("roles", {}),
        measures={key: PrintedColumn(key, "", key, **rest) for key, rest in value("measures", {}).items()},
        footers=tuple(value("footers", ())),
        rows=value("rows"),
        stated=value("stated", {}),
        national_mean=value("national_mean"),
        delimiter=value("delimiter"),
        encoding=value("encoding", "utf-8"),
    )


def _table_specs(where: str, name: str, source: dict[str, Any], entry: dict[str, Any]) -> tuple[TableSpec, ...]:
    """The tables of a file: its own if it names columns, otherwise the source's."""
    if "columns" in entry or "tables" in entry:
        own: dict[str, Any] = {key: source[key] for key in ("province", "complete", "ignore") if key in source} | entry
    else:
        own = source | {key: entry[key] for key in ("province", "complete", "ignore") if key in entry}
    tables = own.get("tables") or {"1": {key: own[key] for key in own if key in TABLE_KEYS}}
    specs = []
    for number, table in tables.items():
        _refuse_unknown(f"{where}, [tables.{number}]", table, TABLE_KEYS)
        if not table.get("province") or not table.get("columns"):
            raise SourceError(f"{where}: table {number} of {name} needs `province` and `columns`")
        try:
            columns = tuple(PrintedColumn(printed, **column) for printed, column in table["columns"].items())
        except TypeError as error:
            raise SourceError(f"{where}: a column of table {number} of {name}: {error}") from error
        specs.append(
            TableSpec(
                name=number,
                province=table["province"],
                columns=columns,
                complete=bool(table.get("complete", False)),
                ignore=tuple(table.get("ignore", ())),
            )
        )
    return tuple(specs)


TABLE_KEYS = {"province", "columns", "complete", "ignore"}


def _refuse_unknown(where: str, data: dict[str, Any], known: set[str]) -> None:
    unknown = sorted(set(data) - known)
    if unknown:
        raise SourceError(f"{where}: unknown keys {unknown}; known are {sorted(known)}")


def _one_of(where: str, key: str, value: Any, allowed: tuple[Any, ...]) -> Any:
    if value not in allowed:
        raise SourceError(f"{where}: {key} is {value!r}, expected one of {list(allowed)}")
    return value
