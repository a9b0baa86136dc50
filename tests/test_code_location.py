"""What Dagster loads: quickly, completely described, one build at a time."""

from __future__ import annotations

import subprocess
import sys

import dagster as dg
import pytest
import yaml

from dx_pipeline.contracts import load_contracts
from dx_pipeline.definitions import defs
from dx_pipeline.orchestration.assets.marts import section_group
from dx_pipeline.orchestration.graph import build_definitions
from dx_pipeline.orchestration.resources import PUBLISHERS
from dx_pipeline.quality.catalogue import catalogue
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def graph():
    return defs.resolve_asset_graph()


def test_loading_imports_no_heavy_library():
    heavy = ["great_expectations", "pandas", "matplotlib", "scipy", "statsmodels", "SALib", "polars", "duckdb", "numpy"]
    heavy += ["celery", "kombu", "redis", "kubernetes", "psycopg2", "dagster_celery"]  # one machine needs none of these
    code = f"import sys, dx_pipeline.definitions; print([name for name in {heavy} if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert loaded.stdout.strip() == "[]"


def test_every_asset_says_what_it_is_and_whose(graph):
    sections = {section_group(contract) for contract in load_contracts().values()}
    groups = {"raw", "core", "publication", "watch"} | sections
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.group_name in groups, key
        assert node.description, key
        assert node.owners, key
        assert node.kinds, key
        assert node.code_version, key
    assert {graph.get(key).group_name for key in graph.get_all_asset_keys()} == groups


def test_every_public_table_is_an_asset_with_the_columns_of_its_contract(graph):
    for name, contract in load_contracts().items():
        schema = graph.get(dg.AssetKey(["marts", name])).metadata["dagster/column_schema"]
        assert [column.name for column in schema.columns] == contract.column_names
        assert all(column.description for column in schema.columns)


def test_every_check_of_the_catalogue_is_an_asset_check_on_its_table(graph):
    known = {(key.asset_key.path[-1], key.name) for key in graph.asset_check_keys}
    assert known == {(check.table_name, check.check_name) for check in catalogue(load_contracts())}


def test_a_release_comes_after_every_table(graph):
    upstream = set()
    waiting = [dg.AssetKey(["publication", "release"])]
    while waiting:
        parents = graph.get(waiting.pop()).parent_keys - upstream
        upstream |= parents
        waiting += parents
    assert upstream == graph.get_all_asset_keys() - {dg.AssetKey(["publication", "release"]), PUBLISHERS}


def test_the_nightly_refresh_builds_everything_at_two_in_the_morning_in_viet_nam():
    schedule = defs.resolve_schedule_def("nightly")
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 2 * * *", "Asia/Ho_Chi_Minh")
    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING
    everything = set(defs.resolve_asset_graph().get_all_asset_keys())
    assert defs.resolve_job_def("refresh").asset_layer.executable_asset_keys == everything - {PUBLISHERS}


def test_publishers_are_looked_at_before_the_refresh():
    schedule = defs.resolve_schedule_def("nightly_fetch")
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("30 1 * * *", "Asia/Ho_Chi_Minh")
    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING
    assert defs.resolve_job_def("fetch").asset_layer.executable_asset_keys == {PUBLISHERS}
    sensors = {sensor.name: sensor.default_status for sensor in defs.sensors}
    assert {"build_what_is_new", "tell_of_builds"} <= sensors.keys()
    assert set(sensors.values()) == {dg.DefaultSensorStatus.RUNNING}


def test_the_instance_stays_at_home_and_builds_one_at_a_time():
    settings = yaml.safe_load((ROOT / "dagster.yaml").read_text(encoding="utf-8"))
    assert settings["telemetry"] == {"enabled": False}
    assert settings["nux"] == {"enabled": False}
    assert settings["concurrency"] == {"runs": {"max_concurrent_runs": 1}}


def test_column_lineage_names_columns_that_exist(graph):
    contracts = load_contracts()
    for contract in contracts.values():
        for column in contract.columns:
            for origin in column.lineage:
                table, name = origin.split(".")
                assert name in contracts[table].column_names, f"{contract.name}.{column.name} from {origin}"
    lineage = graph.get(dg.AssetKey(["marts", "component_gaps"])).metadata["dagster/column_lineage"].deps_by_column
    assert {dep.column_name for dep in lineage["gap_points"]} == {"score", "weight"}


def test_every_table_and_source_leads_to_the_files_that_make_it(graph, monkeypatch):
    for name in load_contracts():
        node = graph.get(dg.AssetKey(["marts", name]))
        references = node.metadata["dagster/code_references"].code_references
        assert {reference.label for reference in references} >= {f"{name}.toml"}
        assert node.code_version, name
    monkeypatch.setenv("DX_REPOSITORY_URL", "https://github.com/someone/dx-pipeline")
    elsewhere = build_definitions().resolve_asset_graph().get(dg.AssetKey(["marts", "rank_bands"]))
    urls = [reference.url for reference in elsewhere.metadata["dagster/code_references"].code_references]
    assert "https://github.com/someone/dx-pipeline/tree/main/dx_pipeline/marts/rank_bands.toml" in urls
