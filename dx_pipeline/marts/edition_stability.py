"""How alike two editions rank the same provinces."""

from __future__ import annotations

from itertools import combinations

import polars as pl

from dx_pipeline.index import importance as methods
from dx_pipeline.marts._arrays import UNIT_SYSTEM, step_between


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a pair of editions whose scores are all known (M16); ranks only, so broken pairs are shown as well."""
    rankings = tables["province_rankings"].filter(pl.col("unit_system") == UNIT_SYSTEM).sort("province_id")
    complete = {
        int(str(key[0])): rows["score"].to_numpy()
        for key, rows in rankings.group_by("edition", maintain_order=True)
        if rows["score"].null_count() == 0
    }
    frames = []
    for edition_from, edition_to in combinations(sorted(complete), 2):
        step = step_between(tables["edition_comparability"], edition_from, edition_to)
        stability = methods.edition_stability(complete[edition_from], complete[edition_to])
        frames.append(
            {
                "edition_from": edition_from,
                "edition_to": edition_to,
                **stability._asdict(),
                "n_units": len(complete[edition_from]),
                "comparability": step.comparability,
                "reason": step.reason,
                "reason_vi": step.reason_vi,
            }
        )
    return pl.DataFrame(frames, infer_schema_length=None)
