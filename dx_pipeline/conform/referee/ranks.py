"""Printed ranks against scores, against each other, and against the edition they are printed under."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Any

import polars as pl

from dx_pipeline.conform.findings import KEY, Finding, number
from dx_pipeline.conform.referee.tables import EditionTables

#: a year printed in the place of the edition, as the remark quotes it
PRINTED_YEAR = re.compile(r"""["'“][^"'”]*năm\s+(20\d\d)[^"'”]*["'”]""")


def activity_ranks_as_pillars(observations: pl.DataFrame, tables: EditionTables) -> list[Finding]:
    """Pillar ranks of one page that are all the province's activity ranks, and at least one is not its pillar rank."""
    findings = []
    pillar_activity = tables.pillar_activity
    ranks = observations.filter(
        pl.col("indicator").is_in(list(pillar_activity)) & (pl.col("measure") == "rank") & (pl.col("kind") == "stated")
    )
    page = ["edition", "unit_system", "province_id", "publisher", "url"]
    for _, rows in ranks.group_by(page, maintain_order=True):
        told = [
            (row, tables.rank(*key, row["indicator"], row["province_id"]),
             tables.rank(*key, pillar_activity[row["indicator"]], row["province_id"]))
            for row in rows.iter_rows(named=True)
            for key in [(row["edition"], row["unit_system"])]
        ]  # fmt: skip
        if any(pillar is None or activity is None for _, pillar, activity in told):
            continue
        all_activity = all(row["value"] == activity for row, _, activity in told)
        if not all_activity or all(row["value"] == pillar for row, pillar, _ in told):
            continue
        for row, pillar, activity in told:
            vi = (
                f"bị loại: trang này in hạng hoạt động dưới tên trụ cột: hạng hoạt động tính được là {activity}, "
                f"hạng trụ cột là {pillar}"
            )
            en = (
                f"ruled out: this page prints activity ranks under pillar names: the activity rank is {activity}, "
                f"the pillar rank {pillar}"
            )
            findings.append(Finding(row["observation"], "activity_rank_as_pillar", True, True, vi, en))
    return findings


def contradicted_ranks(
    observations: pl.DataFrame, tables: EditionTables, indicators: AbstractSet[str]
) -> list[Finding]:
    """Printed ranks that a complete score table of the same indicator contradicts (M3).

    Only indicators of the index: other publishers rank on more digits than they print.
    """
    findings = []
    ranks = observations.filter(
        (pl.col("measure") == "rank")
        & pl.col("indicator").is_in(sorted(indicators))
        & ~pl.col("indicator").is_in(list(tables.pillar_activity))
    )
    for row in ranks.iter_rows(named=True):
        computed = tables.rank(row["edition"], row["unit_system"], row["indicator"], row["province_id"])
        if computed is None or computed == row["value"]:
            continue
        vi = f"bảng điểm đầy đủ cho hạng {computed}, không phải {row['value']:.0f}"
        en = f"the complete score table gives rank {computed}, not {row['value']:.0f}"
        findings.append(Finding(row["observation"], "rank_contradicts_scores", True, False, vi, en))
    return findings


def contradicted_stated_changes(observations: pl.DataFrame, names: dict[str, str]) -> list[Finding]:
    """A rank that follows from a stated change and differs from the rank stated for the same edition."""
    findings = []
    ranks = observations.filter(pl.col("measure") == "rank")
    rivals = ranks.filter(pl.col("value").n_unique().over(KEY) > 1)
    for key, rows in rivals.group_by(KEY, maintain_order=True):
        stated = rows.filter(pl.col("kind") == "stated")["value"].unique().to_list()
        derived = rows.filter(pl.col("kind") == "derived")["value"].unique().to_list()
        if not stated or not derived or set(stated) & set(derived):
            continue
        taken = _holders(ranks, key, derived[0], names)
        for row in rows.iter_rows(named=True):
            if row["kind"] == "stated":
                vi = f"mức thay đổi hạng nêu trong bài cho hạng {derived[0]:.0f}, nhưng hạng in là {row['value']:.0f}"
                en = f"the stated change of rank gives {derived[0]:.0f}, the printed rank is {row['value']:.0f}"
            else:
                vi = f"suy ra từ mức thay đổi hạng; hạng in trực tiếp là {stated[0]:.0f}"
                en = f"follows from a stated change of rank; the rank stated directly is {stated[0]:.0f}"
            if taken:
                vi += f"; hạng {derived[0]:.0f} đã có {taken}"
                en += f"; rank {derived[0]:.0f} is held by {taken}"
            findings.append(Finding(row["observation"], "stated_change_contradicts", True, False, vi, en))
    return findings


