"""One chosen figure per key, the rivals kept beside it with the reason.

The written rule, in this order:

1. A figure that arithmetic rules out, or a declared correction, is never chosen (`referee`, `data/corrections`).
2. Figures that agree within their printed rounding are no conflict. Among them the value printed in a complete table of
   the edition is chosen, so that all provinces are compared at the same precision; without one, the value with the most
   decimals. Of the places that print this value, the best tier is named as the source.
3. Figures that disagree are a conflict. Stated goes before derived, then official before official copy before press
   before third party, then the value that more publishers print, then more decimals.
"""

from __future__ import annotations

import polars as pl

from dx_pipeline.conform import COUNTRY
from dx_pipeline.conform.corrections import Correction, apply_corrections
from dx_pipeline.conform.doubts import with_doubts
from dx_pipeline.conform.findings import KEY, Finding, number
from dx_pipeline.conform.referee import referee
from dx_pipeline.conform.reference import Reference
from dx_pipeline.index.structure import Structure
from dx_pipeline.sources.resolved import TIERS

TIER_WORDS = {
    "official": ("cơ quan chính thức", "official"),
    "official_copy": ("bản chép từ nguồn chính thức", "official copy"),
    "press": ("báo chí", "press"),
    "third_party": ("bên thứ ba", "third party"),
}


def choose(
    observations: list[pl.DataFrame],
    corrections: list[Correction],
    structures: dict[int, Structure],
    reference: Reference,
) -> pl.DataFrame:
    """All observations with verdict, one figure chosen per key.

    Raises:
        CorrectionError: a declared correction no longer fits its source.
    """
    everything = pl.concat(observations).sort("source_id", "file", "table_no", "row", "column")
    numbered = everything.with_row_index("observation").with_columns(pl.col("observation").cast(pl.Int64))
    names = reference.country_names() | {COUNTRY: "Cả nước"}
    findings = referee(numbered, names, structures, reference)
    findings += apply_corrections(numbered, corrections)
    return with_doubts(choose_figures(numbered, findings), corrections, reference.remark_doubts)


def choose_figures(observations: pl.DataFrame, findings: list[Finding]) -> pl.DataFrame:
    """The observations with `chosen`, `conflict`, `finding`, `reason` and `reason_vi`.

    Args:
        observations: all observations, with a column `observation` that numbers them.
        findings: of the referee.

    Returns:
        The same rows in the same order; per key at most one is chosen.
    """
    ruled_out = {finding.observation for finding in findings if finding.ruled_out}
    usable = observations.filter(
        pl.col("value").is_not_null() & pl.col("rejected").is_null() & ~pl.col("observation").is_in(sorted(ruled_out))
    ).with_columns(
        tier_order=pl.col("tier").replace_strict(
            {tier: place for place, tier in enumerate(TIERS)}, return_dtype=pl.Int64
        ),
        derived=pl.col("kind") == "derived",
        publishers=pl.col("publisher").n_unique().over([*KEY, "value"]),
    )
    # figures agree when each pair of intervals [value - half_width, value + half_width] meets
    stated = usable.with_columns(
        disagree=(pl.col("value") - pl.col("half_width")).max().over(KEY)
        > (pl.col("value") + pl.col("half_width")).min().over(KEY) + 1e-9
    )
    agreeing = stated.filter(~pl.col("disagree")).sort(
        *KEY, "derived", "complete", "decimals", "observation", descending=[False] * 5 + [False, True, True, False]
    )
    value_of = agreeing.group_by(KEY, maintain_order=True).agg(pl.first("value").alias("chosen_value"))
    first_choice = (
        agreeing.join(value_of, on=KEY, how="left")
        .filter(pl.col("value") == pl.col("chosen_value"))
        .sort(*KEY, "derived", "tier_order", "observation")
        .group_by(KEY, maintain_order=True)
        .agg(pl.first("observation"))
    )
    second_choice = (
        stated.filter(pl.col("disagree"))
        .sort(
            *KEY,
            "derived",
            "tier_order",
            "publishers",
            "decimals",
            "observation",
            descending=[False] * 5 + [False, False, True, True, False],
        )
        .group_by(KEY, maintain_order=True)
        .agg(pl.first("observation"))
    )
    chosen = set(first_choice["observation"]) | set(second_choice["observation"])
    return _explain(observations, stated, findings, chosen)


