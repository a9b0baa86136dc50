"""Every published value that speaks of nearly what a target asks for, and why it does not count."""

from __future__ import annotations

import polars as pl

from dx_pipeline.marts._targets import TARGET, caveats


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per target and printed value of a near series of the same place, in either system."""
    phrases = tables["raw.policy_caveats"]
    values = tables["policy_actuals"].select(
        pl.col("province_id", "value", "as_of", "as_of_from_context", "publisher", "url", "doubts"),
        near_indicator="indicator",
        value_unit_system="unit_system",
        value_unit="unit",
        value_row="row",
        caveat=caveats(pl.col("remark"), phrases, "en"),
        caveat_vi=caveats(pl.col("remark"), phrases, "vi"),
    )
    series = tables["raw.target_near_series"].select(
        "province_id", "indicator", "near_indicator", reason="reason_en", reason_vi="reason_vi"
    )
    return (
        tables["policy_targets"]
        .select(*TARGET, "comparator", "target_value")
        .join(series, on=["province_id", "indicator"])
        .join(values, on=["province_id", "near_indicator"])
    )
