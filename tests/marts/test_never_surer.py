"""Every wrong statement that was once made, as a test: no row and no sentence is surer than what it rests on."""

from __future__ import annotations

import polars as pl

from dx_pipeline.vocabulary import split
from tests.marts.frames import pick


def test_no_derived_rank_is_called_printed(tables):
    rankings = tables["province_rankings"]
    derived = rankings.filter(pl.col("rank_published_kind") == "derived")
    assert derived.height
    assert derived.filter(pl.col("status") == "published").is_empty()
    assert derived.filter(pl.col("reason").str.contains("rank is printed")).is_empty()
    assert derived.filter(pl.col("reason_vi").str.contains("có in hạng")).is_empty()


def test_thai_nguyens_2030_target_is_not_met(tables):
    row = pick(tables["target_progress"], province_id="thai-nguyen", target_year=2030, indicator="national_dti_rank")
    assert row.height
    assert "met" not in row["verdict"].to_list()


def test_the_doubtful_figures_are_doubtful_in_every_place(tables):
    cases = {("ha-giang", 2020): "edition_not_stated", ("dong-nai", 2020): "edition_not_stated"}
    cases |= {("yen-bai", 2020): "conflict", ("kon-tum", 2020): "coarse", ("kon-tum", 2021): "coarse"}
    for (province, edition), doubt in cases.items():
        finding = pick(tables["findings"], unit_system=63, province_id=province, edition_from=edition)
        ranking = pick(tables["province_rankings"], unit_system=63, province_id=province, edition=edition)
        assert doubt in split(finding["doubts"].item()), (province, edition)
        assert doubt in split(ranking["doubts"].item()), (province, edition)


def test_ties_that_hide_digits_are_flagged(tables):
    rankings = tables["province_rankings"].filter(pl.col("unit_system") == 63)
    for edition, rank in ((2023, 59), (2024, 13)):
        tied = rankings.filter((pl.col("edition") == edition) & (pl.col("rank") == rank))
        assert tied.height == 2
        assert all("tie_hidden" in split(doubts) for doubts in tied["doubts"])


def test_a_hidden_tie_is_told_wherever_the_rank_is_repeated(tables):
    def tied(rows):
        return rows.filter(pl.col("doubts").str.contains("tie_hidden")).height

    ranks = tables["province_rankings"].filter(pl.col("rank_doubts").str.contains("tie_hidden"))
    whole = ranks.join(tables["leave_one_out"], on=["edition", "unit_system", "province_id"], how="semi").height
    parts = tables["leave_one_out"]["indicator"].n_unique()
    assert tied(tables["leave_one_out"]) == whole * parts > 0
    assert tied(pick(tables["method_ranks"], method="official")) == whole
    assert tied(tables["rank_counterfactuals"]) > 0
    assert tied(pick(tables["peer_comparison"], indicator="overall")) > tied(ranks)
    # whether the order of two units is open is decided for each pair anew
    pairs = pick(tables["peer_comparison"], indicator="overall").drop_nulls("within_error")
    assert (pairs["within_error"] == pairs["doubts"].str.contains("within_error").fill_null(False)).all()


def test_solved_weights_are_told_where_a_row_rests_on_them_and_nowhere_else(tables):
    gaps = tables["component_gaps"].filter(pl.col("edition") == 2024)
    assert set(gaps.filter(pl.col("indicator") == "overall")["basis"]) == {"computed"}
    assert set(gaps.filter(pl.col("indicator") == "foundation")["basis"]) == {"solved"}
    official = pick(tables["method_ranks"], edition=2024, method="official")
    assert "solved" not in official["basis"].to_list()
    before = tables["component_gaps"].filter(pl.col("edition") < 2024)
    assert "solved" not in before["basis"].to_list()


def test_hai_duong_over_quang_binh_is_undecided(tables):
    row = pick(tables["dominance"], edition=2022, unit_system=63, province_id="hai-duong")
    assert row["within_error"].item()


def test_nothing_is_said_to_be_unpublished_without_a_source(tables):
    for name in ("target_progress", "target_near_values"):
        texts = tables[name].select(pl.col(pl.String))
        for column in texts.columns:
            said = texts[column].drop_nulls().str.contains("no figure has been published|chưa được công bố")
            assert not said.any(), (name, column)


def test_what_follows_from_printed_pillars_is_derived_with_its_exact_error(tables):
    soc_trang = pick(tables["province_rankings"], edition=2020, unit_system=63, province_id="soc-trang")
    assert (soc_trang["score_status"].item(), soc_trang["score_basis"].item()) == ("from_parts", "derived")
    assert abs(soc_trang["score"].item() - (0.4 * 0.3105 + 0.3 * 0.1931 + 0.3 * 0.2021)) < 1e-6
    parts = pick(tables["component_scores"], edition=2021, unit_system=63, province_id="lam-dong", rule="from_pillars")
    # M2: half-widths 1.5e-4, 3.75e-4, 5e-4, 5e-4
    assert sorted(parts["error_half_width"].round(7)) == [0.00015, 0.000375, 0.0005, 0.0005]
    assert set(parts["basis"]) == {"derived"}
    quang_ninh = pick(tables["component_scores"], edition=2021, unit_system=63, province_id="quang-ninh")
    assert quang_ninh.filter(pl.col("rule") == "from_pillars").height == 4
