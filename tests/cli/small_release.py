"""A project root with a release of the real tables, for tests that only look at what is published."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from dx_pipeline.contracts import load_contracts
from dx_pipeline.paths import Paths, default_paths
from dx_pipeline.pipeline import build_all
from dx_pipeline.publish.commit import commit
from dx_pipeline.publish.stage import stage
from dx_pipeline.warehouse import connect

BUILT_AT = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)


def passed_check() -> pl.DataFrame:
    """One passed check: the checks themselves are tested elsewhere and take longer than everything here."""
    texts = ("failing_keys", "observed", "expected", "protects_vi", "protects_en")
    row = {
        "table_name": "province_rankings",
        "check_name": "row_counts",
        "status": "passed",
        "passed": True,
        "severity": "blocking",
        "dimension": "completeness",
        "n_checked": 1,
        "n_failed": 0,
        "engine": "sql",
    }
    return pl.DataFrame([row | dict.fromkeys(texts, "[]")])


def copy_inputs(root: Path) -> Paths:
    """A project of its own with the published bytes and reference tables of this one."""
    here, paths = default_paths(), Paths(root)
    for source, target in (
        (here.raw, paths.raw),
        (here.reference, paths.reference),
        (here.corrections, paths.corrections),
    ):
        shutil.copytree(source, target)
    return paths


def release(paths: Paths) -> None:
    """Build the real tables and publish them, without pictures, site and workbook."""
    with connect(paths) as con:
        build_all(con, paths)
        commit(stage(paths, con, load_contracts(), passed_check(), "test", built_at=BUILT_AT))
