"""The workbook opens, its numbers are numbers and equal the tables, and no text in it can run."""

from __future__ import annotations

from pathlib import Path

import duckdb
import openpyxl
import pytest

from dx_pipeline.report import workbook as workbook_module
from dx_pipeline.report import write_workbook


@pytest.fixture(scope="module")
def path(con: duckdb.DuckDBPyConnection, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_workbook(con, tmp_path_factory.mktemp("book") / "dti.xlsx", {"release": "1.2.3"})


@pytest.fixture(scope="module")
def book(path: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(path)


def test_every_sheet_has_a_frozen_filtered_header_and_names_fit(book: openpyxl.Workbook) -> None:
    assert book.sheetnames[0] == "Đọc trước - Read me"
    assert {"Nguồn - Sources", "Giới hạn - Limits"} <= set(book.sheetnames)
    for sheet in book.worksheets[1:]:
        assert len(sheet.title) <= 31
        assert sheet.freeze_panes.endswith("2"), sheet.title
        assert sheet.auto_filter.ref.startswith("A1:"), sheet.title
        assert all("\n" in cell.value for cell in sheet[1]), sheet.title


def test_the_ranking_equals_the_table(book: openpyxl.Workbook, con: duckdb.DuckDBPyConnection) -> None:
    sheet = book["Xếp hạng 63 - Rankings 63"]
    heads = [cell.value.split("\n")[1] for cell in sheet[1]]
    expected = {
        (province_id, edition): (rank, score)
        for province_id, edition, rank, score in con.sql(
            "SELECT province_id, edition, rank, score FROM province_rankings WHERE unit_system = 63"
        ).fetchall()
    }
    for line in sheet.iter_rows(min_row=2, values_only=True):
        row = dict(zip(heads, line, strict=True))
        for edition in range(2020, 2025):
            rank, score = expected[row["Code"], edition]
            for shown, value in ((row[f"Rank {edition}"], rank), (row[f"Score {edition}"], score)):
                assert shown == (value if value is not None else "chưa công bố / not published")


def test_names_stand_in_both_languages(book: openpyxl.Workbook) -> None:
    rows = list(book["Xếp hạng 63 - Rankings 63"].iter_rows(min_row=2, max_col=3, values_only=True))
    assert ("hai-duong", "Hải Dương", "Hai Duong") in rows


def test_text_that_looks_like_code_stays_text(country, tmp_path: Path) -> None:
    for number, text in enumerate(("=1+1", "+1", "-1", "@SUM(A1)", "https://a.vn", "{=1}", "007")):
        file = tmp_path / f"{number}.xlsx"
        country.con.execute("DROP TABLE IF EXISTS provinces")
        country.table("provinces", country.province("da-nang", text))
        cell = openpyxl.load_workbook(write_workbook(country.con, file, "1"))["Xếp hạng 63 - Rankings 63"]["B2"]
        assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)


def test_a_text_longer_than_a_cell_is_cut(country, tmp_path: Path) -> None:
    country.table("provinces", country.province("da-nang", "x" * 40_000))
    cell = openpyxl.load_workbook(write_workbook(country.con, tmp_path / "a.xlsx", "1"))["Xếp hạng 63 - Rankings 63"][
        "B2"
    ]
    assert len(cell.value) == 32_767


def test_more_rows_than_a_sheet_holds_are_refused(country, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(workbook_module, "MAX_ROWS", 2)
    country.table("provinces", country.province("da-nang", "A"), country.province("ha-noi", "B"))
    with pytest.raises(ValueError, match="a spreadsheet holds 1"):
        write_workbook(country.con, tmp_path / "a.xlsx", "1")


def test_two_workbooks_have_the_same_bytes(con: duckdb.DuckDBPyConnection, path: Path, tmp_path: Path) -> None:
    assert write_workbook(con, tmp_path / "again.xlsx", "1.2.3").read_bytes() == path.read_bytes()


def test_a_database_with_nothing_makes_a_workbook(country, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_workbook(country.con, tmp_path / "a.xlsx", "1"))
    assert len(book.sheetnames) > 5
