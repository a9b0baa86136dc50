"""Findings in words: every figure with its doubts, nothing said that is not known."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from dx_pipeline.conform.numbers import ordinal_ending
from dx_pipeline.index.changes import Explanation, Part
from dx_pipeline.language.movement import Known, Movement
from dx_pipeline.language.sentences import finding, note
from tests.language.doubts import holds_every_doubt

HAI_DUONG = Movement(
    name_vi="Hải Dương",
    name_en="Hai Duong",
    edition_from=2022,
    edition_to=2023,
    comparability="same_structure",
    score_from=Known(0.6383, "stated"),
    score_to=Known(0.6929, "stated", "third_party_only"),
    rank_from=Known(13, "stated"),
    rank_to=Known(26, "computed"),
    own_effect=-16.5,
    others_effect=29.5,
    explanation=Explanation((Part("foundation", 59.83),), (Part("digital_economy_activity", -20.26),), False),
)


def test_a_rise_in_score_and_a_fall_in_rank():
    told = finding(HAI_DUONG)
    assert told.en == (
        "Between 2022 and 2023 Hai Duong gained 54.6 points of 1,000, from 0.6383 to 0.6929†, but fell 13 places, from"
        " 13th to 26th. Its own score alone is worth 16.5 places up, but the other units' scores 29.5 places down. The"
        " common foundation (+59.8 points) rose most; digital economy activity (−20.3 points) fell."
    )
    assert told.vi == (
        "Từ năm 2022 đến năm 2023, Hải Dương tăng 54,6 điểm (thang 1.000), từ 0,6383 lên 0,6929†, nhưng giảm 13 bậc, từ"
        " hạng 13 xuống hạng 26. Riêng điểm của tỉnh đủ để lên 16,5 bậc, nhưng các địa phương khác tiến nhanh hơn nên"
        " xuống 29,5 bậc. Nền tảng chung (+59,8 điểm) tăng nhiều nhất; hoạt động kinh tế số (−20,3 điểm) giảm."
    )
    assert note(HAI_DUONG) == ("† chỉ có bản chép của bên thứ ba", "† third-party copy only")


def test_singular_plural_and_even_rounding():
    m = replace(HAI_DUONG, rank_to=Known(14), own_effect=-1.0, others_effect=2.0)
    told = finding(m)
    assert "fell 1 place, from 13th to 14th" in told.en
    assert "worth 1 place up, but the other units' scores 2 places down" in told.en
    halves = finding(replace(m, own_effect=-1.0, others_effect=2.5))
    assert "worth 1.0 places up, but the other units' scores 2.5 places down" in halves.en


def test_a_doubtful_figure_says_so():
    cases = {
        "conflict": ("(các nguồn mâu thuẫn)", "(sources disagree)"),
        "edition_not_stated": ("(nguồn không nêu kỳ đánh giá)", "(edition not stated)"),
        "tie_hidden": (
            "(bằng điểm một đơn vị khác đến chữ số in ra)",
            "(level with another unit to the printed digit)",
        ),
        "third_party_only": ("hạng 26†", "26th†"),
    }
    for doubt, (vi, en) in cases.items():
        told = finding(replace(HAI_DUONG, rank_to=Known(26, "stated", doubt)))
        assert vi in told.vi, doubt
        assert en in told.en, doubt
        assert holds_every_doubt(told, doubt) == {doubt: True}
        assert holds_every_doubt(finding(replace(HAI_DUONG, score_to=Known(0.7))), doubt) == {doubt: False}
    derived = finding(replace(HAI_DUONG, rank_from=Known(13, "derived")))
    assert "from 13th (from a stated change)" in derived.en
    assert "hạng 13 (suy từ mức thay đổi đã in)" in derived.vi


def test_a_coarse_score_is_told_with_its_own_digits():
    m = replace(HAI_DUONG, score_from=Known(0.33, "stated", "coarse", 2, 0.005), explanation=None)
    told = finding(m)
    assert "about 363 points (± 5) of 1,000, from about 0.33 to 0.6929†" in told.en
    assert "khoảng 363 điểm (± 5) (thang 1.000), từ khoảng 0,33 lên 0,6929†" in told.vi
    assert "0.3300" not in told.en


def test_an_order_not_decided_is_said_to_be_so():
    level = Explanation((Part("digital_government_activity", 23.16), Part("foundation", 23.14)), (), True)
    told = finding(replace(HAI_DUONG, explanation=level))
    assert "rose most, in an order not decided by the printed digits" in told.en
    assert "thứ tự không phân định được theo số in" in told.vi
    tiny = replace(
        HAI_DUONG, score_from=Known(0.6929, half_width=5e-5), score_to=Known(0.6930, half_width=5e-5), explanation=None
    )
    assert "not decided by the printed digits (0.6929 and 0.6930)" in finding(tiny).en


def test_nothing_dangles_where_a_figure_was_not_read():
    nothing = Movement("An Giang", "An Giang", 2020, 2021, "broken")
    assert finding(nothing).en == "No score or rank of An Giang was read for 2020 and 2021."
    assert finding(nothing).vi == "Chưa đọc được điểm và thứ hạng của An Giang năm 2020 và 2021."
    one = Movement("An Giang", "An Giang", 2021, 2022, "same_structure", score_to=Known(0.4972), rank_to=Known(54))
    assert finding(one).en == "An Giang scored 0.4972 and ranked 54th in 2022; nothing was read of 2021."
    ranks = replace(one, rank_from=Known(40))
    assert finding(ranks).en == (
        "Between 2021 and 2022 An Giang fell 14 places, from 40th to 54th; the score of 2022 is 0.4972, that of 2021"
        " was not read."
    )
    assert "điểm năm 2022 là 0,4972, chưa đọc được điểm năm 2021" in finding(ranks).vi


def test_scores_are_not_subtracted_across_a_break():
    told = finding(replace(HAI_DUONG, comparability="broken", own_effect=None, others_effect=None))
    assert "points" not in told.en
    assert "the scores (0.6383 and 0.6929†) do not compare, because the set of indicators changed" in told.en
    assert "thang" not in told.vi


def test_whether_scores_compare_is_said_to_be_unknown_where_nobody_described_the_step():
    told = finding(replace(HAI_DUONG, comparability="unknown", own_effect=None, others_effect=None))
    assert "whether the scores (0.6383 and 0.6929†) compare is not known" in told.en
    assert "chưa biết điểm hai năm (0,6383 và 0,6929†) có so được với nhau không" in told.vi
    assert "changed" not in told.en


def test_a_unit_of_today_says_that_its_past_is_counted_back():
    merged = replace(HAI_DUONG, counted_back=(2022, 2023), members=2, n_units=34)
    assert finding(merged).en.startswith(
        "Counted back for the merged unit (2022 and 2023 computed from its 2 member provinces): between 2022 and 2023"
    )
    alone = replace(merged, members=1)
    assert finding(alone).vi.startswith(
        "Tính ngược trong 34 đơn vị sau sáp nhập (thứ hạng năm 2022 và 2023 là số tính lại): từ năm 2022 đến năm 2023,"
    )
    never = Movement("Hà Nội", "Ha Noi", 2020, 2021, False, before=(2020, 2021))
    assert finding(never).en.startswith("2020 and 2021 can't be counted back for Ha Noi")


def test_ordinals_and_nfc():
    expected = {1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 11: "11th", 12: "12th", 13: "13th", 21: "21st", 63: "63rd"}
    assert {value: f"{value}{ordinal_ending(value)}" for value in expected} == expected
    m = replace(HAI_DUONG, name_vi=unicodedata.normalize("NFD", "Hải Dương"))
    assert finding(m).vi == finding(HAI_DUONG).vi
