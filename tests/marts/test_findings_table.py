"""The sentences of the real tables: every kind of movement once, and nothing said that the tables do not hold."""

from __future__ import annotations

import re
import unicodedata

import polars as pl

from tests.marts.frames import one, pick


def sentences(of_63, edition_from: int, province: str) -> tuple[str, str]:
    row = pick(of_63["findings"], edition_from=edition_from, province_id=province)
    return row["sentence_en"].item(), row["sentence_vi"].item()


def test_a_higher_score_and_a_lower_rank(of_63):
    english, vietnamese = sentences(of_63, 2022, "hai-duong")
    assert english == (
        "Between 2022 and 2023, Hai Duong's score rose by 54.6 points, from 0.6383 to 0.6929, but its rank fell by 13"
        " places, from 13th to 26th; its own change accounts for a rise of 16.5 places in rank and the other"
        " provinces' changes for a fall of 29.5 places; the common foundation contributed most to the rise in score"
        " (+59.8 points)."
    )
    assert vietnamese.startswith(
        "Từ năm 2022 đến năm 2023, điểm của Hải Dương tăng 54,6 điểm (thang 1.000), từ 0,6383 lên 0,6929 nhưng thứ hạng"
        " giảm 13 bậc, từ hạng 13 xuống hạng 26;"
    )


def test_across_a_broken_step_only_ranks_are_told(of_63):
    broken = pick(of_63["findings"], comparability="broken")
    assert set(broken["edition_from"]) == {2020, 2023}
    assert broken.filter(~pl.col("sentence_en").str.contains("scores are not compared")).is_empty()
    assert broken.filter(~pl.col("sentence_vi").str.contains("không so sánh điểm")).is_empty()
    assert broken.filter(pl.col("sentence_en").str.contains("points")).is_empty()


def test_no_change_of_rank(of_63):
    english, vietnamese = sentences(of_63, 2020, "hai-duong")
    assert "Hai Duong's rank stayed 14th" in english
    assert "thứ hạng của Hải Dương giữ nguyên ở hạng 14" in vietnamese


def test_missing_figures_are_said_to_be_missing(of_63):
    english, vietnamese = sentences(of_63, 2021, "an-giang")
    assert "score of 2021 is missing" in english
    assert "rank of 2021 is missing" in english
    assert "chưa có điểm năm 2021 của An Giang" in vietnamese


def test_the_city_is_named_as_a_place(of_63):
    english, vietnamese = sentences(of_63, 2023, "ho-chi-minh")
    assert "Ho Chi Minh City's rank rose by 1 place, from 2nd to 1st" in english
    assert "thứ hạng của Thành phố Hồ Chí Minh tăng 1 bậc" in vietnamese


def test_every_rank_in_a_sentence_is_the_rank_of_the_table(of_63):
    ranks = of_63["rank_changes"].filter(pl.col("rank_change").fill_null(0) != 0)
    rows = ranks.join(of_63["findings"], on=["edition_from", "edition_to", "province_id"])
    assert rows.height == ranks.height
    for row in rows.iter_rows(named=True):
        found = re.search(r"từ hạng (\d+) (lên|xuống) hạng (\d+)", row["sentence_vi"])
        assert found
        assert (int(found[1]), int(found[3])) == (row["rank_from"], row["rank_to"])
        assert (found[2] == "lên") == (row["rank_change"] < 0)


def test_sentences_are_whole_and_in_normal_form(of_63):
    for column in ("sentence_vi", "sentence_en"):
        for text in of_63["findings"][column]:
            assert text == unicodedata.normalize("NFC", text)
            assert text.endswith(".")
            assert not re.search(r"None|nan|  |\(\)|;\.", text)
    assert not of_63["findings"]["sentence_en"].str.contains(r"\b1 places|[02-9] place\b").any()


def test_component_named_is_the_largest_in_the_direction_of_the_change(of_63):
    changes = pick(of_63["score_changes"], edition_from=2022)
    for province in ("hai-duong", "thai-nguyen", "tien-giang", "quang-ninh"):
        own = pick(changes, province_id=province).filter(pl.col("indicator") != "overall")
        largest = own.sort("performance_points", descending=True)["indicator"][0]
        english, _ = sentences(of_63, 2022, province)
        name = "the common foundation" if largest == "foundation" else largest.replace("_", " ")
        assert f"{name} contributed most to the rise in score" in english
        points = one(own, "performance_points", indicator=largest)
        assert f"+{points:.1f}".removesuffix(".0") in english
