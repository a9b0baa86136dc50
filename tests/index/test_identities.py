"""Arithmetic of the published figures."""

import numpy as np
import pytest

from dx_pipeline.index.arrays import IndexInputError, WeightsError, as_matrix, normalise_weights, weighted_scores
from dx_pipeline.index.identities import (
    derive_foundation,
    error_half_width,
    parts_from_pillars,
    parts_from_printed,
    pillars_from_components,
    pillars_from_printed,
)
from dx_pipeline.index.ranks import competition_ranks

POINTS = (500, 200, 150, 150)
WEIGHTS = normalise_weights(POINTS)
HALF_UNIT = 5e-5

# Official table of 2022 (dti.gov.vn/xep-hang-2022): five foundation components, three activities, total; residual.
OFFICIAL_ROWS = {
    "Đà Nẵng": ([1.0000, 0.9000, 0.8253, 0.8487, 0.7578], [0.8575, 0.7836, 0.5197], 0.8002, 0.000025),
    "Hồ Chí Minh": ([0.8917, 0.9000, 0.8258, 0.6267, 0.5580], [0.8406, 0.7611, 0.3590], 0.7163, -0.000055),
    "Quảng Ninh": ([0.9581, 0.9000, 0.7648, 0.6250, 0.5382], [0.8385, 0.5904, 0.4505], 0.7024, -0.000045),
    "Huế": ([0.9500, 0.9000, 0.6823, 0.6794, 0.6423], [0.8262, 0.6787, 0.3001], 0.6975, 0.000040),
    "Cần Thơ": ([0.9000, 0.8000, 0.7233, 0.7376, 0.7226], [0.7325, 0.7556, 0.2947], 0.6924, 0.000005),
}


def test_official_rows_of_2022_leave_the_published_residuals():
    for five, activities, overall, residual in OFFICIAL_ROWS.values():
        parts = np.array([np.mean(five), *activities])
        assert overall - weighted_scores(parts, WEIGHTS) == pytest.approx(residual, abs=1e-9)
        assert abs(residual) <= 1e-4


def test_pillars_of_da_nang_2022():
    five, activities, *_ = OFFICIAL_ROWS["Đà Nẵng"]
    pillars = pillars_from_components([np.mean(five), *activities], POINTS)
    assert np.round(pillars, 4).tolist() == [0.8638, 0.8473, 0.7864]


def test_components_of_tra_vinh_2022_from_its_printed_pillars():
    back = parts_from_pillars(POINTS)
    components = back @ [0.6683, 0.6647, 0.5991, 0.6077]
    assert components[0] == pytest.approx(0.68158, abs=1e-9)
    assert np.round(components[1:], 4).tolist() == [0.6351, 0.6084, 0.3242]
    half_widths = error_half_width(back, np.full(4, HALF_UNIT))
    assert half_widths == pytest.approx([1.5e-4, 3.75e-4, 5e-4, 5e-4])
    # Largest errors seen when random scores are rounded and computed back: near the bound and never above it.
    seen = np.array([1.4e-4, 3.6e-4, 4.6e-4, 4.6e-4])
    assert (seen <= half_widths).all()
    assert (seen >= 0.9 * half_widths).all()


def test_no_rounding_passes_the_half_width():
    components = np.random.default_rng(5).uniform(0.1, 0.95, size=(20_000, 4))
    printed = np.round(np.column_stack([pillars_from_components(components, POINTS), components @ WEIGHTS]), 4)
    back = parts_from_pillars(POINTS)
    half_widths = error_half_width(back, np.full(4, HALF_UNIT))
    errors = np.abs(printed @ back.T - components).max(axis=0)
    assert (errors <= half_widths).all()
    assert (errors > 0.85 * half_widths).all()


def test_published_pillar_ranks_follow_from_pillars_and_not_from_activities(dti_2022):
    row = dti_2022.row("Trà Vinh")
    assert competition_ranks(pillars_from_components(dti_2022.components, POINTS).T)[:, row].tolist() == [29, 27, 26]
    assert competition_ranks(dti_2022.components[:, 1:].T)[:, row].tolist() != [29, 27, 26]


def test_derived_foundation_makes_the_parts_sum_to_the_published_overall(editions):
    for edition in editions:
        assert weighted_scores(edition.components, edition.weights) == pytest.approx(edition.overall, abs=1e-12)


def test_derived_foundation_of_2022_is_the_mean_of_the_five_within_its_half_width(dti_2022):
    half_width = float(error_half_width(parts_from_printed(POINTS)[0], np.full(4, HALF_UNIT)))
    assert half_width == pytest.approx(1.5e-4)
    for name, (five, *_) in OFFICIAL_ROWS.items():
        row = dti_2022.row(name)
        foundation = derive_foundation(dti_2022.overall[row], dti_2022.components[row, 1:], POINTS)
        assert foundation == pytest.approx(np.mean(five), abs=half_width + HALF_UNIT)


def test_the_own_activity_of_a_pillar_cancels_against_the_derived_foundation():
    # (1000y - 150K - 150S)/700: the government activity is in the overall and is taken out again
    assert pillars_from_printed(POINTS)[0] == pytest.approx([1000 / 700, 0, -150 / 700, -150 / 700])
    assert error_half_width(pillars_from_printed(POINTS), np.full(4, HALF_UNIT))[0] == pytest.approx(
        1300 / 700 * HALF_UNIT
    )


@pytest.mark.parametrize("weights", [[0.5, -0.5, 1], [0, 0, 0], [np.nan, 1, 1], [1, 1]])
def test_weights_that_measure_nothing_are_refused(weights):
    with pytest.raises(WeightsError):
        normalise_weights(weights, 3)


@pytest.mark.parametrize("matrix", [[1.0, 2.0], [], [[0.1, np.nan]]])
def test_a_matrix_with_gaps_or_of_another_shape_is_refused(matrix):
    with pytest.raises(IndexInputError):
        as_matrix(matrix)
