"""What a check is and what it found: plain data, so that a catalogue, a mart and a web page can all show it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal, get_args

#: an empty table must not look checked: `not_applicable` is apart from `passed`, as is `error`, a check that broke
Status = Literal["passed", "failed", "not_applicable", "error"]
#: blocking stops the release; a warning and an information are published with it
Severity = Literal["blocking", "warning", "info"]
Dimension = Literal["accuracy", "completeness", "consistency", "timeliness", "validity", "uniqueness", "integrity"]
Engine = Literal["gx", "sql", "python"]
STATUSES: tuple[Status, ...] = get_args(Status)

#: enough for a person to find the rows, little enough to read
FAILING_KEYS_SHOWN = 20


@dataclass(frozen=True)
class Check:
    """One check: which table it looks at, how much it weighs and what it protects the reader from."""

    table_name: str
    check_name: str
    dimension: Dimension
    severity: Severity
    protects_vi: str
    protects_en: str
    engine: Engine

    @property
    def check_id(self) -> str:
        """`<table>.<check>`, unique in the catalogue."""
        return f"{self.table_name}.{self.check_name}"


@dataclass(frozen=True)
class CheckOutcome:
    """What one check found in one build. `n_checked` and `n_failed` count rows unless the texts say otherwise."""

    check: Check
    status: Status
    n_checked: int
    n_failed: int
    observed: str
    expected: str
    failing_keys: tuple[dict[str, Any], ...] = ()

    @property
    def passed(self) -> bool | None:
        """True, False (failed, or the check itself broke), or None where there was nothing to check."""
        return None if self.status == "not_applicable" else self.status == "passed"

    @property
    def failing_keys_json(self) -> str:
        """The first failing keys as a JSON list of objects; dates and the like as text."""
        return json.dumps(list(self.failing_keys[:FAILING_KEYS_SHOWN]), ensure_ascii=False, default=str)


def nothing_to_check(check: Check, expected: str, reason: str) -> CheckOutcome:
    """The outcome of a check that found nothing to look at: neither a pass nor a failure."""
    return CheckOutcome(check, "not_applicable", 0, 0, reason, expected)


def broken(check: Check, expected: str, reason: object) -> CheckOutcome:
    """The outcome of a check that could not be carried out; it counts like a failure, never like a pass."""
    text = " ".join(str(reason).split())
    return CheckOutcome(check, "error", 0, 0, f"the check could not run: {text[:500]}", expected)