def _explain(
    observations: pl.DataFrame, usable: pl.DataFrame, findings: list[Finding], chosen: set[int]
) -> pl.DataFrame:
    """Add the verdict and one readable line in each language to every observation."""
    by_observation: dict[int, list[Finding]] = {}
    for finding in findings:
        by_observation.setdefault(finding.observation, []).append(finding)
    disagreeing = set(usable.filter(pl.col("disagree"))["observation"])
    # only keys with rivals need words
    groups = dict(usable.filter(pl.len().over(KEY) > 1).group_by(KEY))
    ruled_out: dict[tuple[object, ...], list[dict[str, object]]] = {}
    for row in observations.filter(
        pl.col("observation").is_in([finding.observation for finding in findings if finding.ruled_out])
    ).iter_rows(named=True):
        ruled_out.setdefault(tuple(row[name] for name in KEY), []).append(row)
    values: dict[str, list[object]] = {name: [] for name in ("conflict", "finding", "reason", "reason_vi")}
    for row in observations.iter_rows(named=True):
        said = by_observation.get(row["observation"], [])
        lines = [(finding.reason_vi, finding.reason_en) for finding in said]
        key = tuple(row[name] for name in KEY)
        rivals = groups.get(key)
        if rivals is not None and row["observation"] in disagreeing:
            lines.append(_rivalry(row, rivals, row["observation"] in chosen))
        elif rivals is not None and not said:
            lines.append(_agreement(row, rivals, row["observation"] in chosen))
        if row["observation"] in chosen and key in ruled_out and not said:
            lines.append(_survivor(ruled_out[key]))
        values["conflict"].append(row["observation"] in disagreeing or any(finding.conflict for finding in said))
        codes = [finding.code for finding in said] or (["rivals"] if row["observation"] in disagreeing else [])
        values["finding"].append(", ".join(dict.fromkeys(codes)) or None)
        values["reason_vi"].append("; ".join(line[0] for line in lines) or _alone(row)[0])
        values["reason"].append("; ".join(line[1] for line in lines) or _alone(row)[1])
    return observations.with_columns(
        pl.col("observation").is_in(sorted(chosen)).alias("chosen"),
        *[
            pl.Series(name, column, dtype=pl.Boolean if name == "conflict" else pl.String)
            for name, column in values.items()
        ],
    ).with_columns(pl.col("conflict").any().over(KEY))


def _alone(row: dict[str, object]) -> tuple[str, str]:
    if row["status"] == "rejected":
        return f"không dùng: {row['rejected']}", f"not used: {row['rejected']}"
    if row["value"] is None:
        return "ô trống: không công bố", "empty cell: not published"
    return "số liệu duy nhất cho mục này", "the only figure for this key"


def _agreement(row: dict[str, object], rivals: pl.DataFrame, chosen: bool) -> tuple[str, str]:
    places = rivals.height
    if chosen:
        tier = TIER_WORDS[str(row["tier"])]
        return (
            f"{places} nơi in số liệu khớp nhau; chọn nguồn này ({tier[0]})",
            f"{places} places print figures that agree; this source is chosen ({tier[1]})",
        )
    return "khớp với số liệu được chọn trong phạm vi làm tròn", "agrees with the chosen figure within printed rounding"


def _survivor(ruled_out: list[dict[str, object]]) -> tuple[str, str]:
    listed = "; ".join(f"{row['value_text']} ({row['publisher']})" for row in ruled_out)
    return f"số bị loại ở mục này: {listed}", f"ruled out for this key: {listed}"


def _rivalry(row: dict[str, object], rivals: pl.DataFrame, chosen: bool) -> tuple[str, str]:
    others = (
        rivals.filter(pl.col("value") != row["value"])
        .unique(["value", "publisher"], maintain_order=True)
        .sort("value", "publisher")
    )
    listed = [(number(r["value"], r["decimals"]), r["publisher"]) for r in others.iter_rows(named=True)]
    vi = "; ".join(f"{value[0]} ({publisher})" for value, publisher in listed)
    en = "; ".join(f"{value[1]} ({publisher})" for value, publisher in listed)
    if chosen:
        basis = _basis(row)
        return f"mâu thuẫn với {vi}; chọn số này vì {basis[0]}", f"contradicts {en}; chosen because {basis[1]}"
    return f"mâu thuẫn với {vi}; không được chọn theo quy tắc", f"contradicts {en}; not chosen by the rule"


def _basis(row: dict[str, object]) -> tuple[str, str]:
    tier = TIER_WORDS[str(row["tier"])]
    if row["kind"] == "stated":
        return f"được in trực tiếp (nguồn: {tier[0]})", f"it is stated, not derived ({tier[1]} source)"
    return f"nguồn đáng tin nhất còn lại ({tier[0]})", f"it is the most trusted source left ({tier[1]})"
