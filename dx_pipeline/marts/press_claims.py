"""Published claims against the figures: one row a claim, also where it is about a whole programme."""

from __future__ import annotations

from typing import Any

import polars as pl

from dx_pipeline.language.words import LANGUAGES, label_of, said
from dx_pipeline.marts._policy import unit_system_of, with_province, with_source
from dx_pipeline.marts._targets import reached
from dx_pipeline.marts._units import UNIT

UNKNOWN = ("not_checkable", "no figure held here speaks of it", "không có số liệu nào trong kho nói về việc này")


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row per claim with a finding; what it is about is data (raw.policy_claim_subjects)."""
    printed = with_province(tables, "press_claims", "province_name")
    subjects = tables["raw.policy_claim_subjects"].drop("row")
    rows = with_source(printed.join(subjects, on="claim_id", how="left"), tables["raw.policy_articles"]).with_columns(
        unit_system=unit_system_of(pl.col("article_date"), tables["provinces"])
    )
    findings = [_judge(row, tables) for row in rows.iter_rows(named=True)]
    columns = zip(("finding", "reason", "reason_vi"), zip(*findings, strict=True), strict=True)
    return rows.with_columns(pl.Series(name, values, dtype=pl.String) for name, values in columns).select(
        "unit_system", "province_id", "province_name", "claim_id", "about", "resolution", "claim", "claim_vi",
        "published_wording", "finding", "reason", "reason_vi", "article_title", "article_publisher", "article_date",
        "url", "source_note", "source_note_vi", "source_id", "row",
    )  # fmt: skip


def _judge(row: dict[str, Any], tables: dict[str, pl.DataFrame]) -> tuple[str, str, str]:
    """Finding, reason in English and in Vietnamese."""
    judges = {"ranks": _ranks, "programme": _programme, "target_value": _target_value}
    return judges[row["about"]](row, tables) if row["about"] in judges else UNKNOWN


def _own(table: pl.DataFrame, row: dict[str, Any], *columns: str) -> pl.DataFrame:
    return table.filter(*(pl.col(name) == row[name] for name in columns))


def _ranks(row: dict[str, Any], tables: dict[str, pl.DataFrame]) -> tuple[str, str, str]:
    """The same ranks, in any order, over the editions the claim is about."""
    rankings = tables["province_rankings"]
    years = pl.col("edition").is_between(int(row["from_year"]), int(row["to_year"]))
    own = _own(rankings, row, *UNIT).filter(years).sort("edition")
    ranks = own["rank"].to_list()
    if None in ranks:
        return UNKNOWN
    listed = ", ".join(map(str, ranks))
    finding = "confirmed" if sorted(ranks) == sorted(map(int, row["expected"].split(";"))) else "contradicted"
    span = f"{row['from_year']}-{row['to_year']}"
    return finding, f"editions {span}: {listed}", f"các kỳ {span}: hạng {listed}"


def _programme(row: dict[str, Any], tables: dict[str, pl.DataFrame]) -> tuple[str, str, str]:
    """Contradicted by any target of the programme that was still unreached at the time of the claim."""
    own = _own(tables["target_progress"], row, "province_id", "resolution").filter(
        (pl.col("target_year") <= int(row["target_year"])) & pl.col("is_latest")
    )
    known = own.filter(pl.col("actual_value").is_not_null() & (pl.col("edition") <= int(row["to_year"])))
    missed = known.filter(~reached(pl.col("actual_value")))
    unknown = own.height - known.height
    tail_en = f"; {unknown} of {own.height} targets can't be checked" if unknown else ""
    tail_vi = f"; {unknown}/{own.height} mục tiêu không kiểm được" if unknown else ""
    if missed.is_empty():
        finding = "not_checkable" if unknown else "confirmed"
        return finding, f"{known.height} targets were reached{tail_en}", f"{known.height} mục tiêu đã đạt{tail_vi}"
    vi, en = (
        "; ".join(
            f"{label_of('policy', line['indicator']).in_language(language)}: {line['actual_value']:g}"
            f" ({said(line['actual_as_of'], language)}) / {line['target_value']:g}"
            for line in missed.iter_rows(named=True)
        )
        for language in LANGUAGES
    )
    return "contradicted", f"not reached: {en}{tail_en}", f"chưa đạt: {vi}{tail_vi}"


def _target_value(row: dict[str, Any], tables: dict[str, pl.DataFrame]) -> tuple[str, str, str]:
    """What the resolution itself asks for."""
    own = _own(tables["policy_targets"], row, "province_id", "resolution", "indicator")
    targets = dict(own.sort("target_year").select("target_year", "target_value").iter_rows())
    asked = targets.get(int(row["target_year"]))
    if asked is None:
        return UNKNOWN
    finding = "confirmed" if asked == float(row["expected"]) else "contradicted"
    listed = ", ".join(f"{value:g} ({year})" for year, value in targets.items())
    return finding, f"the resolution asks for: {listed}", f"nghị quyết đặt mục tiêu: {listed}"
