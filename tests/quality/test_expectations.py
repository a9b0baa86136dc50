"""Contract rules through Great Expectations: each passes on sound data and fails, by name, on broken data."""

from __future__ import annotations

import builtins
import datetime
import json
import os
import re

import polars as pl
from example_contracts import make_contract

from dx_pipeline.contracts import load_contracts
from dx_pipeline.quality import gx_suite
from dx_pipeline.quality.expectations import KINDS, SUITES, contract_rules, suite
from dx_pipeline.quality.gx_suite import exception_text, run_contract_rules

SOUND = pl.DataFrame(
    {
        "edition": [2022, 2022, 2023],
        "province_id": ["hai-duong", "thai-nguyen", "hai-duong"],
        "score": [0.6383, None, 1.0],
        "rank": [13, 8, 26],
        "status": ["published", "published", "derived"],
    }
)
FIRST = {"edition": 2022, "province_id": "hai-duong"}


def put(column, *values):
    """The sound frame with other values in one column."""
    return SOUND.with_columns(pl.Series(column, values, dtype=SOUND.schema[column], strict=False))


def outcomes(contract, frame):
    found = run_contract_rules({contract.name: frame}, {contract.name: contract})
    return {outcome.check.check_name: outcome for outcome in found}


def test_rules_pass_on_sound_data(scores_contract):
    found = outcomes(scores_contract, put("score", 0.0, None, 1.0))  # a value on the limit is within it
    assert set(found) == set(KINDS)
    told = {kind: (one.status, one.n_checked, one.n_failed, one.failing_keys) for kind, one in found.items()}
    assert told == {
        "allowed_values": ("passed", 6, 0, ()),
        "ranges": ("passed", 2, 0, ()),
        "patterns": ("passed", 3, 0, ()),
    }


def test_a_rule_fails_and_names_the_row(scores_contract):
    #: kind, frame that breaks it, number of failing values, first failing key, text
    cases = [
        ("allowed_values", put("status", "guessed", "published", "derived"), 1, FIRST, "1 of 6 values do not: edition"),
        ("allowed_values", put("edition", 2021, 2022, 2023), 1, {"edition": 2021}, "edition 2021"),
        ("ranges", put("score", 1.2, None, 1.0), 1, FIRST, "edition 2022, province_id hai-duong, score 1.2"),
        ("ranges", put("score", -0.001, -1.0, 2.0), 3, FIRST, "3 of 3 values do not"),
        ("ranges", put("score", float("inf"), 0.5, 0.5), 1, FIRST, "score inf"),
        ("patterns", put("province_id", "Hải Dương", "b", "c"), 1, {"province_id": "Hải Dương"}, "Hải Dương"),
    ]
    for kind, frame, n_failed, key, words in cases:
        found = outcomes(scores_contract, frame)
        outcome = found.pop(kind)
        assert (outcome.status, outcome.n_failed, outcome.check.severity) == ("failed", n_failed, "blocking"), words
        assert key.items() <= outcome.failing_keys[0].items(), words
        assert words in outcome.observed
        assert {other.status for other in found.values()} == {"passed"}, "only the broken rule fails"


def test_every_rule_of_every_table_can_fail():
    """A row for each ruled column, which breaks that column's rule: every one is found."""
    broken = {"integer": [10**9, -(10**9)], "double": [1e9, -1e9], "text": ["~ \n ~", ""]}
    contracts, frames = load_contracts(), {}
    for name, contract in contracts.items():
        schema = contract.polars_schema()
        rows = []
        for rule in contract_rules(contract):
            for expectation in rule.expectations:
                column = contract.column(expectation["kwargs"]["column"])
                bad = [value for value in broken[column.type] if _breaks(expectation, value)]
                assert bad, f"no value breaks {rule.check.check_id} of {column.name}"
                rows.append({**dict.fromkeys(schema), column.name: bad[0]})
        frames[name] = pl.DataFrame(rows, schema=schema)
    found = {outcome.check.check_id: outcome for outcome in run_contract_rules(frames, contracts)}
    rules = [rule for contract in contracts.values() for rule in contract_rules(contract)]
    assert found.keys() == {rule.check.check_id for rule in rules}
    for rule in rules:
        outcome = found[rule.check.check_id]
        assert (outcome.status, outcome.n_failed >= len(rule.columns)) == ("failed", True), outcome


def _breaks(expectation, value):
    """Whether a value should be refused, decided without Great Expectations."""
    kwargs = expectation["kwargs"]
    if "regex" in kwargs:
        return re.search(kwargs["regex"], value) is None
    if "value_set" in kwargs:
        return value not in kwargs["value_set"]
    low, high = kwargs["min_value"], kwargs["max_value"]
    return (low is not None and value < low) or (high is not None and value > high)


