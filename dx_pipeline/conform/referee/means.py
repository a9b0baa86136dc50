"""National means against the tables they are means of."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from dx_pipeline.conform.findings import KEY, Finding, number
from dx_pipeline.conform.referee.tables import EditionTables

#: printed to four decimals, from figures of four decimals
TOLERANCE_MEAN = 1.5e-4
#: where points are inferred a pillar mean may miss by a little more
TOLERANCE_INFERRED = 5e-4
OVERALL = ("điểm chung", "overall")


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
                    vi = f"bị loại: {found} là {meant} in thiếu một số 0"
                    en = f"ruled out: {short['value_text']} is {full} with a zero dropped"
                    findings.append(
                        Finding(
                            short["observation"],
                            "dropped_zero",
                            True,
                            True,
                            f"{vi}; {count} nơi khác in {meant}",
                            f"{en}; {count} other publishers print {full}",
                        )
                    )
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
        twin = next(
            (
                other
                for other in columns
                if other != indicator
                and (mean := tables.mean(edition, unit_system, other)) is not None
                and abs(mean - row["value"]) <= TOLERANCE_MEAN
            ),
            None,
        )
        vi = f"bị loại: trung bình của {unit_system} tỉnh tính từ bảng điểm là {own[0]}, không phải {here[0]}"
        en = f"ruled out: the mean of the {unit_system} provinces in the table is {own[1]}, not {here[1]}"
        if twin:
            vi += f"; {here[0]} là trung bình của {columns[twin][0]}, tức cột bên cạnh"
            en += f"; {here[1]} is the mean of {columns[twin][1]}, the next column"
        code = "shifted_column" if twin else "mean_contradicts_table"
        findings.append(Finding(row["observation"], code, True, True, vi, en))
    return findings
