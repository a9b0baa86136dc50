"""What the index tables share: editions as arrays, steps between editions, merged units; and that seeds are kept."""

from __future__ import annotations

import importlib

import numpy as np
import polars as pl
import pytest

from dx_pipeline.contracts import load_contract
from dx_pipeline.index.arrays import IndexInputError
from dx_pipeline.marts._arrays import edition_structures, full_editions, rows, step_between
from dx_pipeline.marts._carry import carry
from dx_pipeline.marts._units import merged, reasons
from dx_pipeline.marts.endowments import endowment_matrix
from tests.marts.frames import one, pick


def test_rows_follow_their_keys():
    frame = rows({"a": [1, 2], "b": ["x", "y"]}, {"value": np.array([[10, 20], [30, 40]]), "unit": "points"})
    assert frame.rows() == [
        (1, "x", 10, "points"),
        (1, "y", 20, "points"),
        (2, "x", 30, "points"),
        (2, "y", 40, "points"),
    ]


def test_an_edition_with_one_missing_score_is_left_out(tables):
    scores = tables["component_scores"]
    hole = (
        (pl.col("edition") == 2023)
        & (pl.col("unit_system") == 63)
        & (pl.col("province_id") == "hai-duong")
        & (pl.col("indicator") == "foundation")
    )
    holed = scores.with_columns(score=pl.when(hole).then(None).otherwise("score"))
    assert [(e.unit_system, e.edition) for e in full_editions(tables)] == [
        (system, edition) for system in (34, 63) for edition in (2022, 2023, 2024)
    ]
    assert (63, 2023) not in [(e.unit_system, e.edition) for e in full_editions({**tables, "component_scores": holed})]


def test_overall_of_the_arrays_is_the_published_score(tables):
    for edition in full_editions(tables):
        ranked = pick(tables["province_rankings"], edition=edition.edition, unit_system=edition.unit_system).sort(
            "province_id"
        )
        assert list(edition.provinces) == ranked["province_id"].to_list()
        assert np.abs(edition.overall - ranked["score"].to_numpy()).max() < 1e-12


def test_foundation_weight_is_the_sum_of_its_five_components(tables):
    own = edition_structures(tables)
    assert list(own) == [2020, 2021, 2022, 2023, 2024]
    assert own[2022].weights == pytest.approx((0.5, 0.2, 0.15, 0.15))
    assert own[2024].points == (440, 200, 150, 150)
    assert [own[year].basis for year in own] == ["stated"] * 4 + ["solved"]
    # disjoint pillars are the parts themselves and rest on no foundation
    assert sorted(own[2020].points) == [300, 300, 400]
    assert own[2020].foundation == {}


def test_a_longer_step_is_as_broken_as_its_worst_part(tables):
    steps = tables["edition_comparability"]
    assert step_between(steps, 2021, 2023).comparable
    across = step_between(steps, 2022, 2024)
    assert across.comparability == "broken"
    assert "scores of 2023 and 2024 do not compare" in str(across.reason)


def test_a_step_nobody_described_does_not_compare(tables):
    new = {
        "edition_from": 2024,
        "edition_to": 2025,
        "level": "overall",
        "comparability": "unknown",
        "reason": "not described yet",
    }
    step = step_between(pl.concat([tables["edition_comparability"], pl.DataFrame([new])]), 2024, 2025)
    assert (step.comparable, step.comparability) == (False, "unknown")
    assert "not described yet" in str(step.reason)


def test_a_merged_unit_with_an_unknown_member_is_null_and_names_it(tables):
    scores = pick(tables["province_rankings"], edition=2023, unit_system=63).select(
        "edition", "unit_system", "province_id", "score", "error_half_width", doubts="score_doubts"
    )
    holed = scores.with_columns(score=pl.when(pl.col("province_id") == "hai-duong").then(None).otherwise("score"))
    units = merged(holed, tables["provinces"], tables["endowments"]).with_columns(**reasons())
    assert units.height == 34
    assert one(units, "score_mean", province_id="hai-phong") is None
    assert one(units, "reason", province_id="hai-phong") == "not_read: no score is known for hai-duong"
    assert one(units, "score_mean", province_id="thai-nguyen") is not None
    assert units["reason"].is_not_null().sum() == 1


def test_population_weights_are_an_alternative_and_unknown_populations_stay_unknown():
    went = {"ha-nam": "ninh-binh", "nam-dinh": "ninh-binh", "hue": "hue"}
    provinces = pl.DataFrame(
        {"unit_system": 63, "province_id": list(went), "successor_system": 34, "successor_id": list(went.values())}
    )
    old = pl.DataFrame({"edition": 2023, "unit_system": 63, "province_id": list(went)})
    scores = old.with_columns(
        score=pl.Series([0.2, 0.8, 0.5]), error_half_width=0.0, doubts=pl.lit(None, dtype=pl.String)
    )

    def people(*numbers):
        return old.select("unit_system", "province_id", year="edition", indicator=pl.lit("population")).with_columns(
            value=pl.Series(numbers, dtype=pl.Float64)
        )

    units = merged(scores, provinces, people(3, 1, None))
    assert units["members"].to_list() == ["hue", "ha-nam, nam-dinh"]
    assert units["score_mean"].to_list() == pytest.approx([0.5, 0.5])
    assert one(units, "score_population_weighted", province_id="ninh-binh") == pytest.approx(0.35)
    assert one(units, "score_population_weighted", province_id="hue") is None
    with pytest.raises(IndexInputError, match="positive"):
        merged(scores, provinces, people(0, 1, 1))


def test_a_missing_endowment_is_no_shorter_distance(tables):
    known = tables["endowments"]
    gap = (pl.col("province_id") == "ha-noi") & (pl.col("indicator") == "urban_share")
    holed = known.with_columns(value=pl.when(gap).then(None).otherwise("value"))
    assert endowment_matrix(known, 63, ("ha-noi", "hai-phong")) is not None
    assert endowment_matrix(holed, 63, ("ha-noi", "hai-phong")) is None


@pytest.mark.parametrize("name", ["rank_bands", "rank_sensitivity"])
def test_same_seed_same_figures(tables, name):
    """The tables of one edition made here are those that another process made."""
    contract = load_contract(name)
    inputs = {
        one: pick(tables[one], edition=2022) if "edition" in tables[one] else tables[one] for one in contract.inputs
    }
    again = carry(importlib.import_module(f"dx_pipeline.marts.{name}").build(inputs), contract, tables)
    assert contract.conform(again).equals(pick(tables[name], edition=2022).sort(contract.key))
