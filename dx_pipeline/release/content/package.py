"""What a release says about itself as a whole, and from which sources each table was made."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from dx_pipeline.contracts import Contract
from dx_pipeline.declarations import Declaration, Many, Text, read_declaration
from dx_pipeline.release.store.layout import ReleaseError

PACKAGE_FILE = Path(__file__).with_name("package.toml")

#: every printed figure with its source
FIGURES = "figure_sources"
#: the unpublished input that holds one chosen figure a key
CHOSEN_FIGURES = "core.figures"


class Licence(Declaration):
    """Terms of what is ours."""

    name: Text
    title: Text
    path: Text


class PackageInfo(Declaration):
    """Title, description, licence and creator of every release."""

    name: Text
    title_vi: Text
    title_en: Text
    description_vi: Text
    description_en: Text
    creator: Text
    keywords: Many[Text]
    licence: Licence


def load_package_info(path: Path = PACKAGE_FILE) -> PackageInfo:
    """The package's own description.

    Raises:
        DeclarationError: a text is missing; a release without title, description or licence is not made.
    """
    return read_declaration(PackageInfo, path, path.name)


def source_records(sources: pl.DataFrame) -> list[dict[str, Any]]:
    """The rows of table `sources`, sorted by id.

    Raises:
        ReleaseError: a source states no reuse terms (a source without any says so in words).
    """
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
    own = {name: set(one["source_id"].drop_nulls()) for name, one in frames.items() if "source_id" in one.columns}
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
                of_index = frames[FIGURES].join(frames["indicators"], on="indicator", how="semi")
                ids |= set(of_index["source_id"])
            else:
                ids |= {table.removeprefix("raw.")} & own["sources"]
        found[name] = sorted(ids)
    return found
