"""Contract rules through Great Expectations: each kind passes on sound data and fails, by name, on broken data."""

from __future__ import annotations

import builtins
import dataclasses
import datetime

import polars as pl
import pytest
from example_contracts import make_contract

from dx_pipeline.quality import gx_suite
from dx_pipeline.quality.contract_rules import KINDS, contract_rules
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


def statuses(contract, frame):
    return {name: outcome.status for name, outcome in outcomes(contract, frame).items()}


#: kind, frame that breaks it, number of failing rows, first failing key, words in the text
BROKEN = [
    ("schema", SOUND.rename({"rank": "ranking"}), 2, {"column": "rank"}, "ranking"),
    ("schema", SOUND.drop("status"), 1, {"column": "status"}, "columns edition, province_id, score, rank"),
    ("schema", SOUND.with_columns(note=pl.lit("x")), 1, {"column": "note"}, "note"),
    (
        "schema",
        SOUND.select("province_id", "edition", "score", "rank", "status"),
        2,
        {"column": "edition"},
        "province_id, edition",
    ),
    ("key", put("edition", 2022, 2022, 2022), 2, FIRST, "2 of 3 rows do not: edition 2022, province_id hai-duong"),
    ("key", put("province_id", None, None, "a").with_columns(edition=pl.lit(2022)), 2, {"province_id": None}, "2 of 3"),
    ("required", put("rank", None, 8, 26), 1, FIRST, "1 of 3 rows do not: edition 2022, province_id hai-duong, rank"),
    ("required", put("status", None, None, None), 3, FIRST, "3 of 3 rows do not"),
    ("required", put("province_id", None, "b", "c"), 1, {"edition": 2022, "province_id": None}, "1 of 3"),
    ("allowed_values", put("status", "guessed", "published", "derived"), 1, FIRST, "status guessed"),
    ("allowed_values", put("edition", 2021, 2022, 2023), 1, {"edition": 2021}, "edition 2021"),
    ("ranges", put("score", 1.2, None, 1.0), 1, FIRST, "score 1.2"),
    ("ranges", put("score", -0.001, -1.0, 2.0), 3, FIRST, "3 of"),
    ("ranges", put("score", float("inf"), 0.5, 0.5), 1, FIRST, "score inf"),
    ("patterns", put("province_id", "Hải Dương", "b", "c"), 1, {"province_id": "Hải Dương"}, "province_id Hải Dương"),
]


@pytest.mark.parametrize("kind", KINDS)
def test_rule_passes_on_sound_data(scores_contract, kind):
    outcome = outcomes(scores_contract, SOUND)[kind]
    assert (outcome.status, outcome.n_failed, outcome.failing_keys) == ("passed", 0, ())
    assert outcome.n_checked == {"schema": 5, "ranges": 2}.get(kind, 3)
    assert not outcome.blocks


@pytest.mark.parametrize(("kind", "frame", "n_failed", "key", "words"), BROKEN)
def test_rule_fails_and_names_the_row(scores_contract, kind, frame, n_failed, key, words):
    outcome = outcomes(scores_contract, frame)[kind]
    assert (outcome.status, outcome.n_failed) == ("failed", n_failed)
    assert key.items() <= outcome.failing_keys[0].items()
    assert words in outcome.observed
    assert outcome.blocks


def test_every_kind_of_rule_has_a_breaking_example():
    assert {case[0] for case in BROKEN} == set(KINDS)


def test_only_the_broken_rule_fails(scores_contract):
    found = statuses(scores_contract, put("score", 1.2, None, 1.0))
    assert found.pop("ranges") == "failed"
    assert set(found.values()) == {"passed"}


def test_an_empty_table_is_not_applicable_but_still_has_its_columns(scores_contract):
    found = statuses(scores_contract, SOUND.clear())
    assert found.pop("schema") == "passed"
    assert set(found.values()) == {"not_applicable"}
    assert set(found) == set(KINDS) - {"schema"}


