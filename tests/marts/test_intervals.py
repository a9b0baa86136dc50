"""What the rounding of the printed figures leaves open, computed once more another way, and the cases named before."""

from __future__ import annotations

from itertools import product

import numpy as np
import polars as pl
import pytest

from dx_pipeline.index.aggregation import method_intervals, method_scores
from dx_pipeline.index.changes import rank_counterfactuals
from dx_pipeline.index.ranks import competition_ranks
from dx_pipeline.marts._arrays import edition_pairs, full_editions
from dx_pipeline.marts.rank_counterfactuals import counterfactual_interval
from tests.marts.frames import one, pick

HD = {"province_id": "hai-duong"}


def perturbed(edition, generator):
    """Printed figures moved by at most their rounding, and the parts that follow."""
    moved = generator.uniform(-1, 1, edition.half_widths.shape) * edition.half_widths
    return edition.components + moved @ edition.printed_map.T


def test_no_rounding_leaves_the_interval_of_a_rank(tables):
    generator = np.random.default_rng(7)
    wrong = []
    for edition in full_editions(tables):
        own = {"edition": edition.edition, "unit_system": edition.unit_system}
        methods = {
            name: pick(tables["method_ranks"], method=name, **own).sort("province_id")
            for name in method_scores(edition.components, edition.weights)
        }
        without = [pick(tables["leave_one_out"], indicator=part, **own).sort("province_id") for part in edition.parts]
        for _ in range(4):
            parts = perturbed(edition, generator)
            for name, scores in method_scores(parts, edition.weights).items():
                # two totals printed with the same digits may tie, but never change places: rounding keeps order
                if name == "official" and edition.exact_order:
                    continue
                ranks = pl.Series(competition_ranks(scores))
                table = methods[name]
                if not (ranks.is_between(table["rank_low"], table["rank_high"])).all():
                    wrong.append((own, name))
            for place, table in enumerate(without):
                weights = np.delete(edition.weights, place)
                scores = np.delete(parts, place, axis=1) @ weights
                if not pl.Series(competition_ranks(scores)).is_between(table["rank_low"], table["rank_high"]).all():
                    wrong.append((own, edition.parts[place]))
    assert wrong == []


def test_the_error_of_a_gap_is_reached_at_a_corner_and_never_passed(tables):
    edition = next(e for e in full_editions(tables) if (e.edition, e.unit_system) == (2022, 63))
    own, rival = edition.provinces.index("hai-duong"), edition.provinces.index("thai-nguyen")
    corners = np.array(list(product((-1, 1), repeat=8))).reshape(-1, 2, 4) * edition.half_widths[[own, rival]]
    moved = corners @ edition.printed_map.T
    parts = 1000 * edition.weights * (moved[:, 0] - moved[:, 1])
    expected = [*np.abs(parts).max(axis=0), np.abs(parts.sum(axis=1)).max()]
    gaps = pick(tables["component_gaps"], edition=2022, unit_system=63, peer_id="thai-nguyen", **HD)
    found = [one(gaps, "error_half_width", indicator=name) for name in (*edition.parts, "overall")]
    assert found == pytest.approx(expected, abs=1e-6)
    assert found == pytest.approx([0.15, 0.02, 0.015, 0.015, 0.1], abs=1e-6)


def test_every_method_lies_within_its_score_interval(tables):
    edition = next(e for e in full_editions(tables) if (e.edition, e.unit_system) == (2023, 34))
    errors = edition.half_widths @ np.abs(edition.printed_map).T
    intervals = method_intervals(edition.components, errors, edition.weights)
    generator = np.random.default_rng(3)
    for _ in range(10):
        scores = method_scores(perturbed(edition, generator), edition.weights)
        for name, interval in intervals.items():
            assert (scores[name] >= interval.low - 1e-9).all(), name
            assert (scores[name] <= interval.high + 1e-9).all(), name


def test_hai_duong_over_quang_binh_is_not_decided(of_63):
    row = pick(of_63["dominance"], edition=2022, **HD).row(0, named=True)
    assert (row["dominates"], row["dominates_low"], row["dominates_high"]) == (23, 22, 23)
    assert (row["within_error"], row["undecided_with"]) == (True, "quang-binh")
    assert "within_error" in row["doubts"]


def test_what_moved_tien_giang_most_is_not_decided(of_63):
    steps = pick(of_63["score_changes"], edition_from=2022, province_id="tien-giang")
    parts = dict(steps.select("indicator", "largest").iter_rows())
    assert parts["foundation"] == parts["digital_government_activity"] == "undecided"
    assert one(steps, "error_half_width", indicator="foundation") == pytest.approx(0.15)
    assert one(pick(of_63["score_changes"], edition_from=2022, **HD), "largest", indicator="foundation") == "yes"


def test_ties_hide_an_order_and_say_so(tables):
    ranks = pick(tables["province_rankings"], unit_system=63)
    for edition, rank in ((2023, 59), (2024, 13)):
        tied = pick(ranks, edition=edition, rank=rank)
        assert tied.height == 2, edition
        assert tied["doubts"].str.contains("tie_hidden").all(), edition


def test_doubts_about_ranks_and_scores_stand_in_the_row(tables):
    ranks = pick(tables["province_rankings"], unit_system=63)
    named = {
        ("ha-giang", 2020): "edition_not_stated",
        ("dong-nai", 2020): "edition_not_stated",
        ("yen-bai", 2020): "conflict",
        ("kon-tum", 2020): "coarse",
        ("kon-tum", 2021): "coarse",
    }
    found = {key: one(ranks, "doubts", province_id=key[0], edition=key[1]) or "" for key in named}
    assert {key: doubt in found[key] for key, doubt in named.items()} == dict.fromkeys(named, True)
    # a rank that follows from a stated change is not printed
    kinds = ranks.filter(pl.col("rank_published_kind") == "derived").select("rank_basis").unique()
    assert kinds["rank_basis"].to_list() == ["derived"]


def test_exactly_the_rows_of_2024_that_rest_on_solved_weights_say_so(tables):
    for name in ("component_gaps", "method_ranks", "leave_one_out", "dominance", "rank_bands", "cheapest_paths"):
        frame = tables[name]
        solved = frame.filter(pl.col("basis") == "solved")
        assert set(solved["edition"]) == {2024}, name
        rest = pick(frame, edition=2024).filter(pl.col("basis") != "solved")
        free = {"component_gaps": ("indicator", "overall"), "method_ranks": ("method", "official")}.get(name)
        assert set(rest[free[0]] if free else []) == ({free[1]} if free else set()), name
    printed = pick(tables["component_scores"], edition=2024, basis="stated")
    assert set(printed["points_basis"]) == {"solved"}
    assert set(pick(tables["cheapest_paths"], edition=2024)["need_points_basis"]) == {"computed"}


def test_no_rounding_leaves_the_interval_of_a_counterfactual_rank(tables):
    generator = np.random.default_rng(1)
    pairs = [pair for pair in edition_pairs(tables) if pair[1].edition == 2023]
    assert len(pairs) == 2
    for before, after, _ in pairs:
        intervals = [counterfactual_interval(before, after, part) for part in range(len(after.parts))]
        for _ in range(8):
            ranks = rank_counterfactuals(perturbed(before, generator), perturbed(after, generator), after.weights)
            for part, interval in enumerate(intervals):
                assert ((interval.low <= ranks[:, part]) & (ranks[:, part] <= interval.high)).all()
