"""What arithmetic finds in printed figures, and that it keeps quiet otherwise."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import polars as pl
import pytest

from dx_pipeline.conform import ConformError
from dx_pipeline.conform.corrections import CorrectionError, load_corrections
from dx_pipeline.conform.figures import choose
from dx_pipeline.conform.file_laws import check_complete
from dx_pipeline.conform.observations import conform_figures as conform
from dx_pipeline.conform.reference import load_reference, reference_tables
from dx_pipeline.conform.reference_tables import read_weights
from dx_pipeline.declarations import DeclarationError
from dx_pipeline.errors import DxError
from dx_pipeline.index.structure import structures
from dx_pipeline.sources.read import FIGURE_SCHEMA

FOLDER = Path(__file__).resolve().parents[2] / "data" / "reference"
REFERENCE = load_reference(FOLDER)
TABLES = reference_tables(FOLDER)
STRUCTURES = structures(TABLES["indicators"], read_weights(TABLES["dti_weights"]))

INDICATORS = {"overall", "digital_government", "digital_economy", "digital_society", "digital_government_activity"}


def conform_figures(figures: pl.DataFrame, indicators: set[str]) -> pl.DataFrame:
    """With this project's reference."""
    return conform(figures, REFERENCE, indicators)


def printed(*rows: dict) -> pl.DataFrame:
    """Figures as a reader gives them; what a test does not say is unremarkable."""
    usual = {
        "source_id": "dti_s", "file": "f.csv", "layout": "long", "complete": False, "table_no": "1",
        "column": "value", "edition": 2020,
        "unit_system": 63, "province_text": "Hải Dương", "indicator": "overall", "measure": "score", "decimal": ".",
        "unit": "score 0-1",
        "min": 0.0, "max": 1.0, "kind": "stated", "tier": "press", "publisher": "A", "url": "", "preliminary": False,
    }  # fmt: skip
    full = []
    for number, row in enumerate(rows, start=2):
        line = usual | {"row": number, "locator": f"f.csv, row {number}, column value"} | row
        if line["measure"] == "rank":
            line |= {"min": 1.0, "max": 63.0, "unit": "rank"}
        full.append(line)
    return pl.DataFrame(full, schema=FIGURE_SCHEMA)


def verdicts(*rows: dict) -> pl.DataFrame:
    """The same figures, conformed and judged."""
    observations = conform_figures(printed(*rows), INDICATORS)
    return choose([observations], [], STRUCTURES, REFERENCE).sort("row")


def test_figures_that_agree_within_rounding_are_no_conflict_and_the_best_tier_is_named():
    found = verdicts({"value_text": "0.3504"}, {"value_text": "0.35"}, {"value_text": "0.3504", "tier": "official"})
    assert found["chosen"].to_list() == [False, False, True]
    assert found["conflict"].to_list() == [False, False, False]


def test_the_more_precise_of_two_agreeing_figures_is_chosen():
    assert verdicts({"value_text": "0.33"}, {"value_text": "0.3349"})["chosen"].to_list() == [False, True]


def test_official_goes_before_press_and_the_rival_stays_with_its_reason():
    found = verdicts({"value_text": "0.40"}, {"value_text": "0.35", "tier": "official", "publisher": "B"})
    assert found["chosen"].to_list() == [False, True]
    assert found["conflict"].all()
    assert found["reason"][0] == "contradicts 0.35 (B); not chosen by the rule"
    assert found["reason_vi"][0] == "mâu thuẫn với 0,35 (B); không được chọn theo quy tắc"


def test_stated_goes_before_derived_even_of_a_better_tier():
    found = verdicts(
        {"measure": "rank", "value_text": "40"},
        {"measure": "rank", "value_text": "44", "kind": "derived", "tier": "official"},
    )
    assert found["chosen"].to_list() == [True, False]
    assert found["finding"].to_list() == ["stated_change_contradicts"] * 2


