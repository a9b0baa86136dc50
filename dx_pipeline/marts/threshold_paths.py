"""Where the score needed for a rank went between two editions, and where it would go if a step were repeated."""

from __future__ import annotations

from itertools import pairwise

import polars as pl

from dx_pipeline.index.targets import threshold_scenarios
from dx_pipeline.marts._arrays import step_between

TARGET_RANKS = (10, 15, 20)


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a unit system, rank and pair of consecutive editions with full score tables (M19)."""
    lines = []
    for (system,), own in tables["rank_thresholds"].sort("unit_system", "edition").group_by(
        "unit_system", maintain_order=True
    ):  # fmt: skip
        lines += _paths(int(str(system)), own, tables["edition_comparability"])
    return pl.DataFrame(lines, infer_schema_length=None)


def _paths(unit_system: int, thresholds: pl.DataFrame, comparability: pl.DataFrame) -> list[dict[str, object]]:
    """Scenarios use the path since the last broken step only: an older step was measured with another ruler."""
    score = {(edition, k): value for edition, k, value in thresholds.select("edition", "k", "score").iter_rows()}
    lines = []
    since_break: list[int] = []
    for edition_from, edition_to in pairwise(sorted(thresholds["edition"].unique())):
        step = step_between(comparability, edition_from, edition_to)
        since_break = [*(since_break or [edition_from]), edition_to] if step.comparable else [edition_to]
        for k in TARGET_RANKS:
            path = [score[edition, k] for edition in since_break]
            scenario = threshold_scenarios(path, [True] * (len(path) - 1))
            lines.append(
                {
                    "edition_from": edition_from,
                    "edition_to": edition_to,
                    "unit_system": unit_system,
                    "k": k,
                    "score_from": score[edition_from, k],
                    "score_to": score[edition_to, k],
                    "step": score[edition_to, k] - score[edition_from, k] if step.comparable else None,
                    "scenario_last_step": scenario.last_step,
                    "scenario_mean_step": scenario.mean_step,
                    "comparability": step.comparability,
                    "status": "computed" if step.comparable else "not_comparable",
                    "reason": step.reason,
                    "reason_vi": step.reason_vi,
                }
            )
    return lines
