"""Where the score needed for a rank went between two editions, and where it would go if a step were repeated."""

from __future__ import annotations

from itertools import pairwise

import polars as pl

from dx_pipeline.index import TARGET_RANKS
from dx_pipeline.index.targets import threshold_scenarios
from dx_pipeline.marts._arrays import step_between
from dx_pipeline.marts._units import TABLE


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a unit system, rank and pair of consecutive editions with full score tables (M19)."""
    lines = []
    score = {tuple(key): value for *key, value in tables["rank_thresholds"].select(*TABLE, "k", "score").iter_rows()}
    editions = tables["rank_thresholds"].select(*TABLE).unique().sort("unit_system", "edition")
    for (system,), own in editions.group_by("unit_system", maintain_order=True):
        since_break: list[int] = []
        for edition_from, edition_to in pairwise(own["edition"]):
            step = step_between(tables["edition_comparability"], edition_from, edition_to)
            since_break = [*(since_break or [edition_from]), edition_to] if step.comparable else [edition_to]
            for k in TARGET_RANKS:
                before, after = score[edition_from, system, k], score[edition_to, system, k]
                # an older step than the last broken one was measured with another ruler
                scenario = threshold_scenarios([score[edition, system, k] for edition in since_break])
                line = {"edition_from": edition_from, "edition_to": edition_to, "unit_system": system, "k": k}
                line |= {"score_from": before, "score_to": after, "step": after - before if step.comparable else None}
                line |= {"scenario_last_step": scenario.last_step, "scenario_mean_step": scenario.mean_step}
                lines.append(line | step.values())
    return pl.DataFrame(lines, infer_schema_length=None)
