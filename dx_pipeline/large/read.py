"""Rows of a large source as printed: a String column a role, with the number of the file and of the row.

CSV and Parquet go through Polars as they lie on disk. A file that holds many periods is first taken apart by its
printed period, in a stream, into scratch files; after that each period is read alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from dx_pipeline.errors import nearest
from dx_pipeline.files import sha256_of
from dx_pipeline.sources.errors import refuse
from dx_pipeline.sources.periods import Period, parse_period, period_or_none
from dx_pipeline.sources.resolved import FileSpec, SourceSpec
from dx_pipeline.sources.verified_bytes import check_hash
from dx_pipeline.text import plain

#: file: place in source.toml from 0; row: as a person counts them, the heading being row 1; texts null where blank
ROLES = ("province", "indicator", "period", "value")
ROWS: dict[str, Any] = {"file": pl.UInt16, "row": pl.UInt32, **dict.fromkeys(ROLES, pl.String)}
#: so much of a file is hashed at once
CHUNK = 1 << 20
#: rows of a period that are held before they are written, while a file of many periods is taken apart
HELD = 1 << 16


@dataclass(frozen=True)
class Part:
    """Rows of one period in one file: the declared file itself, or its rows of that period in a scratch file."""

    file: int
    spec: FileSpec
    scratch: Path | None = None

    @property
    def bytes(self) -> int:
        """Bytes on disk; a file that is missing has none."""
        paths = [self.spec.path] if self.scratch is None else self.scratch.glob("*.parquet")
        return sum(path.stat().st_size for path in paths if path.is_file())


def parts_of(source: SourceSpec, scratch: Path) -> dict[Period | None, list[Part]]:
    """Where the rows of each period lie, in time order. Files of many periods are taken apart below `scratch`.

    Rows whose printed period cannot be read stand under None.

    Raises:
        SourceError: a file is missing or lacks a declared column.
        ChecksumError: the bytes of a file of many periods are not those declared.
    """
    assert source.large is not None
    found: dict[Period | None, list[Part]] = {}
    for number, file in enumerate(source.files):
        if file.period:
            found.setdefault(parse_period(file.period), []).append(Part(number, file))
            continue
        for text, path in _taken_apart(number, file, scratch / f"file={number}"):
            found.setdefault(period_or_none(text, source.large.every), []).append(Part(number, file, path))
    return {period: found[period] for period in sorted(found, key=lambda one: (one is None, one))}


def read_part(part: Part) -> pl.DataFrame:
    """The rows of a part with ROWS. A declared file is held against its hash.

    Raises:
        SourceError: the file is missing or unreadable, or lacks a declared column.
        ChecksumError: its bytes are not those declared.
    """
    if part.scratch is not None:
        frame = pl.read_parquet(part.scratch / "*.parquet", hive_partitioning=False)
        return frame.sort("row").with_columns(file=pl.lit(part.file, ROWS["file"])).select(*ROWS)
    _verify(part.spec)
    with _readable(part.spec):
        return _scan(part.file, part.spec).collect()


def _verify(file: FileSpec) -> None:
    try:
        check_hash(file, sha256_of(file.path))
    except OSError as error:
        refuse(file.where, "the file that source.toml names", error.strerror or str(error), "restore it")


def _scan(number: int, file: FileSpec) -> pl.LazyFrame:
    """A file as ROWS, not read yet; the indicator is a constant where no column says it."""
    table = file.tables[0]
    named = {"province": table.province, "value": table.columns[0].printed, **table.roles}
    rows = _opened(file)
    kinds = rows.collect_schema()
    headings = {plain(name): name for name in kinds.names() if name != "row"}
    for role, heading in named.items():
        if plain(heading) not in headings:
            refuse(file.where, f"a column {heading!r} ({role})", f"none: {nearest(heading, headings)}")
    texts = {role: _as_text(headings[plain(heading)], kinds) for role, heading in named.items()}
    texts.setdefault("indicator", pl.lit(table.indicator))
    texts.setdefault("period", pl.lit(file.period or None))
    return rows.select(
        pl.lit(number, ROWS["file"]).alias("file"),
        pl.col("row").cast(ROWS["row"]),
        *(texts[role].cast(pl.String).alias(role) for role in ROLES),
    )


def _as_text(name: str, kinds: pl.Schema) -> pl.Expr:
    """A column as it would be printed; typed numbers in the shortest digits, none with an exponent."""
    text = pl.col(name).cast(pl.String)
    if not kinds[name].is_float():
        return text
    digits = pl.col(name).cast(pl.Decimal(38, 20), strict=False).cast(pl.String)
    digits = digits.str.strip_chars_end("0").str.strip_chars_end(".")
    return pl.when(text.str.contains("e", literal=True)).then(pl.coalesce(digits, text)).otherwise(text)


def _opened(file: FileSpec) -> pl.LazyFrame:
    if file.form == "parquet":
        return pl.scan_parquet(file.path, row_index_name="row", row_index_offset=2, hive_partitioning=False)
    return pl.scan_csv(
        file.path,
        separator=file.delimiter or _delimiter(file.path),
        infer_schema=False,
        row_index_name="row",
        row_index_offset=2,
    )


@contextmanager
def _readable(file: FileSpec) -> Iterator[None]:
    """What the reading library says of a file, said as this project does."""
    try:
        yield
    except (OSError, pl.exceptions.PolarsError) as error:
        expected = "a Parquet table" if file.form == "parquet" else "a table of UTF-8 text, as many cells in each row"
        refuse(file.where, expected, str(error).splitlines()[0])


def _delimiter(path: Path) -> str:
    """The mark that divides the heading most often."""
    with path.open(encoding="utf-8-sig", errors="replace") as opened:
        heading = opened.readline(CHUNK)
    return max(";,\t|", key=heading.count)


def _taken_apart(number: int, file: FileSpec, scratch: Path) -> Iterator[tuple[str, Path]]:
    """Each printed period of a file, and the folder of its rows; one stream over the file, whatever its size."""
    _verify(file)
    by_period = pl.PartitionBy(
        scratch, key={"printed": pl.col("period").hash()}, include_key=False, max_rows_per_file=HELD
    )
    with _readable(file):
        _scan(number, file).sink_parquet(by_period, compression="lz4", mkdir=True)
    for folder in sorted(path.parent for path in scratch.rglob("00000000.parquet")):
        first = pl.scan_parquet(folder / "*.parquet", hive_partitioning=False).select("period").head(1).collect()
        yield first["period"][0] or "", folder
