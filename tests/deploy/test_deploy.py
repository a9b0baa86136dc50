"""The files of deploy/ are what systemd, Docker and Dagster accept. A container is not built here."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT

DEPLOY = ROOT / "deploy"
SECRETS = {
    "DX_POSTGRES_PASSWORD": "x", "DX_CONTACT": "ops@example.org", "DX_BROKER_PASSWORD": "x", "DX_S3_KEY_ID": "x",
    "DX_S3_SECRET": "x", "DX_LAKE_DATA": "s3://b/p",
}  # fmt: skip


def test_systemd_accepts_both_units(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    units = []
    for unit in sorted((DEPLOY / "systemd").glob("*.service")):
        # the programs of this checkout stand for those of the installed one
        text = unit.read_text(encoding="utf-8")
        assert "/opt/dx-pipeline/.venv/bin/dagster" in text
        bin_folder = Path(sys.executable).parent
        text = text.replace("/opt/dx-pipeline/.venv/bin", str(bin_folder)).replace("/opt/dx-pipeline", str(ROOT))
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
        units.append(str(tmp_path / unit.name))
    assert len(units) == 2
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, timeout=60)
    told = [line for line in done.stderr.splitlines() if str(tmp_path) in line or "dx-" in line]
    assert (done.returncode, told) == (0, [])


def test_the_programs_of_the_units_know_their_options() -> None:
    for unit in (DEPLOY / "systemd").glob("*.service"):
        (line,) = re.findall(r"^ExecStart=(.+)$", unit.read_text(encoding="utf-8"), re.MULTILINE)
        program, *options = line.split()
        command = [str(Path(sys.executable).parent / Path(program).name), *[o for o in options if o == "run"], "--help"]
        text = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
        for option in options:
            assert not option.startswith("-") or option in text, (unit.name, option)


def compose_client() -> list[str] | None:
    """`docker compose` or `docker-compose`, whichever works here."""
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]):
            done = subprocess.run([*command, "version"], capture_output=True, check=False)
            if done.returncode == 0:
                return command
    return None


def test_the_compose_files_are_some() -> None:
    client = compose_client()
    if client:
        for files in (["compose.yaml"], ["compose.yaml", "compose.shared.yaml"]):
            command = [*client, *(part for name in files for part in ("-f", str(DEPLOY / name))), "config"]
            done = subprocess.run(command, capture_output=True, text=True, env=os.environ | SECRETS, check=False)
            assert done.returncode == 0, done.stderr
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((Path(__file__).parent / "compose-spec.json").read_text(encoding="utf-8"))
    for name in ("compose.yaml", "compose.shared.yaml"):
        jsonschema.Draft7Validator(schema).validate(yaml.safe_load((DEPLOY / name).read_text(encoding="utf-8")))


def test_the_containers_are_what_is_promised() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]
    assert set(services) == {"postgres", "code", "webserver", "daemon"}
    assert all("healthcheck" in one for name, one in services.items() if name != "webserver")
    assert services["webserver"]["ports"] == ["127.0.0.1:3000:3000"]
    for name in ("code", "webserver", "daemon"):
        assert services[name]["cap_drop"] == ["ALL"]
        assert services[name]["depends_on"]["postgres"] == {"condition": "service_healthy"}
    # an alert is sent by a run or a sensor, and both are processes of the code location
    assert "DX_ALERT_URLS" in services["code"]["environment"]
    assert yaml.safe_load((DEPLOY / "workspace.yaml").read_text())["load_from"][0]["grpc_server"]["host"] == "code"


def test_files_of_the_shared_deployment_name_settings_that_exist() -> None:
    from dx_pipeline.alerts.tell import LANGUAGES, URLS
    from dx_pipeline.fetch.night import CONTACT
    from dx_pipeline.orchestration.deployment import WHOLE_TAG
    from dx_pipeline.settings import PREFIX, Settings

    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | {CONTACT, URLS, LANGUAGES}
    for name in ("compose.shared.yaml", "helm-values.yaml", "dagster.shared.yaml", "compose.env.example"):
        named = set(re.findall(r"\bDX_[A-Z0-9_]+", (DEPLOY / name).read_text(encoding="utf-8")))
        assert named <= known, name
        assert WHOLE_TAG in (DEPLOY / name).read_text(encoding="utf-8") or name.startswith("compose"), name
    values = yaml.safe_load((DEPLOY / "helm-values.yaml").read_text(encoding="utf-8"))
    (location,) = values["dagster-user-deployments"]["deployments"]
    stated = {one["name"]: one["value"] for one in location["env"]}
    assert (stated["DX_DEPLOYMENT"], stated["DX_EXECUTOR"]) == ("shared", "k8s")
    workers = yaml.safe_load((DEPLOY / "compose.shared.yaml").read_text(encoding="utf-8"))["services"]
    assert workers["worker"]["command"] == ["dx", "worker"]
    assert workers["worker"]["volumes"] == workers["code"]["volumes"], "workers and code see the same folders"


def test_a_pod_of_a_step_gets_settings_secrets_and_data() -> None:
    pytest.importorskip("dagster_k8s", reason="dagster-k8s is an extra of the shared deployment")
    from dagster_k8s.container_context import K8sContainerContext
    from dagster_k8s.job import DagsterK8sJobConfig, construct_dagster_k8s_job

    values = yaml.safe_load((DEPLOY / "helm-values.yaml").read_text(encoding="utf-8"))
    (location,) = values["dagster-user-deployments"]["deployments"]
    # what the chart hands to the runs of a code location (its template dagsterUserDeployments.k8sContainerContext)
    context = K8sContainerContext.create_from_config({"k8s": {
        "env": location["env"], "env_secrets": [one["name"] for one in location["envSecrets"]],
        "volumes": location["volumes"], "volume_mounts": location["volumeMounts"],
        "run_k8s_config": {"pod_spec_config": {"init_containers": location["initContainers"]}},
    }})  # fmt: skip
    config = DagsterK8sJobConfig(
        job_image="x", dagster_home="/home", instance_config_map="instance",
        postgres_password_secret=values["global"]["postgresqlSecretName"],
    )  # fmt: skip
    job = construct_dagster_k8s_job(config, ["dagster"], "step", user_defined_k8s_config=context.run_k8s_config)
    pod = job.spec.template.spec
    (step,) = pod.containers
    assert {"DX_DEPLOYMENT", "DX_EXECUTOR", "DX_LAKE_DATA"} <= {one.name for one in step.env}
    assert [one.secret_ref.name for one in step.env_from if one.secret_ref] == ["dx-secrets"]
    claims = {one.name: one.persistent_volume_claim for one in pod.volumes}
    mounted = {one.mount_path: claims[one.name] for one in step.volume_mounts}
    assert mounted["/srv/dx/data"].claim_name == "dx-data"
    assert pod.init_containers[0].volume_mounts[0].name == "data"
    assert pod.init_containers[0].image == f"{location['image']['repository']}:{location['image']['tag']}"


def test_the_image_is_slim_and_runs_as_nobody_special() -> None:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    stages = re.findall(r"^FROM (\S+)", text, re.MULTILINE)
    assert stages == ["python:3.11-slim"] * 2
    last = text.rsplit("FROM ", 1)[1]
    assert re.search(r"^USER 10001:10001$", last, re.MULTILINE)
    assert "HEALTHCHECK" in last
    for line in re.findall(r"^COPY (?:--\S+ )?(.+)$", text, re.MULTILINE):
        *names, _ = line.split()
        if "/opt/venv" not in names:
            missing = [name for name in names if not (ROOT / name).exists()]
            assert not missing, missing
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").split()
    assert ignored[0] == "**"
    assert not [name[1:] for name in ignored if name.startswith("!") and not (ROOT / name[1:]).exists()]


def test_the_lock_of_the_shared_image_is_the_lock_and_more() -> None:
    text = [(path / name).read_text(encoding="utf-8") for path, name in
            ((ROOT, "requirements.lock"), (DEPLOY, "requirements-shared.lock"))]  # fmt: skip
    alone, shared = (set(re.findall(r"^[\w.-]+==[\w.]+", one, re.MULTILINE)) for one in text)
    more = {name.split("==")[0] for name in shared - alone}
    assert alone <= shared
    assert {"dagster-celery", "dagster-k8s", "dagster-postgres", "redis", "duckdb-extension-ducklake"} <= more
    duckdb = [name.split("==")[1] for name in alone if name.startswith("duckdb==")]
    extensions = {name.split("==")[1] for name in shared if name.startswith("duckdb-extension-")}
    assert extensions == set(duckdb), "an extension is made for one version of DuckDB"


def test_the_lock_of_the_image_is_the_lock_and_postgresql() -> None:
    def pins(path: Path) -> set[str]:
        return set(re.findall(r"^[\w.-]+==[\w.]+", path.read_text(encoding="utf-8"), re.MULTILINE))

    more = pins(DEPLOY / "requirements-postgres.lock") - pins(ROOT / "requirements.lock")
    assert {name.split("==")[0] for name in more} == {"dagster-postgres", "psycopg2-binary"}
    assert pins(ROOT / "requirements.lock") <= pins(DEPLOY / "requirements-postgres.lock")


def test_dagster_accepts_the_instance_of_the_containers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("dagster_postgres", reason="dagster-postgres is an extra of the containers")
    from dagster._core.instance.config import dagster_instance_config

    shutil.copy(DEPLOY / "dagster.yaml", tmp_path / "dagster.yaml")
    config, _ = dagster_instance_config(str(tmp_path))
    assert config["storage"]["postgres"]["postgres_db"]["db_name"] == {"env": "DX_POSTGRES_DB"}


def test_the_examples_name_every_variable_that_is_read() -> None:
    from dx_pipeline.alerts.tell import LANGUAGES, URLS
    from dx_pipeline.fetch.night import CONTACT

    for name in ("dx-pipeline.env.example", "compose.env.example"):
        given = set(re.findall(r"^(\w+)=", (DEPLOY / name).read_text(encoding="utf-8"), re.MULTILINE))
        assert {CONTACT, URLS, LANGUAGES} <= given, name
