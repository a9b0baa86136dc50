"""Where each province stood in two editions, and how much of the difference is its own doing."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import polars as pl

from dx_pipeline.index.rank_changes import decompose_rank_changes
from dx_pipeline.marts._arrays import UNIT_SYSTEM, step_between


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a province and pair of consecutive editions; effects (M6) only where the scores may be mixed (M21)."""
    rankings = tables["province_rankings"].filter(pl.col("unit_system") == UNIT_SYSTEM).sort("province_id")
    editions = {int(str(key[0])): rows for key, rows in rankings.group_by("edition", maintain_order=True)}
    frames = []
    for edition_from, edition_to in pairwise(sorted(editions)):
        before, after = editions[edition_from], editions[edition_to]
        step = step_between(tables["edition_comparability"], edition_from, edition_to)
        incomplete = [e for e in (edition_from, edition_to) if editions[e]["score"].null_count()]
        own = others = np.full(before.height, np.nan)
        status, reason, reason_vi = "computed", step.reason, step.reason_vi
        if not step.comparable:
            status = "not_comparable"
        elif incomplete:
            status = "not_published"
            years = " and ".join(map(str, incomplete))
            reason = f"not_published: the scores of {years} are not known for all provinces"
            reason_vi = f"chưa công bố: chưa biết điểm năm {' và '.join(map(str, incomplete))} của mọi tỉnh"
        else:
            change = decompose_rank_changes(before["score"].to_numpy(), after["score"].to_numpy())
            own, others = change.own_effect, change.others_effect
        joined = before.select("province_id", rank_from="rank").join(
            after.select("province_id", rank_to="rank"), on="province_id", maintain_order="left"
        )
        frames.append(
            joined.with_columns(
                edition_from=pl.lit(edition_from),
                edition_to=pl.lit(edition_to),
                rank_change=pl.col("rank_to") - pl.col("rank_from"),
                own_effect=pl.Series(own),
                others_effect=pl.Series(others),
                comparability=pl.lit(step.comparability),
                status=pl.lit(status),
                reason=pl.lit(reason, dtype=pl.String),
                reason_vi=pl.lit(reason_vi, dtype=pl.String),
            )
        )
    return pl.concat(frames)