def test_a_dropped_zero_is_seen_when_more_publishers_print_the_other():
    mean = {"measure": "mean", "province_text": "x"}
    found = verdicts(
        mean | {"value_text": "0.326", "tier": "official"},
        mean | {"value_text": "0.3026", "publisher": "B"},
        mean | {"value_text": "0.3026", "publisher": "C"},
    )
    assert found["finding"].to_list() == ["dropped_zero", None, None]
    assert found["chosen"].to_list() == [False, True, False]
    assert "ruled out for this key: 0.326 (A)" in found["reason"][1]


def test_one_publisher_against_one_is_a_conflict_but_no_dropped_zero():
    mean = {"measure": "mean", "province_text": "x"}
    found = verdicts(mean | {"value_text": "0.326"}, mean | {"value_text": "0.3026", "publisher": "B"})
    assert found["finding"].to_list() == ["rivals", "rivals"]


QUANG_NINH = [
    {"indicator": "overall", "value_text": "0.3897"},
    {"indicator": "digital_government", "value_text": "0.4513"},
    {"indicator": "digital_government", "value_text": "0.5293", "kind": "derived", "tier": "official"},
    {"indicator": "digital_economy", "value_text": "0.3019"},
    {"indicator": "digital_society", "value_text": "0.3955"},
]


def test_the_2020_identity_chooses_between_rivals():
    found = verdicts(*QUANG_NINH)
    assert found["chosen"].to_list() == [True, True, False, True, True]
    assert "0.4209" in found["reason"][2]
    assert "0,4209" in found["reason_vi"][2]


def test_the_identity_says_nothing_when_a_part_is_missing():
    found = verdicts(*QUANG_NINH[:3])
    assert found.filter(pl.col("finding") == "identity_2020").is_empty()


def test_pillars_that_do_not_add_up_are_reported_on_every_part():
    rows = [row for row in QUANG_NINH if row["value_text"] != "0.4513"]
    assert verdicts(*rows)["finding"].to_list() == ["identity_broken"] * 4


def test_an_edition_dated_by_its_publication_year_is_told():
    found = verdicts(
        {"measure": "rank", "value_text": "55", "remark": 'article says "năm 2021" (the year of publication)'},
        {"measure": "rank", "value_text": "12", "edition": 2021},
    )
    assert found["finding"][0] == "edition_dated_by_publication_year"
    assert "in edition 2021 the province ranks 12, not 55" in found["reason"][0]


def test_a_shared_place_is_told_and_is_no_conflict():
    other = {"province_text": "Vĩnh Phúc"}
    found = verdicts(
        {"measure": "rank", "value_text": "12"},
        {"value_text": "0.4880"},
        other | {"measure": "rank", "value_text": "12"},
        other | {"value_text": "0.4880"},
    )
    assert found["finding"].to_list() == ["shared_rank", None, "shared_rank", None]
    assert not found["conflict"].any()


@pytest.mark.parametrize(
    ("ranks", "scores", "code"),
    [
        (("12", "13"), ("0.4880", "0.4880"), "unequal_ranks_for_equal_scores"),
        (("12", "12"), ("0.4880", "0.4990"), "equal_rank_for_unequal_scores"),
    ],
)
def test_ranks_and_scores_that_do_not_go_together(ranks, scores, code):
    rows = []
    for name, rank, score in zip(["Hải Dương", "Vĩnh Phúc"], ranks, scores, strict=True):
        rows += [
            {"province_text": name, "measure": "rank", "value_text": rank},
            {"province_text": name, "value_text": score},
        ]
    found = verdicts(*rows)
    assert found.filter(pl.col("measure") == "rank")["finding"].to_list() == [code, code]


