"""What a file must be beside readable: of units that existed, and as complete as it was."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from dx_pipeline.conform.observations import ConformError
from dx_pipeline.conform.reference import Reference
from dx_pipeline.conform.reference_tables import file_of
from dx_pipeline.errors import Problem
from dx_pipeline.sources.spec import SourceSpec

TABLE = ["edition", "unit_system", "indicator", "measure"]


def check_units_existed(source: SourceSpec, observations: pl.DataFrame, reference: Reference) -> None:
    """Figures are of units that existed in their year, unless the file says who computed them for a later system.

    Raises:
        ConformError: naming the file, the unit system and the year.
    """
    declared = {file.path.name for file in source.files if file.backcast}
    told = {file.path.name: file.where for file in source.files}
    problems = []
    used = observations.filter(pl.col("rejected").is_null()).select("file", "unit_system", "edition").unique()
    for file, system, edition in used.sort("file", "unit_system", "edition").iter_rows():
        own = reference.systems.get(system)
        if own is None or file in declared:
            continue
        early = own.valid_from is not None and edition < own.valid_from.year
        late = own.valid_to is not None and edition > own.valid_to.year
        if early or late:
            lasted = f"since {own.valid_from}" if early else f"until {own.valid_to}"
            remedy = (
                "declare the other `unit_system`, or say with `backcast` who computed figures for units of another time"
            )
            problems.append(
                Problem(told[file], f"years in which the {system} units existed ({lasted})", str(edition), remedy)
            )
    if problems:
        raise ConformError.listing("figures are of units that did not exist then", problems)


def check_still_complete(figures: pl.DataFrame, complete: pl.DataFrame, reference: Reference) -> None:
    """Every table that `complete_tables.csv` lists has a usable figure of every unit, as it had before.

    Args:
        figures: of `choose_figures`.
        complete: the reference table, as text.
        reference: the units of each system.

    Raises:
        ConformError: naming each table that is no longer complete, and the units it lost.
    """
    usable = figures.filter("chosen").group_by(TABLE).agg(pl.col("province_id").unique())
    held: Mapping[tuple[object, ...], list[str]] = {tuple(key): ids for *key, ids in usable.iter_rows()}
    problems = []
    for row in complete.iter_rows(named=True):
        key = (int(row["edition"]), int(row["unit_system"]), row["indicator"], row["measure"])
        expected = {unit.province_id for unit in reference.units(key[1])}
        missing = sorted(expected - set(held.get(key, [])))
        if missing:
            shown = ", ".join(missing[:5]) + (" ..." if len(missing) > 5 else "")
            problems.append(
                Problem(
                    f"{row['indicator']} ({row['measure']}) of {row['edition']}, {row['unit_system']} units",
                    f"a figure of each of {len(expected)} units, as before",
                    f"{len(expected) - len(missing)}; missing {shown}",
                    f"a column may be declared wrongly; if the table was withdrawn, take row {row['row']} out of "
                    + file_of("complete_tables"),
                )
            )
    if problems:
        raise ConformError.listing("tables that were complete are no more", problems)