def test_an_empty_table_and_columns_without_values_are_not_applicable(scores_contract):
    for outcome in outcomes(scores_contract, SOUND.clear()).values():
        told = (outcome.status, outcome.passed, outcome.n_checked, outcome.n_failed, outcome.observed)
        assert told == ("not_applicable", None, 0, 0, "the table is empty")
    columns = {"k": {"type": "text"}, "share": {"type": "double", "min": 0, "max": 1, "nullable": True}}
    for empty in (None, float("nan")):
        frame = pl.DataFrame({"k": ["a"], "share": [empty]}, schema={"k": pl.String, "share": pl.Float64})
        outcome = outcomes(make_contract("shares", columns, key=["k"]), frame.fill_nan(None))["ranges"]
        assert (outcome.status, outcome.observed) == ("not_applicable", "no value in share")


def test_a_column_without_any_value_is_mentioned():
    number = {"type": "double", "nullable": True}
    columns = {"k": {"type": "text"}, "a": number | {"min": 0}, "b": number | {"max": 1}}
    frame = pl.DataFrame({"k": ["x", "y"], "a": [1.0, None], "b": pl.Series([None, None], dtype=pl.Float64)})
    outcome = outcomes(make_contract("two", columns, key=["k"]), frame)["ranges"]
    assert (outcome.status, outcome.n_checked) == ("passed", 1)
    assert outcome.observed == "1 values follow it; no value at all in b"
    assert outcome.expected == "a >= 0; b <= 1"


def test_a_missing_column_or_table_is_an_error_in_the_rules_that_need_it(scores_contract):
    found = outcomes(scores_contract, SOUND.drop("score"))
    assert {name for name, outcome in found.items() if outcome.status == "error"} == {"ranges"}
    assert "score" in found["ranges"].observed
    assert found["ranges"].check.severity == "blocking"
    missing = run_contract_rules({}, {"scores": scores_contract})
    assert {outcome.status for outcome in missing} == {"error"}
    assert "table scores was not built" in missing[0].observed


def test_great_expectations_that_breaks_is_never_a_pass(scores_contract, monkeypatch):
    monkeypatch.setattr(gx_suite._Validator, "_validate", lambda *_: 1 / 0)
    assert {outcome.status for outcome in outcomes(scores_contract, SOUND).values()} == {"error"}
    monkeypatch.setattr(gx_suite._Validator, "_validate", lambda *_: {})
    found = outcomes(scores_contract, SOUND)
    assert {outcome.observed for outcome in found.values()} == {
        "the check could not run: Great Expectations gave no answer"
    }
    real = builtins.__import__

    def refuse(name, *rest, **more):
        if name == "great_expectations":
            raise ImportError("not installed")
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", refuse)
    assert {outcome.status for outcome in outcomes(scores_contract, SOUND).values()} == {"error"}


def test_keys_are_named_as_stored_and_only_twenty_of_them():
    columns = {
        "n": {"type": "integer", "max": 5},
        "day": {"type": "date", "nullable": True},
        "note": {"type": "text", "pattern": "^[a-z]$"},
    }
    contract = make_contract("many", columns, key=["n", "day"])
    days = [datetime.date(2024, 1, 1), None] * 50
    found = outcomes(contract, pl.DataFrame({"n": range(100), "day": days, "note": ["x"] * 99 + ["X"]}))
    assert (found["ranges"].n_failed, len(found["ranges"].failing_keys)) == (94, 20)
    assert json.loads(found["ranges"].failing_keys_json)[:2] == [
        {"n": 6, "day": "2024-01-01"},
        {"n": 7, "day": None},
    ]
    assert found["patterns"].failing_keys == ({"n": 99, "day": None},)


def test_a_row_that_breaks_two_columns_is_named_once():
    limited = {"type": "integer", "max": 5}
    contract = make_contract("two", {"n": limited, "m": limited}, key=["n"])
    outcome = outcomes(contract, pl.DataFrame({"n": [1, 9], "m": [1, 9]}))["ranges"]
    assert (outcome.n_failed, outcome.failing_keys) == (2, ({"n": 9},))


