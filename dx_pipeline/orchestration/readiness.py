"""Whether a shared deployment can work: each part is tried, and what is wrong is told in a line each.

Asked when a worker or a run starts, by `dx status` and by `dx doctor`; no line holds a secret.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from dx_pipeline import lake
from dx_pipeline.errors import DxError, Problem
from dx_pipeline.orchestration.deployment import EXECUTORS, celery_config, needed, postgres, this_code
from dx_pipeline.text import sql_literal

if TYPE_CHECKING:
    from dx_pipeline.settings import Settings

#: how long a server or a worker may take to answer
ANSWER_SECONDS = 5
#: written and read again to see whether the bucket is there and may be written
PROBE = ".dx-probe.parquet"


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
