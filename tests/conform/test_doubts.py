"""Which doubts printed figures carry, on the real sources and on small ones."""

from __future__ import annotations

import pytest

from dx_pipeline.conform.corrections import load_corrections
from dx_pipeline.declarations import DeclarationError


def doubts(tables, edition, province, indicator, measure):
    figures = tables["figure_sources"]
    found = figures.filter(
        (figures["edition"] == edition)
        & (figures["unit_system"] == 63)
        & (figures["province_id"] == province)
        & (figures["indicator"] == indicator)
        & (figures["measure"] == measure)
        & figures["chosen"]
    )
    return (found["basis"].item(), (found["doubts"].item() or "").split(", "))


def test_the_doubtful_figures_of_the_first_editions_say_so(tables):
    for edition, province, measure, basis, doubt in [
        (2020, "ha-giang", "rank", "derived", "edition_not_stated"),
        (2020, "dong-nai", "rank", "stated", "edition_not_stated"),
        (2020, "yen-bai", "rank", "stated", "conflict"),
        (2020, "kon-tum", "score", "stated", "coarse"),
        (2021, "kon-tum", "score", "stated", "coarse"),
        (2022, "quang-binh", "score", "stated", "third_party_only"),
    ]:
        found = doubts(tables, edition, province, "overall", measure)
        assert found[0] == basis, (edition, province)
        assert doubt in found[1], (edition, province)
    assert doubts(tables, 2020, "hai-duong", "overall", "score") == ("stated", [""])
    assert "third_party_only" not in doubts(tables, 2022, "da-nang", "overall", "score")[1]


def test_no_figure_is_coarse_for_a_dropped_zero_in_a_table(tables):
    coarse = tables["figure_sources"].filter(tables["figure_sources"]["doubts"].str.contains("coarse"))
    index = coarse.filter(coarse["source_id"].str.starts_with("dti_"))
    assert set(index["source_id"]) == {"dti_press_figures"}
    assert (index["decimals"] < 4).all()


def test_conflict_is_a_doubt_exactly_where_figures_conflict_or_a_remark_says_so(tables):
    figures = tables["figure_sources"].filter(tables["figure_sources"]["value"].is_not_null())
    said = figures["remark"].str.contains("CONFLICT: policy_actuals holds").fill_null(False)
    assert said.sum() == 1
    assert (figures["doubts"].str.contains("conflict").fill_null(False) == (figures["conflict"] | said)).all()


def test_a_correction_declares_only_doubts_of_the_vocabulary(tmp_path):
    text = """
    action = "flag"
    doubts = ["odd"]
    reason_vi = "x"
    reason_en = "x"
    evidence = "x"
    evidence_by = "x"
    [target]
    source_id = "s"
    [guard]
    rows = 1
    """
    (tmp_path / "one.toml").write_text(text, encoding="utf-8")
    with pytest.raises(DeclarationError, match="odd"):
        load_corrections(tmp_path)