def _holders(ranks: pl.DataFrame, key: tuple[object, ...], rank: float, names: dict[str, str]) -> str:
    edition, unit_system, province, indicator, _ = key
    same = ranks.filter(edition=edition, unit_system=unit_system, indicator=indicator, value=rank)
    return ", ".join(sorted(names[other] for other in same["province_id"].unique() if other != province))


def ties(observations: pl.DataFrame, names: dict[str, str]) -> list[Finding]:
    """Printed ranks against printed scores of other provinces: shared places, and what contradicts a shared place.

    Equal scores with one rank are a tie (no conflict). Equal scores with different ranks mean that the publisher ranked
    on more digits than it printed (no conflict either, but worth saying). One rank for different scores is a conflict.
    """
    order = ["edition", "unit_system", "indicator"]
    first = observations.filter(pl.col("kind") == "stated").unique([*KEY, "value"], keep="first", maintain_order=True)
    ranks = first.filter(pl.col("measure") == "rank").select(*order, "province_id", "observation", rank="value")
    scores = first.filter(pl.col("measure") == "score").select(*order, "province_id", "decimals", score="value")
    both = ranks.join(scores, on=[*order, "province_id"], how="inner")
    findings = []
    pairs = both.join(both, on=order, suffix="_other").filter(pl.col("province_id") != pl.col("province_id_other"))
    same_score = pairs.filter(
        (pl.col("score") == pl.col("score_other")) & (pl.col("decimals") == pl.col("decimals_other"))
    )
    same_rank = pairs.filter((pl.col("rank") == pl.col("rank_other")) & (pl.col("score") != pl.col("score_other")))
    for row in _once(same_score):
        name, score = names[row["province_id_other"]], number(row["score"], row["decimals"])
        if row["rank"] == row["rank_other"]:
            vi = f"đồng hạng với {name}: cùng điểm {score[0]}"
            en = f"shares the place with {name}: equal score {score[1]}"
            findings.append(Finding(row["observation"], "shared_rank", False, False, vi, en))
        else:
            vi = f"cùng điểm in {score[0]} với {name} nhưng hạng khác: nơi công bố xếp theo số lẻ không in ra"
            en = f"same printed score {score[1]} as {name} but another rank: ranked on digits that are not printed"
            findings.append(Finding(row["observation"], "unequal_ranks_for_equal_scores", False, False, vi, en))
    rounding = 10.0 ** -pl.min_horizontal("decimals", "decimals_other")
    for row in _once(same_rank.filter((pl.col("score") - pl.col("score_other")).abs() > rounding)):
        name = names[row["province_id_other"]]
        vi = f"cùng hạng {row['rank']:.0f} với {name} nhưng điểm khác nhau"
        en = f"same rank {row['rank']:.0f} as {name} but different scores"
        findings.append(Finding(row["observation"], "equal_rank_for_unequal_scores", True, False, vi, en))
    return findings


def _once(pairs: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """The first pair of each figure."""
    return pairs.unique("observation", maintain_order=True, keep="first").sort("observation").iter_rows(named=True)


def editions_dated_by_publication(observations: pl.DataFrame, tables: EditionTables) -> list[Finding]:
    """Figures printed under another year than the edition they belong to; says what the tables of both years hold."""
    findings = []
    for row in observations.filter(pl.col("remark").is_not_null()).iter_rows(named=True):
        printed = PRINTED_YEAR.search(row["remark"])
        if not printed or int(printed.group(1)) == row["edition"]:
            continue
        year = int(printed.group(1))
        vi = f"trang in «năm {year}», số liệu thuộc kỳ đánh giá {row['edition']}"
        en = f"the page says “{year}”, the figure belongs to edition {row['edition']}"
        there = _other_rank(observations, tables, row, year)
        if row["measure"] == "rank" and there is not None:
            vi += f": ở kỳ {year} tỉnh xếp hạng {there}, không phải {row['value']:.0f}"
            en += f": in edition {year} the province ranks {there}, not {row['value']:.0f}"
        findings.append(Finding(row["observation"], "edition_dated_by_publication_year", False, False, vi, en))
    return findings


def _other_rank(observations: pl.DataFrame, tables: EditionTables, row: dict[str, Any], year: int) -> int | None:
    """The province's rank for the same indicator in another year: from its table, or as printed."""
    key = {name: row[name] for name in ("unit_system", "indicator", "province_id")}
    stated = observations.filter(edition=year, measure="rank", **key)["value"]
    computed = tables.rank(year, **key)
    return int(stated[0]) if computed is None and len(stated) else computed
