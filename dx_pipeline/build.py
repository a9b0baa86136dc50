"""The build as plain functions on one warehouse connection, in the order a figure travels. Dagster calls these.

The warehouse has three schemas: `raw` (a table a source: what it printed, and what that was read as; its records),
`core` (`figures`, `files`) and `main` (the public tables).
"""

from __future__ import annotations

import importlib
from datetime import date
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

from dx_pipeline.code import code_of, files_in, hash_of, imported_in, joined_hash
from dx_pipeline.contracts import CONTRACTS_FOLDER, Contract, load_contracts
from dx_pipeline.fetch.stale import Stale, read_stale, stale_file
from dx_pipeline.proofs import do
from dx_pipeline.sources.spec import SourceSpec, each_source, load_source, load_sources
from dx_pipeline.warehouse import need, read_table, replace_table, write_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import duckdb
    import polars as pl

    from dx_pipeline.conform.reference import Reference
    from dx_pipeline.paths import Paths

#: modules of this package that every step uses: those imported above
SHARED = ("contracts", "fetch.stale", "proofs", "sources.spec", "warehouse")


def build_reference(con: duckdb.DuckDBPyConnection, paths: Paths) -> list[str]:
    """Read data/reference into `raw`; returns the tables written.

    Raises:
        SourceError: a published reference file is not as declared.
        ReferenceTableError: a table has missing columns, doubled keys or unknown units.
    """
    from dx_pipeline.conform.reference import Reference, reference_tables

    def work() -> Iterator[str]:
        records = reference_tables(paths.reference)
        Reference.of(records)
        for name, frame in records.items():
            replace_table(con, f"raw.{name}", frame)
            yield f"raw.{name}"

    def made_by() -> str:
        return joined_hash([hash_of(files_in(paths.reference), paths.reference), step_code(build_reference)])

    return do(con, "raw/reference", (), made_by, work)


def stored_reference(con: duckdb.DuckDBPyConnection) -> Reference:
    """The reference as `build_reference` stored it."""
    from dx_pipeline.conform.reference import TABLES, Reference

    return Reference.of({name: read_table(con, f"raw.{name}") for name in TABLES})


def build_source(con: duckdb.DuckDBPyConnection, paths: Paths, source_id: str) -> pl.DataFrame:
    """Read and conform one source into `raw.<source_id>`; returns its files with the counts.

    Raises:
        SourceError: the bytes are not as declared.
        ConformError: printed rows can't be used.
    """
    from dx_pipeline.conform.observations import declared_elsewhere, observe_source
    from dx_pipeline.conform.reference import TABLES

    reference = tuple(f"raw.{name}" for name in TABLES)
    need(con, f"source {source_id}", reference)
    others, _ = each_source(paths.raw)
    folder = paths.raw / source_id

    def work() -> Iterator[str]:
        observed = observe_source(load_source(folder), stored_reference(con), others.values())
        tables = {source_id: observed.observations, f"{source_id}__files": observed.files, **observed.records}
        for name, frame in tables.items():
            replace_table(con, f"raw.{name}", frame, inputs=reference)
            yield f"raw.{name}"

    def made_by() -> str:
        elsewhere = sorted(declared_elsewhere(others.values()))
        return joined_hash([hash_of(files_in(folder), folder), *elsewhere, step_code(build_source)])

    do(con, f"raw/{source_id}", reference, made_by, work)
    return read_table(con, f"raw.{source_id}__files")


def build_figures(con: duckdb.DuckDBPyConnection, paths: Paths) -> pl.DataFrame:
    """Choose one figure per key from all sources into `core.figures`; also `core.files` and `raw.sources`.

    Raises:
        CorrectionError: a declared correction no longer fits its source.
    """
    import polars as pl

    from dx_pipeline.conform.corrections import load_corrections
    from dx_pipeline.conform.figures import check_still_complete, choose
    from dx_pipeline.conform.indicators import declared_indicators
    from dx_pipeline.conform.reference import TABLES
    from dx_pipeline.conform.reference_tables import read_weights
    from dx_pipeline.index.structure import structures

    sources = load_sources(paths.raw)
    inputs = tuple(f"raw.{source_id}{part}" for source_id in sources for part in ("", "__files"))
    inputs += ("raw.dti_weights", "raw.complete_tables", *(f"raw.{name}" for name in TABLES))
    need(con, "core.figures", inputs)

    def work() -> Iterator[str]:
        files = pl.concat([read_table(con, f"raw.{source_id}__files") for source_id in sources])
        observations = [read_table(con, f"raw.{source_id}") for source_id in sources]
        by_edition = structures(read_table(con, "raw.indicators"), read_weights(read_table(con, "raw.dti_weights")))
        figures = choose(observations, load_corrections(paths.corrections), by_edition, stored_reference(con))
        check_still_complete(figures, read_table(con, "raw.complete_tables"), stored_reference(con))
        tables = {
            "core.figures": figures,
            "core.files": files,
            "core.declared_indicators": declared_indicators(sources),
            "raw.sources": source_register(sources, read_stale(paths)),
        }
        for name, frame in tables.items():
            replace_table(con, name, frame, inputs)
            yield name

    def made_by() -> str:
        declared = [paths.raw / "manifest.toml", *(paths.raw / source_id / "source.toml" for source_id in sources)]
        files = [*declared, *files_in(paths.corrections), stale_file(paths)]
        return joined_hash([hash_of(files, paths.root), step_code(build_figures)])

    do(con, "core/figures", inputs, made_by, work)
    return read_table(con, "core.figures")


