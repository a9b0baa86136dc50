"""How alike two editions rank the same units."""

from __future__ import annotations

from itertools import combinations

import polars as pl

from dx_pipeline.index import importance as methods
from dx_pipeline.marts._arrays import step_between
from dx_pipeline.marts._units import scored


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a pair of editions whose scores are all known (M16); ranks only, so broken pairs are shown as well."""
    lines = []
    for (system,), own in scored(tables["province_rankings"]).group_by("unit_system", maintain_order=True):
        scores = dict(own.group_by("edition", maintain_order=True).agg("score").iter_rows())
        for edition_from, edition_to in combinations(scores, 2):
            step = step_between(tables["edition_comparability"], edition_from, edition_to)
            line = {"edition_from": edition_from, "edition_to": edition_to, "unit_system": system}
            line |= {"n_units": len(scores[edition_from]), "comparability": step.comparability}
            line |= {"reason": step.reason, "reason_vi": step.reason_vi}
            lines.append(line | methods.edition_stability(scores[edition_from], scores[edition_to])._asdict())
    return pl.DataFrame(lines, infer_schema_length=None)
