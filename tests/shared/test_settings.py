"""Settings come from the environment, files and dx.toml; what is wrong is told in a line each, and no secret ever."""

from __future__ import annotations

import traceback
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dx_pipeline import lake
from dx_pipeline.errors import DxError
from dx_pipeline.orchestration import deployment
from dx_pipeline.orchestration.automation import executor_of
from dx_pipeline.orchestration.deployment import CODE_TAG, refuse_other_code, this_code
from dx_pipeline.orchestration.failure import reasons_of
from dx_pipeline.settings import Settings, SettingsError, read_settings

SECRET = "tre-xanh-7319"
SHARED = {
    "DX_DEPLOYMENT": "shared", "DX_POSTGRES_HOST": "db.example", "DX_POSTGRES_PASSWORD": SECRET,
    "DX_LAKE_DATA": "s3://b/p", "DX_S3_KEY_ID": "k", "DX_S3_SECRET": SECRET + "/+", "DX_BROKER": "redis://r:6379/0",
    "DX_BROKER_PASSWORD": SECRET + "@:",
}  # fmt: skip


def asked(monkeypatch: pytest.MonkeyPatch, root: Path, environment: dict[str, str], toml: str = "") -> Settings:
    for name in [*SHARED, "DX_EXECUTOR", "DX_SECRETS_DIR", "DX_POSTGRES_PORT", "DX_BACKEND", "DX_S3_ENDPOINT"]:
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    (root / "dx.toml").write_text(toml, encoding="utf-8")
    return read_settings(root)


def test_nothing_said_is_one_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = asked(monkeypatch, tmp_path, {})
    assert (settings.deployment, settings.steps_by, settings.shared) == ("embedded", "in_process", False)
    assert executor_of(settings).name == "in_process"


def test_environment_wins_over_files_over_dx_toml(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "DX_POSTGRES_PASSWORD").write_text(SECRET + "\n")
    (secrets / "DX_POSTGRES_PORT").write_text("7")
    stated = {name: value for name, value in SHARED.items() if name != "DX_POSTGRES_PASSWORD"}
    settings = asked(
        monkeypatch, tmp_path, stated | {"DX_SECRETS_DIR": str(secrets)},
        'postgres_host = "other"\npostgres_db = "runs"\npostgres_port = 8\nexecutor = "k8s"\n',
    )  # fmt: skip
    assert (settings.postgres_host, settings.postgres_port, settings.postgres_db) == ("db.example", 7, "runs")
    assert settings.postgres_password.get_secret_value() == SECRET
    assert settings.steps_by == "k8s"
    assert settings.url("backend") == settings.url("broker") == "redis://:tre-xanh-7319%40%3A@r:6379/0"


WRONG = [
    ({"DX_DEPLOYMENT": "cluster"}, "", "DX_DEPLOYMENT or `deployment` in dx.toml: expected 'embedded' or 'shared'"),
    ({}, 'deploymnet = "shared"', "dx.toml, deploymnet: expected no such setting, found `deploymnet` (did you mean"),
    ({}, f's3_secret = "{SECRET}"', "dx.toml, s3_secret: expected no secret in a file that is shared, found one (put"),
    ({}, "deployment = ", "dx.toml: expected TOML"),
    (SHARED | {"DX_S3_ENDPOINT": "127.0.0.1:9000"}, "", "DX_S3_ENDPOINT: expected a URL as https://host:port, found"),
    (
        SHARED | {"DX_BROKER": f"redis:{SECRET}@r"},
        "",
        "DX_BROKER: expected a URL as redis://host:6379/0, found something",
    ),
    ({"DX_EXECUTOR": "celery"}, "", "DX_EXECUTOR: expected in_process: a file has one writer, found executor celery"),
    ({"DX_DEPLOYMENT": "shared"}, "", "DX_POSTGRES_PASSWORD: expected a value for deployment shared, found nothing"),
    (SHARED | {"DX_POSTGRES_PORT": "http"}, "", "DX_POSTGRES_PORT or `postgres_port` in dx.toml: expected a valid int"),
    (SHARED | {"DX_BROKER": f"redis://:{SECRET}@r/0"}, "", "DX_BROKER: expected a URL without a password, found one"),
    ({"DX_SECRETS_DIR": "/nowhere"}, "", "DX_SECRETS_DIR: expected a folder, found /nowhere"),
]


