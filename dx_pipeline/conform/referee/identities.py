"""Identities between scores: the three disjoint pillars of 2020 (M2), and pillars against the component tables."""

from __future__ import annotations

from itertools import product

import polars as pl

from dx_pipeline.conform.findings import Finding, number
from dx_pipeline.conform.referee.tables import EditionTables

#: overall = .4 government + .3 economy + .3 society in 2020 (decision 1726/QĐ-BTTTT)
WEIGHTS_2020 = {"digital_government": 0.4, "digital_economy": 0.3, "digital_society": 0.3}
TOLERANCE_2020 = 1e-4
#: half-width of a pillar that is computed from four printed figures, plus that of the printed one
TOLERANCE_PILLAR = 3.5e-4


def rival_identity_2020(observations: pl.DataFrame, names: dict[str, str]) -> list[Finding]:
    """Where rival figures of 2020 exist, those that no combination satisfying the identity uses are ruled out.

    A province whose only combination breaks the identity is reported, nothing is ruled out.
    """
    findings = []
    parts = ["overall", *WEIGHTS_2020]
    year = observations.filter(
        (pl.col("edition") == 2020) & (pl.col("measure") == "score") & pl.col("indicator").is_in(parts)
    )
    for (province,), rows in year.group_by("province_id", maintain_order=True):
        candidates = {
            part: rows.filter(pl.col("indicator") == part)["value"].unique().sort().to_list() for part in parts
        }
        if not all(candidates.values()):
            continue
        fitting = [
            dict(zip(parts, values, strict=True))
            for values in product(*candidates.values())
            if abs(values[0] - _overall_2020(dict(zip(parts, values, strict=True)))) <= TOLERANCE_2020 + 1e-9
        ]
        if not fitting:
            findings += [_broken_2020(row, names[str(province)]) for row in rows.iter_rows(named=True)]
            continue
        best = fitting[0]
        for part in parts:
            if len(candidates[part]) > 1 and len({fit[part] for fit in fitting}) < len(candidates[part]):
                findings += [
                    _judged_2020(row, part, best, {fit[part] for fit in fitting})
                    for row in rows.filter(pl.col("indicator") == part).iter_rows(named=True)
                ]
    return findings


def _overall_2020(values: dict[str, float]) -> float:
    return sum(weight * values[part] for part, weight in WEIGHTS_2020.items())


def _judged_2020(row: dict[str, object], part: str, best: dict[str, float], allowed: set[float]) -> Finding:
    value = float(str(row["value"]))
    total = _overall_2020(best | {part: value}) if part != "overall" else _overall_2020(best)
    computed, printed, own = number(total), number(best["overall"]), number(value)
    if value in allowed:
        vi = f"đẳng thức 2020 (0,4/0,3/0,3) cho {computed[0]}, đúng bằng điểm chung {printed[0]} đã in"
        en = f"the 2020 identity (.4/.3/.3) gives {computed[1]}, which is the printed overall {printed[1]}"
        return Finding(int(str(row["observation"])), "identity_2020", True, False, vi, en)
    vi = (
        f"bị loại: với {own[0]} đẳng thức 2020 (0,4/0,3/0,3) cho {computed[0]}, trong khi điểm chung in là {printed[0]}"
    )
    en = f"ruled out: with {own[1]} the 2020 identity (.4/.3/.3) gives {computed[1]}, not {printed[1]}"
    return Finding(int(str(row["observation"])), "identity_2020", True, True, vi, en)


def _broken_2020(row: dict[str, object], name: str) -> Finding:
    vi = f"các điểm trụ cột 2020 của {name} không cộng lại thành điểm chung (0,4/0,3/0,3)"
    en = f"the printed 2020 pillars of {name} do not add up to the printed overall (.4/.3/.3)"
    return Finding(int(str(row["observation"])), "identity_broken", True, False, vi, en)


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
