"""What all parts of a shared deployment agree on: its modules, its code, and how to reach its servers."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from dx_pipeline.errors import DxError

if TYPE_CHECKING:
    from dx_pipeline.settings import Settings

#: the code a run was started with, by which a worker knows whether it runs the same
CODE_TAG = "dx/code"
#: of builds of everything, of which dagster.yaml lets one run at a time
WHOLE_TAG = "dx/whole"
REMEDY = "Install deploy/requirements-shared.lock."
#: of each way to run steps: a module, and the executor in it
EXECUTORS = {
    "in_process": ("dagster", "in_process_executor"),
    "celery": ("dagster_celery", "celery_executor"),
    "k8s": ("dagster_k8s", "k8s_job_executor"),
}


def needed(module: str) -> Any:
    """A module of the extra `shared`.

    Raises:
        DxError: it is not installed.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise DxError(f"{module.replace('_', '-')} is not installed: {error}", REMEDY) from None


def postgres(settings: Settings, database: str, **options: int) -> Any:
    """A connection to a database of the deployment's PostgreSQL."""
    return needed("psycopg2").connect(
        host=settings.postgres_host, port=settings.postgres_port, user=settings.postgres_user, dbname=database,
        password=settings.postgres_password.get_secret_value(), **options,
    )  # fmt: skip


def celery_config(settings: Settings) -> dict[str, Any]:
    """What executor and workers agree on.

    A step is done when its worker says so. A worker says every few seconds that it still has its step
    (`celery_app.py`); one that is silent for `worker_lost_seconds` is lost, and another worker gets the step.
    """
    lost = settings.worker_lost_seconds
    return {
        "broker": settings.url("broker"),
        "backend": settings.url("backend"),
        "config_source": {
            "task_acks_late": True,
            "task_reject_on_worker_lost": True,
            "worker_prefetch_multiplier": 1,
            "broker_connection_retry_on_startup": True,
            "broker_transport_options": {
                "visibility_timeout": lost,
                "unacked_restore_interval": max(lost / 10, 1),
                "unacked_restore_throttle": 1,
            },
        },
    }


def this_code() -> str:
    """A hash over this package, the libraries it computes with, and Python."""
    from dx_pipeline.release.inputs import code_hash

    return code_hash()[:16]


def refuse_other_code(tags: dict[str, str]) -> None:
    """Refuse the step of a run that was started by other code.

    Raises:
        DxError: names both.
    """
    expected = tags.get(CODE_TAG)
    if expected not in (None, this_code()):
        raise DxError(
            f"this worker has code {this_code()}, the run was started with {expected}",
            "Bring workers and code location to the same version, restart them, and run again.",
        )
