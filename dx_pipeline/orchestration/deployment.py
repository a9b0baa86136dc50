"""What all parts of a shared deployment agree on: its modules, its code, its servers; and whether it can work.

Each part is tried when a worker or a run starts, by `dx status` and by `dx doctor`; what is wrong is told in a line
each, and no line holds a secret.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from dx_pipeline import lake
from dx_pipeline.code import package_code
from dx_pipeline.errors import DxError, Problem
from dx_pipeline.text import sql_literal

if TYPE_CHECKING:
    from dx_pipeline.settings import Settings

#: the code a run was started with, by which a worker knows whether it runs the same
CODE_TAG = "dx/code"
#: of builds of everything, of which dagster.yaml lets one run at a time
WHOLE_TAG = "dx/whole"
REMEDY = "Install deploy/requirements-shared.lock."
#: how long a server or a worker may take to answer
ANSWER_SECONDS = 5
#: written and read again to see whether the bucket is there and may be written
PROBE = ".dx-probe.parquet"
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
    return package_code()[:16]


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


def refuse_unready(settings: Settings, workers: bool) -> None:
    """Refuse to start what could not work; `workers`: there must be some to run steps.

    Raises:
        DxError: a part of the deployment is missing, refuses, or runs other code; a line for each.
    """
    if problems := faults(settings, workers):
        raise DxError.of(problems, "docs/deployment.md says what each part needs.")


def faults(settings: Settings, workers: bool = True) -> list[Problem]:
    """What is wrong with this deployment; nothing of one machine can be."""
    if not settings.shared:
        return []
    executor = EXECUTORS[settings.steps_by][0]
    found = [
        _tried(settings, "executor", settings.steps_by, needed, executor),
        *(_tried(settings, "DuckDB", f"its extension {name}", lake.extension_file, name) for name in lake.EXTENSIONS),
    ]
    servers = [
        _tried(settings, f"PostgreSQL, database {database}", "a connection", _ask_postgres, settings, database)
        for database in (settings.postgres_db, settings.lake_db)
    ]
    if settings.steps_by == "celery":
        servers.append(_tried(settings, "broker", "an answer", _ask_broker, settings))
    if not any(found):
        servers.append(_tried(settings, settings.lake_data, "a place to write to", _ask_storage, settings))
        # a lake keeps for ever the place it is made with: a wrong one is not let in
        if not any(servers):
            servers.append(_tried(settings, "the lake", "one at the place the settings name", lake.prepare, settings))
    if workers and settings.steps_by == "celery" and not any((*found, *servers)):
        servers += _other_code(settings)
    return [one for one in (*found, *servers) if one]


def _tried(
    settings: Settings, what: str, expected: str, ask: Callable[..., object], *arguments: object
) -> Problem | None:
    try:
        ask(*arguments)
    except Exception as error:
        message, remedy = (error.message, error.hint) if isinstance(error, DxError) else (settings.redacted(error), "")
        remedy = "" if remedy == lake.LOOK else remedy
        return Problem(what, expected, " ".join(message.split()) or type(error).__name__, remedy)
    return None


def _ask_postgres(settings: Settings, database: str) -> None:
    postgres(settings, database, connect_timeout=ANSWER_SECONDS).close()


def _ask_broker(settings: Settings) -> None:
    kombu = needed("kombu")
    for of in ("broker", "backend"):
        with kombu.Connection(settings.url(of), connect_timeout=ANSWER_SECONDS) as connection:
            connection.ensure_connection(max_retries=1, timeout=ANSWER_SECONDS)


def _ask_storage(settings: Settings) -> None:
    probe = sql_literal(f"{settings.lake_data.rstrip('/')}/{PROBE}")
    on_s3 = settings.lake_data.startswith("s3://")
    with lake.cursor(settings) as con:
        if on_s3:
            con.execute(f"SET http_retries = 1; SET http_timeout = {ANSWER_SECONDS}")
        try:
            con.execute(f"COPY (SELECT 1 AS probe) TO {probe} (FORMAT parquet)")
            con.execute(f"SELECT * FROM {probe}")
        finally:
            if on_s3:
                con.execute("RESET http_retries; RESET http_timeout")


def _other_code(settings: Settings) -> list[Problem]:
    answers = workers_code(settings)
    if not answers:
        return [Problem("workers", "at least one that answers", "none", "start one with `dx worker`")]
    return [
        Problem(f"worker {name}", f"code {this_code()}", f"code {code}", "update it and restart it")
        for name, code in sorted(answers.items())
        if code != this_code()
    ]


def workers_code(settings: Settings) -> dict[str, str]:
    """Name of each worker that answers -> the code it runs."""
    executor = needed("dagster_celery.executor").CeleryExecutor.for_cli(**celery_config(settings))
    app = needed("dagster_celery.make_app").make_app(executor.app_args())
    for seconds in (ANSWER_SECONDS / 2, ANSWER_SECONDS * 2):  # a busy machine answers late
        replies = app.control.broadcast("dx_code", reply=True, timeout=seconds) or []
        if replies:
            break
    return {name: str(answer.get("code")) for reply in replies for name, answer in reply.items()}
