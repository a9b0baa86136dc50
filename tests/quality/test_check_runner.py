"""A run gives one row for each check of the catalogue, and says in words what stops a release."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import duckdb
import polars as pl
import pytest
from example_contracts import make_contract

from dx_pipeline.contracts import load_contract, load_contracts
from dx_pipeline.quality import runner
from dx_pipeline.quality.catalogue import breaking_test, catalogue, checked_contracts, render_checks_markdown
from dx_pipeline.quality.model import Check, CheckOutcome, broken
from dx_pipeline.quality.runner import blocking_failures, check_outcomes, failure_text, results_frame, where_to_look

ROOT = Path(__file__).resolve().parents[2]
SOUND = pl.DataFrame(
    {
        "unit_system": [63, 34],
        "province_id": ["hai-duong", "hai-phong"],
        "successor_id": ["hai-phong", None],
        "successor_system": [34, None],
    }
)


@pytest.fixture
def contracts():
    columns = {
        "unit_system": {"type": "integer", "allowed": [63, 34]},
        "province_id": {"type": "text"},
        "successor_id": {"type": "text", "nullable": True},
        "successor_system": {"type": "integer", "nullable": True},
    }
    provinces = make_contract("provinces", columns, key=["unit_system", "province_id"], partition=["unit_system"])
    ledger = make_contract("ledger", {"release": {"type": "text"}}, key=["release"], written_by_release=True)
    return {"provinces": provinces, "ledger": ledger}


@pytest.fixture
def expected_rows(tmp_path):
    path = tmp_path / "expected_rows.csv"
    path.write_text("table_name,partition,n_rows\nprovinces,unit_system=34,1\nprovinces,unit_system=63,1\n")
    return path


def run_checks(frames, contracts, expected_rows):
    with duckdb.connect() as con:
        for name, frame in frames.items():
            con.register(name, frame)
        return results_frame(check_outcomes(con, contracts, expected_rows), "1.2.0")


def by_name(results):
    return {row["check_name"]: row for row in results.to_dicts()}


def test_a_sound_table_passes_every_check_of_the_catalogue(contracts, expected_rows):
    results = run_checks({"provinces": SOUND}, contracts, expected_rows)
    assert [(row["table_name"], row["check_name"]) for row in results.to_dicts()] == [
        (check.table_name, check.check_name) for check in catalogue(contracts)
    ]
    assert set(by_name(results)) == {
        "allowed_values", "every_successor_has_members", "new_partitions", "row_counts", "successor_exists",
    }  # fmt: skip
    assert set(results["status"]) == {"passed"}, results.filter(pl.col("status") == "error")["observed"].to_list()
    assert set(results["release"]) == {"1.2.0"}
    assert set(results["engine"]) == {"gx", "sql"}
    assert results.columns == load_contract("check_results").column_names
    assert blocking_failures(results).is_empty()
    assert failure_text(blocking_failures(results)) == ""


def test_a_broken_table_stops_the_release_in_words(contracts, expected_rows):
    lost = SOUND.with_columns(successor_id=pl.lit("nowhere"))
    results = run_checks({"provinces": lost}, contracts, expected_rows)
    failures = blocking_failures(results)
    assert set(failures["check_name"]) == {"successor_exists", "every_successor_has_members"}
    row = by_name(results)["successor_exists"]
    assert (row["status"], row["passed"], row["n_checked"], row["n_failed"]) == ("failed", False, 2, 2)
    assert json.loads(row["failing_keys"])[1] == {"unit_system": 63, "province_id": "hai-duong"}
    text = failure_text(failures)
    assert text.startswith("2 checks stop the release; the last release stays as it is.\n\n")
    assert "provinces.successor_exists: failed (blocking, integrity)" in text
    assert "  protects: Each unit of a system that was replaced went into one existing unit of the next\n" in text
    assert (
        "  expected: successor_id is a unit of successor_system, and empty where nothing replaced the system\n" in text
    )
    assert (
        "  found:    2 of 2 rows do not hold; unit_system 34, province_id hai-phong: found nowhere, expected none\n"
        in text
    )
    assert (
        "  rows:     unit_system 34, province_id hai-phong\n            unit_system 63, province_id hai-duong\n" in text
    )
    assert "  look at:  dx_pipeline/quality/laws/successor_exists.toml" in text


def test_a_table_that_was_not_built_stops_the_release(contracts, expected_rows):
    results = run_checks({}, contracts, expected_rows)
    assert set(results["status"]) == {"error"}
    assert results.height == len(catalogue(contracts))
    assert set(blocking_failures(results)["check_name"]) == set(results["check_name"]) - {"new_partitions"}


def test_a_missing_table_does_not_hide_the_others(contracts, expected_rows):
    absent = make_contract("absent", {"code": {"type": "text"}}, key=["code"])
    results = run_checks({"provinces": SOUND}, {"absent": absent, **contracts}, expected_rows)
    statuses = {table: set(rows["status"]) for (table,), rows in results.group_by("table_name")}
    assert statuses == {"absent": {"error"}, "provinces": {"passed"}}


def test_checks_and_outcomes_cannot_be_changed_afterwards():
    found = outcome()
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.status = "passed"
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.check.severity = "info"


def outcome(severity="blocking", status="failed", keys=(), n_failed=1):
    check = Check("t", "c", "accuracy", severity, "một điều", "something", "sql")
    return CheckOutcome(check, status, 9, n_failed, "found this", "wanted that", tuple(keys))


def test_only_a_blocking_check_that_fails_or_errs_stops_the_release():
    for severity, status, passed, blocks in (
        ("blocking", "failed", False, True),
        ("blocking", "error", False, True),
        ("blocking", "passed", True, False),
        ("blocking", "not_applicable", None, False),
        ("warning", "failed", False, False),
        ("warning", "error", False, False),
        ("info", "failed", False, False),
    ):
        found = outcome(severity, status)
        frame = results_frame([found], "1.0.0")
        assert (frame["passed"].item(), blocking_failures(frame).height) == (passed, blocks), (severity, status)


def test_a_long_list_of_rows_is_cut_and_counted():
    text = failure_text(results_frame([outcome(keys=[{"k": n} for n in range(20)], n_failed=40)], "1.0.0"))
    assert text.startswith("1 check stops the release")
    assert "k 4\n            and 35 more\n" in text
    assert "k 5" not in text
    assert "more" not in failure_text(results_frame([outcome(keys=[{"k": 1}])], "1.0.0"))
    assert "and 1 more" in failure_text(results_frame([outcome(keys=[{"k": 1}], n_failed=2)], "1.0.0"))
    assert "rows:" not in failure_text(results_frame([outcome()], "1.0.0"))


def test_failing_keys_are_json_with_vietnamese_text_and_dates_readable():
    import datetime

    found = outcome(keys=[{"area": "Hải Dương", "day": datetime.date(2024, 3, 26)}] * 25)
    assert json.loads(found.failing_keys_json) == [{"area": "Hải Dương", "day": "2024-03-26"}] * 20
    assert "Hải Dương" in found.failing_keys_json


def test_a_broken_check_gives_its_reason_on_one_short_line():
    found = broken(outcome().check, "wanted that", "line one\n  line two" + "x" * 999)
    assert found.observed.startswith("the check could not run: line one line two")
    assert len(found.observed) == len("the check could not run: ") + 500
    assert (found.status, found.n_checked, found.n_failed, found.expected) == ("error", 0, 0, "wanted that")


def test_the_text_leads_to_the_file_that_states_the_rule():
    for name, engine, place in (
        ("row_counts", "sql", "dx_pipeline/quality/expected_rows.csv"),
        ("references", "sql", "the code column of t"),
        ("ranges", "gx", "dx_pipeline/marts/t.toml"),
        ("within_system", "sql", "dx_pipeline/marts/t.toml"),
        ("basis_and_doubts_follow_from_inputs", "sql", "dx_pipeline/marts/t.toml"),
        ("gap_parts_sum", "sql", "dx_pipeline/quality/laws/gap_parts_sum.toml"),
    ):
        assert place in where_to_look("t", name, engine), name


def test_tables_the_release_writes_are_not_checked_before_it(contracts):
    assert list(checked_contracts(contracts)) == ["provinces"]
    assert {check.table_name for check in catalogue(contracts)} == {"provinces"}


def test_catalogue_has_no_duplicate_and_no_law_of_an_absent_table(contracts):
    ids = [check.check_id for check in catalogue(contracts)]
    assert ids == sorted(set(ids))
    assert not any(name.startswith("rank_bands") for name in ids)


def test_documentation_lists_every_check_with_its_test(contracts):
    text = render_checks_markdown(contracts)
    assert text.startswith("# Checks\n")
    assert "5 checks on 1 tables" in text
    assert "| `successor_exists` | `provinces` | integrity | blocking | Each unit of a system" in text
    assert "`tests/quality/breaking/successor_exists.toml`" in text
    assert "| `row_counts` | completeness | blocking |" in text
    assert "| `provinces` | `allowed_values`, `new_partitions`, `row_counts` |" in text
    assert "`successor_exists`" not in text.split("## Rules every contract brings")[1]


def test_every_check_there_is_names_what_breaks_it():
    for check in catalogue(load_contracts()):
        assert (ROOT / breaking_test(check)).is_file(), check.check_id


def test_the_catalogue_is_known_without_heavy_imports():
    code = """
import sys
import dx_pipeline.quality.runner
from dx_pipeline.contracts import load_contracts
from dx_pipeline.quality.catalogue import catalogue
catalogue(load_contracts())
print([name for name in ("great_expectations", "pandas", "jinja2", "scipy", "matplotlib") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_runner_uses_the_committed_counts_by_default():
    assert runner.EXPECTED_ROWS.name == "expected_rows.csv"
