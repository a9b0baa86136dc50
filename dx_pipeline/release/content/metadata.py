"""The release in the terms of others: `datapackage.json` for programs, `metadata.jsonld` for search engines.

The first is a Frictionless Data Package, version 1. CSV files are tabular resources with the contract's schema, so that
`frictionless validate` checks every cell; Parquet, the DuckDB file and the workbook are plain resources. The second is
a schema.org Dataset, which search engines for data sets read. In both each file has its bytes and hash.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from dx_pipeline.contracts import NOT_EXPORTED, Column, Contract, with_indicators
from dx_pipeline.release.content.package import PackageInfo
from dx_pipeline.release.store.manifest import DATABASE, Manifest, TableShape, describe_file, to_json

FIELD_TYPES = {
    "text": "string",
    "integer": "integer",
    "double": "number",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "datetime",
}
MEDIA_TYPES = {
    "csv": "text/csv",
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
    """Write `datapackage.json` into a release folder that holds its other files already."""
    tables = _exported(manifest)
    frames = {name: pl.read_parquet(folder / "parquet" / f"{name}.parquet") for name in tables}
    contracts = with_indicators(contracts, frames["indicators"])
    resources = [_table_resource(folder, contracts[name], shape, frames) for name, shape in tables.items()]
    plain = [*(f"parquet/{name}.parquet" for name in tables), *_whole_files(folder)]
    resources += [_file_resource(folder, path) for path in plain]
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


def _exported(manifest: Manifest) -> dict[str, TableShape]:
    return {name: shape for name, shape in sorted(manifest.tables.items()) if name not in NOT_EXPORTED}


def _whole_files(folder: Path) -> list[str]:
    """The files that hold all tables."""
    return [name for name in (DATABASE, "dti.xlsx") if (folder / name).is_file()]


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
        "mediatype": MEDIA_TYPES["csv"],
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True, "header": True},
        **_bytes_and_hash(folder / path),
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


def _file_resource(folder: Path, path: str) -> dict[str, Any]:
    file = folder / path
    kind = file.suffix[1:]
    # without `type: file` the validator would try to read it as a table
    plain = {"profile": "data-resource", "type": "file", "name": file.name, "path": path, "format": kind}
    return {**plain, "mediatype": MEDIA_TYPES[kind], **_bytes_and_hash(file)}


def _bytes_and_hash(path: Path) -> dict[str, Any]:
    found = describe_file(path)
    return {"bytes": found.bytes, "hash": f"sha256:{found.sha256}"}


def _source(row: Mapping[str, Any]) -> dict[str, str]:
    title = ", ".join(str(row[name]) for name in ("title", "title_en", "publisher") if row.get(name))
    source = {"title": f"{row['source_id']}: {title}", "licence": str(row["licence"])}
    if row.get("url"):
        source["path"] = str(row["url"])
    return source


def write_jsonld(folder: Path, manifest: Manifest, info: PackageInfo, sources: list[dict[str, Any]]) -> None:
    """Write `metadata.jsonld` into a release folder that holds its tables already."""
    tables = _exported(manifest)
    editions = pl.concat(
        pl.read_parquet(folder / "parquet" / f"{name}.parquet", columns=["edition"])
        for name, shape in tables.items()
        if shape.columns.get("edition") == "integer"
    )
    years = sorted(editions.drop_nulls()["edition"].unique())
    record = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": info.title_en,
        "alternateName": info.title_vi,
        "description": f"{info.description_en}\n\n{info.description_vi}",
        "inLanguage": ["vi", "en"],
        "identifier": manifest.data_hash,
        "version": manifest.release,
        "datePublished": manifest.built_at[:10],
        "license": info.licence.path,
        "usageInfo": info.licence.title,
        "isAccessibleForFree": True,
        "creator": {"@type": "Organization", "name": info.creator},
        "keywords": list(info.keywords),
        "spatialCoverage": {"@type": "Place", "name": "Viet Nam"},
        "isBasedOn": [_work(row) for row in sources],
        "distribution": [_download(folder, path) for path in _whole_files(folder)],
        "hasPart": [_part(folder, name, shape, info) for name, shape in tables.items()],
        "temporalCoverage": f"{years[0]}/{years[-1]}",
    }
    (folder / "metadata.jsonld").write_text(to_json(record), encoding="utf-8", newline="\n")


def _part(folder: Path, name: str, shape: TableShape, info: PackageInfo) -> dict[str, Any]:
    return {
        "@type": "Dataset",
        "name": f"{name}: {shape.title_en}",
        "description": f"{shape.title_en} ({shape.rows} rows) | {shape.title_vi} ({shape.rows} dòng)",
        "license": info.licence.path,
        "distribution": [_download(folder, f"{kind}/{name}.{kind}") for kind in ("csv", "parquet")],
    }


def _download(folder: Path, path: str) -> dict[str, Any]:
    found = describe_file(folder / path)
    return {
        "@type": "DataDownload",
        "contentUrl": path,
        "encodingFormat": MEDIA_TYPES[path.rsplit(".", 1)[1]],
        "contentSize": f"{found.bytes} B",
        "sha256": found.sha256,
    }


def _work(row: Mapping[str, Any]) -> dict[str, Any]:
    work = {"@type": "CreativeWork", "identifier": row["source_id"], "publisher": row.get("publisher")}
    name = row.get("title_en") or row.get("title") or row["source_id"]
    return {**work, "name": name, "url": row.get("url"), "usageInfo": row["licence"]}
