"""Sentences that state what is known, and only that."""

import unicodedata
from dataclasses import replace

import pytest

from dx_pipeline.index.findings import Movement, ordinal, sentence_en, sentence_vi
from dx_pipeline.index.gaps import score_changes
from dx_pipeline.index.rank_changes import decompose_rank_changes
from tests.index.conftest import COMPONENTS

HAI_DUONG = Movement(
    name_vi="Hải Dương",
    name_en="Hai Duong",
    edition_from=2022,
    edition_to=2023,
    comparability="same_structure",
    score_from=0.6383,
    score_to=0.6929,
    rank_from=13,
    rank_to=26,
    own_effect=-16.5,
    others_effect=29.5,
    component_points=dict(zip(COMPONENTS, (59.83, 5.80, -20.26, 9.24), strict=True)),
)


def test_a_higher_score_with_a_worse_rank():
    assert sentence_en(HAI_DUONG) == (
        "Between 2022 and 2023, Hai Duong's score rose by 54.6 points, from 0.6383 to 0.6929, but its rank fell by 13"
        " places, from 13th to 26th; its own change accounts for a rise of 16.5 places in rank and the other"
        " provinces' changes for a fall of 29.5 places; the common foundation contributed most to the rise in score"
        " (+59.8 points)."
    )
    assert sentence_vi(HAI_DUONG) == (
        "Từ năm 2022 đến năm 2023, điểm của Hải Dương tăng 54,6 điểm (thang 1.000), từ 0,6383 lên 0,6929 nhưng thứ hạng"
        " giảm 13 bậc, từ hạng 13 xuống hạng 26; riêng thay đổi của địa phương này làm tăng 16,5 bậc, còn thay đổi của"
        " các địa phương khác làm giảm 29,5 bậc; nhóm chỉ số nền tảng chung đóng góp nhiều nhất vào mức tăng điểm"
        " (+59,8 điểm)."
    )


def test_one_place_and_one_point_are_singular():
    m = replace(HAI_DUONG, score_to=0.6393, rank_to=12, own_effect=-1.0, others_effect=0.0,
                component_points={"foundation": 1.0, "digital_economy_activity": -0.2})  # fmt: skip
    assert "rose by 1 point, from" in sentence_en(m)
    assert ", and its rank rose by 1 place, from 13th to 12th" in sentence_en(m)
    assert "a rise of 1 place in rank and the other provinces' changes for no movement" in sentence_en(m)
    assert "(+1 point)." in sentence_en(m)
    assert "tăng 1 điểm (thang 1.000)" in sentence_vi(m)
    assert "thứ hạng tăng 1 bậc, từ hạng 13 lên hạng 12" in sentence_vi(m)
    assert "còn thay đổi của các địa phương khác không làm đổi thứ hạng" in sentence_vi(m)


def test_a_fall_names_the_component_that_fell_most():
    m = replace(HAI_DUONG, score_to=0.6183, rank_to=30, own_effect=10.0, others_effect=7.0,
                component_points={"foundation": 5.0, "digital_economy_activity": -25.0})  # fmt: skip
    assert "score fell by 20 points, from 0.6383 to 0.6183, and its rank fell by 17 places" in sentence_en(m)
    assert "digital economy activity contributed most to the fall in score (−25 points)." in sentence_en(m)
    assert "giảm 20 điểm (thang 1.000), từ 0,6383 xuống 0,6183 và thứ hạng giảm 17 bậc" in sentence_vi(m)
    assert "hoạt động kinh tế số đóng góp nhiều nhất vào mức giảm điểm (−25 điểm)." in sentence_vi(m)


