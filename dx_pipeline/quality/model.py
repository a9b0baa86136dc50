"""What a check is and what it found: plain data, so that a catalogue, a mart and a web page can all show it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

#: an empty table must not look checked: `not_applicable` is apart from `passed`, as is `error`, a check that broke
STATUSES = ("passed", "failed", "not_applicable", "error")
#: blocking stops the release; a warning and an information are published with it
SEVERITIES = ("blocking", "warning", "info")
DIMENSIONS = ("accuracy", "completeness", "consistency", "timeliness", "validity", "uniqueness", "integrity")
ENGINES = ("gx", "sql", "python")

#: enough for a person to find the rows, little enough to read
FAILING_KEYS_SHOWN = 20


@dataclass(frozen=True)
class Check:
    """One check: which table it looks at, how much it weighs and what it protects the reader from."""

    table_name: str
    check_name: str
    dimension: str
    severity: str
    protects_vi: str
    protects_en: str
    engine: str

    def __post_init__(self) -> None:
        for value, known in ((self.dimension, DIMENSIONS), (self.severity, SEVERITIES), (self.engine, ENGINES)):
            if value not in known:
                raise ValueError(f"check {self.check_id}: {value!r} is none of {', '.join(known)}")
        if not (self.protects_vi.strip() and self.protects_en.strip()):
            raise ValueError(f"check {self.check_id}: says not in both languages what it protects")

    @property
    def check_id(self) -> str:
        """`<table>.<check>`, unique in the catalogue."""
        return f"{self.table_name}.{self.check_name}"


@dataclass(frozen=True)
class CheckOutcome:
    """What one check found in one build. `n_checked` and `n_failed` count rows unless the texts say otherwise."""

    check: Check
    status: str
    n_checked: int
    n_failed: int
    observed: str
    expected: str
    failing_keys: tuple[dict[str, Any], ...] = ()

    def __post_init__(self) -> None:
        if self.status not in STATUSES:
            raise ValueError(f"check {self.check.check_id}: status {self.status!r} is none of {', '.join(STATUSES)}")

    @property
    def passed(self) -> bool | None:
        """True, False (failed, or the check itself broke), or None where there was nothing to check."""
        return None if self.status == "not_applicable" else self.status == "passed"

    @property
    def blocks(self) -> bool:
        """Whether this outcome stops the release."""
        return self.check.severity == "blocking" and self.passed is False

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