def source_register(sources: Mapping[str, SourceSpec], stale: Mapping[str, Stale]) -> pl.DataFrame:
    """One row per source: a hash over its files, its age beside the newest retrieval, and whether it is stale."""
    import polars as pl

    newest = max(date.fromisoformat(source.retrieved_on) for source in sources.values())
    rows = []
    for number, (source_id, source) in enumerate(sources.items(), start=1):
        files = sorted(source.files, key=lambda file: file.path)
        retrieved = date.fromisoformat(source.retrieved_on)
        old = stale.get(source_id)
        rows.append(
            {
                "row": number,
                "source_id": source_id,
                "title": source.title,
                "title_vi": source.title_vi,
                "publisher": source.publisher,
                "url": source.url or None,
                "where_read": source.where_read,
                "retrieved_on": retrieved,
                "licence": source.licence,
                "tier": source.tier,
                "sha256": joined_hash(f"{file.path.name} {file.sha256}" for file in files),
                "n_files": len(source.files),
                "age": (newest - retrieved).days,
                "is_stale": old is not None,
                "last_good_on": old.last_good_on if old else retrieved,
                "stale_days": old.age_days(old.noticed_on) if old else None,
            }
        )
    return pl.DataFrame(rows, schema_overrides={"stale_days": pl.Int64})


def mart_contracts() -> dict[str, Contract]:
    """Contracts of the tables a build makes, each after the tables it is built from.

    Raises:
        graphlib.CycleError: two tables need each other.
    """
    contracts = {name: contract for name, contract in load_contracts().items() if not contract.written_by_release}
    graph = {name: [table for table in contract.inputs if table in contracts] for name, contract in contracts.items()}
    return {name: contracts[name] for name in TopologicalSorter(graph).static_order()}


def build_mart(con: duckdb.DuckDBPyConnection, contract: Contract) -> pl.DataFrame:
    """Build one public table from its inputs and store it; returns what was stored.

    Raises:
        NotBuiltError: a table it is built from is not there.
        ContractError: the result does not fit the contract.
    """
    from dx_pipeline.marts._carry import carry

    need(con, contract.name, contract.inputs)
    query = CONTRACTS_FOLDER / f"{contract.name}.sql"

    def work() -> Iterator[str]:
        by_query = query.is_file()
        tables = {name: read_table(con, name) for name in contract.inputs if contract.rests_on or not by_query}
        if by_query:
            frame = con.sql(query.read_text(encoding="utf-8")).pl()
        else:
            module = importlib.import_module(f"dx_pipeline.marts.{contract.name}")
            frame = module.build(tables)
        if contract.rests_on:
            frame = carry(frame, contract, tables)
        write_table(con, contract, frame, contract.inputs)
        yield contract.name

    do(con, f"marts/{contract.name}", contract.inputs, lambda: mart_code(contract.name), work)
    return read_table(con, contract.name)


def mart_files(name: str) -> list[Path]:
    """What a public table is made by: its contract, and its query or its function."""
    beside = (CONTRACTS_FOLDER / f"{name}.{ending}" for ending in ("toml", "sql", "py"))
    return [path for path in beside if path.is_file()]


def mart_code(name: str) -> str:
    """A hash over the code of a public table: its own files, and what they import."""
    return joined_hash([hash_of(mart_files(name)), step_code(build_mart, f"marts.{name}")])


def step_code(step: Callable[..., object], *modules: str) -> str:
    """A hash over what a step imports itself, what all steps share, these modules and this one."""
    return joined_hash([code_of(*SHARED, *imported_in(step), *modules), hash_of([Path(__file__)])])


def build_all(con: duckdb.DuckDBPyConnection, paths: Paths) -> dict[str, pl.DataFrame]:
    """Everything from the published bytes to the public tables; returns these by name."""
    build_reference(con, paths)
    for source_id in load_sources(paths.raw):
        build_source(con, paths, source_id)
    build_figures(con, paths)
    return {name: build_mart(con, contract) for name, contract in mart_contracts().items()}