def test_columns_without_any_value_are_not_applicable():
    columns = {"k": {"type": "text"}, "share": {"type": "double", "min": 0, "max": 1, "nullable": True}}
    contract = make_contract("shares", columns, key=["k"])
    outcome = outcomes(
        contract, pl.DataFrame({"k": ["a", "b"], "share": [None, None]}, schema={"k": pl.String, "share": pl.Float64})
    )["ranges"]
    assert (outcome.status, outcome.passed, outcome.observed) == ("not_applicable", None, "no value in share")
    assert (outcome.n_checked, outcome.n_failed) == (0, 0)


def test_a_column_without_any_value_is_mentioned(scores_contract):
    contract = make_contract(
        "two",
        {
            "k": {"type": "text"},
            "a": {"type": "double", "min": 0, "nullable": True},
            "b": {"type": "double", "max": 1, "nullable": True},
        },
        key=["k"],
    )
    frame = pl.DataFrame(
        {"k": ["x", "y"], "a": [1.0, None], "b": [None, None]},
        schema={"k": pl.String, "a": pl.Float64, "b": pl.Float64},
    )
    outcome = outcomes(contract, frame)["ranges"]
    assert (outcome.status, outcome.n_checked) == ("passed", 1)
    assert outcome.observed == "1 rows follow it; no value at all in b"
    assert outcome.expected == "a >= 0; b <= 1"


def test_nan_counts_as_missing(scores_contract):
    columns = {"k": {"type": "text"}, "value": {"type": "double"}}
    frame = pl.DataFrame({"k": ["a", "b"], "value": [float("nan"), 1.0]})
    outcome = outcomes(make_contract("values", columns, key=["k"]), frame)["required"]
    assert (outcome.status, outcome.failing_keys) == ("failed", ({"k": "a"},))


def test_a_missing_column_is_an_error_in_the_rules_that_need_it(scores_contract):
    found = outcomes(scores_contract, SOUND.drop("score"))
    assert {name for name, outcome in found.items() if outcome.status == "error"} == {"ranges"}
    assert "score" in found["ranges"].observed
    assert found["ranges"].blocks
    assert found["schema"].status == "failed"


def test_a_value_that_cannot_be_compared_is_an_error(scores_contract):
    outcome = outcomes(scores_contract, SOUND.with_columns(score=pl.lit("0,63")))["ranges"]
    assert (outcome.status, outcome.passed) == ("error", False)


def test_a_table_that_was_not_built_is_an_error(scores_contract):
    found = run_contract_rules({}, {"scores": scores_contract})
    assert {outcome.status for outcome in found} == {"error"}
    assert "table scores was not built" in found[0].observed


