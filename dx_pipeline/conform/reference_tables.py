"""The reference tables as frames of text, checked on every read: a mistake is told with file, row and column.

Those a publisher's figures rest on are declared with their hash in `data/reference/source.toml`; the others are kept by
this project and edited by hand.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from dx_pipeline.errors import BAD_INPUT, DxError, Problem, nearest
from dx_pipeline.text import plain

FOLDER = "data/reference"
#: no reference table is near this size; keeps a wrong file from filling memory
MAX_BYTES = 8 * 1024 * 1024


class ReferenceTableError(DxError):
    """A reference table can't be used; nothing is guessed from it."""

    exit_code = BAD_INPUT


@dataclass(frozen=True)
class Shape:
    """What a reference table must look like."""

    columns: tuple[str, ...]
    key: tuple[str, ...]
    #: besides the key, never empty
    filled: tuple[str, ...] = ()
    #: columns that hold ids of units; an empty one is none
    units: tuple[str, ...] = ()
    #: kept by hand in this project, without a hash
    own: bool = True

    @property
    def line(self) -> str:
        """The column that holds the line of the file."""
        return "line" if "row" in self.columns else "row"


SHAPES: dict[str, Shape] = {
    "unit_systems": Shape(
        ("unit_system", "level", "name_vi", "name_en", "valid_from", "valid_to", "successor_system", "legal_basis"),
        ("unit_system",),
        ("level", "name_vi", "name_en"),
    ),
    "units": Shape(
        ("unit_system", "province_id", "gso_code", "name_vi", "name_en", "kind", "iso_3166_2", "region_code",
         "region_vi", "region_en", "successor_id", "legal_basis"),
        ("unit_system", "province_id"),
        ("name_vi", "name_en", "kind"),
        own=False,
    ),
    "province_aliases": Shape(
        ("alias", "unit_system", "province_id", "note"), ("alias", "unit_system"), ("province_id",), ("province_id",)
    ),
    "lookalike_names": Shape(("name", "what", "reason"), ("name",), ("what", "reason")),
    "indicators": Shape(
        ("indicator", "role", "position", "part_of", "pillar", "name_vi", "name_en"), ("indicator",),
        ("position", "role", "name_vi", "name_en"),
    ),
    "endowments": Shape(("indicator", "weighted_by", "scale"), ("indicator",), ("scale",)),
    "named_peers": Shape(
        ("unit_system", "province_id", "peer_id", "is_default", "reason_vi", "reason_en"),
        ("unit_system", "province_id", "peer_id"), (), ("province_id", "peer_id"),
    ),
    "target_matches": Shape(
        ("province_id", "indicator", "actual_indicator", "nearest_indicator", "reason_vi", "reason_en"),
        ("province_id", "indicator"), (), ("province_id",),
    ),
    "remark_doubts": Shape(("phrase", "doubt"), ("phrase",), ("doubt",)),
    "remark_units": Shape(("phrase", "unit_system"), ("phrase",), ("unit_system",)),
    "policy_caveats": Shape(("phrase", "caveat_vi", "caveat_en"), ("phrase",), ("caveat_vi", "caveat_en")),
    "target_near_series": Shape(
        ("province_id", "indicator", "near_indicator", "reason_vi", "reason_en"),
        ("province_id", "indicator", "near_indicator"), ("reason_vi", "reason_en"), ("province_id",),
    ),
    "complete_tables": Shape(
        ("edition", "unit_system", "indicator", "measure"), ("edition", "unit_system", "indicator", "measure")
    ),
    "derived_indicators": Shape(
        ("indicator", "method", "parts", "factor", "unit", "direction", "scale", "linked", "name_vi", "name_en",
         "shared_inputs_vi", "shared_inputs_en"),
        ("indicator",), ("method", "parts", "factor", "unit", "direction", "scale", "linked", "name_vi", "name_en"),
    ),
    "tile_grid": Shape(
        ("unit_system", "province_id", "row", "column", "islands_vi", "islands_en"),
        ("unit_system", "row", "column"), ("province_id",), ("province_id",),
    ),
}  # fmt: skip


def file_of(table: str) -> str:
    """The file of a reference table as messages name it."""
    return f"{FOLDER}/{table}.csv"


