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

from dx_pipeline.conform import COUNTRY, ConformError
from dx_pipeline.conform.corrections import Correction, apply_corrections
from dx_pipeline.conform.doubts import with_doubts
from dx_pipeline.conform.findings import KEY, TABLE, Finding, number
from dx_pipeline.conform.referee import referee
from dx_pipeline.conform.reference import Reference
from dx_pipeline.conform.reference_tables import file_of
from dx_pipeline.errors import Problem
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
    ruled_out = [finding.observation for finding in findings if finding.ruled_out]
    low, high = pl.col("value") - pl.col("half_width"), pl.col("value") + pl.col("half_width")
    usable = observations.filter(
        pl.col("value").is_not_null(), pl.col("rejected").is_null(), ~pl.col("observation").is_in(ruled_out)
    ).with_columns(
        tier_order=pl.col("tier").cast(pl.Enum(TIERS)),
        derived=pl.col("kind") == "derived",
        publishers=pl.col("publisher").n_unique().over([*KEY, "value"]),
        # figures agree when each pair of intervals meets
        disagree=low.max().over(KEY) > high.min().over(KEY) + 1e-9,
    )
    agreeing = usable.filter(~pl.col("disagree")).sort(
        "derived", "complete", "decimals", "observation", descending=[False, True, True, False]
    )
    same = agreeing.filter(pl.col("value") == pl.col("value").first().over(KEY))
    disagreeing = usable.filter("disagree").sort(
        "derived", "tier_order", "publishers", "decimals", "observation", descending=[False, False, True, True, False]
    )
    best_first = pl.concat([same.sort("derived", "tier_order", "observation"), disagreeing])
    chosen = set(best_first.unique(KEY, keep="first", maintain_order=True)["observation"])
    return _explain(observations, usable, findings, chosen)


def _explain(
    observations: pl.DataFrame, usable: pl.DataFrame, findings: list[Finding], chosen: set[int]
) -> pl.DataFrame:
    """Add the verdict and one readable line in each language to every observation."""
    by_observation: dict[int, list[Finding]] = {}
    for finding in findings:
        by_observation.setdefault(finding.observation, []).append(finding)
    disagreeing = set(usable.filter("disagree")["observation"])
    # only keys with rivals need words
    groups = dict(usable.filter(pl.len().over(KEY) > 1).group_by(KEY))
    out = pl.col("observation").is_in([finding.observation for finding in findings if finding.ruled_out])
    ruled_out = {
        key: rows.rows(named=True) for key, rows in observations.filter(out).group_by(KEY, maintain_order=True)
    }
    told = []
    for row in observations.iter_rows(named=True):
        place, key = row["observation"], tuple(row[name] for name in KEY)
        said = by_observation.get(place, [])
        lines = [(finding.reason_vi, finding.reason_en) for finding in said]
        if key in groups and place in disagreeing:
            lines.append(_rivalry(row, groups[key], place in chosen))
        elif key in groups and not said:
            lines.append(_agreement(row, groups[key], place in chosen))
        if place in chosen and key in ruled_out and not said:
            lines.append(_survivor(ruled_out[key]))
        conflict = place in disagreeing or any(finding.conflict for finding in said)
        codes = [finding.code for finding in said] or (["rivals"] if place in disagreeing else [])
        vi, en = ("; ".join(line) for line in zip(*lines or [_alone(row)], strict=True))
        told.append((conflict, ", ".join(dict.fromkeys(codes)) or None, en, vi))
    schema = {"conflict": pl.Boolean, "finding": pl.String, "reason": pl.String, "reason_vi": pl.String}
    return (
        observations.with_columns(chosen=pl.col("observation").is_in(sorted(chosen)))
        .hstack(pl.DataFrame(told, schema=schema, orient="row"))
        .with_columns(pl.col("conflict").any().over(KEY))
    )


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


def check_still_complete(figures: pl.DataFrame, complete: pl.DataFrame, reference: Reference) -> None:
    """Every table that `complete_tables.csv` lists has a usable figure of every unit, as it had before.

    Raises:
        ConformError: naming each table that is no longer complete, and the units it lost.
    """
    usable = figures.filter("chosen").group_by(TABLE).agg(pl.col("province_id").unique())
    held = {tuple(key): ids for *key, ids in usable.iter_rows()}
    problems = []
    for row in complete.iter_rows(named=True):
        key = (int(row["edition"]), int(row["unit_system"]), row["indicator"], row["measure"])
        expected = {unit.province_id for unit in reference.units(key[1])}
        missing = sorted(expected - set(held.get(key, [])))
        if missing:
            where = f"{row['indicator']} ({row['measure']}) of {row['edition']}, {row['unit_system']} units"
            wanted = f"a figure of each of {len(expected)} units, as before"
            shown = ", ".join(missing[:5]) + (" ..." if len(missing) > 5 else "")
            found = f"{len(expected) - len(missing)}; missing {shown}"
            remedy = f"a column may be declared wrongly; if the table was withdrawn, take row {row['row']} out of "
            problems.append(Problem(where, wanted, found, remedy + file_of("complete_tables")))
    ConformError.refuse(problems, "tables that were complete are no more")