def test_great_expectations_that_cannot_be_imported_is_an_error(scores_contract, monkeypatch):
    real_import = builtins.__import__

    def no_great_expectations(name, *args, **kwargs):
        if name.startswith("great_expectations"):
            raise ImportError("No module named 'great_expectations'")
        return real_import(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", no_great_expectations)
    found = run_contract_rules({"scores": SOUND}, {"scores": scores_contract})
    assert {outcome.status for outcome in found} == {"error"}
    assert "No module named 'great_expectations'" in found[0].observed


def test_key_of_one_column_and_several_tables_in_one_step(scores_contract):
    names = make_contract(
        "names", {"code": {"type": "text", "pattern": "^[a-z]+$"}, "day": {"type": "date"}}, key=["code"]
    )
    days = [datetime.date(2024, 1, 1), None, datetime.date(2024, 1, 3)]
    frame = pl.DataFrame({"code": ["a", "a", "B"], "day": days})
    found = run_contract_rules({"names": frame, "scores": SOUND}, {"names": names, "scores": scores_contract})
    by_id = {outcome.check.check_id: outcome for outcome in found}
    assert by_id["names.key"].failing_keys == ({"code": "a"}, {"code": "a"})
    assert by_id["names.patterns"].failing_keys == ({"code": "B"},)
    assert by_id["names.required"].failing_keys == ({"code": "a"},)
    assert {outcome.status for name, outcome in by_id.items() if name.startswith("scores.")} == {"passed"}


def test_a_value_on_the_limit_is_within_it(scores_contract):
    assert statuses(scores_contract, put("score", 0.0, None, 1.0))["ranges"] == "passed"


def test_a_table_of_one_column_is_an_error_not_a_pass():
    contract = make_contract("codes", {"code": {"type": "text", "pattern": "^[a-z]+$"}}, key=["code"])
    assert set(statuses(contract, pl.DataFrame({"code": ["a", "B"]})).values()) == {"error"}


def test_only_twenty_keys_are_named():
    contract = make_contract("many", {"n": {"type": "integer", "max": 5}, "note": {"type": "text"}}, key=["n"])
    outcome = outcomes(contract, pl.DataFrame({"n": range(100), "note": "x"}))["ranges"]
    assert (outcome.n_failed, len(outcome.failing_keys)) == (94, 20)
    assert outcome.failing_keys[0] == {"n": 6}


def test_rules_of_a_contract(scores_contract):
    rules = {rule.kind: rule for rule in contract_rules(scores_contract)}
    assert list(rules) == ["schema", "key", "required", "allowed_values", "ranges", "patterns"]
    assert rules["required"].columns == ("edition", "province_id", "rank", "status")
    assert rules["allowed_values"].parameters == {"edition": [2022, 2023], "status": ["published", "derived"]}
    assert "0 <= score <= 1" in rules["ranges"].expected
    assert rules["patterns"].expected == "province_id like ^[a-z0-9-]+$"
    assert rules["key"].expected == "one row for each edition, province_id"
    assert all(rule.check.severity == "blocking" and rule.check.engine == "gx" for rule in rules.values())


def test_a_contract_without_such_rules_has_only_schema_key_and_required():
    contract = make_contract("plain", {"k": {"type": "text"}}, key=["k"])
    assert [rule.kind for rule in contract_rules(contract)] == ["schema", "key", "required"]


@pytest.mark.parametrize(
    ("info", "text"),
    [
        (None, ""),
        ({}, ""),
        ({"raised_exception": False, "exception_message": None}, ""),
        ({"raised_exception": True, "exception_message": "no column"}, "no column"),
        ({"metric": {"raised_exception": True, "exception_message": "no column"}}, "no column"),
        ({"metric": {"raised_exception": False, "exception_message": None}}, ""),
    ],
)
def test_swallowed_exceptions_are_found_in_either_form(info, text):
    assert exception_text(info) == text


def test_the_text_names_the_first_failing_row_and_only_what_is_wrong_in_it(scores_contract):
    several = outcomes(scores_contract, put("score", -0.001, -1.0, 2.0))["ranges"]
    assert several.observed == "3 of 3 rows do not: edition 2022, province_id hai-duong, score -0.001"
    missing = outcomes(scores_contract, put("rank", None, 8, 26))["required"]
    assert missing.observed == "1 of 3 rows do not: edition 2022, province_id hai-duong, rank nan"


def test_only_failing_rules_are_asked_again_for_their_rows(scores_contract, monkeypatch):
    asked = []
    validate = gx_suite._Validator._validate

    def recorded(self, batch, rules, columns, result_format):
        asked.append([rule.kind for rule in rules])
        return validate(self, batch, rules, columns, result_format)

    monkeypatch.setattr(gx_suite._Validator, "_validate", recorded)
    outcomes(scores_contract, SOUND)
    assert asked == [list(KINDS)]
    outcomes(scores_contract, put("score", 1.2, None, 1.0))
    assert asked[1:] == [list(KINDS), ["ranges"]]


def test_checking_prints_nothing(scores_contract, capfd):
    outcomes(scores_contract, put("score", 1.2, None, 1.0))
    assert capfd.readouterr() == ("", "")


def test_nothing_to_check_counts_no_row(scores_contract):
    found = outcomes(scores_contract, SOUND.clear())["key"]
    assert (found.n_checked, found.n_failed, found.observed) == (0, 0, "the table is empty")


def test_rules_cannot_be_changed_afterwards(scores_contract):
    with pytest.raises(dataclasses.FrozenInstanceError):
        contract_rules(scores_contract)[0].expected = "anything"