def test_a_wrong_setting_is_told_in_a_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    wrong = []
    for environment, toml, told in WRONG:
        try:
            asked(monkeypatch, tmp_path, environment, toml)
            wrong.append(("passed", told))
        except Exception as error:
            shown = "".join(traceback.format_exception(error))
            lines = str(error).splitlines()
            if not any(line.startswith(told) for line in lines) or SECRET in shown or not hasattr(error, "exit_code"):
                wrong.append((told, shown))
    assert not wrong


def test_every_missing_setting_of_a_shared_deployment_is_named_at_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError) as error:
        asked(monkeypatch, tmp_path, {"DX_DEPLOYMENT": "shared"})
    named = {problem.where for problem in error.value.problems}
    assert named == {"DX_POSTGRES_HOST", "DX_POSTGRES_PASSWORD", "DX_LAKE_DATA", "DX_BROKER"}


def test_no_way_to_write_settings_down_shows_a_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = asked(monkeypatch, tmp_path, SHARED)
    ways = [repr(settings), str(settings), f"{settings!r}", settings.model_dump_json(), repr(settings.model_dump())]
    ways.append(settings.redacted(f"redis://:{SECRET}%40%3A@r, {SECRET}/+ and {SECRET}"))
    assert not [text for text in ways if SECRET in text]


def test_the_executor_is_the_one_the_settings_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, module in (("celery", "dagster_celery"), ("k8s", "dagster_k8s")):
        settings = asked(monkeypatch, tmp_path, SHARED | {"DX_EXECUTOR": name})
        if find_spec(module):
            assert name in executor_of(settings).name
        else:
            with pytest.raises(DxError, match=f"{module.replace('_', '-')} is not installed"):
                executor_of(settings)


def test_a_run_that_could_not_begin_says_why_in_our_words() -> None:
    from dagster._core.events import DagsterEvent, JobFailureData, RunFailureReason
    from dagster_shared.error import SerializableErrorInfo

    error = SerializableErrorInfo("dagster_shared.error.DagsterError: broker: expected an answer\n", [], "DagsterError")
    data = JobFailureData(error, RunFailureReason.JOB_INITIALIZATION_FAILURE)
    event = DagsterEvent("PIPELINE_FAILURE", "refresh", event_specific_data=data)
    instance: Any = SimpleNamespace(all_logs=lambda *_, **__: [SimpleNamespace(dagster_event=event)])
    assert [str(one) for one in reasons_of(instance, "x")] == ["run: broker: expected an answer"]


def test_an_extension_that_is_missing_and_a_worker_of_other_code_are_told_in_a_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = asked(monkeypatch, tmp_path, SHARED)
    told = deployment._tried(settings, "DuckDB", "its extension never_made", lake.extension_file, "never_made")
    assert str(told).startswith("DuckDB: expected its extension never_made, found DuckDB's extension never_made is not")
    assert "Install duckdb-extension-never-made==" in str(told)
    for answers, expected in (
        ({}, ["workers: expected at least one that answers, found none (start one with `dx worker`)"]),
        ({"dx@here": this_code()}, []),
        ({"dx@there": "older"},
         [f"worker dx@there: expected code {this_code()}, found code older (update it and restart it)"]),
    ):  # fmt: skip
        monkeypatch.setattr(deployment, "workers_code", lambda settings, answers=answers: answers)
        assert list(map(str, deployment._other_code(settings))) == expected
    refuse_other_code({CODE_TAG: this_code()})
    with pytest.raises(DxError, match="the run was started with older"):
        refuse_other_code({CODE_TAG: "older"})