def read_own(folder: Path, table: str) -> pl.DataFrame:
    """One hand-kept table: its columns as text (null where empty) and the line of the file, as `row`.

    Raises:
        ReferenceTableError: the file is missing, not UTF-8, ragged, or its cells hold line breaks.
    """
    where, path = file_of(table), folder / f"{table}.csv"
    try:
        size = path.stat().st_size
        if path.is_symlink() or size > MAX_BYTES:
            told = Problem(where, f"a file of at most {MAX_BYTES:,} bytes", f"{size:,} bytes, or a link")
            raise ReferenceTableError.of([told])
        text = path.read_bytes().decode("utf-8-sig")
        header, *rows = list(csv.reader(io.StringIO(text, newline=""), strict=True)) or [[]]
    except OSError as error:
        raise ReferenceTableError.of([Problem(where, "a readable file", error.strerror or str(error))]) from error
    except UnicodeDecodeError as error:
        told = Problem(where, "UTF-8 text", f"byte {error.start} is not", "save the file as UTF-8")
        raise ReferenceTableError.of([told]) from error
    except csv.Error as error:
        raise ReferenceTableError.of([Problem(where, "a CSV table", str(error))]) from error
    problems = []
    for number, cells in enumerate(rows, start=2):
        if len(cells) != len(header):
            problems.append(Problem(f"{where}, row {number}", f"{len(header)} cells", str(len(cells))))
        for name, cell in zip(header, cells, strict=False):
            if not cell.isprintable():
                found = ascii(cell if len(cell) < 40 else cell[:39])
                problems.append(Problem(f"{where}, row {number}, column {name}", "text on one line", found))
    if len(set(header)) != len(header):
        problems.append(Problem(f"{where}, header", "each column once", ", ".join(header)))
    line = SHAPES[table].line
    if line in header:
        problems.append(Problem(f"{where}, header", f"no column `{line}`, which counts the lines", line, "rename it"))
    ReferenceTableError.refuse(problems)
    texts = [[plain(cell) or None for cell in cells] for cells in rows]
    frame = pl.DataFrame(texts, schema=dict.fromkeys(header, pl.String), orient="row")
    return frame.insert_column(0, pl.Series(line, range(2, len(rows) + 2), dtype=pl.Int64))


def check_tables(tables: Mapping[str, pl.DataFrame]) -> None:
    """Every reference table has its columns, rows, a key without doubles, and units that exist.

    Raises:
        ReferenceTableError: listing every problem.
    """
    ReferenceTableError.refuse(
        problem for name, shape in SHAPES.items() for problem in _problems(name, shape, tables.get(name))
    )
    known = set(tables["units"].select("unit_system", "province_id").iter_rows())
    ReferenceTableError.refuse(problem for name in SHAPES for problem in _unknown_units(name, tables[name], known))


def _problems(name: str, shape: Shape, frame: pl.DataFrame | None) -> Iterator[Problem]:
    where = file_of(name)
    if frame is None:
        yield Problem(where, "this reference table", "nothing")
        return
    columns = [column for column in frame.columns if column != shape.line]
    missing = [column for column in shape.columns if column not in columns]
    unknown = [column for column in columns if column not in shape.columns]
    yield from (Problem(f"{where}, header", f"a column `{one}`", "none", nearest(one, unknown)) for one in missing)
    yield from (Problem(f"{where}, header", "no other column", f"`{one}`") for one in unknown)
    if missing or unknown:
        return
    if frame.is_empty():
        yield Problem(where, "at least one row", "only the header")
    for column in (*shape.key, *shape.filled):
        if (name, column) != ("province_aliases", "unit_system"):
            for line in frame.filter(pl.col(column).is_null())[shape.line]:
                yield Problem(f"{where}, row {line}, column {column}", "a value", "an empty cell")
    for key, rows in frame.filter(pl.struct(shape.key).is_duplicated()).group_by(shape.key, maintain_order=True):
        told = ", ".join(f"{column} {value}" for column, value in zip(shape.key, key, strict=True))
        yield Problem(f"{where}, rows {rows[shape.line].to_list()}", f"one row for {told}", str(rows.height))


def _unknown_units(name: str, frame: pl.DataFrame, known: set[tuple[str, str]]) -> Iterator[Problem]:
    ids = {province_id for _, province_id in known}
    for row in frame.iter_rows(named=True):
        system = row.get("unit_system")
        for column in SHAPES[name].units:
            if (system, row[column]) not in known if system else row[column] not in {None, *ids}:
                where = f"{file_of(name)}, row {row[SHAPES[name].line]}, column {column}"
                expected = f"a unit of {FOLDER}/units.csv" + (f" in system {system}" if system else "")
                yield Problem(where, expected, repr(row[column]), nearest(row[column], sorted(ids)))


def read_weights(records: pl.DataFrame) -> pl.DataFrame:
    """edition, indicator, max_points, weight, status from dti_weights.csv; a weight is the share of all points."""
    first, last = (pl.col(column).cast(pl.Int64) for column in ("edition_from", "edition_to"))
    points = pl.col("max_points").cast(pl.Float64)
    printed = records.with_columns(edition=pl.int_ranges(first, last + 1), max_points=points).explode("edition")
    weight = pl.col("max_points") / pl.col("max_points").sum().over("edition")
    status = pl.col("status").str.replace(r"^(solved|inferred)\b.*$", "${1}")
    return printed.select("edition", "indicator", "max_points", weight=weight, status=status)
