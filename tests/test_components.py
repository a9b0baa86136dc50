"""Which components the index has is rows of reference data: contracts, checks and doubts follow them."""

from __future__ import annotations

import csv

import duckdb
import polars as pl
import pytest

from dx_pipeline.build import build_mart, build_reference
from dx_pipeline.contracts import load_contract, load_contracts
from dx_pipeline.marts._carry import carry
from dx_pipeline.paths import Paths
from dx_pipeline.quality.expectations import suite
from dx_pipeline.quality.generated_laws import lineage_law
from dx_pipeline.quality.runner import check_outcomes, results_frame
from dx_pipeline.release.content.dictionary import dictionary_frame
from tests.conftest import ROOT

NEW = "digital_trust_activity"
PARTS = ["foundation", "digital_government_activity", "digital_economy_activity", "digital_society_activity"]


@pytest.fixture
def indicators(project):
    """The table of a project whose index has one more component."""
    with (project / "data" / "reference" / "indicators.csv").open("a", encoding="utf-8") as file:
        file.write(f"{NEW},activity,18,overall,,Hoạt động lòng tin số,Digital trust activity\n")
    paths = Paths(project)
    with duckdb.connect() as con:
        build_reference(con, paths)
        return build_mart(con, load_contract("indicators"))


def test_contracts_name_no_component():
    with (ROOT / "data" / "reference" / "indicators.csv").open(encoding="utf-8") as file:
        codes = {row["indicator"] for row in csv.DictReader(file)} - {"overall"}
    for name, contract in load_contracts().items():
        listed = [value for column in contract.columns for value in column.allowed if column.name != "role"]
        for entry in contract.rests_on:
            for wanted in (*entry.where.values(), *entry.rows.values()):
                listed += wanted if isinstance(wanted, list) else [wanted] if isinstance(wanted, str) else []
        assert not codes & set(listed), name


def test_a_new_component_reaches_contracts_suites_dictionary_and_laws(indicators):
    contract = load_contract("score_changes").with_indicators(indicators)
    assert contract.column("indicator").allowed == (*PARTS, NEW, "overall")
    (found,) = [one for one in suite(contract)["expectations"] if one["kwargs"].get("column") == "indicator"
                and one["type"] == "expect_column_values_to_be_in_set"]  # fmt: skip
    assert found["kwargs"]["value_set"] == [*PARTS, NEW, "overall"]
    ledger = {"data_dictionary": load_contract("data_dictionary")}
    rows = dictionary_frame(ledger | {"score_changes": contract}).filter(
        pl.col("table_name") == "score_changes", pl.col("column_name") == "indicator"
    )
    assert rows["allowed"].item() == ", ".join([*PARTS, NEW, "overall"])
    assert lineage_law(contract).sql.count(f"'{NEW}'") > 1
    pillars = load_contract("pillar_scores").with_indicators(indicators).column("indicator").allowed
    assert pillars == ("digital_government", "digital_economy", "digital_society")
    assert contract.with_indicators(indicators) == contract


def test_great_expectations_asks_for_the_components_of_the_project(indicators, tables):
    name = "component_importance"
    contracts = {name: load_contract(name)}
    frames = {name: tables[name].head(2).with_columns(indicator=pl.Series([NEW, "smart_city"]))}

    def answer(**more):
        with duckdb.connect() as con:
            for table, frame in (frames | more).items():
                con.register(table, frame)
            results = results_frame(check_outcomes(con, contracts), "test")
        return results.filter(check_name="allowed_values").row(0, named=True)

    told = answer(indicators=indicators)
    assert (told["status"], told["n_failed"]) == ("failed", 1)
    assert "smart_city" in told["observed"]
    assert f"indicator in {', '.join([*PARTS, NEW])}; " in told["expected"]
    assert answer()["n_failed"] == 2, "nothing is allowed when the indicators are not known"


def test_doubts_of_a_new_component_travel(indicators):
    contract = load_contract("index_consistency")
    key = {"edition": [2024, 2024], "unit_system": [34, 34]}
    scores = pl.DataFrame({**key, "indicator": [NEW, "smart_city"], "basis": ["solved", "inferred"],
                           "doubts": ["coarse", "conflict"]})  # fmt: skip
    weights = pl.DataFrame({"edition": [2024], "basis": ["stated"], "doubts": ["single_source"]})
    frame = pl.DataFrame({name: values[:1] for name, values in key.items()})
    tables = {"component_scores": scores, "indicator_weights": weights, "indicators": indicators}
    assert carry(frame, contract, tables).select("basis", "doubts").row(0) == ("solved", "coarse")
