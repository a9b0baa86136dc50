"""Row counts are compared both ways: a missing edition stops the release even if totals fit, a new one is told."""

from __future__ import annotations

import subprocess
import sys

import duckdb
import polars as pl
import pytest
from example_contracts import make_contract

from dx_pipeline.contracts import load_contracts
from dx_pipeline.quality import expected_rows
from dx_pipeline.quality.catalogue import checked_contracts
from dx_pipeline.quality.expected_rows import (
    check_row_counts,
    compare_counts,
    count_rows,
    find_new_partitions,
    read_expected,
    row_checks,
    write_expected,
)

SCORES = pl.DataFrame({"edition": [2022, 2022, 2023], "province_id": ["a", "b", "a"]})


@pytest.fixture
def contracts(scores_contract):
    whole = make_contract("names", {"code": {"type": "text"}}, key=["code"])
    ledger = make_contract("ledger", {"code": {"type": "text"}}, key=["code"], written_by_release=True)
    return {"ledger": ledger, "names": whole, "scores": scores_contract}


@pytest.fixture
def con(contracts):
    with duckdb.connect() as con:
        con.register("scores", SCORES)
        con.register("names", pl.DataFrame({"code": ["x"]}))
        yield con


@pytest.fixture
def committed(con, contracts, tmp_path):
    path = tmp_path / "expected_rows.csv"
    assert write_expected(con, contracts, path) == 3
    return path


def outcome(con, contracts, path, name="scores"):
    return check_row_counts(con, {name: contracts[name]}, path)[0]


def news(con, contracts, path, name="scores"):
    return check_row_counts(con, {name: contracts[name]}, path)[1]


def test_counts_are_written_and_read_back(committed):
    assert (
        committed.read_text() == "table_name,partition,n_rows\nnames,,1\nscores,edition=2022,2\nscores,edition=2023,1\n"
    )
    assert read_expected(committed) == {"names": {"": 1}, "scores": {"edition=2022": 2, "edition=2023": 1}}


def test_equal_counts_pass(con, contracts, committed):
    found = outcome(con, contracts, committed)
    assert (found.status, found.n_checked, found.n_failed, found.failing_keys) == ("passed", 2, 0, ())
    assert (found.observed, found.expected) == ("3 rows as expected", "3 rows in 2 partitions")
    assert outcome(con, contracts, committed, "names").status == "passed"


def test_a_missing_partition_and_another_count_stop_the_release(con, contracts, committed):
    for editions, n_failed, text in (
        ([2022, 2022], 1, "edition=2023: missing, expected 1 rows"),
        ([2022, 2023, 2023], 2, "edition=2022: 1 rows, expected 2; edition=2023: 2 rows, expected 1"),
        ([2022, 2022, 2024], 1, "edition=2023: missing, expected 1 rows"),
        ([2022, 2022, None], 1, "edition=2023: missing, expected 1 rows"),
    ):
        con.register("scores", pl.DataFrame({"edition": editions}, schema={"edition": pl.Int64}))
        found = outcome(con, contracts, committed)
        assert (found.status, found.n_checked, found.n_failed, found.observed) == ("failed", 2, n_failed, text)
        assert found.check.severity == "blocking"


def test_a_new_partition_is_told_and_does_not_stop_the_release(con, contracts, committed):
    for editions, text in (
        ([2022, 2022, 2023, 2024], "edition=2024: unexpected, 1 rows"),
        ([2022, 2022, 2023, None], "edition=: unexpected, 1 rows"),
    ):
        con.register("scores", pl.DataFrame({"edition": editions}, schema={"edition": pl.Int64}))
        assert outcome(con, contracts, committed).status == "passed"
        found = news(con, contracts, committed)
        assert (found.status, found.n_checked, found.n_failed, found.observed) == ("failed", 3, 1, text)
        assert found.check.severity == "warning"


def test_the_committed_counts_of_every_table_can_fail():
    """A partition less, and one more, in each table of the contracts."""
    expected = read_expected()
    for name, contract in checked_contracts(load_contracts()).items():
        first, *rest = expected[name]
        fewer = {part: expected[name][part] for part in rest} or {"": 0, first: 0}
        assert compare_counts(row_checks(contract)[0], expected[name], fewer).status == "failed", name
        more = {**expected[name], "edition=1900": 1}
        assert find_new_partitions(row_checks(contract)[1], expected[name], more).status == "failed", name


def test_no_new_partition_passes_and_without_committed_counts_nothing_is_new(con, contracts, committed, tmp_path):
    assert news(con, contracts, committed).status == "passed"
    (tmp_path / "none.csv").write_text("table_name,partition,n_rows\n")
    assert news(con, contracts, tmp_path / "none.csv").status == "not_applicable"


