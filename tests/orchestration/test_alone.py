"""Any asset and any check may be run alone, in any order: it does its work, or says in one sentence what comes first.

`make soak` does it with every asset and every check; `make test` with some of each sort.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import dagster as dg
import pytest

from dx_pipeline.build import mart_contracts
from dx_pipeline.orchestration.failure import reasons_of
from dx_pipeline.orchestration.graph import build_definitions
from dx_pipeline.orchestration.resources import RELEASE, Project
from dx_pipeline.orchestration.state import read_state
from dx_pipeline.paths import Paths
from dx_pipeline.release.store.layout import current_folder
from tests.conftest import copy_project, declare

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
ALL = bool(os.environ.get("DX_SOAK"))
CANDIDATE = dg.AssetKey(["publication", "release_candidate"])
long = pytest.mark.skipif(not ALL, reason="long: make soak")


class Clicks:
    """What somebody may click in the UI of one project."""

    def __init__(self, root: Path) -> None:
        self.paths = Paths(root)
        self.definitions = build_definitions(Project(root=str(root)))
        self.job = self.definitions.resolve_implicit_global_asset_job_def()
        self.graph = self.definitions.resolve_asset_graph()
        self.instance = dg.DagsterInstance.ephemeral()

    def assets(self, *keys: dg.AssetKey) -> list[str]:
        """Materialise these; returns why it failed, nothing when it did not."""
        result = self.job.execute_in_process(
            instance=self.instance, asset_selection=list(keys), raise_on_error=False, run_config=QUIET
        )
        return self.told(result)

    def check(self, key: dg.AssetCheckKey) -> list[str]:
        """Run one check."""
        subset = self.job.get_subset(asset_selection=set(), asset_check_selection={key})
        result = subset.execute_in_process(instance=self.instance, raise_on_error=False, run_config=QUIET)
        found = [event for event in result.all_events if event.event_type_value == "ASSET_CHECK_EVALUATION"]
        return self.told(result) or ([] if len(found) == 1 else [f"{len(found)} results"])

    def told(self, result: dg.ExecuteInProcessResult) -> list[str]:
        return [] if result.success else [str(reason) for reason in reasons_of(self.instance, result.run_id)]

    def asset_keys(self) -> list[dg.AssetKey]:
        keys = sorted(self.graph.get_all_asset_keys(), key=str)
        marts = [key for key in keys if key.path[0] == "marts"]
        groups = {self.graph.get(key).group_name: key for key in keys if key.path[0] in ("raw", "core")}
        return keys if ALL else [*groups.values(), *marts[::24], CANDIDATE, RELEASE]

    def check_keys(self) -> list[dg.AssetCheckKey]:
        keys = sorted(self.graph.asset_check_keys, key=str)
        one_a_table = {key.asset_key: key for key in keys}
        return keys if ALL else list(one_a_table.values())[::20]


@pytest.fixture
def clean(tmp_path: Path) -> Clicks:
    return Clicks(copy_project(tmp_path / "clean"))


@pytest.fixture
def built(released: Path, tmp_path: Path) -> Clicks:
    root = tmp_path / "built"
    shutil.copytree(released, root, symlinks=True)
    return Clicks(root)


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def is_clear(reasons: list[str]) -> bool:
    """One sentence of one line, and what to do."""
    return len(reasons) == 1 and len(reasons[0].splitlines()) == 2 and "irst" in reasons[0].splitlines()[1]


def test_alone_from_a_clean_state(clean: Clicks) -> None:
    unclear = []
    for key in clean.asset_keys():
        if key.path[0] != "raw":  # these work, and would make the state less clean
            reasons = clean.assets(key)
            if reasons and not is_clear(reasons):
                unclear.append(f"{key.to_user_string()}: {reasons}")
    for check in clean.check_keys():
        reasons = clean.check(check)
        if reasons and not is_clear(reasons):
            unclear.append(f"{check.to_user_string()}: {reasons}")
    assert not unclear, "\n".join(unclear)


def test_alone_from_a_built_state(built: Clicks) -> None:
    before = current_folder(built.paths)
    bytes_before = files_of(before)
    failed = []
    for key in built.asset_keys():
        reasons = built.assets(key)
        works = key.path[0] != "publication" or key.path[-1] in ("release_candidate", "site", "workbook")
        if reasons and (works or not is_clear(reasons)):
            failed.append(f"{key.to_user_string()}: {reasons}")
    failed += [f"{key.to_user_string()}: {why}" for key in built.check_keys() if (why := built.check(key))]
    assert not failed, "\n".join(failed)
    assert current_folder(built.paths) == before
    assert files_of(before) == bytes_before


@long
def test_two_clicks_do_not_replace_a_complete_release_by_half_of_one(built: Clicks) -> None:
    before = current_folder(built.paths)
    bytes_before = files_of(before)
    assert built.assets(CANDIDATE) == []
    (told,) = built.assets(RELEASE)
    assert "the staged release 2.0.0 is not complete, nothing was published: pictures/" in told
    assert "site, workbook missing" in told
    assert current_folder(built.paths) == before
    assert files_of(before) == bytes_before
    state = read_state(built.paths)
    assert state.failure is not None
    assert state.failure.shown == before.name
    # the same candidate, completed by further clicks, is released, and the record is clear again
    parts = [key for key in built.graph.get_all_asset_keys() if key.path[0] == "publication"]
    parts = [key for key in parts if key.path[-1] not in ("release", "release_candidate")]
    assert built.assets(*parts) == []
    assert built.assets(RELEASE) == []
    assert read_state(built.paths).failure is None
    assert files_of(before) == bytes_before


@long
def test_nothing_unchecked_and_nothing_of_two_builds_is_published(built: Clicks) -> None:
    raw = built.paths.raw / "nso_urban_population"
    text = (raw / "2024.csv").read_text(encoding="utf-8")
    (raw / "2024.csv").write_text(text.replace("4280.835", "4280.836"), encoding="utf-8")
    declare(built.paths.root, "nso_urban_population", "2024.csv")
    assert built.assets(dg.AssetKey(["raw", "nso_urban_population"])) == []
    (told,) = built.assets(CANDIDATE)
    assert "made of tables that were built again since" in told
    assert built.assets(dg.AssetKey(["core", "figures"])) == []
    marts = {dg.AssetKey(["marts", name]) for name in mart_contracts()}
    unchecked = built.job.get_subset(asset_selection=marts, asset_check_selection=set())
    assert unchecked.execute_in_process(instance=built.instance, run_config=QUIET).success
    (told,) = built.assets(CANDIDATE)
    assert "built since they were checked" in told
