"""Targets, claims and their sources on the real tables: what may be said of them, and what may not."""

from __future__ import annotations

import polars as pl

from tests.marts.frames import pick

RANK = "national_dti_rank"


def test_no_verdict_before_the_target_year_nor_beyond_the_territory(tables):
    progress = tables["target_progress"]
    judged = progress.filter(pl.col("verdict").is_in(["met", "not_met"]))
    assert (judged["edition"] >= judged["target_year"]).all()
    ended = pl.col("province_id").is_in(["hai-duong", "thai-nguyen"]) & (pl.col("unit_system") == 63)
    late = progress.filter((pl.col("target_year") == 2030) & ended)
    assert late.height
    assert set(late["verdict"]) == {"not_assessable"}
    assert set(late["missing"]) == {"boundary_change"}


def test_thai_nguyen_of_the_63_ended_as_well(tables):
    row = pick(tables["target_progress"], province_id="thai-nguyen", indicator=RANK, target_year=2030, edition=2024)
    assert (row["verdict"].item(), row["missing"].item()) == ("not_assessable", "boundary_change")
    assert (row["successor_id"].item(), row["successor_rank"].item(), row["successor_n_units"].item()) == (
        "thai-nguyen",
        8,
        34,
    )
    assert "ranks 8 of 34" in row["reason"].item()
    assert "một đơn vị khác: Thái Nguyên mới xếp hạng 8/34" in row["reason_vi"].item()


def test_progress_is_shown_before_the_target_year(tables):
    row = pick(tables["target_progress"], province_id="hai-duong", indicator=RANK, target_year=2025, edition=2024)
    assert (row["verdict"].item(), row["actual_value"].item(), row["successor_rank"].item()) == ("not_due", 19.0, 3)
    assert "rank 19 of 63, inside the top 20; the target is for 2025" in row["reason"].item()
    firms = pick(tables["target_progress"], province_id="thai-nguyen", indicator="digital_technology_enterprises")
    firms = firms.filter(pl.col("target_year") == 2025)
    assert (firms["verdict"].item(), firms["actual_value"].item()) == ("not_due", 324.0)
    assert "looks not updated" in firms["actual_caveat"].item()
    assert "có vẻ chưa được cập nhật" in firms["reason_vi"].item()


def test_all_three_series_of_the_digital_economy_are_named_with_the_reason(tables):
    near = pick(tables["target_near_values"], province_id="thai-nguyen", indicator="digital_economy_share_of_grdp")
    assert sorted(near["value"]) == [29.53, 31.4, 42.92]
    assert dict(near.select("value", "value_unit_system").iter_rows()) == {29.53: 34, 31.4: 63, 42.92: 63}
    row = pick(tables["target_progress"], province_id="thai-nguyen", indicator="digital_economy_share_of_grdp")
    for text, marks in (("reason", ("42.92", "31.4", "29.53")), ("reason_vi", ("42,92", "31,4", "29,53"))):
        assert all(mark in row[text].item() for mark in marks), row[text].item()
    assert row["verdict"].item() == "not_assessable"
    assert row["actual_value"].item() is None


def test_what_was_not_read_is_not_said_to_be_unpublished(tables):
    texts = tables["target_progress"]
    assert texts.filter(pl.col("missing") == "not_published").is_empty()
    assert texts.filter(pl.col("reason").str.contains("no figure has been published|chưa có số liệu")).is_empty()


def test_a_claim_about_a_programme_is_one_row(tables):
    claims = tables["press_claims"]
    claim = pick(claims, claim_id="tn_15_of_15")
    assert (claim["about"].item(), claim["finding"].item()) == ("programme", "contradicted")
    assert "324" in claim["reason"].item()
    assert "cơ bản hoàn thành 15/15" in claim["published_wording"].item()
    assert tables["target_progress"].filter(pl.col("claim") == "tn_15_of_15").is_empty()
    findings = dict(claims.select("claim_id", "finding").iter_rows())
    assert findings["hd_ranks_2021_2023"] == "confirmed"
    assert findings["hd_rank_target_15_by_2025"] == "contradicted"


def test_every_policy_row_says_where_it_was_read_or_why_not(tables):
    for name in ("policy_targets", "policy_baselines", "policy_actuals", "policy_events", "press_claims"):
        frame = tables[name]
        assert "unit_system" in frame.columns
        unknown = frame.filter(pl.col("url").is_null() | pl.col("published_wording").is_null())
        assert unknown.filter(pl.col("source_note").is_null() | pl.col("source_note_vi").is_null()).is_empty(), name
        assert frame.filter((pl.col("url") == "") | (pl.col("article_title") == "")).is_empty(), name
    targets = tables["policy_targets"]
    assert targets.filter(pl.col("url").is_not_null()).height > targets.height / 2


def test_the_missing_statements_are_there(tables):
    targets, events = tables["policy_targets"], tables["policy_events"]
    assert targets.filter(pl.col("published_wording").str.contains("4G")).height
    centre = pick(targets, indicator="regional_digital_transformation_centre")
    assert "Trung tâm chuyển đổi số" in centre["published_wording"].item()
    draft = pick(events, event="resolution_drafted")
    assert (str(draft["date"].item()), draft["date_precision"].item()) == ("2021-03-01", "month")
    assert draft["doubts"].item() == "unverified"


def test_units_of_today_and_times_read_from_context_are_told(tables):
    actuals = tables["policy_actuals"]
    assert set(pick(actuals, as_of="2025-08-29").filter(pl.col("province_id") != "viet-nam")["unit_system"]) == {34}
    assert actuals.filter(pl.col("province_id") == "viet-nam")["unit_system"].null_count()
    unclear = actuals.filter(pl.col("doubts").str.contains("unit_unclear"))
    assert "dossiers_submitted_online_share" in unclear["indicator"].to_list()
    assert actuals.filter(pl.col("as_of_from_context") & ~pl.col("as_of").str.contains(r"\(|or|early")).is_empty()
    assert tables["policy_baselines"]["as_of_from_context"].all()
