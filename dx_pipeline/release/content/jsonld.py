"""`metadata.jsonld`: the release as a schema.org Dataset, which search engines for data sets read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from dx_pipeline.contracts import NOT_EXPORTED
from dx_pipeline.release.content.datapackage import MEDIA_TYPES
from dx_pipeline.release.content.package import PackageInfo
from dx_pipeline.release.store.manifest import Manifest, TableShape, describe_file, to_json


def write_jsonld(folder: Path, manifest: Manifest, info: PackageInfo, sources: list[dict[str, Any]]) -> None:
    """Write `metadata.jsonld` into a release folder that holds its tables already."""
    tables = {name: shape for name, shape in manifest.tables.items() if name not in NOT_EXPORTED}
    files = [("dti.duckdb", "duckdb"), ("dti.xlsx", "xlsx")]
    distribution = [_download(folder, path, MEDIA_TYPES[kind]) for path, kind in files if (folder / path).is_file()]
    record: dict[str, Any] = {
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
        "isBasedOn": [_source(row) for row in sources],
        "distribution": distribution,
        "hasPart": [_part(folder, name, shape, info) for name, shape in sorted(tables.items())],
    }
    covered = temporal_coverage(folder, tables)
    if covered:
        record["temporalCoverage"] = covered
    (folder / "metadata.jsonld").write_text(to_json(record), encoding="utf-8", newline="\n")


def temporal_coverage(folder: Path, tables: Mapping[str, TableShape]) -> str:
    """First and last edition of any table as `2020/2024`; empty when no table has editions."""
    years: list[int] = []
    for name, shape in tables.items():
        if shape.columns.get("edition") == "integer" and shape.rows:
            column = pl.read_parquet(folder / "parquet" / f"{name}.parquet", columns=["edition"])[
                "edition"
            ].drop_nulls()
            years += column.unique().to_list()
    return f"{min(years)}/{max(years)}" if years else ""


def _part(folder: Path, name: str, shape: TableShape, info: PackageInfo) -> dict[str, Any]:
    return {
        "@type": "Dataset",
        "name": f"{name}: {shape.title_en}",
        "description": f"{shape.title_en} ({shape.rows} rows) | {shape.title_vi} ({shape.rows} dòng)",
        "license": info.licence.path,
        "distribution": [
            _download(folder, f"csv/{name}.csv", "text/csv"),
            _download(folder, f"parquet/{name}.parquet", MEDIA_TYPES["parquet"]),
        ],
    }


def _download(folder: Path, path: str, media_type: str) -> dict[str, Any]:
    found = describe_file(folder / path)
    return {
        "@type": "DataDownload",
        "contentUrl": path,
        "encodingFormat": media_type,
        "contentSize": f"{found.bytes} B",
        "sha256": found.sha256,
    }


def _source(row: Mapping[str, Any]) -> dict[str, Any]:
    work = {"@type": "CreativeWork", "identifier": row["source_id"], "publisher": row.get("publisher")}
    name = row.get("title_en") or row.get("title") or row["source_id"]
    return {**work, "name": name, "url": row.get("url"), "usageInfo": row["licence"]}
