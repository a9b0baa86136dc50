"""The code location: what Dagster loads."""

from __future__ import annotations

from dx_pipeline.orchestration.graph import build_definitions

__all__ = ["build_definitions", "defs"]

defs = build_definitions()
