"""Built periods on disk: a folder each, `period=2025-03/`, that appears by one rename with a manifest of its hashes.

    <folder>/period=2025-03/figures.parquet, left_out.parquet, means.parquet, checks.parquet, partition.json
    <folder>/files.parquet       file number -> name, publisher, retrieved on ...: what is the same in all rows

A period whose declaration, bytes, reference and code are those of its manifest is taken over, not built again.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from dx_pipeline.code import code_of
from dx_pipeline.conform.reference import Reference
from dx_pipeline.files import sha256_of
from dx_pipeline.large.checks import check_partition, refuse_failed
from dx_pipeline.large.partition import build_partition
from dx_pipeline.large.read import Part, parts_of
from dx_pipeline.large.texts import Dictionary
from dx_pipeline.sources.errors import refuse
from dx_pipeline.sources.periods import Period
from dx_pipeline.sources.resolved import SourceSpec

#: bytes in memory for a printed byte while a period is built (measured: docs/scaling.md), and what all may take
BYTES_A_BYTE, MEMORY = 12, 2 << 30
MANIFEST, CONSTANTS = "partition.json", "files.parquet"
UNREADABLE = "unreadable"
DEAD_SECONDS = 86_400


@dataclass(frozen=True)
class Stored:
    """A period as it lies on disk: its name, what it was made of, its counts, and the hash of each file."""

    period: str
    made_of: str
    counts: dict[str, int]
    files: dict[str, str]


def build_large(
    source: SourceSpec, reference: Reference, folder: Path, only: Collection[str] | None = None
) -> list[Stored]:
    """Build the periods of a source into a folder, as many side by side as cores and memory allow.

    Periods that would come out alike stay.

    Args:
        source: one of layout large.
        reference: unit systems and names.
        folder: of this source's periods.
        only: names of the periods to build; all, when left out, and nothing else stays.

    Raises:
        SourceError: a file is not as declared, or a blocking check of a period failed; the periods before stay.
    """
    known = Dictionary(source, reference)
    folder.mkdir(parents=True, exist_ok=True)
    _remove_dead(folder)
    with TemporaryDirectory(dir=folder, prefix=".scratch-") as scratch:
        parts = parts_of(source, Path(scratch))
        wanted = [period for period in parts if only is None or str(period) in only]

        def build(period: Period | None) -> Stored:
            return _build_period(source, period, parts[period], folder, known)

        with ThreadPoolExecutor(_side_by_side(parts)) as pool:
            stored = list(pool.map(build, wanted))
    if only is not None:
        return stored
    for gone in {path.name for path in folder.glob("period=*")} - {_name(period) for period in parts}:
        shutil.rmtree(folder / gone)
    part = folder / f".{CONSTANTS}.part"
    constants(source).write_parquet(part)
    part.replace(folder / CONSTANTS)  # a release may hold the one before by a hard link: nothing is written in place
    return stored


def _remove_dead(folder: Path) -> None:
    """Remove what killed builds left; what is younger than a day may be another worker's."""
    for path in folder.glob(".*-*"):
        if time.time() - path.stat().st_mtime > DEAD_SECONDS:
            shutil.rmtree(path, ignore_errors=True)


def check_large(source: SourceSpec, reference: Reference) -> tuple[int, list[str]]:
    """Build every period and keep none: the number of figures, and what became of the rows of each period.

    Raises:
        SourceError: as `build_large`.
    """
    with TemporaryDirectory(prefix="dx-large-") as scratch:
        stored = build_large(source, reference, Path(scratch))
    told = "{period}: {rows:,} rows, {figures:,} figures, {left_out:,} left out"
    notes = [told.format(period=one.period, **one.counts) for one in stored]
    return sum(one.counts["figures"] for one in stored), notes


