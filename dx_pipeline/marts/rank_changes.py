"""Where each unit stood in two editions, and how much of the difference is its own doing."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import polars as pl

from dx_pipeline.index.changes import decompose_rank_changes
from dx_pipeline.marts._arrays import arising, step_between


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a unit and pair of consecutive editions; effects (M6) only where the scores may be mixed (M21)."""
    rankings = tables["province_rankings"].sort("unit_system", "edition", "province_id")
    frames = []
    for _, own in rankings.group_by("unit_system", maintain_order=True):
        for before, after in pairwise(own.partition_by("edition", maintain_order=True)):
            frames.append(_change(before, after, tables["edition_comparability"]))
    return pl.concat(frames)


def _change(before: pl.DataFrame, after: pl.DataFrame, edition_comparability: pl.DataFrame) -> pl.DataFrame:
    edition_from, edition_to = before["edition"][0], after["edition"][0]
    step = step_between(edition_comparability, edition_from, edition_to)
    incomplete = [rows["edition"][0] for rows in (before, after) if rows["score"].null_count()]
    own = others = np.full(before.height, np.nan)
    if step.comparable and not incomplete:
        change = decompose_rank_changes(before["score"].to_numpy(), after["score"].to_numpy())
        own, others = change.own_effect, change.others_effect
    open_ranks = {"low": "rank_low", "high": "rank_high"}
    joined = before.select("unit_system", "province_id", **open_ranks, rank_from="rank").join(
        after.select("province_id", **open_ranks, rank_to="rank"), on="province_id", suffix="_to", maintain_order="left"
    )
    both_open = (pl.col("low") < pl.col("high")) | (pl.col("low_to") < pl.col("high_to"))
    overlap = (pl.col("low") <= pl.col("high_to")) & (pl.col("low_to") <= pl.col("high"))
    known = pl.col("rank_from").is_not_null() & pl.col("rank_to").is_not_null()
    frame = (
        joined.with_columns(within_error=pl.when(known).then(both_open & overlap))
        .drop("low", "high", "low_to", "high_to")
        .with_columns(
            doubts=arising(),
            edition_from=pl.lit(edition_from),
            edition_to=pl.lit(edition_to),
            rank_change=pl.col("rank_to") - pl.col("rank_from"),
            own_effect=pl.Series(own),
            others_effect=pl.Series(others),
            **{name: pl.lit(text, dtype=pl.String) for name, text in step.values().items()},
        )
    )
    if not step.comparable or not incomplete:
        return frame
    return frame.with_columns(
        status=pl.lit("not_read"),
        reason=pl.lit(f"not_read: the scores of {' and '.join(map(str, incomplete))} are not known for all provinces"),
        reason_vi=pl.lit(f"chưa đọc được: chưa biết điểm năm {' và '.join(map(str, incomplete))} của mọi tỉnh"),
    )
