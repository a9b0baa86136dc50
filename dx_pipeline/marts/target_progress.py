"""How each target stands, and whether it can be judged at all (M17).

A verdict is given from the target year on; before it the row shows progress. A target outlives its unit where the
territory changed: then it can't be assessed as written, and the successor's rank stands beside it as what it is.
"""

from __future__ import annotations

import polars as pl

from dx_pipeline.marts._targets import TARGET, rank_targets, value_targets


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Rank targets by edition, the others by their latest figure, and what was claimed of a single target."""
    targets = tables["policy_targets"]
    rows = pl.concat([rank_targets(targets, tables), value_targets(targets, tables)], how="diagonal_relaxed")
    latest = pl.col("edition") == pl.col("edition").max().over(TARGET)
    return _with_claims(rows.with_columns(is_latest=latest), tables["raw.policy_claim_subjects"])


def _with_claims(rows: pl.DataFrame, subjects: pl.DataFrame) -> pl.DataFrame:
    """Beside the latest row of a target: a claim about its value; one about a whole programme stands elsewhere."""
    claims = subjects.filter(pl.col("about") == "target_value").select(
        "resolution",
        "indicator",
        pl.col("target_year").cast(pl.Int64),
        claim="claim_id",
        claimed=pl.col("expected").cast(pl.Float64),
    )
    joined = rows.join(claims, on=["resolution", "indicator", "target_year"], how="left", maintain_order="left")
    applies = pl.col("is_latest") & pl.col("claim").is_not_null()
    fits = pl.col("claimed") == pl.col("target_value")
    whole = [pl.col(name).cast(pl.Int64, strict=False) for name in ("claimed", "target_value")]
    said = {
        "reason": pl.format("; a published report gives the target as {}, the resolution as {}", *whole),
        "reason_vi": pl.format("; một báo cáo đã đăng ghi mục tiêu là {}, nghị quyết ghi {}", *whole),
    }
    return joined.with_columns(
        claim=pl.when(applies).then("claim"),
        claim_finding=pl.when(applies).then(pl.when(fits).then(pl.lit("confirmed")).otherwise(pl.lit("contradicted"))),
        **{name: pl.col(name) + pl.when(applies).then(text).otherwise(pl.lit("")) for name, text in said.items()},
    ).drop("claimed")