def test_one_broken_table_leaves_the_others_alone(scores_contract):
    names = make_contract("names", {"code": {"type": "text", "pattern": "^[a-z]+$"}}, key=["code"])
    frames = {"names": pl.DataFrame({"code": ["a", "B"]}), "scores": SOUND}
    found = run_contract_rules(frames, {"names": names, "scores": scores_contract})
    assert [(one.check.check_id, one.status) for one in found] == [
        ("names.patterns", "failed"),
        ("scores.allowed_values", "passed"),
        ("scores.ranges", "passed"),
        ("scores.patterns", "passed"),
    ]


def test_rules_of_a_contract(scores_contract):
    rules = {rule.check.check_name: rule for rule in contract_rules(scores_contract)}
    assert list(rules) == list(KINDS)
    assert rules["allowed_values"].columns == ["edition", "status"]
    assert rules["allowed_values"].expectations[0] == {
        "type": "expect_column_values_to_be_in_set",
        "kwargs": {"column": "edition", "value_set": [2022, 2023]},
        "meta": {"check": "allowed_values"},
    }
    assert "0 <= score <= 1" in rules["ranges"].expected
    assert rules["patterns"].expected == "province_id like ^[a-z0-9-]+$"
    assert all(rule.check.severity == "blocking" and rule.check.engine == "gx" for rule in rules.values())
    assert contract_rules(make_contract("plain", {"k": {"type": "text"}}, key=["k"])) == []


def test_a_suite_holds_the_whole_contract(scores_contract):
    kinds = [expectation["type"] for expectation in suite(scores_contract)["expectations"]]
    assert kinds[:2] == ["expect_table_columns_to_match_ordered_list", "expect_compound_columns_to_be_unique"]
    assert kinds.count("expect_column_values_to_not_be_null") == 4
    assert kinds[6:] == [
        "expect_column_values_to_be_in_set",
        "expect_column_values_to_be_in_set",
        "expect_column_values_to_be_between",
        "expect_column_values_to_match_regex",
    ]


def test_suites_of_a_release_are_read_by_any_great_expectations_and_hold_for_its_files(released, tmp_path):
    """As somebody does who knows nothing of this project: suites into a project of their own, Parquet with pandas.

    All are read; those of every third table are asked here, and of every table with DX_SOAK.
    """
    import shutil

    import great_expectations as gx
    import pandas as pd

    marts = released / "data" / "marts"
    context = gx.get_context(mode="file", project_root_dir=tmp_path)
    files = sorted((marts / "current" / SUITES).glob("*.json"))
    assert {file.stem for file in files} == set(load_contracts())
    for file in files:
        shutil.copy(file, tmp_path / "gx" / "expectations" / file.name)
    asset = context.data_sources.add_pandas("release").add_dataframe_asset("tables")
    whole = asset.add_batch_definition_whole_dataframe("whole")
    failed = []
    for file in files[:: 1 if os.environ.get("DX_SOAK") else 3]:
        parquet = marts / "parquet" / f"{file.stem}.parquet"
        if not parquet.is_file():
            continue  # a ledger with clock times is only in the database
        batch = whole.get_batch({"dataframe": pd.read_parquet(parquet)})
        results = batch.validate(context.suites.get(file.stem), result_format="BOOLEAN_ONLY").results
        assert len(results) == len(json.loads(file.read_text(encoding="utf-8"))["expectations"])
        failed += [f"{file.stem}: {one.expectation_config.to_json_dict()}" for one in results if not one.success]
    assert failed == []


def test_swallowed_exceptions_are_found_in_either_form():
    cases = [
        (None, ""),
        ({}, ""),
        ({"raised_exception": False, "exception_message": None}, ""),
        ({"raised_exception": True, "exception_message": "no column"}, "no column"),
        ({"metric": {"raised_exception": True, "exception_message": "no column"}}, "no column"),
        ({"metric": {"raised_exception": False, "exception_message": None}}, ""),
    ]
    for info, text in cases:
        assert exception_text(info) == text, info


def test_only_failing_rules_are_asked_again_for_their_rows(scores_contract, monkeypatch):
    asked = []
    validate = gx_suite._Validator._validate

    def recorded(self, batch, expectations, result_format):
        asked.append([expectation["kwargs"]["column"] for expectation in expectations])
        return validate(self, batch, expectations, result_format)

    monkeypatch.setattr(gx_suite._Validator, "_validate", recorded)
    outcomes(scores_contract, SOUND)
    assert asked == [["edition", "status", "score", "province_id"]]
    outcomes(scores_contract, put("score", 1.2, None, 1.0))
    assert asked[2:] == [["score"]]


def test_checking_prints_nothing(scores_contract, capfd):
    outcomes(scores_contract, put("score", 1.2, None, 1.0))
    assert capfd.readouterr() == ("", "")
