"""The quality page stands alone, in two languages, with failing rows and history."""

from __future__ import annotations

import re
from typing import get_args

import polars as pl
import pytest

from dx_pipeline.contracts import load_contracts, with_indicators
from dx_pipeline.errors import DxError
from dx_pipeline.quality.expectations import contract_rules
from dx_pipeline.quality.model import STATUSES, Check, CheckOutcome, Dimension, Severity
from dx_pipeline.quality.page import (
    DIMENSION_LABELS,
    SEVERITY_LABELS,
    STATUS_LABELS,
    in_signs,
    in_vietnamese,
    render_quality_page,
)
from dx_pipeline.quality.runner import results_frame, where_to_look
from tests.conftest import ROOT


def result(release, status, name="gap_parts_sum", table="component_gaps", observed="fine", keys=(), n_failed=0):
    check = Check(table, name, "accuracy", "blocking", "Các phần cộng lại đúng", "Parts add up", "sql")
    return results_frame([CheckOutcome(check, status, 9, n_failed, observed, "sum of parts", tuple(keys))], release)


@pytest.fixture
def history():
    return pl.concat(
        [
            result("1.9.0", "passed"),
            result(
                "1.10.0",
                "failed",
                observed="<script>alert(1)</script>",
                keys=[{"province_id": "hai-duong", "edition": 2022}],
                n_failed=3,
            ),
            result("1.9.0", "passed", name="key", table="provinces"),
            result("1.10.0", "passed", name="key", table="provinces"),
            result("1.10.0", "not_applicable", name="new_law", table="provinces"),
            result("1.10.0", "error", name="odd_law", table="provinces"),
        ]
    )


def test_page_counts_each_result_of_its_release(history):
    page = render_quality_page(history, "1.10.0")
    counts = re.findall(r"<dd>(\d+)</dd>", page)
    assert counts == ["1", "1", "1", "1"]
    assert re.findall(r"<dd>(\d+)</dd>", render_quality_page(history, "1.9.0")) == ["2", "0", "0", "0"]


def test_page_shows_what_failed_on_which_rows_and_where_to_look(history):
    page = render_quality_page(history, "1.10.0")
    problems = page.split("Chỗ không đạt")[1].split("Theo bảng")[0]
    assert problems.count("<article>") == 2
    assert "component_gaps.gap_parts_sum" in problems
    assert "Các phần cộng lại đúng" in problems
    assert "Parts add up" in problems
    assert "sum of parts" in problems
    assert '<th scope="col">province_id</th><th scope="col">edition</th>' in problems
    assert "<td>hai-duong</td><td>2022</td>" in problems
    assert "1 / 3 dòng không đạt" in problems
    assert "dx_pipeline/quality/laws/gap_parts_sum.toml" in problems
    assert "Không có." not in problems


def test_page_without_failures_says_so(history):
    page = render_quality_page(history, "1.9.0")
    assert "Không có." in page
    assert "<article>" not in page
    assert "<details>" in page
    assert "<details open>" not in page


def test_page_opens_the_tables_with_failures(history):
    page = render_quality_page(history, "1.10.0")
    assert page.count("<details open>") == 2
    assert "3 phép kiểm tra" in page


def test_page_shows_history_in_order_of_releases(history):
    page = render_quality_page(history, "1.10.0").split("Qua các bản phát hành")[1]
    assert page.index("1.9.0") < page.index("1.10.0")
    assert 'aria-current="true"><th scope="row">1.10.0' in page
    rows = re.findall(r'<th scope="row">(1[.0-9]+)</th>((?:<td class="number">\d+</td>)+)', page)
    assert {release: re.findall(r"\d+", cells) for release, cells in rows} == {
        "1.9.0": ["2", "0", "0", "0"],
        "1.10.0": ["1", "1", "1", "1"],
    }
    changed = page.split("kết quả thay đổi")[1]
    assert "component_gaps.gap_parts_sum" in changed
    assert "provinces.new_law" in changed
    assert "provinces.key" not in changed
    assert "chưa có" in changed


def test_first_release_has_no_changes(history):
    page = render_quality_page(history.filter(pl.col("release") == "1.9.0"), "1.9.0")
    assert "kết quả thay đổi" not in page


def test_page_loads_and_runs_nothing(history):
    page = render_quality_page(history, "1.10.0")
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert not re.findall(r"(?:src|href)=\"(?:https?:)?//", page)
    assert "@import" not in page
    assert "url(" not in page


def test_page_is_marked_up_for_everyone(history):
    page = render_quality_page(history, "1.10.0")
    assert '<html lang="vi">' in page
    assert '<meta name="viewport"' in page
    assert "prefers-color-scheme: dark" in page
    assert '<a class="skip" href="#content">' in page
    assert page.count("<table>") == page.count("<caption>")
    assert page.startswith("<!doctype html>")


def test_the_page_leads_home(history):
    assert '<a href="index.html">' in render_quality_page(history, "1.9.0")


def test_a_release_without_results_is_refused(history):
    with pytest.raises(DxError, match=r"no row of release '2\.0\.0'; it has \['1\.9\.0', '1\.10\.0'\]"):
        render_quality_page(history, "2.0.0")


def test_every_status_severity_and_dimension_has_labels():
    assert (set(STATUS_LABELS), set(SEVERITY_LABELS), set(DIMENSION_LABELS)) == (
        set(STATUSES),
        set(get_args(Severity)),
        set(get_args(Dimension)),
    )


def test_what_checks_say_is_told_in_vietnamese_or_marked_as_english():
    law = result("1.0.0", "failed", observed="3 of 8 rows do not hold; edition 2023: found 0.6817, expected 0.72396")
    page = render_quality_page(law, "1.0.0")
    assert "3 trong 8 dòng không đúng; edition 2023: tìm thấy 0,6817, mong đợi 0,72396" in page
    assert "câu SELECT ở đó cho ra các dòng" in page
    assert '<small><span lang="en">sum of parts</span></small>' in page


def test_rules_of_contracts_are_told_in_signs():
    indicators = pl.read_csv(ROOT / "data" / "reference" / "indicators.csv")
    for contract in with_indicators(load_contracts(), indicators).values():
        assert all(in_signs(rule.expected) for rule in contract_rules(contract)), contract.name
    assert in_signs("unit_system in 34, 63; 0 <= score <= 1") == "unit_system ∈ {34, 63}; 0 <= score <= 1"
    assert in_signs("province_id like ^[a-z]+$") == "province_id: /^[a-z]+$/"
    assert in_signs("gap_points = 1000 x gap") is None


def test_sentences_written_by_code_have_vietnamese():
    told = (
        "58 rows hold",
        "7 values follow it; no value at all in stale_days",
        "no value in doubts",
        "no row to check",
    )
    assert all(in_vietnamese(sentence) for sentence in told)
    lineage = "1 of 9 rows do not hold; edition 2023, of_value row: found stated ['tie'], expected derived []"
    assert in_vietnamese(lineage) == (
        "1 trong 9 dòng không đúng; edition 2023, of_value row: tìm thấy stated ['tie'], mong đợi derived []"
    )
    for table in ("provinces", "national_means"):
        for check in ("row_counts", "references", "ranges"):
            assert in_vietnamese(where_to_look(table, check, "gx"))