def test_no_change_is_said_to_be_none():
    m = replace(HAI_DUONG, score_to=0.6383, rank_to=13, own_effect=0.0, others_effect=0.0,
                component_points={"foundation": 0.0, "digital_economy_activity": 0.0})  # fmt: skip
    assert sentence_en(m) == (
        "Between 2022 and 2023, Hai Duong's score stayed at 0.6383, and its rank stayed 13th; its own change accounts"
        " for no movement in rank and the other provinces' changes for no movement."
    )
    assert sentence_vi(m).startswith(
        "Từ năm 2022 đến năm 2023, điểm của Hải Dương giữ nguyên ở mức 0,6383 và thứ hạng giữ nguyên ở hạng 13;"
    )
    offset = replace(m, component_points={"foundation": -3.0, "digital_economy_activity": 3.0})
    assert "the common foundation moved most among the components (−3 points)" in sentence_en(offset)
    assert "biến động nhiều nhất trong các thành phần (−3 điểm)" in sentence_vi(offset)


@pytest.mark.parametrize("comparability", ["broken", "relabelled", "boundary"])
def test_score_growth_is_refused_across_a_broken_comparability_and_ranks_are_stated(comparability):
    m = replace(HAI_DUONG, edition_from=2023, edition_to=2024, comparability=comparability,
                score_from=0.6929, score_to=0.7461, rank_from=26, rank_to=19)  # fmt: skip
    assert sentence_en(m) == (
        "Between 2023 and 2024, Hai Duong's rank rose by 7 places, from 26th to 19th; the scores are not compared"
        " because the two editions do not measure the same indicators."
    )
    assert sentence_vi(m) == (
        "Từ năm 2023 đến năm 2024, thứ hạng của Hải Dương tăng 7 bậc, từ hạng 26 lên hạng 19; không so sánh điểm vì hai"
        " kỳ đánh giá không đo cùng một bộ chỉ số."
    )


def test_missing_figures_are_named_and_nothing_is_made_up():
    m = Movement("Hà Giang", "Ha Giang", 2021, 2022, "same_structure", score_to=0.5, rank_to=57)
    assert sentence_en(m) == (
        "Between 2021 and 2022, Ha Giang's score of 2021 is missing, so no change of score can be stated; its rank of"
        " 2021 is missing, so no change of rank can be stated."
    )
    assert sentence_vi(m) == (
        "Từ năm 2021 đến năm 2022, chưa có điểm năm 2021 của Hà Giang nên không nêu được thay đổi về điểm; chưa có"
        " thứ hạng năm 2021 nên không nêu được thay đổi về thứ hạng."
    )
    both = Movement("Hà Giang", "Ha Giang", 2020, 2021, "broken")
    assert "Ha Giang's ranks of 2020 and 2021 are missing" in sentence_en(both)
    assert "thứ hạng năm 2020 và năm 2021 của Hà Giang" in sentence_vi(both)


@pytest.mark.parametrize(
    ("number", "word"),
    [
        (1, "1st"),
        (2, "2nd"),
        (3, "3rd"),
        (4, "4th"),
        (11, "11th"),
        (12, "12th"),
        (13, "13th"),
        (21, "21st"),
        (63, "63rd"),
    ],
)
def test_ordinals(number, word):
    assert ordinal(number) == word


def test_sentences_are_nfc_even_for_a_decomposed_name():
    m = replace(HAI_DUONG, name_vi=unicodedata.normalize("NFD", "Hải Dương"))
    assert unicodedata.is_normalized("NFC", sentence_vi(m))
    assert sentence_vi(m) == sentence_vi(HAI_DUONG)


def test_one_sentence_for_every_province_of_2022_and_2023(dti_2022, dti_2023):
    change = decompose_rank_changes(dti_2022.overall, dti_2023.overall)
    performance, weight = score_changes(dti_2022.components, dti_2023.components, dti_2022.weights, dti_2023.weights)
    for i, name in enumerate(dti_2022.provinces):
        m = Movement(
            name, name, 2022, 2023, "same_structure",
            float(dti_2022.overall[i]), float(dti_2023.overall[i]),
            int(change.rank_from[i]), int(change.rank_to[i]),
            float(change.own_effect[i]), float(change.others_effect[i]),
            dict(zip(COMPONENTS, (performance + weight)[i].tolist(), strict=True)),
        )  # fmt: skip
        for sentence in (sentence_en(m), sentence_vi(m)):
            assert name in sentence
            assert sentence.endswith(").")
            assert "None" not in sentence
            assert "nan" not in sentence
            assert "  " not in sentence
