"""What a release says about itself as a whole, and from which sources each table was made."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from dx_pipeline.contracts import Contract
from dx_pipeline.release.store.layout import ReleaseError

PACKAGE_FILE = Path(__file__).with_name("package.toml")

#: every printed figure with its source
FIGURES = "figure_sources"
#: the unpublished input that holds one chosen figure a key
CHOSEN_FIGURES = "core.figures"


@dataclass(frozen=True)
class PackageInfo:
    """Title, description, licence and creator of every release."""

    name: str
    title_vi: str
    title_en: str
    description_vi: str
    description_en: str
    creator: str
    keywords: tuple[str, ...]
    licence_name: str
    licence_title: str
    licence_path: str


def load_package_info(path: Path = PACKAGE_FILE) -> PackageInfo:
    """The package's own description.

    Raises:
        ReleaseError: a text is missing; a release without title, description or licence is not made.
    """
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    licence = data.get("licence", {})
    texts = {
        name: str(data.get(name, "")).strip() for name in PackageInfo.__annotations__ if not name.startswith("lic")
    }
    texts.pop("keywords")
    texts |= {f"licence_{name}": str(licence.get(name, "")).strip() for name in ("name", "title", "path")}
    empty = [name for name, text in texts.items() if not text]
    if empty:
        raise ReleaseError(f"{path.name}: {', '.join(empty)} is empty; a release needs all of them")
    return PackageInfo(keywords=tuple(data.get("keywords", ())), **texts)


def source_records(sources: pl.DataFrame | None) -> list[dict[str, Any]]:
    """The rows of table `sources`, sorted by id.

    Raises:
        ReleaseError: a source states no reuse terms (a source without any says so in words).
    """
    if sources is None:
        return []
    records = sources.sort("source_id").to_dicts()
    silent = [row["source_id"] for row in records if not str(row.get("licence") or "").strip()]
    if silent:
        raise ReleaseError(
            f"no reuse terms stated for {', '.join(silent)}; state them in data/raw/<source>/source.toml"
        )
    return records


def sources_by_table(contracts: Mapping[str, Contract], frames: Mapping[str, pl.DataFrame]) -> dict[str, list[str]]:
    """Table -> ids of the sources it was made from, following the inputs down to tables that name sources.

    The input `core.figures` stands for the printed figures of the index; a table that also uses figures of other kinds
    (population, other indices) says so by naming `external_indicators` among its inputs. `raw.<source>` is that source.
    """
    own = {
        name: set(frame["source_id"].drop_nulls().unique().to_list())
        for name, frame in frames.items()
        if "source_id" in frame.columns
    }
    known = own.get("sources", set())
    found = {}
    for name in contracts:
        waiting, seen, ids = [name], set(), set()
        while waiting:
            table = waiting.pop()
            if table in seen:
                continue
            seen.add(table)
            if table in own:
                ids |= own[table]
            elif table in contracts:
                waiting += contracts[table].inputs
            elif table == CHOSEN_FIGURES:
                ids |= _sources_of_the_index(frames)
            else:
                ids |= {table.removeprefix("raw.")} & known
        found[name] = sorted(ids)
    return found


def _sources_of_the_index(frames: Mapping[str, pl.DataFrame]) -> set[str]:
    if FIGURES not in frames:
        return set()
    figures = frames[FIGURES]
    if "indicator" in frames.get("indicators", pl.DataFrame()).columns:
        figures = figures.join(frames["indicators"], on="indicator", how="semi")
    return set(figures["source_id"].unique().to_list())
