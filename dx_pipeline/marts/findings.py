"""One finding in each language on what happened to every unit between two consecutive editions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from dx_pipeline.index.doubt import tie_hidden, union_doubts, union_doubts_of_group, weakest_basis
from dx_pipeline.index.findings import Explanation, explain, joint_half_widths
from dx_pipeline.language.sentences import MARKED, Known, Movement, finding, note
from dx_pipeline.marts._arrays import edition_pairs, full_editions, step_between
from dx_pipeline.vocabulary import SEPARATOR, split

UNIT = ["unit_system", "province_id"]
#: how a rank or a score is known -> its basis
BASIS = {"published": "stated", "derived": "derived", "computed": "computed"}


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a unit and pair of consecutive editions; every number in it stands in another table."""
    figures = known_figures(tables)
    members = tables["provinces"].filter(pl.col("successor_id").is_not_null()).group_by("successor_id").len("members")
    units = (
        tables["provinces"]
        .join(members, left_on="province_id", right_on="successor_id", how="left")
        .with_columns(n_units=pl.len().over("unit_system"))
    )
    names = {(row["unit_system"], row["province_id"]): row for row in units.iter_rows(named=True)}
    parts = explanations(tables)
    whole: dict[tuple[int, int], set[str]] = {}
    for (edition, system, _), known in figures.items():
        whole.setdefault((edition, system), set()).update(split(known["score"].doubts) if "score" in known else ())
    lines = []
    for row in tables["rank_changes"].iter_rows(named=True):
        unit = (row["unit_system"], row["province_id"])
        years = (row["edition_from"], row["edition_to"])
        step = step_between(tables["edition_comparability"], *years)
        movement = _movement(row, names[unit], [figures.get((year, *unit), {}) for year in years], step.comparable)
        held = sorted(set().union(*(whole.get((year, unit[0]), set()) for year in years)))
        movement = replace(movement, explanation=parts.get((*years, *unit)), table_doubts=SEPARATOR.join(held) or None)
        lines.append(_line(row, movement))
    frame = pl.DataFrame(lines, infer_schema_length=None)
    kept = [name for name in frame.columns if not name.startswith("_")]
    return frame.with_columns(
        basis=weakest_basis([*(pl.col(f"_basis_{n}") for n in range(4)), pl.col("_method")]),
        doubts=union_doubts([*(pl.col(f"_doubts_{n}") for n in range(4)), pl.col("_undecided"), pl.col("_marked")]),
    ).select(*kept, "basis", "doubts")


def known_figures(tables: dict[str, pl.DataFrame]) -> dict[tuple[int, int, str], dict[str, Known]]:
    """(edition, unit_system, province_id) -> score and rank, with basis, doubts and printed digits.

    A printed figure has the doubts of its source, a mean those of its members, a rank computed from scores those of all
    scores it was computed from; equal printed scores add that their order is not known.
    """
    printed = (
        tables["figure_sources"]
        .filter(pl.col("chosen") & (pl.col("indicator") == "overall"))
        .group_by("edition", *UNIT, "measure")
        .agg(doubts=union_doubts_of_group(pl.col("doubts")))
    )
    said = {
        measure: printed.filter(pl.col("measure") == measure).select("edition", *UNIT, pl.col("doubts").alias(measure))
        for measure in ("score", "rank")
    }
    table = ["edition", "unit_system"]
    rankings = (
        tables["province_rankings"]
        .join(said["score"].rename({"score": "score_own"}), on=["edition", *UNIT], how="left", maintain_order="left")
        .join(said["rank"].rename({"rank": "rank_own"}), on=["edition", *UNIT], how="left", maintain_order="left")
        .join(_of_members(said["score"], tables["provinces"]), on=["edition", *UNIT], how="left", maintain_order="left")
        .with_columns(
            score_said=pl.when(pl.col("score_basis") == "computed").then("score_members").otherwise("score_own"),
            tie=pl.when(tie_hidden(pl.col("score"), pl.col("rank"), table)).then(pl.lit("tie_hidden")),
        )
        .with_columns(
            rank_rests_on=pl.when(pl.col("status") == "computed")
            .then(union_doubts_of_group(pl.col("score_said")).over(table))
            .otherwise("rank_own")
        )
        .with_columns(rank_said=union_doubts([pl.col("rank_rests_on"), pl.col("tie")]))
    )
    found: dict[tuple[int, int, str], dict[str, Known]] = {}
    for row in rankings.iter_rows(named=True):
        known = found.setdefault((row["edition"], row["unit_system"], row["province_id"]), {})
        if row["score"] is not None:
            basis = row["score_basis"]
            known["score"] = Known(
                row["score"], basis, row["score_said"], _decimals(row["error_half_width"]), row["error_half_width"]
            )
        if row["rank"] is not None:
            known["rank"] = Known(row["rank"], BASIS.get(row["status"]), row["rank_said"])
    return found


