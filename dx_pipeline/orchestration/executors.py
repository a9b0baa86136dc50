"""Who runs the steps of a run: this process, the workers of a broker, or pods. The settings say which.

Nothing of Celery, Redis or Kubernetes is imported unless the settings ask for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dagster as dg

from dx_pipeline.errors import DxError
from dx_pipeline.orchestration.deployment import EXECUTORS, celery_config, needed

if TYPE_CHECKING:
    from dx_pipeline.settings import Settings


def executor_of(settings: Settings) -> dg.ExecutorDefinition:
    """The executor that the settings name.

    Raises:
        DxError: what it needs is not installed.
    """
    module, name = EXECUTORS[settings.steps_by]
    executor: dg.ExecutorDefinition = getattr(needed(module), name)
    if settings.steps_by == "in_process":
        return executor
    executor = _when_ready(settings, executor)
    if settings.steps_by == "k8s":
        return executor
    # read when a run begins: the address has a password, and definitions are shown to people
    return executor.configured(lambda _: celery_config(settings), name=settings.steps_by, config_schema={})


def _when_ready(settings: Settings, executor: dg.ExecutorDefinition) -> dg.ExecutorDefinition:
    """An executor that begins no run, from whatever door, that could not work: it would wait for ever."""

    def create(context: dg.InitExecutorContext) -> dg.Executor:
        from dx_pipeline.orchestration.readiness import refuse_unready

        try:
            refuse_unready(settings, workers=True)
        except DxError as error:
            raise dg.DagsterError(error.message) from None  # others leave the run without an end
        made: dg.Executor = executor.executor_creation_fn(context)  # type: ignore[misc]
        return made

    schema: Any = executor.config_schema
    return dg.ExecutorDefinition(
        executor.name, config_schema=schema, requirements=executor.get_requirements,
        executor_creation_fn=create, description=executor.description,
    )  # fmt: skip
