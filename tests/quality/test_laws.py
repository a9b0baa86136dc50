"""Every law holds in the small country and is broken by each change that should break it."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from breaking_examples import BREAKING, ROWS_CHECKED

from dx_pipeline.contracts import load_contracts
from dx_pipeline.declarations import DeclarationError
from dx_pipeline.quality.laws import LAWS_FOLDER, load_laws, parse_law, run_laws

LAWS = load_laws()
EXAMPLES = [
    pytest.param(name, statement, key, id=f"{name}-{number}")
    for name, examples in BREAKING.items()
    for number, (statement, key) in enumerate(examples, 1)
]


def outcome_of(con, name):
    return run_laws(con, [LAWS[name]])[0]


def test_every_law_has_a_breaking_example():
    assert set(BREAKING) == set(ROWS_CHECKED) == set(LAWS) == {path.stem for path in LAWS_FOLDER.glob("*.toml")}


@pytest.mark.parametrize("name", LAWS)
def test_law_holds_in_a_sound_country(peaceful_world, name):
    outcome = outcome_of(peaceful_world, name)
    assert (outcome.status, outcome.n_failed, outcome.failing_keys) == ("passed", 0, ())
    assert outcome.n_checked == ROWS_CHECKED[name] > 0
    assert outcome.observed == f"{outcome.n_checked} rows hold"
    assert outcome.expected == LAWS[name].expects


@pytest.mark.parametrize(("name", "statement", "key"), EXAMPLES)
def test_law_fails_and_names_the_row(world, name, statement, key):
    world.execute(statement)
    outcome = outcome_of(world, name)
    assert outcome.status == "failed", outcome
    assert 0 < outcome.n_failed <= outcome.n_checked
    # the list of keys is cut at 20, so a row further down need only be counted
    assert any(key.items() <= failing.items() for failing in outcome.failing_keys) or outcome.n_failed > 20
    assert "found" in outcome.observed
    assert "expected" in outcome.observed


@pytest.mark.parametrize("name", LAWS)
def test_law_on_empty_tables_is_not_applicable(world, name):
    for table in LAWS[name].tables:
        world.execute(f"DELETE FROM {table}")
    outcome = outcome_of(world, name)
    assert (outcome.status, outcome.passed, outcome.n_checked, outcome.n_failed) == ("not_applicable", None, 0, 0)


READS = [pytest.param(name, table, id=f"{name}-{table}") for name, law in LAWS.items() for table in law.tables]


@pytest.mark.parametrize(("name", "table"), READS)
def test_law_on_a_missing_table_is_an_error(world, name, table):
    world.execute(f"ALTER TABLE {table} RENAME TO gone")
    outcome = outcome_of(world, name)
    assert (outcome.status, outcome.passed) == ("error", False)
    assert f"{table} does not exist" in outcome.observed


@pytest.mark.parametrize("name", LAWS)
def test_law_reads_no_table_it_does_not_name(world, name):
    tables = [row[0] for row in world.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
    for table in set(tables) - set(LAWS[name].tables):
        world.execute(f"DROP TABLE {table}")
    assert outcome_of(world, name).status == "passed"


@pytest.fixture(scope="session")
def empty_build():
    """Every table as its contract describes it, without rows."""
    with duckdb.connect() as con:
        for contract in load_contracts().values():
            con.execute(contract.ddl())
        yield con


@pytest.mark.parametrize("name", LAWS)
def test_law_fits_the_contracts(empty_build, name):
    outcome = outcome_of(empty_build, name)
    assert outcome.status == "not_applicable", outcome.observed


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
    outcome = run_laws(small, [parse_law("n_is_one", SOUND)])[0]
    assert (outcome.n_checked, outcome.n_failed, len(outcome.failing_keys)) == (30, 25, 20)
    assert outcome.failing_keys[0] == {"k": 10}
    assert outcome.observed == "25 of 30 rows do not hold; k 10: found 10, expected 1"
    assert outcome.check.check_id == "t.n_is_one"


def test_a_law_that_cannot_tell_fails(small):
    outcome = run_laws(small, [parse_law("n_is_one", SOUND | {"sql": SOUND["sql"].replace("n = 1", "NULL::BOOLEAN")})])[
        0
    ]
    assert (outcome.status, outcome.n_failed) == ("failed", 30)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT k, n = 1 AS holds FROM t",
        "SELECT 'a' AS observed, 'b' AS expected, true AS holds FROM t",
        "SELECT k, true AS holds, 'a' AS observed, 'b' AS expected FROM t",
        "SELEC 1",
    ],
)
def test_a_law_that_does_not_answer_in_the_agreed_columns_is_an_error(small, sql):
    outcome = run_laws(small, [parse_law("odd", SOUND | {"sql": sql})])[0]
    assert outcome.status == "error"
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
