"""Published claims against the figures."""

from __future__ import annotations

from collections import Counter

import polars as pl

from dx_pipeline.marts._policy import with_province


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per claim with a verdict; a claim without a rule here is `not_checkable`, never silently confirmed."""
    printed = with_province(tables, "press_claims", "province_name")
    judged = {
        "hd_ranks_2021_2023": _ranks_in_three_years(tables["province_rankings"]),
        "tn_15_of_15": _fifteen_of_fifteen(tables["target_progress"]),
        "hd_rank_target_15_by_2025": _rank_target(tables["policy_targets"]),
    }
    unknown = ("not_checkable", "no figure held here speaks of it", "không có số liệu nào trong kho nói về việc này")
    verdicts = [judged.get(claim, unknown) for claim in printed["claim_id"]]
    return printed.with_columns(
        *[
            pl.Series(name, values, dtype=pl.String)
            for name, values in zip(("finding", "reason", "reason_vi"), zip(*verdicts, strict=True), strict=True)
        ]
    )


def _ranks_in_three_years(rankings: pl.DataFrame) -> tuple[str, str, str]:
    """Hải Dương: 14th in two years, 13th in one, over the editions published while the resolution ran (2020-2022)."""
    own = rankings.filter((pl.col("province_id") == "hai-duong") & (pl.col("unit_system") == 63)).sort("edition")
    ranks = own.filter(pl.col("edition") <= 2022)["rank"].to_list()
    listed = ", ".join(str(rank) for rank in ranks)
    finding = "confirmed" if Counter(ranks) == {14: 2, 13: 1} else "contradicted"
    return finding, f"editions 2020-2022: {listed}", f"các kỳ 2020-2022: hạng {listed}"


def _fifteen_of_fifteen(progress: pl.DataFrame) -> tuple[str, str, str]:
    claimed = progress.filter((pl.col("claim") == "tn_15_of_15") & pl.col("is_latest"))
    missed = claimed.filter(pl.col("verdict") == "not_met")
    if missed.is_empty():
        unclear = claimed.filter(pl.col("verdict") == "not_assessable").height
        finding = "not_checkable" if unclear else "confirmed"
        return finding, f"{unclear} targets can't be judged", f"{unclear} mục tiêu không đánh giá được"
    shown = "; ".join(
        f"{row['indicator']}: {row['actual_value']:g} / {row['target_value']:g}" for row in missed.iter_rows(named=True)
    )
    return "contradicted", f"not met: {shown}", f"chưa đạt: {shown}"


def _rank_target(targets: pl.DataFrame) -> tuple[str, str, str]:
    own = targets.filter((pl.col("province_id") == "hai-duong") & (pl.col("indicator") == "national_dti_rank"))
    by_year = dict(own.select("target_year", "target_value").iter_rows())
    target = int(by_year[2025])
    finding = "confirmed" if target == 15 else "contradicted"
    return (
        finding,
        f"the resolution asks for the group of {target} by 2025",
        f"nghị quyết đặt mục tiêu nhóm {target} vào năm 2025",
    )
