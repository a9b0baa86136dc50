"""One source looked at by itself, without a build: its figures, and everything that keeps it from being used."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import polars as pl

from dx_pipeline.conform import prints_index
from dx_pipeline.conform.file_laws import broken_laws
from dx_pipeline.conform.observations import allowed_indicators, conform_figures
from dx_pipeline.conform.reference import Reference
from dx_pipeline.errors import DxError, Problem
from dx_pipeline.sources.drafting.draft import Draft, draft_source
from dx_pipeline.sources.drafting.guess import Systems
from dx_pipeline.sources.errors import of_table
from dx_pipeline.sources.left_out import HEADING
from dx_pipeline.sources.read import COLUMN_SCHEMA, LEFT_OUT_SCHEMA, Reading, read_as_far_as_possible
from dx_pipeline.sources.spec import SourceSpec, load_source

#: `edition` to `status` are the figure, `where` its place, `note` what was printed beside it
FIGURES = {
    "edition": pl.Int64, "unit_system": pl.Int64, "province_id": pl.String, "indicator": pl.String,
    "measure": pl.String, "value": pl.Float64, "value_text": pl.String, "status": pl.String, "where": pl.String,
    "note": pl.String,
}  # fmt: skip


CheckLarge = Callable[[SourceSpec, Reference], tuple[int, list[str]]]


#: shares of 1 and of 100 lie further apart, and so do figures whose thousands were taken for decimals
APART = 20
#: `DTI` in the name of an indicator
ABBREVIATION = re.compile(r"\(([A-Z]{2,})\)$")


@dataclass
class SourceCheck:
    """What was found; a source is usable when there are no problems.

    `left_out` and `columns` are those of a `Reading`; `notes` are remarks that keep nobody from using the source.
    """

    source_id: str
    problems: list[Problem] = field(default_factory=list)
    figures: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=FIGURES))
    left_out: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=LEFT_OUT_SCHEMA))
    columns: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=COLUMN_SCHEMA))
    files: pl.DataFrame = field(default_factory=pl.DataFrame)
    notes: list[str] = field(default_factory=list)
    #: figures of a large source, which are not listed
    n_large: int = 0


def check_source(
    folder: Path,
    reference: Reference,
    shown: str | None = None,
    others: Sequence[SourceSpec] = (),
    check_large: CheckLarge | None = None,
) -> SourceCheck:
    """Read and conform one source, wherever it lies; nothing is raised for what is wrong with it.

    Args:
        folder: of the source.
        reference: of the project.
        shown: the folder as messages name it.
        others: the other sources of the project; an indicator one of them declares may be printed here as well.
        check_large: reads a source of large tables; returns its number of figures and a note a period.
    """
    found = SourceCheck(folder.name)
    shown = shown or str(folder)
    readings: list[Reading] = []
    with _gathered(found.problems, shown):
        source = load_source(folder, shown)
        if source.large is not None:
            found.n_large, found.notes = check_large(source, reference) if check_large else (0, [])
            return found
        codes = allowed_indicators(source, reference, others)
        for file in source.files:
            with _gathered(found.problems, file.where):
                of_file = replace(source, files=(file,))
                reading, problems = read_as_far_as_possible(of_file)
                found.problems += problems
                readings.append(reading)
                _conform(found, of_file, reading, reference, codes, whole=not problems)
    if readings:
        found.left_out = pl.concat([reading.left_out for reading in readings]).filter(pl.col("by") != HEADING)
        found.columns = pl.concat([reading.columns for reading in readings])
        found.files = pl.concat([reading.files for reading in readings])
    inside = f"data/raw/{folder.name}/"
    found.problems = [
        replace(one, where=one.where.replace(inside, f"{shown}/", 1)) if one.where.startswith(inside) else one
        for one in dict.fromkeys(found.problems)
    ]
    found.notes += _notes(found)
    return found


@contextmanager
def _gathered(problems: list[Problem], where: str) -> Iterator[None]:
    """Keep the problems an error carries; one made of its message if it carries none."""
    try:
        yield
    except DxError as error:
        problems += error.problems or [Problem(where, "a usable source", error.message, error.hint)]


def _conform(
    found: SourceCheck, source: SourceSpec, reading: Reading, reference: Reference, codes: set[str], whole: bool
) -> None:
    """Observations of one file, and what is wrong with them; completeness is asked only of what was read whole."""
    observations = conform_figures(reading.figures, reference, codes)
    laws = broken_laws(source, reading.left_out, observations, reference) if whole else []
    found.problems += laws
    if laws:
        return
    kept = observations.filter(pl.col("rejected").is_null())
    preliminary = (pl.col("status") == "published") & pl.col("preliminary")
    figures = kept.with_columns(
        status=pl.when(preliminary).then(pl.lit("preliminary")).otherwise("status"),
        where=pl.lit(f"{source.files[0].folder}/") + pl.col("locator"),
    )
    found.figures = pl.concat([found.figures, figures.select(*FIGURES)])


def _notes(found: SourceCheck) -> list[str]:
    """Remarks: rows left out, figures with notes, an indicator of the index in a source that is none."""
    notes = []
    for (file, table, reason), rows in found.left_out.group_by("file", "table_no", "reason", maintain_order=True):
        texts = ", ".join(repr(text) for text in rows["text"].unique(maintain_order=True).head(5).to_list())
        notes.append(f"{of_table(str(file), str(table))}: {rows['row'].n_unique()} rows left out ({reason}): {texts}")
    noted = found.figures["note"].drop_nulls()
    if len(noted):
        shown = ", ".join(map(repr, noted.unique().sort().head(5).to_list()))
        notes.append(f"{len(noted)} figures carry a note: {shown}")
    notes += [
        f"{row['where']}: {row['value']:g}, and the next smaller figure of {row['indicator']} in {row['edition']} is "
        f"{row['below']:g}: is a decimal mark or a unit mixed?"
        for row in _apart(found.figures).iter_rows(named=True)
    ]
    if blank := found.figures["value"].null_count():
        notes.append(f"{blank} cells are blank or say that there is no figure: status not_published")
    return notes


def _apart(figures: pl.DataFrame) -> pl.DataFrame:
    """Figures that are APART times the next smaller one (`below`) of their indicator and edition."""
    sizes = figures.filter((pl.col("value") != 0) & (pl.col("measure") != "rank")).sort(pl.col("value").abs())
    below = pl.col("value").shift().over("indicator", "measure", "edition", "unit_system")
    return sizes.with_columns(below=below).filter(pl.col("value").abs() >= APART * pl.col("below").abs())


def draft_for(file: Path, tables: Mapping[str, pl.DataFrame], today: date) -> Draft:
    """A proposed declaration of a file, with the names this project knows (`tables` of `reference_tables`).

    Raises:
        SourceError: the file cannot be read, or names no provinces.
    """
    from dx_pipeline.conform.names import resolve_column
    from dx_pipeline.text import plain

    reference = Reference.of(tables)

    def resolve(texts: list[str], system: int) -> dict[str, str]:
        ids = resolve_column(pl.Series(texts, dtype=pl.String), reference, system).ids
        return {text: one for text, one in zip(texts, ids.to_list(), strict=True) if one}

    newest = next(one for one in reference.systems.values() if one.successor is None and one.level == "province")
    units = {system: set(known.units) for system, known in reference.names.items()}
    systems = Systems(units, newest.unit_system, newest.valid_from.year if newest.valid_from else 0)
    names = {
        text.casefold(): row["indicator"]
        for row in tables["indicators"].rows(named=True)
        for name in (plain(row["name_vi"]), plain(row["name_en"]))
        for text in (name, *ABBREVIATION.findall(name))
    }
    of_index = prints_index(file.resolve().parent.name)
    return draft_source(file, resolve, systems, names if of_index else {}, set(reference.indicators), today)
