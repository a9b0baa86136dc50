"""Basis, doubts and rounding error of what rests on other figures (M27)."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from dx_pipeline.errors import DxError
from dx_pipeline.index.doubt import (
    doubts_where,
    has_doubt,
    tie_hidden,
    union_doubts,
    union_doubts_of_group,
    weakest_basis,
    weakest_basis_of_group,
)
from dx_pipeline.index.identities import error_half_width, parts_from_printed, within_error
from dx_pipeline.index.ranks import rank_interval, rank_interval_of_differences

WEIGHTS_922 = [500, 200, 150, 150]
#: Tiền Giang 2022 -> 2023: derived foundation against the government activity, in points (M27)
FOUNDATION_POINTS, GOVERNMENT_POINTS = 23.14, 23.16


def test_a_row_carries_the_weakest_basis_and_every_doubt():
    frame = pl.DataFrame(
        {
            "a": ["stated", "computed", "derived", None, None],
            "b": ["derived", "solved", "stated", "inferred", None],
            "x": ["conflict", None, "third_party_only, coarse", None, None],
            "y": ["coarse", "tie_hidden", "coarse", None, "within_error"],
        }
    )
    carried = frame.select(
        basis=weakest_basis([pl.col("a"), pl.col("b")]), doubts=union_doubts([pl.col("x"), pl.col("y")])
    )
    assert carried["basis"].to_list() == ["derived", "solved", "derived", "inferred", None]
    assert carried["doubts"].to_list() == [
        "conflict, coarse",
        "tie_hidden",
        "coarse, third_party_only",
        None,
        "within_error",
    ]
    group = frame.select(basis=weakest_basis_of_group(pl.col("a")), doubts=union_doubts_of_group(pl.col("x")))
    assert group.row(0) == ("computed", "conflict, coarse, third_party_only")
    over = frame.with_columns(g=pl.lit(1)).select(y=union_doubts_of_group(pl.col("y")).over("g"))
    assert over["y"].unique().to_list() == ["coarse, tie_hidden, within_error"]


def test_doubts_arise_from_conditions_and_a_null_is_none():
    frame = pl.DataFrame({"gap": [0.1, 5.0, None], "d": [None, "conflict", "coarse"]})
    found = frame.select(doubts_where({"within_error": pl.col("gap") <= 1, "short_series": pl.lit(True)}))
    assert found.to_series().to_list() == ["within_error, short_series", "short_series", "short_series"]
    assert frame.select(has_doubt(pl.col("d"), "conflict")).to_series().to_list() == [False, True, False]
    with pytest.raises(DxError, match="doubtful_smell"):
        doubts_where({"doubtful_smell": pl.lit(True)})


def test_a_code_outside_the_vocabulary_stops():
    frame = pl.DataFrame({"a": ["guessed"]})
    with pytest.raises(pl.exceptions.InvalidOperationError):
        frame.select(weakest_basis([pl.col("a")]))


def test_half_width_is_the_sum_over_printed_figures_and_is_reached():
    parts = parts_from_printed(WEIGHTS_922)
    # M2: foundation 2y - .4G - .3K - .3S, so 1.5e-4 over half-widths of 5e-5
    assert error_half_width(parts[0], np.full(4, 5e-5)) == pytest.approx(2.0e-4 * 0.75)
    rng = np.random.default_rng(1)
    printed = rng.integers(3000, 9000, 4) / 1e4
    combination = np.array([0.5, 0.2, 0.0, 0.0]) @ parts
    bound = error_half_width(combination, np.full(4, 5e-5))
    extremes = [combination @ (printed + 5e-5 * np.array(signs)) for signs in np.ndindex(2, 2, 2, 2)]
    corner = combination @ (printed + 5e-5 * np.sign(combination)) - combination @ printed
    assert corner == pytest.approx(bound)
    assert max(abs(value - combination @ printed) for value in extremes) <= bound + 1e-12


def test_common_figures_cancel():
    parts = parts_from_printed(WEIGHTS_922)
    weights = np.array(WEIGHTS_922) / 1000
    # the whole is the printed overall again: its error is half a unit, not that of four parts
    assert error_half_width(weights @ parts, np.full(4, 5e-5)) == pytest.approx(5e-5)
    # a pillar of a derived foundation: (1000y - 150K - 150S)/700
    assert error_half_width(np.array([500, 200, 0, 0]) / 700 @ parts, np.full(4, 5e-5)) == pytest.approx(
        5e-5 * 1300 / 700
    )


def test_tien_giang_is_undecided():
    # foundation minus government, change over two editions: points (1000y - 400G - 150K - 150S), twice
    difference = np.array([500, -200, 0, 0]) @ parts_from_printed(WEIGHTS_922)
    joint = 2 * error_half_width(difference, np.full(4, 5e-5))
    assert joint == pytest.approx(0.17)
    assert within_error(FOUNDATION_POINTS - GOVERNMENT_POINTS, joint)
    assert not within_error(0.18, joint)
    assert within_error(0.17, joint)
    assert within_error(-0.17, joint)


def test_ranks_that_rounding_leaves_open():
    low, high = rank_interval([0.9, 0.8, 0.8, 0.5])
    assert (low.tolist(), high.tolist()) == ([1, 2, 2, 4], [1, 3, 3, 4])
    low, high = rank_interval([0.9, 0.8, 0.7999, 0.5], [5e-5, 5e-5, 2e-4, 5e-5])
    assert (low.tolist(), high.tolist()) == ([1, 2, 2, 4], [1, 3, 3, 4])
    low, high = rank_interval_of_differences(np.array([[0, 1.0], [-1.0, 0]]), 2.0)
    assert (low.tolist(), high.tolist()) == ([1, 1], [2, 2])
    with_own_error = rank_interval(np.array([[0.9, 0.8], [0.8, 0.9]]))
    assert with_own_error.low.tolist() == [[1, 2], [2, 1]]


def test_a_tie_is_hidden_unless_the_published_ranks_part_it():
    frame = pl.DataFrame(
        {
            "edition": [2023, 2023, 2023, 2023, 2024],
            "score": [0.6, 0.6, 0.5, 0.5, 0.6],
            "rank": [1, 1, 3, 4, 1],
        }
    )
    hidden = frame.select(tie_hidden(pl.col("score"), pl.col("rank"), ["edition"])).to_series()
    assert hidden.to_list() == [True, True, False, False, False]
