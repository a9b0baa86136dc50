"""Schedules and sensors as Dagster evaluates them, in this process."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from dx_pipeline.alerts.memory import read_memory
from dx_pipeline.orchestration import state
from dx_pipeline.orchestration.fetching import build_publishers, build_sensors, fetch_job
from dx_pipeline.orchestration.resources import PUBLISHERS, Project
from dx_pipeline.orchestration.watch import look, tell_of_builds
from tests.fetch.publisher import SOURCE, Publisher, Reply, csv_reply, patient, small_project, table


@pytest.fixture
def paths(tmp_path: Path, publisher: Publisher, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DX_CONTACT", "ops@example.org")
    monkeypatch.delenv("DX_ALERT_URLS", raising=False)
    found = small_project(tmp_path, publisher.url)
    found.marts.mkdir(parents=True)
    return found


def sensor(paths, name: str):
    (found,) = [one for one in build_sensors(Project(root=str(paths.root))) if one.name == name]
    return found


def test_the_job_looks_at_publishers_and_shows_what_it_saw(paths, publisher: Publisher) -> None:
    publisher.replies[f"/{SOURCE}/2023.csv"] = csv_reply(table(2023, changed={4: "0.77"}))
    publishers = build_publishers(Project(root=str(paths.root)))
    job = dg.Definitions(assets=[publishers], jobs=[fetch_job]).resolve_job_def("fetch")
    with dg.DagsterInstance.ephemeral() as instance:
        result = job.execute_in_process(instance=instance)
        (event,) = result.get_asset_materialization_events()
        metadata = event.step_materialization_data.materialization.metadata
        assert (event.asset_key, metadata["accepted"].value, metadata["failed"].value) == (PUBLISHERS, 1, 0)
        observed = instance.fetch_observations(dg.AssetKey(["raw", SOURCE]), limit=1).records
        assert "accepted" in str(observed[0].asset_observation.metadata["2023.csv"].value)


def test_a_build_is_started_once_for_what_was_accepted(paths, publisher: Publisher) -> None:
    new = sensor(paths, "build_what_is_new")
    first = new.evaluate_tick(dg.build_sensor_context())
    assert first.run_requests == []
    look(paths, manners=patient())
    assert new.evaluate_tick(dg.build_sensor_context()).run_requests == []
    publisher.replies[f"/{SOURCE}/2024.csv"] = csv_reply(table(2024))
    look(paths, manners=patient())
    asked = new.evaluate_tick(dg.build_sensor_context())
    (request,) = asked.run_requests
    assert request.tags["dx/because"] == f"{SOURCE}/2024.csv"
    assert new.evaluate_tick(dg.build_sensor_context(cursor=asked.cursor)).run_requests == []


def test_a_failed_refresh_is_told_once_and_its_end_too(paths) -> None:
    reason = state.Reason(where="check t.c", message="x", check="expected 63, found 62", keys=("province_id hue",))
    state.end(paths, "failed", [reason], door="schedule")
    (event,) = tell_of_builds(paths)
    assert event.cause is not None
    assert (event.mark, event.key, event.cause.keys) == ("new", "check t.c: check", ("province_id hue",))
    assert tell_of_builds(paths) == []
    state.end(paths, "unchanged", door="schedule")
    assert [one.mark for one in tell_of_builds(paths)] == ["recovered"]


def test_a_nightly_refresh_that_leaves_no_trace_is_told(paths) -> None:
    state.end(paths, "unchanged", door="schedule")
    later = datetime(2126, 1, 1, tzinfo=UTC)
    (event,) = tell_of_builds(paths, later)
    assert event.key == "nightly: build"


def test_a_look_that_cannot_begin_is_told_and_its_end_too(
    paths, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DX_CONTACT")
    with pytest.raises(Exception, match="DX_CONTACT"):
        look(paths)
    assert read_memory(paths)["causes"]["look"]["fetch: build"]["active"]
    monkeypatch.setenv("DX_CONTACT", "ops@example.org")
    look(paths, manners=patient())
    assert not read_memory(paths)["causes"]["look"]["fetch: build"]["active"]


def test_a_failing_source_is_told_by_its_look(paths, publisher: Publisher) -> None:
    publisher.replies[f"/{SOURCE}/2023.csv"] = Reply(b"", 404)
    look(paths, manners=patient())
    assert read_memory(paths)["causes"]["fetch"][f"{SOURCE}/2023.csv: http 404"]["active"]
