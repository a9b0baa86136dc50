"""Every check of the catalogue as an asset check on its table, run in one step in this process."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from dx_pipeline.contracts import load_contracts
from dx_pipeline.orchestration.assets.marts import mart_key
from dx_pipeline.orchestration.failure import told
from dx_pipeline.orchestration.resources import Project
from dx_pipeline.quality.catalogue import catalogue
from dx_pipeline.quality.model import Check

SEVERITY = {
    "blocking": dg.AssetCheckSeverity.ERROR,
    "warning": dg.AssetCheckSeverity.WARN,
    "info": dg.AssetCheckSeverity.WARN,
}


def check_spec(check: Check) -> dg.AssetCheckSpec:
    """One check as Dagster knows it."""
    return dg.AssetCheckSpec(
        name=check.check_name,
        asset=mart_key(check.table_name),
        blocking=check.severity == "blocking",
        description=f"{check.protects_en}\n\n{check.protects_vi}",
        metadata={"dimension": check.dimension, "severity": check.severity, "engine": check.engine},
    )


def quality_checks() -> dg.AssetChecksDefinition:
    """The checking step. Great Expectations is imported inside it, once."""

    @dg.multi_asset_check(specs=[check_spec(check) for check in catalogue(load_contracts())], can_subset=True)
    def checks(context: dg.AssetCheckExecutionContext, project: Project) -> Iterator[dg.AssetCheckResult]:
        from dx_pipeline.quality.gate import check_build

        keys = context.selected_asset_check_keys
        with told(), project.warehouse(to_read=True) as con:
            results = check_build(con, {(key.asset_key.path[-1], key.name) for key in keys})
        for row in results.iter_rows(named=True):
            yield check_result(row)

    return checks


def check_result(row: dict[str, Any]) -> dg.AssetCheckResult:
    """One row of `check_results` as Dagster knows it; what does not apply has not failed, and says so."""
    return dg.AssetCheckResult(
        asset_key=mart_key(row["table_name"]),
        check_name=row["check_name"],
        passed=row["passed"] is not False,
        severity=SEVERITY[row["severity"]],
        description=f"{row['status']}: expected {row['expected']}; observed {row['observed']}",
        metadata={
            "status": row["status"],
            "expected": row["expected"],
            "observed": row["observed"],
            "n_checked": row["n_checked"],
            "n_failed": row["n_failed"],
            "failing_keys": row["failing_keys"],
        },
    )
