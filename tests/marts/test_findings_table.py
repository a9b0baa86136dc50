"""The findings of the real tables, all of them by rule: nothing surer than its figures, nothing that reads broken."""

from __future__ import annotations

import re
import unicodedata

import polars as pl

from dx_pipeline.language.words import Words
from tests.language.doubts import holds_every_doubt
from tests.marts.frames import pick

#: what must not stand in a finding of either language
BROKEN = re.compile(
    r"None|nan|null|\{|\}|  | ,| ;| \.|,,|;;|\.\.|,;|;\.|,\.|\(\)|between \d+ and \d+, the"
    r"|\bis missing|(?<![\d.])1 places"
    r"|\b0 places|\b0 bậc|hạng hạng|[+−]0[.,]0 "
)
#: a number written the other language's way
FOREIGN = {"vi": re.compile(r"\d\.\d(?!\d\d\b)"), "en": re.compile(r"\d,\d(?!\d\d\b)")}


def texts(row):
    return Words(row["sentence_vi"], row["sentence_en"])


def test_every_finding_reads_whole(tables):
    failing = []
    for row in tables["findings"].iter_rows(named=True):
        for language in ("vi", "en"):
            text = row[f"sentence_{language}"]
            found = BROKEN.search(text) or FOREIGN[language].search(text)
            sound = (
                text.endswith(".") and text[0].isupper() + text[0].isdigit() and unicodedata.is_normalized("NFC", text)
            )
            if found or not sound:
                failing.append((text, found))
    assert failing == []


def test_no_doubtful_figure_stands_without_its_mark(tables):
    findings = tables["findings"]
    failing = [
        (row["edition_from"], row["unit_system"], row["province_id"], said)
        for row in findings.filter(pl.col("doubts").is_not_null()).iter_rows(named=True)
        if not all((said := holds_every_doubt(texts(row), row["doubts"])).values())
    ]
    assert failing == []
    marked = findings.filter(pl.col("sentence_en").str.contains("†"))
    assert marked["note_en"].null_count() == marked["note_vi"].null_count() == 0
    assert (marked["doubts"].str.contains("third_party_only")).all()


def test_every_unit_of_every_step_has_a_finding(tables):
    units = dict(tables["provinces"].group_by("unit_system").len().iter_rows())
    for (system, first, last), rows in tables["findings"].group_by("unit_system", "edition_from", "edition_to"):
        assert rows.height == units[system], (system, first, last)


def test_the_doubtful_ranks_of_the_first_editions(tables):
    for province, doubt in {
        "ha-giang": "edition_not_stated",
        "dong-nai": "edition_not_stated",
        "yen-bai": "conflict",
        "kon-tum": "coarse",
    }.items():
        row = pick(tables["findings"], edition_from=2020, unit_system=63, province_id=province)
        assert doubt in row["doubts"].item(), province
    kon_tum = pick(tables["findings"], edition_from=2021, unit_system=63, province_id="kon-tum")
    assert "about 0.33" in kon_tum["sentence_en"].item()


def test_what_explains_a_movement(tables):
    def told(province):
        return pick(tables["findings"], edition_from=2022, unit_system=63, province_id=province)

    assert "common foundation (+59.8 points) rose most; digital economy activity (−20.3 points) fell" in (
        told("hai-duong")["sentence_en"].item()
    )
    tien_giang = told("tien-giang")
    assert "within_error" in tien_giang["doubts"].item()
    assert "in an order not decided by the printed digits" in tien_giang["sentence_en"].item()
    assert "(level with another unit to the printed digit)" in told("an-giang")["sentence_en"].item()


def test_across_a_broken_step_only_ranks_are_told(tables):
    broken = tables["findings"].filter(pl.col("comparability") == "broken")
    assert set(broken["edition_from"]) == {2020, 2023}
    assert broken.filter(pl.col("sentence_en").str.contains("points|score alone")).is_empty()
    assert broken.filter(pl.col("sentence_vi").str.contains("thang|Riêng điểm")).is_empty()


def test_a_past_before_the_merger_is_said_to_be_counted_back(tables):
    findings = tables["findings"].filter((pl.col("unit_system") == 34) & (pl.col("edition_from") >= 2022))
    assert findings.height
    assert findings.filter(~pl.col("sentence_en").str.starts_with("Counted back")).is_empty()
    assert findings.filter(~pl.col("sentence_vi").str.starts_with("Tính ngược")).is_empty()
    assert set(findings["basis"]) <= {"computed", "solved"}


def test_every_rank_in_a_sentence_is_the_rank_of_the_table(tables):
    changes = tables["rank_changes"].filter(pl.col("rank_change").fill_null(0) != 0)
    joined = tables["findings"].join(changes, on=["edition_from", "edition_to", "unit_system", "province_id"])
    assert joined.height
    for row in joined.iter_rows(named=True):
        english = [int(text) for text in re.findall(r"(\d+)(?:st|nd|rd|th)\b", row["sentence_en"])]
        vietnamese = [int(text) for text in re.findall(r"hạng (\d+)", row["sentence_vi"])]
        assert english == vietnamese == [row["rank_from"], row["rank_to"]], row["sentence_en"]
