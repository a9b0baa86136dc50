"""An edition nobody has seen yet flows through every table of the units of today: a file and rows of reference data."""

from __future__ import annotations

import hashlib
from pathlib import Path

import polars as pl
import pytest

from dx_pipeline import build
from dx_pipeline.contracts import Contract, load_contract
from dx_pipeline.paths import Paths
from dx_pipeline.proofs import begin_again
from dx_pipeline.sources.spec import load_sources
from dx_pipeline.warehouse import connect
from tests.conftest import ROOT, own_copy
from tests.marts.frames import pick

#: tables with one row a unit (or several) and edition
BY_UNIT = {
    "province_rankings": 34,
    "component_scores": 34 * 9,
    "pillar_scores": 34 * 3,
    "component_gaps": 34 * 33 * 5,
    "rank_bands": 34 * 3,
    "rank_bounds": 34 * 2,
    "method_ranks": 34 * 6,
    "leave_one_out": 34 * 4,
    "dominance": 34,
    "cheapest_paths": 34 * 3 * 4,
    "expected_scores": 34,
    "component_importance": 4,
    "index_consistency": 1,
    "rank_thresholds": 34,
}
STEPS = {
    "rank_changes": 34,
    "score_changes": 34 * 5,
    "rank_counterfactuals": 34 * 4,
    "threshold_paths": 3,
    "edition_comparability": 2,  # the boundaries were described already
}


def with_inputs(tables: set[str], contracts: dict[str, Contract]) -> set[str]:
    """Tables, and all they are made from."""
    needed = tables | {one for name in tables if name in contracts for one in contracts[name].inputs}
    return needed if needed == tables else with_inputs(needed, contracts)


def with_edition_2025(data: Path) -> None:
    """A second file of the source of 2024, and the same points for 2025."""
    source = data / "raw" / "dti_eight_components"
    text = (source / "2024_34.csv").read_text(encoding="utf-8").replace("2024,34,", "2025,34,")
    (source / "2025_34.csv").write_text(text, encoding="utf-8")
    digest = hashlib.sha256((source / "2025_34.csv").read_bytes()).hexdigest()
    declared = (
        f'\n[files."2025_34.csv"]\nedition = 2025\nunit_system = 34\ncomplete = true\n'
        f'ignore = ["edition", "units", "gso_code_2025", "province"]\nsha256 = "{digest}"\n'
    )
    with (source / "source.toml").open("a", encoding="utf-8") as file:
        file.write(declared)
    weights = data / "reference" / "dti_weights.csv"
    lines = weights.read_text(encoding="utf-8").splitlines()
    lines += [line.replace("2024,2024,", "2025,2025,") for line in lines if line.startswith("2024,")]
    weights.write_text("\n".join(lines) + "\n", encoding="utf-8")
    register = data / "reference" / "source.toml"
    before = hashlib.sha256((ROOT / "data" / "reference" / "dti_weights.csv").read_bytes()).hexdigest()
    after = hashlib.sha256(weights.read_bytes()).hexdigest()
    register.write_text(register.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")


@pytest.fixture(scope="module")
def of_2025(tmp_path_factory, built):
    root = own_copy(tmp_path_factory, built)
    with_edition_2025(root / "data")
    paths = Paths(root)
    begin_again(paths)
    with connect(paths) as con:
        build.build_reference(con, paths)
        for source_id in load_sources(paths.raw):
            build.build_source(con, paths, source_id)
        build.build_figures(con, paths)
        contracts = build.mart_contracts()
        wanted = with_inputs({*BY_UNIT, *STEPS}, contracts)
        return {name: build.build_mart(con, one) for name, one in contracts.items() if name in wanted}


def test_the_new_edition_is_in_every_table_of_the_units_of_today(of_2025):
    found = {name: pick(of_2025[name], edition=2025).height for name in BY_UNIT}
    assert found == BY_UNIT
    assert set(pick(of_2025["province_rankings"], edition=2025)["unit_system"]) == {34}


def test_the_step_to_it_is_there_and_does_not_compare_before_somebody_says_so(of_2025):
    found = {name: pick(of_2025[name], edition_to=2025).height for name in STEPS}
    assert found == STEPS
    for name in STEPS:
        assert set(pick(of_2025[name], edition_to=2025)["comparability"]) - {"boundary"} == {"unknown"}, name


def test_older_editions_stay_as_they_were(of_2025, tables):
    for name in ("rank_bands", "component_gaps", "dominance", "province_rankings"):
        key = list(load_contract(name).key)
        older = of_2025[name].filter(pl.col("edition") < 2025).sort(key)
        assert older.equals(tables[name].sort(key)), name