def test_the_real_figures_show_each_known_contradiction_and_nothing_else(tables):
    found = tables["figure_sources"].filter(pl.col("conflict"))
    keys = set(found.select("edition", "province_id", "indicator", "measure").rows())
    assert keys == {
        (2020, "viet-nam", "overall", "mean"),
        (2020, "quang-ninh", "digital_government", "score"),
        (2020, "quang-ninh", "digital_economy", "score"),
        (2020, "yen-bai", "overall", "rank"),
        *((2022, "ben-tre", pillar, "rank") for pillar in ("digital_government", "digital_economy", "digital_society")),
        *(
            (2023, "binh-duong", pillar, "rank")
            for pillar in ("digital_government", "digital_economy", "digital_society")
        ),
        *(
            (2023, "viet-nam", pillar, "mean")
            for pillar in ("digital_government", "digital_economy", "digital_society")
        ),
    }
    assert all(
        "\n" not in reason and len(reason) < 300 for reason in found["reason"].to_list() + found["reason_vi"].to_list()
    )
    chosen = found.filter(pl.col("chosen")).select("edition", "province_id", "indicator", "value").rows()
    assert (2020, "quang-ninh", "digital_government", 0.4513) in chosen
    assert (2020, "viet-nam", "overall", 0.3026) in chosen
    assert (2020, "yen-bai", "overall", 40.0) in chosen


def test_every_unreadable_row_is_named_at_once():
    rows = printed(
        {"province_text": "Phù Yên", "value_text": "0.5"},
        {"value_text": "nửa"},
        {"value_text": "1.2"},
        {"indicator": "speed", "value_text": "0.5"},
    )
    with pytest.raises(ConformError) as error:
        conform_figures(rows, INDICATORS)
    told = str(error.value)
    assert "4 printed rows" in told
    assert "f.csv, row 2" in told
    assert "Phù Yên" in told
    assert "Phú Yên" in told
    assert "row 3, column value" in told
    assert "nửa" in told
    assert "row 4, column value: expected score 0-1 from 0 to 1, found 1.2 (Hải Dương)" in told
    assert "row 5, column value: expected an indicator code" in told


def test_an_empty_cell_is_not_published_and_nothing_is_lost():
    found = conform_figures(printed({"value_text": None}, {"value_text": "-"}, {"value_text": "0.5"}), INDICATORS)
    assert found["status"].to_list() == ["not_published", "not_published", "published"]


def test_a_dropped_trailing_zero_is_no_coarser_figure_inside_a_table():
    rows = [{"value_text": "0.635", "layout": "wide"}, {"value_text": "0.6347", "layout": "wide"}]
    assert conform_figures(printed(*rows), INDICATORS)["half_width"].to_list() == [0.00005, 0.00005]
    alone = [{"value_text": "0.24"}, {"value_text": "0.6347", "kind": "derived"}]
    assert conform_figures(printed(*alone), INDICATORS)["half_width"].to_list() == [0.005, 0.0001]


UNITS = {63: {"hai-duong", "ha-noi", "hung-yen"}}


def table_of(complete: bool, *provinces: str) -> pl.DataFrame:
    """Observations of one wide table with a row for each printed province."""
    wide = {"value_text": "0.5", "layout": "wide", "complete": complete}
    return conform_figures(printed(*(wide | {"province_text": name} for name in provinces)), INDICATORS)


def test_a_complete_table_names_what_is_missing_and_what_is_doubled():
    with pytest.raises(ConformError, match=r"rows \[2, 3\]: expected one row for hai-duong(.|\n)*missing hung-yen"):
        ConformError.refuse(check_complete(table_of(True, "Hải Dương", "Hải Dương", "Hà Nội"), UNITS))


def test_an_incomplete_table_may_miss_units_but_holds_none_twice():
    assert not [*check_complete(table_of(False, "Hải Dương", "Hà Nội"), UNITS)]
    with pytest.raises(ConformError, match=r"rows \[2, 3\]: expected one row for hai-duong"):
        ConformError.refuse(check_complete(table_of(False, "Hải Dương", "Hải Dương"), UNITS))


CORRECTION = """
action = "{action}"
reason_vi = "sai"
reason_en = "wrong"
evidence = "seen"
evidence_by = "us"
[target]
province_id = "hai-duong"
value_text = "0.40"
[guard]
rows = {rows}
"""


