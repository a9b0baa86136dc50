"""The public tables, one asset each, in groups by section, built in one step on one connection; the checks on them.

A table that fails does not stop the tables that do not need it; the step fails at the end and names every one.
"""

import re
import time
from collections.abc import Iterator
from typing import Any

import dagster as dg

from dx_pipeline.build import build_mart, mart_code, mart_contracts, mart_files
from dx_pipeline.contracts import CONTRACTS_FOLDER, Contract, load_contracts
from dx_pipeline.orchestration.assets.figures import FIGURES, OWNERS, REFERENCE
from dx_pipeline.orchestration.failure import failure, told
from dx_pipeline.orchestration.metadata import (
    code_references,
    column_lineage,
    data_version,
    frame_metadata,
    table_schema,
)
from dx_pipeline.orchestration.resources import Project
from dx_pipeline.paths import Paths
from dx_pipeline.quality.catalogue import catalogue
from dx_pipeline.sources.spec import each_source
from dx_pipeline.warehouse import NotBuiltError, was_taken_over

SEVERITY = {
    "blocking": dg.AssetCheckSeverity.ERROR,
    "warning": dg.AssetCheckSeverity.WARN,
    "info": dg.AssetCheckSeverity.WARN,
}


def mart_key(name: str) -> dg.AssetKey:
    """Asset key of a public table."""
    return dg.AssetKey(["marts", name])


def section_group(contract: Contract) -> str:
    """The group of a table in the UI: its section of the README."""
    return re.sub(r"[^a-z0-9]+", "_", contract.group.lower()).strip("_")


def mart_spec(contract: Contract, contracts: dict[str, Contract], records: dict[str, dg.AssetKey]) -> dg.AssetSpec:
    """One public table as an asset, described by its contract."""
    deps = [_upstream(table, contracts, records) for table in contract.inputs]
    lineage = column_lineage(contract, contracts)
    metadata: dict[str, Any] = {
        "dagster/column_schema": table_schema(contract),
        "dagster/table_name": f"main.{contract.name}",
        "limitations": contract.limitations_en,
        **code_references(mart_files(contract.name)),
    }
    return dg.AssetSpec(
        key=mart_key(contract.name),
        deps=list(dict.fromkeys(deps)),
        group_name=section_group(contract),
        code_version=mart_code(contract.name),
        owners=OWNERS,
        kinds={"sql" if (CONTRACTS_FOLDER / f"{contract.name}.sql").is_file() else "python", "duckdb"},
        description="\n\n".join(
            [contract.title_en, contract.description_en, contract.title_vi, contract.description_vi]
        ),
        metadata=metadata | ({"dagster/column_lineage": lineage} if lineage else {}),
    )


def _upstream(table: str, contracts: dict[str, Contract], records: dict[str, dg.AssetKey]) -> dg.AssetKey:
    """The asset a table comes with: itself if it is public, the figures, the source of its records, the reference."""
    if table in contracts:
        return mart_key(table)
    schema, name = table.split(".")
    return FIGURES if schema == "core" or name == "sources" else records.get(name, REFERENCE)


def mart_assets(paths: Paths) -> dg.AssetsDefinition:
    """All public tables."""
    contracts = mart_contracts()
    #: name of a table of records -> the asset of its source
    records = {
        file.table: dg.AssetKey(["raw", source.source_id])
        for source in each_source(paths.raw)[0].values()
        for file in source.files
        if file.layout == "records"
    }
    specs = [mart_spec(contract, contracts, records) for contract in contracts.values()]

    @dg.multi_asset(specs=specs, can_subset=True)
    def marts(context: dg.AssetExecutionContext, project: Project) -> Iterator[dg.MaterializeResult[Any]]:
        failures: dict[str, Exception] = {}
        with told(), project.warehouse() as con:
            for name, contract in contracts.items():
                if mart_key(name) not in context.selected_asset_keys:
                    continue
                broken = [table for table in contract.inputs if table in failures]
                try:
                    if broken:
                        raise NotBuiltError("it", [mart_key(table).to_user_string() for table in broken])
                    began = time.perf_counter()
                    frame = build_mart(con, contract)
                    taken_over = was_taken_over(con, name)
                except Exception as error:
                    failures[name] = error
                    if isinstance(error, NotBuiltError):
                        upstream = (_upstream(table, contracts, records) for table in error.tables)
                        failures[name] = NotBuiltError("it", dict.fromkeys(key.to_user_string() for key in upstream))
                    context.log.error(f"{name}: {error}")
                    continue
                yield dg.MaterializeResult(
                    asset_key=mart_key(name),
                    metadata=frame_metadata(frame, taken_over, time.perf_counter() - began),
                    data_version=data_version(con, name),
                )
        if failures:
            raise failure(failures) from next(iter(failures.values()))

    return marts


def quality_checks() -> dg.AssetChecksDefinition:
    """Every check of the catalogue, run in one step in this process. Great Expectations is imported inside it, once."""
    specs = [
        dg.AssetCheckSpec(
            name=check.check_name,
            asset=mart_key(check.table_name),
            blocking=check.severity == "blocking",
            description=f"{check.protects_en}\n\n{check.protects_vi}",
            metadata={"dimension": check.dimension, "severity": check.severity, "engine": check.engine},
        )
        for check in catalogue(load_contracts())
    ]

    @dg.multi_asset_check(specs=specs, can_subset=True)
    def checks(context: dg.AssetCheckExecutionContext, project: Project) -> Iterator[dg.AssetCheckResult]:
        from dx_pipeline.quality.gate import check_build

        keys = context.selected_asset_check_keys
        with told(), project.warehouse(to_read=True) as con:
            results = check_build(con, {(key.asset_key.path[-1], key.name) for key in keys})
        told_of_each = ("status", "expected", "observed", "n_checked", "n_failed", "failing_keys")
        for row in results.iter_rows(named=True):
            yield dg.AssetCheckResult(
                asset_key=mart_key(row["table_name"]),
                check_name=row["check_name"],
                passed=row["passed"] is not False,  # what does not apply has not failed, and says so
                severity=SEVERITY[row["severity"]],
                description=f"{row['status']}: expected {row['expected']}; observed {row['observed']}",
                metadata={name: row[name] for name in told_of_each},
            )

    return checks
