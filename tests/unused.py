"""Functions, classes and methods that only tests call, or nobody: `python -m tests.unused`, part of `make check`.

vulture reads the package alone, without its tests; names that page templates use count as used.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from vulture import Vulture

PACKAGE = Path(__file__).resolve().parents[1] / "dx_pipeline"

#: what may look unused, and why it is not
ALLOWED = {
    "PooledSqliteEventLogStorage": "named in dagster.yaml",
    "WatchedRunLauncher": "named in dagster.yaml",
    "supports_check_run_worker_health": "asked by Dagster's run monitoring",
    "check_run_worker_health": "asked by Dagster's run monitoring",
    "_connect": "overrides a method of Dagster's storage",
    "yield_for_execution": "called by Dagster",
    "dx_code": "what a Celery worker answers when it is asked",
    "keep_claims": "called by Celery when a worker is ready",
    "settings_customise_sources": "called by pydantic-settings",
    "build_all": "the whole build as plain functions, for notebooks, benchmarks and tests",
}
#: what these decorate is called by pydantic, by typer, by Dagster
DECORATORS = ["@field_validator", "@model_validator", "@app.*", "@*.command", "@*.callback", "@dg.*"]
KINDS = ("function", "class", "method", "property", "import")


def unused() -> list[str]:
    """One line for each unused name."""
    vulture = Vulture(ignore_decorators=DECORATORS)
    vulture.scavenge([str(PACKAGE)])
    for template in PACKAGE.rglob("*.j2"):
        vulture.used_names.update(re.findall(r"[A-Za-z_]\w+", template.read_text(encoding="utf-8")))
    items = vulture.get_unused_code(min_confidence=60)
    found = [item for item in items if item.typ in KINDS and item.name not in ALLOWED]
    return [f"{item.filename}:{item.first_lineno}: unused {item.typ} {item.name}" for item in found]


if __name__ == "__main__":
    lines = unused()
    print("\n".join(lines) or "nothing is unused")
    sys.exit(bool(lines))
