"""`datapackage.json`: the release in the terms of the Frictionless Data Package, version 1.

CSV files are tabular resources with the contract's schema, so that `frictionless validate` checks every cell; Parquet,
the DuckDB file and the workbook are plain resources. Each has its bytes and hash.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from dx_pipeline.contracts import NOT_EXPORTED, Column, Contract, with_indicators
from dx_pipeline.release.content.package import PackageInfo
from dx_pipeline.release.store.layout import ReleaseError
from dx_pipeline.release.store.manifest import Manifest, TableShape, describe_file, to_json

FIELD_TYPES = {
    "text": "string",
    "integer": "integer",
    "double": "number",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "datetime",
}
MEDIA_TYPES = {
    "parquet": "application/vnd.apache.parquet",
    "duckdb": "application/vnd.duckdb",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
#: columns that point to another table, where every row does
REFERENCES = {"provinces": ("unit_system", "province_id"), "sources": ("source_id",)}


def write_datapackage(
    folder: Path,
    manifest: Manifest,
    contracts: Mapping[str, Contract],
    info: PackageInfo,
    sources: list[dict[str, Any]],
) -> None:
    """Write `datapackage.json` into a release folder that holds its other files already.

    Raises:
        ReleaseError: a file that it should list is missing.
    """
    names = [name for name in sorted(manifest.tables) if name not in NOT_EXPORTED]
    frames = {name: pl.read_parquet(_existing(folder, f"parquet/{name}.parquet")) for name in names}
    contracts = with_indicators(contracts, frames.get("indicators"))
    resources = [_table_resource(folder, contracts[name], manifest.tables[name], frames) for name in names]
    resources += [_file_resource(folder, f"parquet/{name}.parquet", f"{name}.parquet") for name in names]
    resources += [_file_resource(folder, "dti.duckdb", "dti.duckdb")]
    if (folder / "dti.xlsx").is_file():
        resources.append(_file_resource(folder, "dti.xlsx", "dti.xlsx"))
    package = {
        "profile": "data-package",
        "name": info.name,
        "id": manifest.data_hash,
        "version": manifest.release,
        "title": f"{info.title_vi} | {info.title_en}",
        "description": f"{info.description_vi}\n\n{info.description_en}",
        "keywords": list(info.keywords),
        "contributors": [{"title": info.creator, "role": "author"}],
        "licenses": [{"name": info.licence.name, "title": info.licence.title, "path": info.licence.path}],
        "sources": [_source(row) for row in sources],
        "resources": resources,
    }
    (folder / "datapackage.json").write_text(to_json(package), encoding="utf-8", newline="\n")


def _table_resource(
    folder: Path, contract: Contract, shape: TableShape, frames: Mapping[str, pl.DataFrame]
) -> dict[str, Any]:
    frame = frames[contract.name]
    schema: dict[str, Any] = {
        "fields": [_field(column, contract, frame) for column in contract.columns],
        "primaryKey": list(contract.key),
        "missingValues": [""],
    }
    foreign = _foreign_keys(contract.name, frames)
    if foreign:
        schema["foreignKeys"] = foreign
    path = f"csv/{contract.name}.csv"
    return {
        "profile": "tabular-data-resource",
        "name": contract.name,
        "title": f"{contract.title_vi} | {contract.title_en}",
        "description": (
            f"{contract.description_vi} Hạn chế: {contract.limitations_vi}\n\n"
            f"{contract.description_en} Limitations: {contract.limitations_en}"
        ),
        "path": path,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True, "header": True},
        **_bytes_and_hash(_existing(folder, path)),
        "source_ids": list(shape.sources),
        "schema": schema,
    }


def _field(column: Column, contract: Contract, frame: pl.DataFrame) -> dict[str, Any]:
    # the format has one sign for null and empty text, so a required column with empty text cannot be called required
    empty_text = column.type == "text" and (frame[column.name] == "").any()
    stated = {
        "required": (not column.nullable and not empty_text) or None,
        "unique": contract.key == (column.name,) or None,
        "enum": list(column.allowed) or None,
        "minimum": column.min,
        "maximum": column.max,
        "pattern": _whole_text(column.pattern) if column.pattern else None,
    }
    constraints = {name: value for name, value in stated.items() if value is not None}
    field: dict[str, Any] = {
        "name": column.name,
        "type": FIELD_TYPES[column.type],
        "title": column.meaning_vi,
        "description": column.comment + (f" Null: {column.null_rule}." if column.null_rule else ""),
    }
    if column.type == "boolean":
        field |= {"trueValues": ["true"], "falseValues": ["false"]}
    if column.unit:
        field["unit"] = column.unit
    if constraints:
        field["constraints"] = constraints
    return field


def _whole_text(pattern: str) -> str:
    """The pattern as the format reads it: it must match all of the text, while a contract's may match a part."""
    anchored = pattern.startswith("^") and pattern.endswith("$")
    return pattern if anchored else rf"[\s\S]*(?:{pattern})[\s\S]*"


def _foreign_keys(name: str, frames: Mapping[str, pl.DataFrame]) -> list[dict[str, Any]]:
    keys = []
    for target, columns in REFERENCES.items():
        if target == name or target not in frames or not set(columns) <= set(frames[name].columns):
            continue
        known = frames[target].select(columns)
        if known.n_unique() == known.height and frames[name].join(known, on=columns, how="anti").is_empty():
            keys.append({"fields": list(columns), "reference": {"resource": target, "fields": list(columns)}})
    return keys


def _file_resource(folder: Path, path: str, name: str) -> dict[str, Any]:
    kind = path.rsplit(".", 1)[1]
    # without `type: file` the validator would try to read it as a table
    plain = {"profile": "data-resource", "type": "file", "name": name, "path": path, "format": kind}
    return {**plain, "mediatype": MEDIA_TYPES[kind], **_bytes_and_hash(_existing(folder, path))}


def _bytes_and_hash(path: Path) -> dict[str, Any]:
    found = describe_file(path)
    return {"bytes": found.bytes, "hash": f"sha256:{found.sha256}"}


def _existing(folder: Path, path: str) -> Path:
    if not (folder / path).is_file():
        raise ReleaseError(f"the data package should list {path}, but the release has no such file")
    return folder / path


def _source(row: Mapping[str, Any]) -> dict[str, str]:
    title = ", ".join(str(row[name]) for name in ("title", "title_en", "publisher") if row.get(name))
    source = {"title": f"{row['source_id']}: {title}", "licence": str(row["licence"])}
    if row.get("url"):
        source["path"] = str(row["url"])
    return source
