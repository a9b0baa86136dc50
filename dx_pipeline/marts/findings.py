"""One sentence in each language on what happened to every province between two consecutive editions."""

from __future__ import annotations

import polars as pl

from dx_pipeline.index.findings import Movement, sentence_en, sentence_vi

#: names that read as a place in a sentence; the bare name is a person's
SENTENCE_NAMES_VI = {"ho-chi-minh": "Thành phố Hồ Chí Minh"}


def build(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a province and pair of consecutive editions; every number in it stands in another table."""
    names = tables["provinces"].select("unit_system", "province_id", "name_vi", "name_en")
    known = tables["province_rankings"].select("edition", "unit_system", "province_id", "score")
    score = {(edition, system, p): value for edition, system, p, value in known.iter_rows()}
    points: dict[tuple[int, int, int, str], dict[str, float]] = {}
    changes = tables["score_changes"].filter(
        (pl.col("indicator") != "overall") & pl.col("performance_points").is_not_null()
    )
    for row in changes.iter_rows(named=True):
        key = (row["edition_from"], row["edition_to"], row["unit_system"], row["province_id"])
        points.setdefault(key, {})[row["indicator"]] = row["performance_points"] + row["weight_points"]
    lines = []
    for row in tables["rank_changes"].join(names, on=["unit_system", "province_id"]).iter_rows(named=True):
        edition_from, edition_to = row["edition_from"], row["edition_to"]
        system, province = row["unit_system"], row["province_id"]
        movement = Movement(
            name_vi=SENTENCE_NAMES_VI.get(province, row["name_vi"]),
            name_en=row["name_en"],
            edition_from=edition_from,
            edition_to=edition_to,
            comparability=row["comparability"],
            score_from=score.get((edition_from, system, province)),
            score_to=score.get((edition_to, system, province)),
            rank_from=row["rank_from"],
            rank_to=row["rank_to"],
            own_effect=row["own_effect"],
            others_effect=row["others_effect"],
            component_points=points.get((edition_from, edition_to, system, province), {}),
        )
        lines.append(
            {
                "edition_from": edition_from,
                "edition_to": edition_to,
                "unit_system": system,
                "province_id": province,
                "sentence_vi": sentence_vi(movement),
                "sentence_en": sentence_en(movement),
                "comparability": row["comparability"],
            }
        )
    return pl.DataFrame(lines)
