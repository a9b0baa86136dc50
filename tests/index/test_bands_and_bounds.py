"""How firm a rank is: drawn weights and exact bounds."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from dx_pipeline.index import DRAWS, SEED
from dx_pipeline.index.arrays import IndexInputError, WeightsError
from dx_pipeline.index.bands import (
    bands_from_counts,
    count_ranks,
    dominance_matrix,
    largest_weighted_sum,
    pairwise_extremes,
    rank_bands,
    rank_bounds,
)
from dx_pipeline.index.ranks import competition_ranks
from dx_pipeline.index.weights import NEIGHBOURHOODS, box_bounds, draw_box, draw_weights

WEIGHTS = np.array([0.5, 0.2, 0.15, 0.15])


@pytest.mark.parametrize("neighbourhood", NEIGHBOURHOODS)
def test_drawn_weights_are_weights_around_the_official_ones(neighbourhood):
    drawn = draw_weights(WEIGHTS, neighbourhood, 20_000)
    assert drawn.shape == (20_000, 4)
    assert (drawn >= 0).all()
    assert drawn.sum(axis=1) == pytest.approx(1, abs=1e-12)
    centre = np.full(4, 0.25) if neighbourhood == "simplex" else WEIGHTS
    assert drawn.mean(axis=0) == pytest.approx(centre, abs=0.005)


def test_box_draws_stay_in_the_box():
    low, high = box_bounds(WEIGHTS, 0.25)
    drawn = draw_weights(WEIGHTS, "box25")
    assert (drawn >= low - 1e-12).all()
    assert (drawn <= high + 1e-12).all()


def test_box_draws_are_uniform_on_the_slice_whichever_weight_comes_last():
    # Plain rejection from the full box, with a thin slab for the sum, knows nothing of the trick used here.
    weights = np.array([0.3, 0.3, 0.4])
    generator = np.random.default_rng(2)
    full = generator.uniform(weights * 0.75, weights * 1.25, size=(2_000_000, 3))
    slab = full[np.abs(full.sum(axis=1) - 1) < 0.002]
    drawn = draw_box(weights, 0.25, 100_000, generator)
    for q in (0.1, 0.25, 0.5, 0.75, 0.9):
        assert np.quantile(drawn, q, axis=0) == pytest.approx(np.quantile(slab, q, axis=0), abs=0.003)


def test_same_seed_same_bytes():
    first, second = (draw_weights(WEIGHTS, "box25", 1000) for _ in range(2))
    assert first.tobytes() == second.tobytes()
    assert draw_weights(WEIGHTS, "box25", 1000, seed=1).tobytes() != first.tobytes()


@pytest.mark.parametrize(
    ("neighbourhood", "draws"), [("box", 10_000), ("box25", 0)], ids=["unknown neighbourhood", "no draws"]
)
def test_impossible_draws_are_refused(neighbourhood, draws):
    with pytest.raises(WeightsError):
        draw_weights(WEIGHTS, neighbourhood, draws)


def test_a_box_that_reaches_below_zero_is_refused():
    with pytest.raises(WeightsError, match="delta"):
        box_bounds(WEIGHTS, 1.5)


def test_hai_duong_2022_if_each_weight_had_differed_by_up_to_a_quarter(dti_2022):
    bands = rank_bands(dti_2022.components, dti_2022.weights, "box25")
    row = dti_2022.row("Hải Dương")
    assert [int(b[row]) for b in bands[:5]] == [9, 13, 20, 8, 21]
    top10, top20 = bands.p_top10[row], bands.p_top20[row]
    assert top10 == pytest.approx(0.385, abs=0.01)
    assert top20 == pytest.approx(0.986, abs=0.01)
    assert (bands.draws, bands.seed) == (DRAWS, SEED)
    assert bands.probability_error[row] == pytest.approx(np.sqrt(top10 * (1 - top10) / DRAWS), rel=0.1)


@pytest.mark.parametrize("neighbourhood", NEIGHBOURHOODS)
def test_bands_are_what_a_plain_loop_over_draws_gives(dti_2023, neighbourhood):
    drawn = draw_weights(dti_2023.weights, neighbourhood, 3000)
    ranks = np.array([competition_ranks(dti_2023.components @ w) for w in drawn])
    bands = bands_from_counts(count_ranks(dti_2023.components, drawn), seed=SEED)
    for q, band in zip((0.05, 0.5, 0.95), (bands.p5, bands.p50, bands.p95), strict=True):
        assert (np.quantile(ranks, q, axis=0, method="inverted_cdf") == band).all()
    assert (ranks.min(axis=0) == bands.rank_min).all()
    assert (ranks.max(axis=0) == bands.rank_max).all()
    for k, column in zip((10, 15, 20), bands[5:8], strict=True):
        assert (ranks <= k).mean(axis=0) == pytest.approx(column)


def test_every_row_of_counts_holds_every_draw_and_probabilities_grow(dti_2024):
    counts = count_ranks(dti_2024.components, draw_weights(dti_2024.weights, "simplex", 5000))
    assert (counts.sum(axis=1) == 5000).all()
    shares = bands_from_counts(counts, seed=1)[5:8]
    assert (np.diff(shares, axis=0) >= 0).all()


def test_twin_provinces_stay_tied_in_every_draw(dti_2022):
    twins = np.vstack([dti_2022.components, dti_2022.components[7]])
    counts = count_ranks(twins, draw_weights(dti_2022.weights, "simplex"))
    assert (counts[7] == counts[-1]).all()


def test_too_few_draws_for_a_band_are_refused():
    with pytest.raises(IndexInputError, match="10000"):
        rank_bands([[0.1, 0.2], [0.2, 0.1]], [0.5, 0.5], "box25", draws=9_999)
    with pytest.raises(WeightsError):
        count_ranks([[0.1, 0.2]], [[1.0]])


def test_exact_bounds_of_hai_duong_2022(dti_2022):
    row = dti_2022.row("Hải Dương")
    for delta, expected in ((0.10, (9, 19)), (0.25, (8, 21))):
        best, worst = rank_bounds(dti_2022.components, dti_2022.weights, delta)
        assert (best[row], worst[row]) == expected


def test_draws_lie_inside_the_exact_bounds_and_so_does_the_official_rank(editions):
    for edition in editions:
        bands = rank_bands(edition.components, edition.weights, "box25", draws=20_000)
        best, worst = rank_bounds(edition.components, edition.weights, 0.25)
        official = competition_ranks(edition.overall)
        assert (best <= bands.rank_min).all()
        assert (bands.rank_max <= worst).all()
        assert (best <= official).all()
        assert (official <= worst).all()
        inner = rank_bounds(edition.components, edition.weights, 0.10)
        assert (best <= inner.best).all()
        assert (inner.worst <= worst).all()


def test_a_box_of_width_zero_leaves_the_official_rank(dti_2022):
    best, worst = rank_bounds(dti_2022.components, dti_2022.weights, 0.0)
    official = competition_ranks(dti_2022.overall)
    assert (best == official).all()
    assert (worst == official).all()
    drawn = draw_box(dti_2022.weights, 0.0, 5, np.random.default_rng(0))
    assert drawn == pytest.approx(np.tile(dti_2022.weights, (5, 1)))


@pytest.mark.parametrize("delta", [0.10, 0.25])
def test_filling_the_box_agrees_with_a_linear_programme_for_every_fourth_province(dti_2022, delta):
    x, weights = dti_2022.components, dti_2022.weights
    smallest, largest = pairwise_extremes(x, weights, delta)
    low, high = box_bounds(weights, delta)
    for i, k in itertools.product(range(0, 63, 4), range(0, 63, 4)):
        solved = linprog(x[k] - x[i], A_eq=[[1] * 4], b_eq=[1], bounds=np.column_stack([low, high]))
        assert largest[i, k] == pytest.approx(-solved.fun, abs=1e-9)
        assert smallest[k, i] == pytest.approx(solved.fun, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 7), st.floats(0.0, 1.0))
def test_filling_any_box_agrees_with_a_linear_programme(seed, size, delta):
    generator = np.random.default_rng(seed)
    difference = np.round(generator.uniform(-1, 1, size), 1)  # ties between components included
    low, high = box_bounds(generator.dirichlet(np.ones(size)), delta)
    solved = linprog(-difference, A_eq=np.ones((1, size)), b_eq=[1], bounds=np.column_stack([low, high]))
    assert largest_weighted_sum(difference, low, high) == pytest.approx(-solved.fun, abs=1e-7)


def test_a_box_without_weights_that_sum_to_one_is_refused():
    with pytest.raises(WeightsError, match="sum to 1"):
        largest_weighted_sum(np.array([1.0, 2.0]), np.array([0.1, 0.1]), np.array([0.2, 0.2]))


def test_dominance_in_2022(dti_2022):
    ahead = dominance_matrix(dti_2022.components)
    assert ahead.sum() == 859
    row = dti_2022.row("Hải Dương")
    assert (ahead[:, row].sum(), ahead[row].sum()) == (1, 23)


def test_no_weights_overturn_dominance(editions):
    for edition in editions:
        ahead = dominance_matrix(edition.components)
        ranks = competition_ranks(edition.overall)
        assert (ranks[:, None] < ranks[None, :])[ahead].all()
        smallest_lead, _ = pairwise_extremes(edition.components, edition.weights, 1.0)
        assert (smallest_lead[ahead] > 0).all()


def test_equality_in_one_component_is_not_dominance():
    assert not dominance_matrix([[0.5, 0.6], [0.5, 0.4]]).any()
