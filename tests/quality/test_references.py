"""Every province and indicator a table names exists; codes of other publishers are left alone."""

from __future__ import annotations

import duckdb
from example_contracts import make_contract

from dx_pipeline.contracts import load_contracts
from dx_pipeline.quality.catalogue import checked_contracts
from dx_pipeline.quality.generated_laws import LIMITS, reference_law, system_size_law
from dx_pipeline.quality.laws import run_law

TEXT = {"type": "text"}
EDITION = {"type": "integer"}


def law_for(name, *columns):
    described = {column: EDITION if column in ("edition", "unit_system") else TEXT for column in columns}
    return reference_law(make_contract(name, described, key=[columns[0]]))


def outcome(con, law):
    return run_law(con, law)


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
        assert (found.status, found.check.severity) == ("failed", "blocking"), name
        assert any(key.items() <= failing.items() for failing in found.failing_keys), found


def test_each_law_made_from_a_contract_can_fail():
    """One row with codes nobody knows and the last rank of a larger country, in each table of the contracts."""
    fillers = {"text": "atlantis", "integer": 1, "double": 0.5, "boolean": True, "date": "2024-01-01"}
    contracts = checked_contracts(load_contracts())

    def insert(con, contract, **values):
        row = [values.get(column.name, fillers[column.type]) for column in contract.columns]
        con.execute(f"INSERT INTO {contract.name} VALUES ({', '.join('?' * len(row))})", row)

    for name, contract in contracts.items():
        laws = [law for law in (reference_law(contract), system_size_law(contract)) if law]
        with duckdb.connect() as con:
            for needed in {"provinces", "indicators", name} if laws else ():
                con.execute(contracts[needed].ddl())
            if laws and name != "provinces":
                insert(con, contracts["provinces"], province_id="p-01")
            if laws:
                insert(con, contract, **{column.name: 64 for column in contract.columns if column.unit in LIMITS})
            for law in laws:
                assert outcome(con, law).status == "failed", (name, law.check.check_name)


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


def test_ranks_and_places_fit_the_system_of_their_row(world):
    columns = {"unit_system": EDITION, "province_id": TEXT, "rank": {"type": "integer", "unit": "rank"}}
    law = system_size_law(make_contract("province_rankings", columns, key=["unit_system", "province_id"]))
    assert outcome(world, law).status == "passed"
    world.execute("UPDATE province_rankings SET rank = 35 WHERE unit_system = 34 AND province_id = 'u-01'")
    found = outcome(world, law)
    assert (found.status, found.check.severity) == ("failed", "blocking")
    assert {"province_id": "u-01", "named_in": "rank"}.items() <= found.failing_keys[0].items()
    # what is impossible in one system is possible in a larger one
    world.execute(
        "INSERT INTO provinces BY NAME SELECT 100 AS unit_system, 'xa-' || i AS province_id FROM range(100) t(i)"
    )
    world.execute("UPDATE province_rankings SET unit_system = 100 WHERE rank = 35")
    assert outcome(world, law).status == "passed"
