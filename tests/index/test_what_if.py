"""What the overall and the rank would be with other scores or other weights."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dx_pipeline.index.arrays import (
    IndexInputError,
    ScoreOutOfRange,
    UnknownIndicator,
    UnknownProvince,
    WeightsError,
)
from dx_pipeline.index.ranks import competition_ranks
from dx_pipeline.index.what_if import what_if
from tests.index.conftest import COMPONENTS


def ask(edition, province="Hải Dương", scores=None, weights=None):
    return what_if(edition.provinces, COMPONENTS, edition.components, edition.weights, province, scores, weights)


def test_hai_duong_2023_with_a_higher_economy_score(dti_2023):
    answer = ask(dti_2023, scores={"digital_economy_activity": 0.70})
    row = dti_2023.row("Hải Dương")
    gain = 0.15 * (0.70 - dti_2023.components[row, 2])
    assert answer.overall_before == pytest.approx(0.6929)
    assert answer.overall_after == pytest.approx(0.6929 + gain)
    assert answer.rank_before == 26
    changed = dti_2023.overall.copy()
    changed[row] += gain
    assert answer.rank_after == competition_ranks(changed)[row]
    assert sum(answer.points_after.values()) == pytest.approx(1000 * answer.overall_after)
    assert answer.points_after["digital_economy_activity"] == pytest.approx(105)
    assert answer.points_after["foundation"] == answer.points_before["foundation"]
    between = [
        name
        for name, score in zip(dti_2023.provinces, dti_2023.overall, strict=True)
        if 0.6929 < score <= answer.overall_after + 1e-12
    ]
    assert sorted(answer.passed) == sorted(between)
    assert answer.passed_by == ()


def test_a_lower_score_is_passed_by_others(dti_2022):
    answer = ask(dti_2022, scores={"foundation": 0.5})
    assert answer.passed == ()
    assert len(answer.passed_by) == answer.rank_after - answer.rank_before > 0


@given(score=st.floats(0, 1), name=st.sampled_from(COMPONENTS), row=st.integers(0, 62))
def test_places_won_are_provinces_passed_less_provinces_passed_by(dti_2024, score, name, row):
    answer = ask(dti_2024, dti_2024.provinces[row], {name: score})
    assert answer.rank_before - answer.rank_after == len(answer.passed) - len(answer.passed_by)


def test_other_weights_change_everybody(dti_2022):
    weights = dict(zip(COMPONENTS, (0.4, 0.2, 0.2, 0.2), strict=True))
    answer = ask(dti_2022, weights=weights)
    expected = competition_ranks(dti_2022.components @ [0.4, 0.2, 0.2, 0.2])
    assert answer.rank_after == expected[dti_2022.row("Hải Dương")]


def test_the_official_weights_written_out_change_nothing(dti_2022):
    answer = ask(dti_2022, weights=dict(zip(COMPONENTS, (0.5, 0.2, 0.15, 0.15), strict=True)))
    assert answer.rank_after == answer.rank_before == 13
    assert answer.passed == answer.passed_by == ()


@pytest.mark.parametrize(
    ("question", "error", "says"),
    [
        ({"province": "Atlantis", "scores": {"foundation": 0.5}}, UnknownProvince, "unknown province 'Atlantis'"),
        (
            {"scores": {"digital_economy": 0.5}},
            UnknownIndicator,
            "unknown indicator 'digital_economy': expected one of",
        ),
        ({"weights": {"digital_economy": 0.5}}, UnknownIndicator, "unknown indicator"),
        ({"scores": {"foundation": 1.01}}, ScoreOutOfRange, "foundation: a component score lies between 0 and 1"),
        ({"scores": {"foundation": -0.01}}, ScoreOutOfRange, "found -0.01"),
        ({"scores": {"foundation": float("nan")}}, ScoreOutOfRange, "found nan"),
        ({"weights": {"foundation": 0.6}}, WeightsError, r"must sum to 1, these sum to 1\.1"),
        ({"weights": {"foundation": -0.1}}, WeightsError, "at least 0"),
        ({}, IndexInputError, "nothing is changed"),
    ],
)
def test_a_question_that_cannot_be_answered_says_why(dti_2022, question, error, says):
    with pytest.raises(error, match=says):
        ask(dti_2022, **question)
    assert issubclass(error, ValueError)


def test_rows_and_columns_must_fit_the_matrix(dti_2022):
    with pytest.raises(IndexInputError, match="matrix"):
        what_if(["a"], COMPONENTS, dti_2022.components, dti_2022.weights, "a", {"foundation": 0.5})