def corrected(folder: Path, action: str, rows: int) -> pl.DataFrame:
    (folder / "case.toml").write_text(CORRECTION.format(action=action, rows=rows), encoding="utf-8")
    observations = conform_figures(
        printed({"value_text": "0.40", "tier": "official"}, {"value_text": "0.35"}), INDICATORS
    )
    return choose([observations], load_corrections(folder), {}, REFERENCE).sort("row")


def test_a_declared_correction_rules_out_or_only_flags(tmp_path):
    assert corrected(tmp_path, "rule_out", 1)["chosen"].to_list() == [False, True]
    flagged = corrected(tmp_path, "flag", 1)
    assert flagged["chosen"].to_list() == [True, False]
    assert flagged["finding"][0] == "correction:case"


def test_a_correction_fails_once_its_source_is_fixed(tmp_path):
    with pytest.raises(CorrectionError, match=r"expected 2 printed figures .* found 1 \(the source has changed"):
        corrected(tmp_path, "rule_out", 2)


def test_a_correction_without_its_evidence_is_refused(tmp_path):
    (tmp_path / "case.toml").write_text(CORRECTION.format(action="improve", rows=1).replace('evidence = "seen"', ""))
    with pytest.raises(DeclarationError) as refused:
        load_corrections(tmp_path)
    assert {problem.where for problem in refused.value.problems} == {
        "data/corrections/case.toml, action",
        "data/corrections/case.toml, evidence",
    }


def test_careless_corrections_are_refused_by_name(tmp_path):
    sound = CORRECTION.format(action="flag", rows=1)
    observations = conform_figures(printed({"value_text": "0.40"}), INDICATORS)
    cases = [
        ({"a.toml": sound.replace("[guard]", "[guard")}, "data/corrections/a.toml: expected TOML"),
        ({"a.toml": sound.encode("utf-16")}, "data/corrections/a.toml: expected UTF-8 text"),
        ({"a.toml": sound, "b.toml": sound}, "a.toml and data/corrections/b.toml: expected one correction a figure"),
        (
            {"a.toml": sound.replace("[target]", '[target]\nsource_id = "dti_pres"')},
            "target.source_id: expected a source",
        ),
        ({"a.toml": sound.replace("rows = 1", 'rows = "1"')}, "a.toml, guard.rows: expected"),
        ({"a.toml": sound.replace("value_text", "valuetext")}, "target.valuetext: expected no such key"),
        ({"a.csv": "x"}, "data/corrections/a.csv: expected a correction"),
        ({"a.toml": re.sub(r"(?s)\[target\].*\[guard\]", "[target]\n[guard]", sound)}, "at least one key"),
    ]
    for files, told in cases:
        folder = tmp_path / "corrections"
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        with pytest.raises(DxError) as refused:
            choose([observations], load_corrections(folder), {}, REFERENCE)
        assert told in str(refused.value)
        shutil.rmtree(folder)


def test_a_typed_number_stays_what_it_is():
    rows = printed({"value_text": "0.5", "number": 0.5, "decimal": ","}, {"value_text": "1E-10", "number": 1.2e-10})
    found = conform_figures(rows, INDICATORS)
    assert found["value"].to_list() == [0.5, 1.2e-10]
    assert found["decimals"].to_list() == [1, 11]


def test_percent_signs_stand_behind_all_figures_of_a_column_or_none():
    wide = {"layout": "wide", "indicator": "overall", "max": 100.0}
    rows = printed(wide | {"value_text": "57.3 %"}, wide | {"value_text": "55.1"})
    with pytest.raises(ConformError, match=r"row 3, column value: expected a percent sign, found none in '55.1'"):
        conform_figures(rows, INDICATORS)


def test_an_unknown_unit_system_is_refused_at_its_row():
    with pytest.raises(
        ConformError, match=r"row 2, column value: expected one of the unit systems 63, 34, 6, found 64"
    ):
        conform_figures(printed({"value_text": "0.5", "unit_system": 64}), INDICATORS)
