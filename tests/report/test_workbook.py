"""The workbook opens, its numbers are numbers and equal the tables, and no text in it can run."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import openpyxl
import pytest

from dx_pipeline.errors import DxError
from dx_pipeline.report import workbook as workbook_module
from dx_pipeline.report.workbook import write_workbook

REFERENCE = Path(__file__).resolve().parents[2] / "data" / "reference"


@pytest.fixture(scope="module")
def path(con: duckdb.DuckDBPyConnection, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_workbook(con, tmp_path_factory.mktemp("book") / "dti.xlsx", "1.2.3", REFERENCE)


@pytest.fixture(scope="module")
def book(path: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(path)


def test_every_sheet_has_a_frozen_filtered_header_and_names_fit(book: openpyxl.Workbook) -> None:
    assert book.sheetnames[0] == "Đọc trước - Read me"
    assert {"Nguồn - Sources", "Giới hạn - Limits"} <= set(book.sheetnames)
    for sheet in book.worksheets[1:-1]:
        assert len(sheet.title) <= 31
        assert sheet.freeze_panes.endswith("2"), sheet.title
        assert sheet.auto_filter.ref.startswith("A1:"), sheet.title
        assert all("\n" in cell.value for cell in sheet[1]), sheet.title


def test_rankings_stand_in_rank_order_with_numbers_only(
    book: openpyxl.Workbook, con: duckdb.DuckDBPyConnection
) -> None:
    for system in (34, 63):
        sheet = book[f"Xếp hạng {system} - Rankings {system}"]
        heads = [cell.value.split("\n")[1] for cell in sheet[1]]
        expected = {
            (province_id, edition): (rank, score)
            for province_id, edition, rank, score in con.sql(
                f"SELECT province_id, edition, rank, score FROM province_rankings WHERE unit_system = {system}"
            ).fetchall()
        }
        editions = [int(head.split()[1]) for head in heads if head.startswith("Rank ")]
        ranks = []
        for line in sheet.iter_rows(min_row=2, values_only=True):
            row = dict(zip(heads, line, strict=True))
            ranks.append(row[f"Rank {editions[0]}"])
            for edition in editions:
                shown = row[f"Rank {edition}"], row[f"Score {edition}"]
                assert shown == expected[row["Code"], edition]
                if None in shown:
                    assert row[f"Notes {edition}"], (row["Code"], edition)
        assert len(ranks) == system
        assert ranks == sorted(ranks)


def test_no_number_stands_as_text(book: openpyxl.Workbook) -> None:
    texts = (
        (sheet.title, cell.coordinate, cell.value)
        for sheet in book.worksheets[1:]
        for row in sheet.iter_rows(min_row=2)
        for cell in row
        if cell.data_type == "s"
    )
    assert not [text for text in texts if re.fullmatch(r"-?\d+([.,]\d+)?", text[2])]


def test_columns_of_numbers_hold_numbers(book: openpyxl.Workbook) -> None:
    words = ("Rank", "Score", "Overall", "Gap", "P5", "Median", "Best", "Worst", "Mean", "Computed", "Printed", "Error")
    for sheet in book.worksheets[1:]:
        for column in sheet.iter_cols():
            head = str(column[0].value).partition("\n")[2]
            if head.split(" ")[0] in words and not head.endswith(("Notes", "Basis")):
                kinds = {cell.data_type for cell in column[1:] if cell.value is not None}
                assert kinds <= {"n"}, f"{sheet.title}: {head}"


def test_the_first_sheet_leads_to_the_others_and_names_the_tables_elsewhere(book: openpyxl.Workbook) -> None:
    front = book.worksheets[0]
    links = (cell.hyperlink for row in front.iter_rows() for cell in row if cell.hyperlink)
    targets = {link.location.split("!")[0].strip("'") for link in links}
    assert targets == set(book.sheetnames[1:])
    said = "\n".join(str(cell.value) for row in front.iter_rows() for cell in row if cell.value)
    assert "csv/rank_bounds.csv" in said
    assert "csv/province_rankings.csv" not in said
    assert "csv/releases.csv" not in said, "the ledger of releases is in the database only"
    assert "dti.duckdb, releases" in said
    assert len(book["Biểu đồ - Charts"]._charts) >= 2


def test_a_score_shows_the_digits_it_was_printed_with(book: openpyxl.Workbook) -> None:
    sheet = book["Xếp hạng 63 - Rankings 63"]
    heads = [str(cell.value).splitlines()[-1] for cell in sheet[1]]
    (row,) = (row for row in sheet.iter_rows(min_row=2) if row[0].value == "kon-tum")
    cell = row[heads.index("Score 2021")]
    assert (cell.value, cell.number_format) == (0.33, "0.00")


def test_names_stand_in_both_languages(book: openpyxl.Workbook) -> None:
    rows = list(book["Xếp hạng 63 - Rankings 63"].iter_rows(min_row=2, max_col=3, values_only=True))
    assert ("hai-duong", "Hải Dương", "Hai Duong") in rows


def test_text_that_looks_like_code_stays_text(country, tmp_path: Path) -> None:
    for number, text in enumerate(("=1+1", "+1", "-1", "@SUM(A1)", "https://a.vn", "{=1}", "007")):
        file = tmp_path / f"{number}.xlsx"
        country.con.execute("DROP TABLE IF EXISTS provinces")
        country.table("provinces", country.province("da-nang", text))
        book = openpyxl.load_workbook(write_workbook(country.con, file, "1", REFERENCE))
        cell = book["Xếp hạng 63 - Rankings 63"]["B2"]
        assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)


def test_a_text_longer_than_a_cell_is_cut(country, tmp_path: Path) -> None:
    country.table("provinces", country.province("da-nang", "x" * 40_000))
    book = openpyxl.load_workbook(write_workbook(country.con, tmp_path / "a.xlsx", "1", REFERENCE))
    cell = book["Xếp hạng 63 - Rankings 63"]["B2"]
    assert len(cell.value) == 32_767


def test_more_rows_than_a_sheet_holds_are_refused(country, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(workbook_module, "MAX_ROWS", 2)
    country.table("provinces", country.province("da-nang", "A"), country.province("ha-noi", "B"))
    with pytest.raises(DxError, match="a spreadsheet holds 1"):
        write_workbook(country.con, tmp_path / "a.xlsx", "1", REFERENCE)


def test_two_workbooks_have_the_same_bytes(con: duckdb.DuckDBPyConnection, path: Path, tmp_path: Path) -> None:
    assert write_workbook(con, tmp_path / "again.xlsx", "1.2.3", REFERENCE).read_bytes() == path.read_bytes()


def test_a_database_with_nothing_makes_a_workbook(country, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_workbook(country.con, tmp_path / "a.xlsx", "1", REFERENCE))
    assert len(book.sheetnames) > 5
