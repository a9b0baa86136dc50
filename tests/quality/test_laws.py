"""Every law holds in the small country and is broken by each change that should break it."""

from __future__ import annotations

import contextlib
from pathlib import Path

import duckdb
import pytest
from breaking_examples import BREAKING, ROWS_CHECKED

from dx_pipeline.contracts import load_contracts
from dx_pipeline.declarations import DeclarationError
from dx_pipeline.quality.catalogue import applicable_laws
from dx_pipeline.quality.laws import LAWS_FOLDER, load_laws, parse_law, run_law

LAWS = load_laws()


def outcome_of(con, name):
    return run_law(con, LAWS[name])


@contextlib.contextmanager
def changed(con, *statements):
    """The small country after some changes, which are rolled back."""
    con.execute("BEGIN")
    for statement in statements:
        con.execute(statement)
    yield con
    con.execute("ROLLBACK")


def test_every_law_has_a_breaking_example():
    assert set(BREAKING) == set(ROWS_CHECKED) == set(LAWS) == {path.stem for path in LAWS_FOLDER.glob("*.toml")}
    assert [name for name in LAWS if not BREAKING[name]] == []


def test_each_law_holds_in_a_sound_country(peaceful_world):
    for name in LAWS:
        outcome = outcome_of(peaceful_world, name)
        assert (outcome.status, outcome.n_failed, outcome.failing_keys) == ("passed", 0, ()), outcome
        assert outcome.n_checked == ROWS_CHECKED[name] > 0, name
        assert outcome.observed == f"{outcome.n_checked} rows hold"
        assert outcome.expected == LAWS[name].expects


def test_each_law_fails_on_each_of_its_breaking_examples_and_names_the_row(peaceful_world):
    missed = []
    for name, examples in BREAKING.items():
        for statement, key in examples:
            with changed(peaceful_world, statement):
                outcome = outcome_of(peaceful_world, name)
            # the list of keys is cut at 20, so a row further down need only be counted
            named = any(key.items() <= failing.items() for failing in outcome.failing_keys) or outcome.n_failed > 20
            told = "found" in outcome.observed and "expected" in outcome.observed
            if outcome.status != "failed" or not (0 < outcome.n_failed <= outcome.n_checked and named and told):
                missed.append((name, statement, outcome))
    assert missed == []


def test_each_law_on_empty_tables_is_not_applicable(peaceful_world):
    for name, law in LAWS.items():
        with changed(peaceful_world, *(f"DELETE FROM {table}" for table in law.tables)):
            outcome = outcome_of(peaceful_world, name)
        told = (outcome.status, outcome.passed, outcome.n_checked, outcome.n_failed)
        assert told == ("not_applicable", None, 0, 0), outcome


def test_each_law_on_a_missing_table_is_an_error(peaceful_world):
    for name, law in LAWS.items():
        for table in law.tables:
            with changed(peaceful_world, f"ALTER TABLE {table} RENAME TO gone"):
                outcome = outcome_of(peaceful_world, name)
            assert (outcome.status, outcome.passed) == ("error", False), outcome
            assert f"{table} does not exist" in outcome.observed


def test_no_law_reads_a_table_it_does_not_name(peaceful_world):
    tables = {row[0] for row in peaceful_world.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    for name, law in LAWS.items():
        with changed(peaceful_world, *(f"DROP TABLE {table}" for table in tables - set(law.tables))):
            assert outcome_of(peaceful_world, name).status == "passed", name


def test_no_law_generated_from_a_contract_reads_a_table_it_does_not_name():
    contracts = load_contracts()
    with duckdb.connect() as con:
        for law in applicable_laws(contracts):
            con.begin()
            for table in law.tables:
                con.execute(contracts[table].ddl())
            assert run_law(con, law).status == "not_applicable", law.check.check_id
            con.rollback()


def test_each_law_fits_the_contracts():
    with duckdb.connect() as con:
        for contract in load_contracts().values():
            con.execute(contract.ddl())
        for name in LAWS:
            outcome = outcome_of(con, name)
            assert outcome.status == "not_applicable", outcome


SOUND = {
    "table": "t",
    "tables": ["t"],
    "dimension": "accuracy",
    "severity": "blocking",
    "protects_vi": "một điều",
    "protects_en": "something",
    "expects": "n is 1",
    "sql": "SELECT k, n::VARCHAR AS observed, '1' AS expected, n = 1 AS holds FROM t",
}


@pytest.fixture
def small(peaceful_world):
    with peaceful_world.cursor() as con:
        con.execute("CREATE TEMP TABLE t AS SELECT k, CASE WHEN k < 5 THEN 1 ELSE k END AS n FROM range(30) r(k)")
        yield con


def test_counts_and_first_twenty_keys(small):
    outcome = run_law(small, parse_law("n_is_one", SOUND))
    assert (outcome.n_checked, outcome.n_failed, len(outcome.failing_keys)) == (30, 25, 20)
    assert outcome.failing_keys[0] == {"k": 10}
    assert outcome.observed == "25 of 30 rows do not hold; k 10: found 10, expected 1"
    assert outcome.check.check_id == "t.n_is_one"


def test_a_law_that_cannot_tell_fails(small):
    unclear = SOUND["sql"].replace("n = 1", "NULL::BOOLEAN")
    outcome = run_law(small, parse_law("n_is_one", SOUND | {"sql": unclear}))
    assert (outcome.status, outcome.n_failed) == ("failed", 30)


def test_a_law_that_does_not_answer_in_the_agreed_columns_is_an_error(small):
    for sql in (
        "SELECT k, n = 1 AS holds FROM t",
        "SELECT 'a' AS observed, 'b' AS expected, true AS holds FROM t",
        "SELECT k, true AS holds, 'a' AS observed, 'b' AS expected FROM t",
        "SELEC 1",
    ):
        outcome = run_law(small, parse_law("odd", SOUND | {"sql": sql}))
        assert outcome.status == "error", sql
        assert outcome.observed.startswith("the check could not run: ")


def test_a_law_with_a_mistake_is_refused():
    changes = [
        ({"tables": ["other"]}, "tables: expected the law's own table t among the tables it reads"),
        ({"colour": "red"}, "colour: expected no such key"),
        ({"sqll": "SELECT 1"}, "sqll: expected no such key, found `sqll` (did you mean sql"),
        ({"severity": "fatal"}, "severity: expected 'blocking', 'warning' or 'info', found 'fatal'"),
        ({"dimension": "beauty"}, "dimension: expected 'accuracy', 'completeness'"),
        ({"protects_vi": " "}, "protects_vi: expected a text that is not blank"),
        ({"protects_en": ""}, "protects_en: expected a text that is not blank"),
    ]
    for change, told in changes:
        with pytest.raises(DeclarationError) as error:
            parse_law("odd", SOUND | change)
        assert str(error.value).startswith(f"laws/odd.toml, {told}"), str(error.value)
    for name in SOUND:
        with pytest.raises(DeclarationError, match=f"{name}: expected a value, found nothing"):
            parse_law("odd", {key: value for key, value in SOUND.items() if key != name})


def test_law_files_are_named_like_the_check():
    assert all(
        law.check.check_name == name and Path(LAWS_FOLDER / f"{name}.toml").is_file() for name, law in LAWS.items()
    )
