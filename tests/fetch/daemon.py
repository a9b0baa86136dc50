"""The daemon for real, with a clock that is shortened to a minute: schedule, fetch, sensor, build, alert sensor.

`python -m tests.fetch.daemon` runs it on a copy of the whole project, served a new edition by a publisher on loopback;
`make soak` calls it. It takes some minutes, so no ordinary test does.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from dx_pipeline.paths import Paths
from dx_pipeline.release.store.layout import current_folder
from tests.conftest import ROOT, copy_project
from tests.deploy.test_runbooks import DTI, FETCH, next_edition
from tests.fetch.publisher import csv_reply, publishing

LOCATION = """
import dagster as dg
from dx_pipeline.orchestration.fetching import fetch_job
from dx_pipeline.orchestration.graph import build_definitions
from dx_pipeline.orchestration.resources import Project


def every_minute():
    real = build_definitions(Project(root={root!r}))
    running = dg.DefaultScheduleStatus.RUNNING
    quick = dg.ScheduleDefinition(
        name="nightly_fetch", job=fetch_job, cron_schedule="* * * * *", default_status=running
    )
    return dg.Definitions(
        assets=real.assets,
        asset_checks=real.asset_checks,
        jobs=real.jobs,
        schedules=[quick, *[schedule for schedule in real.schedules if schedule.name != quick.name]],
        sensors=real.sensors,
        resources=real.resources,
        executor=real.executor,
    )


defs = every_minute()
"""


def night_by_the_daemon(root: Path, minutes: float = 12.0) -> dict[str, object]:
    """Serve a new edition, start the daemon, and wait until its sensor has built and released it."""
    copy_project(root)
    home = root / ".dagster"
    home.mkdir()
    shutil.copy(ROOT / "dagster.yaml", home / "dagster.yaml")
    os.environ["DAGSTER_HOME"] = str(home)
    (root / "location.py").write_text(LOCATION.format(root=str(root)), encoding="utf-8")
    with publishing() as publisher:
        declaration = root / "data/raw" / DTI / "source.toml"
        text = FETCH.replace("URL/pci/2022.csv", f"{publisher.url}/dti/{{edition}}_34.csv")
        text = text.replace("2022.csv", "{edition}_34.csv")
        declaration.write_text(declaration.read_text(encoding="utf-8") + text, encoding="utf-8")
        publisher.replies["/dti/2024_34.csv"] = csv_reply((root / "data/raw" / DTI / "2024_34.csv").read_bytes())
        publisher.replies["/dti/2025_34.csv"] = csv_reply(next_edition(root))
        environment = {
            **os.environ,
            "DAGSTER_HOME": str(home),
            "DX_ROOT": str(root),
            "DX_CONTACT": "ops@example.org",
            "DX_ALERT_URLS": f"{publisher.url}/alerts",
            "PYTHONPATH": str(ROOT),
            "GX_ANALYTICS_ENABLED": "false",
            "MPLBACKEND": "Agg",
        }
        program = Path(sys.executable).parent / "dagster-daemon"
        ready = [sys.executable, "-m", "dx_pipeline.orchestration.instance"]
        subprocess.run(ready, cwd=root, env=environment, check=True)
        with (root / "daemon.log").open("wb") as log:
            command = [str(program), "run", "-f", str(root / "location.py")]
            daemon = subprocess.Popen(
                command, cwd=root, env=environment, stdout=log, stderr=log, start_new_session=True
            )
            try:
                return _wait(root, time.monotonic() + 60 * minutes) | {"alerts": len(publisher.posted)}
            finally:
                os.killpg(daemon.pid, signal.SIGTERM)
                daemon.wait(60)


def _wait(root: Path, deadline: float) -> dict[str, object]:
    import dagster as dg

    paths = Paths(root)
    begun = time.monotonic()
    seen: dict[str, object] = {}
    while time.monotonic() < deadline:
        time.sleep(2)
        with dg.DagsterInstance.get() as instance:
            runs = [record.dagster_run for record in instance.get_run_records()]
        fetches = [run for run in runs if run.job_name == "fetch" and run.is_success]
        by_sensor = [run for run in runs if run.tags.get("dagster/sensor_name") == "build_what_is_new"]
        seen = {
            "seconds": round(time.monotonic() - begun),
            "fetches by schedule": len([run for run in fetches if "dagster/schedule_name" in run.tags]),
            "builds by sensor": [run.status.value for run in by_sensor],
            "release": getattr(current_folder(paths), "name", None),
        }
        if any(run.is_finished for run in by_sensor):
            break
    return seen


def main() -> int:
    """Run one such night and print what was seen."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        seen = night_by_the_daemon(root)
        print(f"a night by the daemon: {seen}")
        good = seen.get("builds by sensor") == ["SUCCESS"] and seen.get("release")
        if not good:
            print((root / "daemon.log").read_text(encoding="utf-8", errors="replace")[-4000:])
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