def test_failing_keys_tell_expected_and_found(con, contracts, committed):
    con.register("scores", SCORES.head(2))
    assert outcome(con, contracts, committed).failing_keys == (
        {"partition": "edition=2023", "expected": 1, "found": None},
    )


def test_a_long_list_of_partitions_is_cut_and_counted(con, contracts, committed):
    con.register("scores", pl.DataFrame({"edition": [2022, 2022, 2023, *range(2030, 2035)]}))
    assert news(con, contracts, committed).observed.endswith("edition=2034: unexpected, 1 rows")
    con.register("scores", pl.DataFrame({"edition": [2022, 2022, 2023, *range(2030, 2052)]}))
    found = news(con, contracts, committed)
    assert found.observed.endswith("edition=2034: unexpected, 1 rows; and 17 more")
    assert (found.n_failed, len(found.failing_keys)) == (22, 20)


def test_a_table_that_lost_all_rows_fails(con, contracts, committed):
    con.register("scores", SCORES.clear())
    assert count_rows(con, contracts["scores"]) == {"": 0}
    assert outcome(con, contracts, committed).status == "failed"
    con.register("names", pl.DataFrame({"code": []}, schema={"code": pl.String}))
    found = outcome(con, contracts, committed, "names")
    assert (found.status, found.observed) == ("failed", "whole table: 0 rows, expected 1")


def test_a_table_without_committed_counts_fails_and_says_what_to_run(con, contracts, tmp_path):
    path = tmp_path / "expected_rows.csv"
    path.write_text("table_name,partition,n_rows\n")
    found = outcome(con, contracts, path)
    assert (found.status, found.n_failed) == ("failed", 2)
    assert "python -m dx_pipeline.quality.expected_rows" in found.observed


def test_a_missing_table_is_an_error(con, contracts, committed):
    con.unregister("scores")
    found = check_row_counts(con, {name: contracts[name] for name in ("scores", "names")}, committed)
    assert [each.status for each in found] == ["error", "error", "passed", "passed"]


def test_a_spoiled_file_of_counts_is_an_error(con, contracts, tmp_path):
    path = tmp_path / "expected_rows.csv"
    for text, message in {
        "table,partition,rows\n": "expected the header table_name,partition,n_rows, found table,partition,rows",
        "": "expected the header",
        "table_name,partition,n_rows\na,,1\na,,2\n": "stands twice",
        "table_name,partition,n_rows\na,,many\n": "line 2: expected a whole number",
        "table_name,partition,n_rows\na,1\n": "line 2: expected 3 cells, found 2",
    }.items():
        path.write_text(text)
        found = outcome(con, contracts, path)
        assert (found.status, message in found.observed) == ("error", True), found.observed
    assert outcome(con, contracts, tmp_path / "none.csv").status == "error"


def test_two_partition_columns_make_one_text(con, contracts):
    columns = {"edition": {"type": "integer"}, "unit_system": {"type": "integer"}}
    contract = make_contract("units", columns, key=["edition"], partition=["edition", "unit_system"])
    con.register("units", pl.DataFrame({"edition": [2024, 2024], "unit_system": [63, 34]}))
    assert count_rows(con, contract) == {"edition=2024,unit_system=34": 1, "edition=2024,unit_system=63": 1}


def test_command_without_a_build_says_so(tmp_path):
    command = [sys.executable, "-m", "dx_pipeline.quality.expected_rows"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={"DX_ROOT": str(tmp_path), "PATH": ""}
    )
    assert done.returncode == 1
    assert "no build to count" in done.stderr


def test_command_rewrites_the_counts(con, contracts, tmp_path, monkeypatch, capsys):
    warehouse = tmp_path / "data" / "build" / "warehouse.duckdb"
    warehouse.parent.mkdir(parents=True)
    with duckdb.connect(str(warehouse)) as build:
        build.execute("CREATE TABLE names AS SELECT 'x' AS code")
    monkeypatch.setenv("DX_ROOT", str(tmp_path))
    monkeypatch.setattr(expected_rows, "EXPECTED_ROWS", tmp_path / "out.csv")
    monkeypatch.setattr("dx_pipeline.contracts.load_contracts", lambda: {"names": contracts["names"]})
    expected_rows.main([])
    assert (tmp_path / "out.csv").read_text() == "table_name,partition,n_rows\nnames,,1\n"
    assert capsys.readouterr().out == "out.csv: 1 lines\n"
    monkeypatch.setenv("DX_ROOT", str(tmp_path / "elsewhere"))
    with duckdb.connect(str(warehouse), read_only=True):  # somebody else is reading
        expected_rows.main([str(warehouse)])
    assert capsys.readouterr().out == "out.csv: 1 lines\n"
