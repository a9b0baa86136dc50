"""One finding in each language on what happened to every unit between two consecutive editions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl

from dx_pipeline.index.changes import Explanation, explain, joint_half_widths
from dx_pipeline.language.movement import MARKED, Known, Movement
from dx_pipeline.language.numbers import decimals_of
from dx_pipeline.language.sentences import finding, note
from dx_pipeline.marts._arrays import edition_pairs
from dx_pipeline.marts._units import UNIT, memberships
from dx_pipeline.vocabulary import SEPARATOR, codes, split


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a unit and pair of consecutive editions; every number in it stands in another table."""
    figures = known_figures(tables)
    members = memberships(tables["provinces"]).group_by(UNIT).len("members")
    units = tables["provinces"].join(members, on=UNIT, how="left").with_columns(n_units=pl.len().over("unit_system"))
    units_by_key = {(row["unit_system"], row["province_id"]): row for row in units.iter_rows(named=True)}
    parts = explanations(tables)
    whole: dict[tuple[int, int], set[str]] = {}
    for (edition, system, _), known in figures.items():
        whole.setdefault((edition, system), set()).update(split(known["score"].doubts) if "score" in known else ())
    lines = []
    for row in tables["rank_changes"].iter_rows(named=True):
        unit = (row["unit_system"], row["province_id"])
        years = (row["edition_from"], row["edition_to"])
        held = set().union(*(whole.get((year, unit[0]), set()) for year in years))
        own = {year: figures.get((year, *unit), {}) for year in years}
        movement = replace(
            _movement(row, units_by_key[unit], own),
            explanation=parts.get((*years, *unit)),
            table_doubts=SEPARATOR.join(sorted(held)) or None,
        )
        lines.append(_line(row, movement))
    return pl.DataFrame(lines, infer_schema_length=None)


def known_figures(tables: dict[str, pl.DataFrame]) -> dict[tuple[int, int, str], dict[str, Known]]:
    """(edition, unit_system, province_id) -> score and rank, with basis, doubts and printed digits."""
    found: dict[tuple[int, int, str], dict[str, Known]] = {}
    for row in tables["province_rankings"].iter_rows(named=True):
        known = found.setdefault((row["edition"], row["unit_system"], row["province_id"]), {})
        if row["score"] is not None:
            error = row["error_half_width"]
            known["score"] = Known(
                row["score"], row["score_basis"], row["score_doubts"], decimals_of(error), error or 0.0
            )
        if row["rank"] is not None:
            known["rank"] = Known(row["rank"], row["rank_basis"], row["rank_doubts"])
    return found


def explanations(tables: dict[str, pl.DataFrame]) -> dict[tuple[int, int, int, str], Explanation]:
    """(edition_from, edition_to, unit_system, province_id) -> the parts that explain the change of its score."""
    found = {}
    for before, after, step in edition_pairs(tables):
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


def _movement(row: dict[str, Any], unit: dict[str, Any], known: dict[int, dict[str, Known]]) -> Movement:
    began = unit["valid_from"].year if unit["valid_from"] else 0
    before = tuple(year for year in known if year < began)
    city = unit["kind"] == "municipality"
    first, last = known.values()
    return Movement(
        name_vi=f"TP. {unit['name_vi']}" if city else unit["name_vi"],
        name_en=unit["name_en"],
        edition_from=row["edition_from"],
        edition_to=row["edition_to"],
        comparability=row["comparability"],
        score_from=first.get("score"),
        score_to=last.get("score"),
        rank_from=first.get("rank"),
        rank_to=last.get("rank"),
        own_effect=row["own_effect"],
        others_effect=row["others_effect"],
        counted_back=tuple(one for one in before if "score" in known[one] and known[one]["score"].basis == "computed"),
        before=before,
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
    bases = {one.basis for one in movement.figures if one.basis}
    doubts = {name for one in movement.figures for name in split(one.doubts)}
    if row["own_effect"] is not None:
        bases.add("computed")
        doubts |= {name for name in split(movement.table_doubts) if name in MARKED}
    if _undecided(movement):
        doubts.add("within_error")
    return {
        **{name: row[name] for name in ("edition_from", "edition_to", *UNIT, "comparability")},
        "sentence_vi": text.vi,
        "sentence_en": text.en,
        "note_vi": marks.vi if marks else None,
        "note_en": marks.en if marks else None,
        "basis": max(bases, key=list(codes("basis")).index, default=None),
        "doubts": SEPARATOR.join(code for code in codes("doubt") if code in doubts) or None,
    }