def _of_members(scores: pl.DataFrame, provinces: pl.DataFrame) -> pl.DataFrame:
    """Doubts of the scores that a merged unit's mean rests on: edition, unit_system, province_id, score_members."""
    joined = provinces.filter(pl.col("successor_id").is_not_null()).select(*UNIT, "successor_id")
    new = provinces.filter(pl.col("valid_from").is_not_null()).select(
        successor_system="unit_system", successor_id="province_id"
    )
    return (
        scores.join(joined, on=UNIT)
        .join(new, on="successor_id")
        .group_by("edition", unit_system="successor_system", province_id="successor_id")
        .agg(score_members=union_doubts_of_group(pl.col("score")))
    )


def _decimals(half_width: float | None) -> int:
    """Printed digits of a score: half a unit of the last one is its error."""
    return 4 if not half_width else int(min(4, max(0, np.floor(-np.log10(2 * half_width) + 1e-6))))


def explanations(tables: dict[str, pl.DataFrame]) -> dict[tuple[int, int, int, str], Explanation]:
    """(edition_from, edition_to, unit_system, province_id) -> the parts that explain the change of its score."""
    found = {}
    for before, after in edition_pairs(full_editions(tables)):
        step = step_between(tables["edition_comparability"], before.edition, after.edition)
        if not step.comparable or before.provinces != after.provinces or before.parts != after.parts:
            continue
        pair = (before, after)
        maps = [one.weights[:, None] * one.printed_map for one in pair]
        points = 1000 * (after.components * after.weights - before.components * before.weights)
        for i, province in enumerate(after.provinces):
            joint = joint_half_widths(after.parts, maps, [one.half_widths[i] for one in pair])
            changes = dict(zip(after.parts, map(float, points[i]), strict=True))
            found[(before.edition, after.edition, after.unit_system, province)] = explain(changes, joint)
    return found


def _movement(row: dict[str, Any], unit: dict[str, Any], figures: list[dict[str, Known]], comparable: bool) -> Movement:
    began = unit["valid_from"].year if unit["valid_from"] else None
    years = [row["edition_from"], row["edition_to"]]
    back = tuple(
        year
        for year, own in zip(years, figures, strict=True)
        if began and year < began and own.get("score") is not None and own["score"].basis == "computed"
    )
    city = unit["kind"] == "municipality"
    return Movement(
        name_vi=f"TP. {unit['name_vi']}" if city else unit["name_vi"],
        name_en=unit["name_en"],
        edition_from=years[0],
        edition_to=years[1],
        comparable=comparable,
        score_from=figures[0].get("score"),
        score_to=figures[1].get("score"),
        rank_from=figures[0].get("rank"),
        rank_to=figures[1].get("rank"),
        own_effect=row["own_effect"],
        others_effect=row["others_effect"],
        counted_back=back,
        before=tuple(year for year in years if began and year < began),
        members=unit["members"] or 1,
        n_units=unit["n_units"],
        city=city,
    )


def _undecided(movement: Movement) -> bool:
    """Whether the finding tells an order or a direction that the printed digits do not decide."""
    told = movement.explanation
    return movement.direction_undecided or bool(told and told.undecided and movement.score_change is not None)


def _line(row: dict[str, Any], movement: Movement) -> dict[str, Any]:
    text, marks = finding(movement), note(movement)
    used = [movement.score_from, movement.score_to, movement.rank_from, movement.rank_to]
    return {
        "edition_from": row["edition_from"],
        "edition_to": row["edition_to"],
        "unit_system": row["unit_system"],
        "province_id": row["province_id"],
        "sentence_vi": text.vi,
        "sentence_en": text.en,
        "note_vi": marks.vi if marks else None,
        "note_en": marks.en if marks else None,
        "comparability": row["comparability"],
        "_method": "computed" if row["own_effect"] is not None else None,
        "_marked": SEPARATOR.join(name for name in split(movement.table_doubts) if name in MARKED)
        if row["own_effect"] is not None
        else None,
        "_undecided": "within_error" if _undecided(movement) else None,
        **{f"_basis_{n}": one.basis if one else None for n, one in enumerate(used)},
        **{f"_doubts_{n}": one.doubts if one else None for n, one in enumerate(used)},
    }
