"""Identities between scores: pillars that add up to the overall, and pillars against the component tables (M2)."""

from __future__ import annotations

from itertools import product
from typing import Any

import polars as pl

from dx_pipeline.conform.findings import Finding, number
from dx_pipeline.conform.referee.tables import EditionTables
from dx_pipeline.index.structure import Structure

#: of an overall that is the weighted sum of printed parts
TOLERANCE_SUM = 1e-4
#: half-width of a pillar that is computed from four printed figures, plus that of the printed one
TOLERANCE_PILLAR = 3.5e-4


def rival_identities(
    observations: pl.DataFrame, names: dict[str, str], structures: dict[int, Structure]
) -> list[Finding]:
    """Where rival figures exist in an edition of disjoint pillars, those no sum uses are ruled out.

    A province whose only combination breaks the identity is reported, nothing is ruled out.
    """
    findings = []
    scores = observations.filter(pl.col("measure") == "score")
    for own in structures.values():
        if own.foundation:
            continue
        year = scores.filter((pl.col("edition") == own.edition) & pl.col("indicator").is_in(own.printed))
        for (province,), rows in year.group_by("province_id", maintain_order=True):
            findings += _judged(own, rows, names[str(province)])
    return findings


def _judged(own: Structure, rows: pl.DataFrame, name: str) -> list[Finding]:
    candidates = {
        part: rows.filter(pl.col("indicator") == part)["value"].unique().sort().to_list() for part in own.printed
    }
    if not all(candidates.values()):
        return []
    combinations = [dict(zip(own.printed, values, strict=True)) for values in product(*candidates.values())]
    fitting = [one for one in combinations if abs(one[own.overall] - _sum(own, one)) <= TOLERANCE_SUM + 1e-9]
    if not fitting:
        return [_broken(own, row, name) for row in rows.iter_rows(named=True)]
    used = {part: {fit[part] for fit in fitting} for part in own.printed}
    return [
        _verdict(own, row, part, fitting[0], used[part])
        for part in own.printed
        if len(used[part]) < len(candidates[part])
        for row in rows.filter(pl.col("indicator") == part).iter_rows(named=True)
    ]


def _sum(own: Structure, values: dict[str, float]) -> float:
    return float(own.weights @ [values[part] for part in own.parts])


def _weights(own: Structure) -> tuple[str, str]:
    texts = [f"{weight:g}" for weight in own.weights]
    return "/".join(text.replace(".", ",") for text in texts), "/".join(text.lstrip("0") for text in texts)


def _verdict(own: Structure, row: dict[str, Any], part: str, best: dict[str, float], allowed: set[float]) -> Finding:
    total = _sum(own, best if part == own.overall else best | {part: row["value"]})
    computed, printed, here = number(total), number(best[own.overall]), number(row["value"])
    ruled_out, weights, edition = row["value"] not in allowed, _weights(own), own.edition
    if ruled_out:
        vi = f"bị loại: với {here[0]} đẳng thức {edition} ({weights[0]}) cho {computed[0]}"
        vi += f", trong khi điểm chung in là {printed[0]}"
        en = f"ruled out: with {here[1]} the {edition} identity ({weights[1]}) gives {computed[1]}, not {printed[1]}"
    else:
        vi = f"đẳng thức {edition} ({weights[0]}) cho {computed[0]}, đúng bằng điểm chung {printed[0]} đã in"
        en = f"the {edition} identity ({weights[1]}) gives {computed[1]}, which is the printed overall {printed[1]}"
    return Finding(row["observation"], f"identity_{edition}", True, ruled_out, vi, en)


def _broken(own: Structure, row: dict[str, Any], name: str) -> Finding:
    weights = _weights(own)
    vi = f"các điểm trụ cột {own.edition} của {name} không cộng lại thành điểm chung ({weights[0]})"
    en = f"the printed {own.edition} pillars of {name} do not add up to the printed overall ({weights[1]})"
    return Finding(row["observation"], "identity_broken", True, False, vi, en)


def broken_identities(observations: pl.DataFrame, tables: EditionTables) -> list[Finding]:
    """Printed pillar scores that the component tables contradict (M2; not where the points are inferred)."""
    findings = []
    pillars = observations.filter(
        pl.col("indicator").is_in(list(tables.pillar_activity)) & (pl.col("measure") == "score")
    )
    for row in pillars.iter_rows(named=True):
        table = tables.pillars.get((row["edition"], row["unit_system"], row["indicator"]))
        if not table or row["province_id"] not in table or tables.is_inferred(row["edition"], row["indicator"]):
            continue
        computed = table[row["province_id"]]
        if abs(computed - row["value"]) > TOLERANCE_PILLAR:
            there, here = number(computed), number(row["value"], row["decimals"])
            findings.append(
                Finding(
                    row["observation"],
                    "pillar_identity_broken",
                    True,
                    False,
                    f"điểm chung và các chỉ số thành phần cho điểm trụ cột {there[0]}, không phải {here[0]}",
                    f"overall and components give a pillar score of {there[1]}, not {here[1]}",
                )
            )
    return findings
