"""Scores that contradict scores.

Pillars that do not add up to the overall, or do not follow from the components (M2); means that are not those of their
table; a figure that is another one with a zero left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

import polars as pl

from dx_pipeline.conform.findings import KEY, Finding, number
from dx_pipeline.conform.referee.tables import EditionTables
from dx_pipeline.index.structure import Structure

#: of an overall that is the weighted sum of printed parts
TOLERANCE_SUM = 1e-4
#: half-width of a pillar that is computed from four printed figures, plus that of the printed one
TOLERANCE_PILLAR = 3.5e-4
#: printed to four decimals, from figures of four decimals
TOLERANCE_MEAN = 1.5e-4
#: where points are inferred a pillar mean may miss by a little more
TOLERANCE_INFERRED = 5e-4
OVERALL = ("điểm chung", "overall")


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
            vi = f"điểm chung và các chỉ số thành phần cho điểm trụ cột {there[0]}, không phải {here[0]}"
            en = f"overall and components give a pillar score of {there[1]}, not {here[1]}"
            findings.append(Finding(row["observation"], "pillar_identity_broken", True, False, vi, en))
    return findings


def dropped_zeros(observations: pl.DataFrame) -> list[Finding]:
    """A printed figure that is another one with a zero left out (0.326 for 0.3026), when more publishers print that."""
    findings = []
    scores = observations.filter((pl.col("measure") != "rank") & (pl.col("value_text").n_unique().over(KEY) > 1))
    for _, rows in scores.group_by(KEY, maintain_order=True):
        publishers = dict(rows.group_by("value_text").agg(pl.col("publisher").n_unique()).iter_rows())
        for short in rows.iter_rows(named=True):
            for full, count in sorted(publishers.items()):
                if count > publishers[short["value_text"]] and short["value_text"] in _without_a_zero(full):
                    found, meant = short["value_text"].replace(".", ","), full.replace(".", ",")
                    vi = f"bị loại: {found} là {meant} in thiếu một số 0; {count} nơi khác in {meant}"
                    en = f"ruled out: {short['value_text']} is {full} with a zero dropped"
                    en += f"; {count} other publishers print {full}"
                    findings.append(Finding(short["observation"], "dropped_zero", True, True, vi, en))
    return findings


def _without_a_zero(text: str) -> set[str]:
    head, mark, tail = text.partition(".")
    return {f"{head}{mark}{tail[:i]}{tail[i + 1 :]}" for i, digit in enumerate(tail[:-1]) if digit == "0"}


def contradicted_means(
    observations: pl.DataFrame, tables: EditionTables, names: Mapping[str, tuple[str, str]]
) -> list[Finding]:
    """Printed means that the complete tables contradict; a whole row shifted by one column is recognised as such."""
    findings = []
    totals = {own.overall: OVERALL for own in tables.structures.values()}
    columns = totals | {one: (names[one][0].lower(), names[one][1].lower()) for one in tables.pillar_activity}
    means = observations.filter(pl.col("measure") == "mean")
    for row in means.iter_rows(named=True):
        edition, unit_system, indicator = row["edition"], row["unit_system"], row["indicator"]
        computed = tables.mean(edition, unit_system, indicator)
        inferred = tables.is_inferred(edition, indicator)
        if computed is None or abs(computed - row["value"]) <= (TOLERANCE_INFERRED if inferred else TOLERANCE_MEAN):
            continue
        own, here = number(computed), number(row["value"], row["decimals"])
        means_of_others = {other: tables.mean(edition, unit_system, other) for other in columns if other != indicator}
        fitting = (
            other
            for other, mean in means_of_others.items()
            if mean is not None and abs(mean - row["value"]) <= TOLERANCE_MEAN
        )
        twin = next(fitting, None)
        vi = f"bị loại: trung bình của {unit_system} tỉnh tính từ bảng điểm là {own[0]}, không phải {here[0]}"
        en = f"ruled out: the mean of the {unit_system} provinces in the table is {own[1]}, not {here[1]}"
        if twin:
            vi += f"; {here[0]} là trung bình của {columns[twin][0]}, tức cột bên cạnh"
            en += f"; {here[1]} is the mean of {columns[twin][1]}, the next column"
        code = "shifted_column" if twin else "mean_contradicts_table"
        findings.append(Finding(row["observation"], code, True, True, vi, en))
    return findings
