"""Errors between this project and Dagster: told to it as a failure with fields, and read back from its events."""

from __future__ import annotations

import errno
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import dagster as dg
from dagster._core.events import JobFailureData

from dx_pipeline.errors import DxError
from dx_pipeline.orchestration.state import Reason

if TYPE_CHECKING:
    from dagster_shared.error import SerializableErrorInfo

#: what Dagster raises in a step whose process is asked to end
STOPPED = dg.DagsterExecutionInterruptedError.__name__
#: how many failing keys of a check are told
KEYS_TOLD = 5
HINTS = {
    errno.ENOSPC: "Free some space (`dx prune` removes what is not needed) and run again.",
    errno.EROFS: "Make the file system writable, or set DX_ROOT to a folder that is.",
    errno.EACCES: "Give this user the right to it, or run as the user it belongs to.",
    errno.EPERM: "Give this user the right to it, or run as the user it belongs to.",
}


@contextmanager
def told() -> Iterator[None]:
    """Tell Dagster of an error of this block with message, hint, exit code, and whether trying again helps."""
    try:
        yield
    except dg.Failure:
        raise
    except Exception as error:
        raise failure({"": error}) from error


def explained(error: BaseException) -> DxError:
    """An error with its message and what to do about it, whoever raised it."""
    lines = str(error).strip().splitlines() or [""]
    told = f"{type(error).__name__}: {lines[0]}"
    return foreseen(error) or DxError(told, "This was not foreseen; the event log has where it happened.")


def foreseen(error: BaseException) -> DxError | None:
    """What the disk, the rights or a declaration are the reason of; None for a fault of ours."""
    import sqlite3

    import duckdb

    if isinstance(error, DxError):
        return error
    lines = str(error).strip().splitlines() or [""]
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        transient = error.errno in (errno.ENOSPC, errno.EAGAIN, errno.EIO)
        return DxError(f"{where}{error.strerror or lines[0]}", HINTS.get(error.errno or 0, ""), retry=transient)
    if isinstance(error, duckdb.IOException | sqlite3.OperationalError):
        hint = "Look at the free space and the rights where this file lies, then run again."
        return DxError(lines[0], hint, retry=True)
    return foreseen(error.__cause__) if error.__cause__ else None


def failure(errors: Mapping[str, BaseException]) -> dg.Failure:
    """One failure for errors by what failed."""
    reasons = [Reason.of(explained(error), what) for what, error in errors.items()]
    return dg.Failure(
        "\n".join(map(str, reasons)),
        metadata={
            "message": "\n".join(f"{one.where}: {one.message}" if one.where else one.message for one in reasons),
            "hint": "\n".join(dict.fromkeys(one.hint for one in reasons if one.hint)),
            "exit_code": max(one.exit_code for one in reasons),
            "retry": all(one.retry for one in reasons),
        },
        allow_retries=all(one.retry for one in reasons),
    )


def reasons_of(instance: dg.DagsterInstance, run_id: str) -> tuple[Reason, ...]:
    """One reason for each failed step or blocking check of a run; steps skipped because of these are not told."""
    kind = dg.DagsterEventType
    kinds = (kind.STEP_FAILURE, kind.ASSET_CHECK_EVALUATION, kind.RUN_FAILURE)
    events = [entry.dagster_event for entry in instance.all_logs(run_id, of_type=set(kinds)) if entry.dagster_event]
    failed, checked, ended = ([event for event in events if event.event_type == one] for one in kinds)
    checks = [(event.step_key, event.asset_check_evaluation_data) for event in checked]
    blocking = [(step, check) for step, check in checks if check.blocking and not check.passed]
    explained_steps = {step for step, _ in blocking}
    reasons = [_step_reason(event) for event in failed if event.step_key not in explained_steps]
    reasons += [_check_reason(check) for _, check in blocking]
    return tuple(reasons or [Reason(where="run", message=_run_error(event)) for event in ended[-1:]])


def _run_error(event: dg.DagsterEvent) -> str:
    """Why a run failed outside its steps, as when a folder may not be written before the first one."""
    data = event.event_specific_data
    error = data.error if isinstance(data, JobFailureData) else None
    return _innermost(error) or (event.message or "it failed").strip()


def _step_reason(event: dg.DagsterEvent) -> Reason:
    where = (event.step_key or "run").replace("__", "/")
    data = event.step_failure_data
    if data.user_failure_data is not None:
        fields = {name: value.value for name, value in data.user_failure_data.metadata.items()}
        return Reason.model_validate({"where": where, "message": data.user_failure_data.description or ""} | fields)
    if data.error is not None and STOPPED in data.error.to_string():
        message = "the process was asked to end (SIGTERM) before it was done"
        hint = "Nothing is lost: run it again, with more time if a time limit ended it."
        return Reason(where=where, message=message, hint=hint, retry=True)
    return Reason(where=where, message=_innermost(data.error) or event.message or "it failed")


def _innermost(error: SerializableErrorInfo | None) -> str:
    """The message of the error that started it; Dagster wraps it into its own."""
    while error is not None and error.cause is not None:
        error = error.cause
    if error is None:
        return ""
    told = error.message.strip()
    # an executor can raise nothing of ours
    return told.partition(": ")[2] if error.cls_name == dg.DagsterError.__name__ else told


def _check_reason(check: dg.AssetCheckEvaluation) -> Reason:
    failing: Any = check.metadata["failing_keys"].value if "failing_keys" in check.metadata else []
    failing = json.loads(failing) if isinstance(failing, str) else failing
    keys = [", ".join(f"{name} {value}" for name, value in key.items()) for key in failing or []]
    first = "; ".join(keys[:KEYS_TOLD]) + (" ..." if len(keys) > KEYS_TOLD else "")
    return Reason(
        where=f"check {check.asset_key.path[-1]}.{check.check_name}",
        message=f"{check.description}; failing keys: {first or 'none'}",
        check=f"{check.description}",
        keys=tuple(keys),
        hint="docs/CHECKS.md says what it protects; figure_sources says where a figure was read.",
    )
