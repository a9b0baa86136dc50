"""Every province and indicator a table names exists; codes of other publishers are left alone."""

from __future__ import annotations

import pytest
from example_contracts import make_contract

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


@pytest.mark.parametrize(
    ("name", "columns", "statement", "key"),
    [
        (
            "province_rankings",
            RANKINGS,
            "UPDATE province_rankings SET province_id = 'atlantis' WHERE province_id = 'p-08'",
            {"code": "atlantis"},
        ),
        (
            "province_rankings",
            RANKINGS,
            "UPDATE province_rankings SET province_id = 'p-08' WHERE province_id = 'u-08'",
            {"code": "p-08", "unit_system": "34"},
        ),
        (
            "peer_groups",
            ("province_id", "peer_id"),
            "UPDATE peer_groups SET peer_id = 'u-01'",
            {"named_in": "peer_id", "code": "u-01"},
        ),
        (
            "peer_groups",
            ("province_id", "peer_id"),
            "UPDATE peer_groups SET province_id = 'x'",
            {"named_in": "province_id"},
        ),
        (
            "merged_units",
            ("edition", "province_id"),
            "UPDATE merged_units SET province_id = 'p-01'",
            {"unit_system": "34"},
        ),
        (
            "component_importance",
            ("edition", "indicator"),
            "UPDATE component_importance SET indicator = 'luck'",
            {"code": "luck"},
        ),
    ],
)
def test_an_unknown_code_fails_and_is_named(world, name, columns, statement, key):
    law = law_for(name, *columns)
    assert outcome(world, law).status == "passed"
    world.execute(statement)
    found = outcome(world, law)
    assert found.status == "failed"
    assert any(key.items() <= failing.items() for failing in found.failing_keys)
    assert found.blocks


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


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("provinces", ("unit_system", "province_id")),
        ("indicators", ("indicator",)),
        ("editions", ("edition",)),
        ("external_indicators", ("source_id", "indicator")),
        ("policy_targets", ("resolution", "indicator")),
    ],
)
def test_tables_without_references_have_no_such_check(name, columns):
    assert reference_law(make_contract(name, dict.fromkeys(columns, TEXT), key=[columns[0]])) is None
