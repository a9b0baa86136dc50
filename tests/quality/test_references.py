"""Every province and indicator a table names exists; codes of other publishers are left alone."""

from __future__ import annotations

from example_contracts import make_contract

from dx_pipeline.contracts import load_contracts
from dx_pipeline.quality.catalogue import checked_contracts
from dx_pipeline.quality.laws import run_laws
from dx_pipeline.quality.references import reference_law

TEXT = {"type": "text"}
EDITION = {"type": "integer"}


def law_for(name, *columns):
    described = {column: EDITION if column in ("edition", "unit_system") else TEXT for column in columns}
    return reference_law(make_contract(name, described, key=[columns[0]]))


def outcome(con, law):
    return run_laws(con, [law])[0]


RANKINGS = ("edition", "unit_system", "province_id")


def test_known_provinces_pass(peaceful_world):
    found = outcome(peaceful_world, law_for("province_rankings", *RANKINGS))
    assert (found.status, found.n_checked) == ("passed", 63 + 34)


def test_an_unknown_code_fails_and_is_named(world):
    #: table, its columns, what spoils it, part of the failing key
    cases = [
        ("province_rankings", RANKINGS, "province_id = 'atlantis' WHERE province_id = 'p-08'", {"code": "atlantis"}),
        (
            "province_rankings",
            RANKINGS,
            "province_id = 'p-08' WHERE province_id = 'u-08'",
            {"code": "p-08", "unit_system": "34"},
        ),
        ("peer_groups", ("province_id", "peer_id"), "peer_id = 'u-99'", {"named_in": "peer_id", "code": "u-99"}),
        ("peer_groups", ("province_id", "peer_id"), "province_id = 'x'", {"named_in": "province_id"}),
        ("merged_units", ("edition", "province_id"), "province_id = 'nowhere'", {"code": "nowhere"}),
        ("component_importance", ("edition", "indicator"), "indicator = 'luck'", {"code": "luck"}),
    ]
    for name, columns, spoil, key in cases:
        law = law_for(name, *columns)
        world.execute("ROLLBACK")
        world.execute("BEGIN")
        assert outcome(world, law).status == "passed", name
        world.execute(f"UPDATE {name} SET {spoil}")
        found = outcome(world, law)
        assert (found.status, found.blocks) == ("failed", True), name
        assert any(key.items() <= failing.items() for failing in found.failing_keys), found


def test_each_table_that_names_a_province_or_indicator_can_fail(peaceful_world):
    """One row with codes nobody knows, in each table of the contracts."""
    fillers = {"text": "atlantis", "integer": 1, "double": 0.5, "boolean": True, "date": "2024-01-01"}
    con = peaceful_world.cursor()
    con.execute("ATTACH ':memory:' AS made")
    con.execute("USE made")
    contracts = checked_contracts(load_contracts())
    for contract in contracts.values():
        con.execute(contract.ddl())
    for name, contract in contracts.items():
        law = reference_law(contract)
        if law is None:
            continue
        marks = ", ".join("?" * len(contract.columns))
        con.execute(f"INSERT INTO {name} VALUES ({marks})", [fillers[column.type] for column in contract.columns])
        assert outcome(con, law).status == "failed", name
        con.execute(f"DELETE FROM {name}")


def test_a_missing_code_is_not_an_unknown_one(world):
    world.execute("UPDATE peer_groups SET peer_id = NULL")
    assert outcome(world, law_for("peer_groups", "province_id", "peer_id")).status == "passed"
    world.execute("UPDATE component_importance SET indicator = NULL")
    assert outcome(world, law_for("component_importance", "edition", "indicator")).status == "not_applicable"


def test_the_country_stands_beside_the_provinces_only_where_means_are_kept(world):
    figures = law_for("figure_sources", "edition", "unit_system", "province_id", "indicator")
    world.execute("UPDATE figure_sources SET province_id = 'viet-nam', indicator = 'papi_sc81' WHERE locator = 'row 5'")
    assert outcome(world, figures).status == "passed"
    world.execute("UPDATE figure_sources SET province_id = 'atlantis' WHERE locator = 'row 5'")
    assert outcome(world, figures).failing_keys[0]["code"] == "atlantis"
    world.execute("UPDATE province_rankings SET province_id = 'viet-nam' WHERE province_id = 'p-08'")
    assert outcome(world, law_for("province_rankings", *RANKINGS)).failing_keys[0]["code"] == "viet-nam"


def test_a_missing_reference_table_is_an_error(world):
    world.execute("DROP TABLE provinces")
    assert outcome(world, law_for("province_rankings", *RANKINGS)).status == "error"


def test_tables_without_references_have_no_such_check():
    for name, columns in {
        "provinces": ("unit_system", "province_id"),
        "indicators": ("indicator",),
        "editions": ("edition",),
        "external_indicators": ("source_id", "indicator"),
        "policy_targets": ("resolution", "indicator"),
    }.items():
        assert reference_law(make_contract(name, dict.fromkeys(columns, TEXT), key=[columns[0]])) is None, name