def _side_by_side(parts: Mapping[Any, Sequence[Part]]) -> int:
    """How many periods at once: one a core, as long as the largest of them fit into memory."""
    largest = max((sum(part.bytes for part in one) for one in parts.values()), default=0) or 1
    return max(1, min(os.cpu_count() or 1, MEMORY // (largest * BYTES_A_BYTE)))


def _build_period(
    source: SourceSpec, period: Period | None, parts: list[Part], folder: Path, known: Dictionary
) -> Stored:
    """Build, check and keep one period, with others at work on other periods.

    It is written beside its place and put there by one rename; what was kept before stays until then.
    """
    made_of = _made_of(source, known, parts)
    name = _name(period)
    before = _read_stored(folder / name)
    if before is not None and before.made_of == made_of:
        return before
    built = build_partition(period, parts, known)
    results = check_partition(built, known.large)
    refuse_failed(source, built, results)
    with TemporaryDirectory(dir=folder, prefix=".writing-") as scratch:
        new = Path(scratch) / "new"
        new.mkdir()
        frames = {"figures": built.figures, "left_out": built.left_out, "means": built.means, "checks": results}
        for table, frame in frames.items():
            frame.write_parquet(new / f"{table}.parquet", compression="zstd", compression_level=1)
        stored = Stored(
            name.removeprefix("period="),
            made_of,
            {"rows": built.rows} | {table: frame.height for table, frame in frames.items()},
            {path.name: sha256_of(path) for path in sorted(new.glob("*.parquet"))},
        )
        (new / MANIFEST).write_text(json.dumps(vars(stored), indent=1), encoding="utf-8")
        if (folder / name).exists():
            (folder / name).rename(Path(scratch) / "old")
        new.rename(folder / name)
    return stored


def _read_stored(folder: Path) -> Stored | None:
    """What a period's folder says of itself; None when there is none, or not whole."""
    try:
        said = Stored(**json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return said if all((folder / name).is_file() for name in said.files) else None


def place_large(source: SourceSpec, built: Path, target: Path) -> None:
    """Put the built periods of a source into another folder, by hard links where the disk allows it.

    Raises:
        SourceError: the source is not built, or of other files than its source.toml names now.
    """
    listed = built / CONSTANTS
    if not listed.is_file() or not pl.read_parquet(listed).equals(constants(source)):
        refuse(
            f"large/{source.source_id}", "every period as source.toml declares it", "others or none", "build it again"
        )
    for path in [listed, *sorted(built.glob("period=*/*.parquet"))]:
        place = target / path.relative_to(built)
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            place.hardlink_to(path)
        except OSError:
            shutil.copyfile(path, place)


def constants(source: SourceSpec) -> pl.DataFrame:
    """What is the same in all rows of a file, once: joined on `file` where somebody asks."""
    rows: list[dict[str, Any]] = [
        {
            "file": number,
            "name": file.path.name,
            "sha256": file.sha256,
            "source_id": source.source_id,
            "unit_system": file.unit_system,
            "publisher": file.publisher,
            "url": file.url or source.url or None,
            "licence": file.licence,
            "tier": file.tier,
            "retrieved_on": source.retrieved_on,
        }
        for number, file in enumerate(source.files)
    ]
    return pl.DataFrame(rows, schema_overrides={"file": pl.UInt16})


def _made_of(source: SourceSpec, dictionary: Dictionary, parts: list[Part]) -> str:
    """One hash over all that decides a period: its files, what is said of them, the names known, the code."""
    names = dictionary.names
    spelled = sorted(
        (known.spelling.text, known.unit.province_id, known.unit.code, known.unit.kind, known.as_city)
        for one in names.known.values()
        for known in one
    )
    files = [
        (part.file, part.spec.sha256, part.spec.period, part.spec.form, part.spec.delimiter, repr(part.spec.tables))
        for part in parts
    ]
    said = [
        source.files[0].unit_system,
        source.large,
        list(source.indicators.items()),
        files,
        spelled,
        sorted(spelling.text for one in names.lookalikes.values() for spelling, _, _ in one),
        sorted((code, unit.province_id) for code, unit in names.iso.items()),
        sorted(names.era),
        code_version(),
    ]
    return hashlib.sha256(repr(said).encode()).hexdigest()


def code_version() -> str:
    """The code and libraries that decide a figure of a large source, in one hash."""
    return code_of("large.store")[:16]


def _name(period: Period | None) -> str:
    return f"period={period or UNREADABLE}"
