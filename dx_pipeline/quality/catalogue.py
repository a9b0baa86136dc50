"""Every check there is, known without running any: for the orchestrator, the documentation and the quality page.

Light on purpose: importing it imports neither Great Expectations nor pandas.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dx_pipeline.quality.expectations import contract_rules
from dx_pipeline.quality.expected_rows import row_checks
from dx_pipeline.quality.generated_laws import LINEAGE, SYSTEM_SIZES, lineage_law, reference_law, system_size_law
from dx_pipeline.quality.laws import Law, load_laws

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dx_pipeline.contracts import Contract
    from dx_pipeline.quality.model import Check

#: check -> test that breaks it in every table; a law has its breaking examples in a file of its name
TESTS = {
    "allowed_values": "tests/quality/test_expectations.py",
    "ranges": "tests/quality/test_expectations.py",
    "patterns": "tests/quality/test_expectations.py",
    "row_counts": "tests/quality/test_expected_rows.py",
    "new_partitions": "tests/quality/test_expected_rows.py",
    "references": "tests/quality/test_references.py",
    SYSTEM_SIZES: "tests/quality/test_references.py",
    LINEAGE: "tests/quality/test_lineage_laws.py",
}


def checked_contracts(contracts: Mapping[str, Contract]) -> dict[str, Contract]:
    """The tables a build makes; those the release itself writes come into being after the checks."""
    return {name: contract for name, contract in sorted(contracts.items()) if not contract.written_by_release}


def applicable_laws(contracts: Mapping[str, Contract]) -> list[Law]:
    """The generated laws (references, sizes, lineage of doubt) and the written ones of these tables, by table."""
    checked = checked_contracts(contracts)
    makers = (reference_law, system_size_law, lineage_law)
    generated = [make(contract) for contract in checked.values() for make in makers]
    written = [law for law in load_laws().values() if law.check.table_name in checked]
    return sorted([law for law in generated if law] + written, key=lambda law: law.check.check_id)


def catalogue(contracts: Mapping[str, Contract]) -> list[Check]:
    """All checks of these tables, sorted by table and name."""
    checked = checked_contracts(contracts)
    checks = [rule.check for contract in checked.values() for rule in contract_rules(contract)]
    checks += [check for contract in checked.values() for check in row_checks(contract)]
    checks += [law.check for law in applicable_laws(contracts)]
    return sorted(checks, key=lambda check: (check.table_name, check.check_name))


def breaking_test(check: Check) -> str:
    """The test, or the file of examples, that breaks this check with bad data."""
    return TESTS.get(check.check_name, f"tests/quality/breaking/{check.check_name}.toml")


def render_checks_markdown(contracts: Mapping[str, Contract]) -> str:
    """The text of `docs/CHECKS.md`: what each law protects, and which contract rules each table has."""
    checks = catalogue(contracts)
    contract_checks = [check for check in checks if check.check_name in TESTS]
    law_checks = [check for check in checks if check not in contract_checks]
    lines = [
        "# Checks",
        "",
        f"{len(checks)} checks on {len({check.table_name for check in checks})} tables. "
        "Each has an example that breaks it. Generated from the contracts and `dx_pipeline/quality/laws/`.",
        "",
        "A check ends as **passed**, **failed**, **not applicable** (nothing to look at) or **error** (it could not "
        "run). A **blocking** check that fails or errs stops the release; a **warning** or **info** goes out with it.",
        "",
        "Columns, key and required values are not counted: a table that breaks them cannot be written at all "
        "(`dx_pipeline/contracts.py`). The suites in a release (`quality/suites/<table>.json`, the JSON of Great "
        "Expectations) hold them too, so that anybody can try the published files.",
        "",
        "## Laws",
        "",
        "| check | table | dimension | severity | protects | bảo vệ | test |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| `{check.check_name}` | `{check.table_name}` | {check.dimension} | {check.severity} "
        f"| {check.protects_en} | {check.protects_vi} | `{breaking_test(check)}` |"
        for check in law_checks
    ]
    lines += ["", "## Rules every contract brings", "", "| rule | dimension | severity | protects | bảo vệ | test |"]
    lines += ["|---|---|---|---|---|---|"]
    first_of_kind = {check.check_name: check for check in reversed(contract_checks)}
    lines += [
        f"| `{name}` | {check.dimension} | {check.severity} | {check.protects_en} | {check.protects_vi} "
        f"| `{breaking_test(check)}` |"
        for name, check in sorted(first_of_kind.items())
    ]
    lines += ["", "| table | rules |", "|---|---|"]
    for table in sorted({check.table_name for check in contract_checks}):
        names = ", ".join(f"`{check.check_name}`" for check in contract_checks if check.table_name == table)
        lines.append(f"| `{table}` | {names} |")
    return "\n".join(lines) + "\n"
