"""Arithmetic of the published figures."""

import numpy as np
import pytest

from dx_pipeline.index.arrays import as_matrix, normalise_weights
from dx_pipeline.index.errors import IndexInputError, WeightsError
from dx_pipeline.index.identities import (
    component_points,
    components_from_pillars,
    derive_foundation,
    foundation_mean,
    overall_2020,
    overall_agrees,
    overall_residual,
    pillar_half_widths,
    pillars_from_components,
)
from dx_pipeline.index.ranks import competition_ranks

POINTS = (500, 200, 150, 150)

# Official table of 2022 (dti.gov.vn/xep-hang-2022): five foundation components, three activities, total; residual.
OFFICIAL_ROWS = {
    "Đà Nẵng": ([1.0000, 0.9000, 0.8253, 0.8487, 0.7578], [0.8575, 0.7836, 0.5197], 0.8002, 0.000025),
    "Hồ Chí Minh": ([0.8917, 0.9000, 0.8258, 0.6267, 0.5580], [0.8406, 0.7611, 0.3590], 0.7163, -0.000055),
    "Quảng Ninh": ([0.9581, 0.9000, 0.7648, 0.6250, 0.5382], [0.8385, 0.5904, 0.4505], 0.7024, -0.000045),
    "Huế": ([0.9500, 0.9000, 0.6823, 0.6794, 0.6423], [0.8262, 0.6787, 0.3001], 0.6975, 0.000040),
    "Cần Thơ": ([0.9000, 0.8000, 0.7233, 0.7376, 0.7226], [0.7325, 0.7556, 0.2947], 0.6924, 0.000005),
}


@pytest.mark.parametrize("province", OFFICIAL_ROWS)
def test_official_rows_of_2022_leave_the_published_residuals(province):
    five, activities, overall, residual = OFFICIAL_ROWS[province]
    components = [float(foundation_mean(five)), *activities]
    assert overall_residual(overall, components, POINTS) == pytest.approx(residual, abs=1e-9)
    assert overall_agrees(overall, components, POINTS)


def test_a_residual_of_one_published_unit_agrees_and_two_do_not():
    components = [[0.5, 0.5, 0.5, 0.5]] * 3
    assert overall_agrees([0.5001, 0.5002, np.nan], components, POINTS).tolist() == [True, False, False]


def test_pillars_of_da_nang_2022():
    five, activities, *_ = OFFICIAL_ROWS["Đà Nẵng"]
    pillars = pillars_from_components([float(foundation_mean(five)), *activities])
    assert np.round(pillars, 4).tolist() == [0.8638, 0.8473, 0.7864]


def test_components_of_tra_vinh_2022_from_its_printed_pillars():
    components, half_widths = components_from_pillars([0.6683, 0.6647, 0.5991], 0.6077)
    assert components[0] == pytest.approx(0.68158, abs=1e-9)
    assert np.round(components[1:], 4).tolist() == [0.6351, 0.6084, 0.3242]
    assert half_widths == pytest.approx([1.5e-4, 3.75e-4, 5e-4, 5e-4])
    # Largest errors seen when random scores are rounded and computed back: near the bound and never above it.
    seen = np.array([1.4e-4, 3.6e-4, 4.6e-4, 4.6e-4])
    assert (seen <= half_widths).all()
    assert (seen >= 0.9 * half_widths).all()


def test_no_rounding_passes_the_half_width():
    components = np.random.default_rng(5).uniform(0.1, 0.95, size=(20_000, 4))
    pillars = np.round(pillars_from_components(components), 4)
    overall = np.round(components @ np.array(POINTS) / 1000, 4)
    back, half_widths = components_from_pillars(pillars, overall)
    errors = np.abs(back - components).max(axis=0)
    assert (errors <= half_widths).all()
    assert (errors > 0.85 * half_widths).all()


def test_published_pillar_ranks_follow_from_pillars_and_not_from_activities(dti_2022):
    row = dti_2022.row("Trà Vinh")
    assert competition_ranks(pillars_from_components(dti_2022.components).T)[:, row].tolist() == [29, 27, 26]
    assert competition_ranks(dti_2022.components[:, 1:].T)[:, row].tolist() != [29, 27, 26]


def test_derived_foundation_makes_the_parts_sum_to_the_published_overall(editions):
    for edition in editions:
        points = component_points(edition.components, edition.weights)
        assert points.sum(axis=1) == pytest.approx(1000 * edition.overall, abs=1e-9)


def test_derived_foundation_of_2022_is_the_mean_of_the_five_within_its_half_width(dti_2022):
    for name, (five, *_) in OFFICIAL_ROWS.items():
        row = dti_2022.row(name)
        foundation, half_width = derive_foundation(
            dti_2022.overall[row], dti_2022.components[row, 1:], dti_2022.weights
        )
        assert half_width == pytest.approx(1.5e-4)
        assert foundation == pytest.approx(float(foundation_mean(five)), abs=half_width + 5e-5)


def test_pillars_of_derived_components_have_known_half_widths():
    assert pillar_half_widths([1.5e-4, 5e-5, 5e-5, 5e-5])[0] == pytest.approx((5 * 1.5e-4 + 2 * 5e-5) / 7)


def test_overall_of_2020_is_the_sum_of_three_disjoint_pillars():
    assert overall_2020([0.5, 0.4, 0.6]) == pytest.approx(0.4 * 0.5 + 0.3 * 0.4 + 0.3 * 0.6)


@pytest.mark.parametrize("weights", [[0.5, -0.5, 1], [0, 0, 0], [np.nan, 1, 1], [1, 1]])
def test_weights_that_measure_nothing_are_refused(weights):
    with pytest.raises(WeightsError):
        normalise_weights(weights, 3)


@pytest.mark.parametrize("matrix", [[1.0, 2.0], [], [[0.1, np.nan]]])
def test_a_matrix_with_gaps_or_of_another_shape_is_refused(matrix):
    with pytest.raises(IndexInputError):
        as_matrix(matrix)
