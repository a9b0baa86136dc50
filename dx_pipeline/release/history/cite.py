"""How to cite a table, a row, a cell or a figure of a release, down to where it was printed.

Addresses:

    province_rankings                                     a table
    province_rankings:2023/63/hai-duong                   a row, by the table's key in order
    province_rankings:2023/63/hai-duong/score             a cell
    figure:2023/63/hai-duong/overall/score                a figure, with every source that printed it
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from dx_pipeline.contracts import NOT_EXPORTED
from dx_pipeline.release.content.package import FIGURES, load_package_info
from dx_pipeline.release.history.diff import address_expression, read_rows, snapshot, split_address
from dx_pipeline.release.history.naming import key_of, names_of
from dx_pipeline.release.store.layout import ReleaseError
from dx_pipeline.release.store.manifest import Manifest, read_manifest

FIGURE_KEY = ("edition", "unit_system", "province_id", "indicator", "measure")


@dataclass(frozen=True)
class Citation:
    """A citation: the line for a bibliography, the same as BibTeX, and what it rests on."""

    line: str
    bibtex: str
    #: value, chosen source, rivals, original sources with their reuse terms; one line each
    details: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join([self.line, "", self.bibtex, "", *self.details])


def cite(folder: Path, address: str) -> Citation:
    """The citation of a table, row, cell or figure in a release folder.

    Raises:
        ReleaseError: the release has no such table, row, column or figure; the message shows the form expected.
    """
    info, manifest = load_package_info(), read_manifest(folder)
    table, _, rest = address.partition(":")
    if table == "figure":
        table, what, figures = FIGURES, f"figure {rest}", _figures_at(folder, manifest, rest)
        subject = names_of(snapshot(folder)).subject(key_of(rest, FIGURE_KEY), "en")
        chosen = figures.filter(pl.col("chosen"))["value"]
        details = [f"{subject}: {_shown(chosen[0] if len(chosen) else None)}", *_figure_lines(figures)]
        ids = sorted(set(figures["source_id"]))
    elif rest:
        _require_table(manifest, table)
        what, details, ids = _cite_row(folder, manifest, table, rest)
    else:
        _require_table(manifest, table)
        shape = manifest.tables[table]
        what, details, ids = f"table {table}", [f"{shape.title_en}: {shape.rows} rows"], list(shape.sources)
    title, year = manifest.tables[table].title_en, manifest.built_at[:4]
    line = (
        f"{info.creator} ({year}). {title} [{what}]. In {info.title_en} "
        f"(release {manifest.release}, data {manifest.data_hash})."
    )
    fields = {
        "author": f"{{{info.creator}}}",
        "title": f"{{{title}}} [{what}]",
        "year": year,
        "version": manifest.release,
        "howpublished": info.title_en,
        "note": f"data {manifest.data_hash}",
    }
    stated = ",\n".join("  {} = {{{}}}".format(key, re.sub("([_&%])", r"\\\1", value)) for key, value in fields.items())
    name = f"{info.name}-{manifest.release}-{table}".replace("_", "-")
    rests_on = (*details, *_source_lines(folder, ids), f"Terms: {info.licence.title}.")
    return Citation(line, f"@misc{{{name},\n{stated}\n}}", rests_on)


def _require_table(manifest: Manifest, table: str) -> None:
    tables = [name for name in manifest.tables if name not in NOT_EXPORTED]
    if table not in tables:
        near = difflib.get_close_matches(table, tables, 3) or tables
        raise ReleaseError(f"release {manifest.release} has no table {table!r}; did you mean {', '.join(near)}?")


def _figures_at(folder: Path, manifest: Manifest, rest: str) -> pl.DataFrame:
    _require_table(manifest, FIGURES)
    figures = read_rows(folder, FIGURES).filter(address_expression(FIGURE_KEY) == rest)
    if figures.is_empty():
        raise ReleaseError(
            f"no figure at {rest!r}; expected figure:<{'>/<'.join(FIGURE_KEY)}>, "
            "e.g. figure:2023/63/hai-duong/overall/score"
        )
    return figures


def _cite_row(folder: Path, manifest: Manifest, table: str, rest: str) -> tuple[str, list[str], list[str]]:
    shape = manifest.tables[table]
    key, parts = tuple(shape.key), split_address(rest)
    column = parts[-1] if len(parts) == len(key) + 1 else None
    place = rest.rsplit("/", 1)[0] if column else rest
    form = f"{table}:<{'>/<'.join(key)}>[/<column>]"
    if len(parts) not in (len(key), len(key) + 1):
        raise ReleaseError(f"{rest!r} is not an address in {table}; expected {form}")
    if column and column not in shape.columns:
        raise ReleaseError(f"{table} has no column {column!r}; it has {', '.join(shape.columns)}")
    rows = read_rows(folder, table).filter(address_expression(key) == place)
    if rows.is_empty():
        raise ReleaseError(f"{table} has no row {place!r}; expected {form}")
    row = rows.row(0, named=True)
    subject = names_of(snapshot(folder)).subject(key_of(place, key), "en")
    shown = [column] if column else [name for name in shape.columns if name not in key]
    details = [f"{subject}: " + ", ".join(f"{name} {_shown(row[name])}" for name in shown)]
    figures = _figures_behind(folder, row, column)
    details += _figure_lines(figures)
    ids = sorted(set(figures["source_id"])) or list(shape.sources)
    return f"table {table}, {'cell' if column else 'row'} {rest}", details, ids


def _figures_behind(folder: Path, row: dict[str, Any], column: str | None) -> pl.DataFrame:
    """The printed figures about the row's own province, edition and indicator; none for a table about something else.

    A row about two provinces or two editions has the figures of both. Without an indicator in the key, the row is about
    the overall index. For a derived value these are the figures of the thing itself, not of every part it was made of.
    """
    editions = [row[name] for name in ("edition", "edition_from", "edition_to") if row.get(name)]
    wanted = (
        pl.col("province_id").is_in([row[name] for name in ("province_id", "peer_id") if row.get(name)])
        & pl.col("edition").is_in(editions)
        & (pl.col("unit_system") == row.get("unit_system", 63))
        & (pl.col("indicator") == row.get("indicator", "overall"))
    )
    if column and "rank" not in column:
        wanted &= pl.col("measure") == "score"
    return read_rows(folder, FIGURES).filter(wanted)


def _figure_lines(figures: pl.DataFrame) -> list[str]:
    lines = []
    for row in figures.sort(~pl.col("chosen"), maintain_order=True).to_dicts():
        role = "chosen" if row["chosen"] else "not chosen"
        reason = row.get("reason_en") or row.get("reason") or ""
        lines.append(
            f"- {row['edition']} {row['province_id']} {row['indicator']} {row['measure']} = {_shown(row['value'])} "
            f"({role}; {row['source_id']}, {row['locator']}{', ' + row['url'] if row.get('url') else ''})"
            + (f": {reason}" if reason else "")
        )
    return lines


def _source_lines(folder: Path, ids: list[str]) -> list[str]:
    if not ids:
        return []
    rows = read_rows(folder, "sources").filter(pl.col("source_id").is_in(ids)).sort("source_id").to_dicts()
    lines = ["Original sources:"]
    for row in rows:
        url = f", {row['url']}" if row.get("url") else ""
        lines.append(f"- {row['source_id']}: {row.get('publisher')}{url} (reuse: {row.get('licence')})")
    return lines


def _shown(value: Any) -> str:
    return "null" if value is None else str(value)
