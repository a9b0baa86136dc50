"""The application that Celery's workers run; only they import this (`dx worker` starts one).

A worker renews its claim to the step it is at, so that only the step of a worker that is gone is given to another. A
step whose worker is lost again and again is given up.
"""

from __future__ import annotations

import time
from typing import Any

from celery import Task
from celery.signals import worker_ready
from celery.worker.control import inspect_command
from dagster_celery.executor import CeleryExecutor
from dagster_celery.make_app import make_app
from dagster_celery.tasks import create_task

from dx_pipeline.errors import DxError
from dx_pipeline.orchestration.deployment import celery_config, this_code
from dx_pipeline.paths import default_paths
from dx_pipeline.settings import read_settings

#: a step that lost so many workers is likely what kills them
LOST_AT_MOST = 3
#: how long the number of its tries is remembered
REMEMBER_SECONDS = 86_400

SETTINGS = read_settings(default_paths().root)
#: of this process; the files may be replaced while it runs
CODE = this_code()

app = make_app(CeleryExecutor.for_cli(**celery_config(SETTINGS)).app_args())


class Counted(Task):
    """A step that may be given to a few workers, one after the other."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run it, unless it was tried too often."""
        counter, client = f"dx-tries-{self.request.id}", getattr(self.app.backend, "client", None)
        if client is not None:
            tries = client.incr(counter)
            client.expire(counter, REMEMBER_SECONDS)
            if tries > LOST_AT_MOST:
                raise DxError(f"the step lost its worker {LOST_AT_MOST} times", "Look for a lack of memory there.")
        return self.run(*args, **kwargs)  # the call of the base class would hide the request


execute_plan = create_task(app, base=Counted)


@inspect_command()
def dx_code(_state: Any) -> dict[str, str]:
    """What this worker answers to `deployment.workers_code`."""
    return {"code": CODE}


@worker_ready.connect
def keep_claims(sender: Any, **_: Any) -> None:
    """Say every few seconds which steps this worker still has."""
    sender.timer.call_repeatedly(max(SETTINGS.worker_lost_seconds / 5, 1), renew, (sender,))


def renew(consumer: Any) -> None:
    """Renew the claims in Redis; other brokers notice by themselves that a worker is gone."""
    channel = consumer.task_consumer.channel
    qos = channel.qos
    claimed = list(getattr(qos, "_delivered", ()))
    if claimed and hasattr(qos, "unacked_index_key"):
        with channel.conn_or_acquire() as client:
            client.zadd(qos.unacked_index_key, dict.fromkeys(claimed, time.time()), xx=True)
