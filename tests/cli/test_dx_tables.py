"""Asking the published tables: read-only, in four forms, with a hint when the question is wrong."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from dx_answers import Dx

from dx_pipeline.paths import Paths

FIRST = """select edition, province_id, score from province_rankings where edition = 2023 and unit_system = 63
    order by rank limit 2"""


def test_a_table_for_a_person(dx: Dx) -> None:
    answer = dx("query", FIRST)
    assert answer.code == 0
    assert answer.out.splitlines()[0].split() == ["edition", "province_id", "score"]
    assert len(answer.out.splitlines()) == 3


@pytest.mark.parametrize("columns", ["sentence_en", "sentence_vi, sentence_en", "*"])
def test_a_long_text_is_folded_not_cut(dx: Dx, monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    out = dx("query", f"select {columns} from findings where province_id = 'hai-duong' and edition_to = 2023").out
    assert "…" not in out
    assert max(map(len, out.splitlines())) <= 80
    if columns != "sentence_vi, sentence_en":
        assert "digital economy activity (−20.3 points) fell." in " ".join(out.split())
    else:
        assert len(out.splitlines()) < 20, "two long texts share the window"


def test_csv_for_a_spreadsheet(dx: Dx) -> None:
    rows = list(csv.DictReader(io.StringIO(dx("query", FIRST, "--format", "csv").out)))
    assert [row["province_id"] for row in rows] == ["da-nang", "ho-chi-minh"]


def test_json_for_a_program(dx: Dx) -> None:
    rows = dx("query", FIRST, "--json").json
    assert list(rows[0]) == ["edition", "province_id", "score"]
    assert dx("query", "from province_rankings where false", "--json").json == []


def test_values_json_has_no_word_for(dx: Dx) -> None:
    sql = "select 1 as a, 2 as a, null as n, 'NaN'::double as f, date '2025-07-01' as d, [1.5, 2] as l, 'Đ' as t"
    row = dx("query", sql, "--json").json[0]
    assert row == {"a": 1, "a_2": 2, "n": None, "f": None, "d": "2025-07-01", "l": [1.5, 2.0], "t": "Đ"}


def test_the_form_follows_the_file_name(dx: Dx, tmp_path: Path) -> None:
    for name in ("ranks.csv", "ranks.json", "ranks.parquet"):
        assert dx("query", FIRST, "--output", str(tmp_path / name)).out == ""
    assert pl.read_csv(tmp_path / "ranks.csv").height == 2
    assert len(json.loads((tmp_path / "ranks.json").read_text(encoding="utf-8"))) == 2
    assert pl.read_parquet(tmp_path / "ranks.parquet").columns == ["edition", "province_id", "score"]
    assert len(list(tmp_path.iterdir())) == 3


def test_a_long_result_is_whole(dx: Dx) -> None:
    assert len(dx("query", "select * from range(5001)").out.splitlines()) == 5002


def test_a_statement_from_stdin(dx: Dx) -> None:
    assert dx("query", "-", "--json", stdin="select 7 as seven").json == [{"seven": 7}]


@pytest.mark.parametrize(
    "sql",
    [
        "create table t as select 1",
        "delete from province_rankings",
        "copy provinces to 'stolen.csv'",
        "from read_text('/etc/hostname')",
        "attach 'other.duckdb'",
        "set enable_external_access = true",
        "set lock_configuration = false",
        "load httpfs",
    ],
)
def test_a_statement_can_only_read_the_published_tables(dx: Dx, sql: str) -> None:
    answer = dx("query", sql)
    assert answer.code == 2
    assert answer.err
    assert not Path("stolen.csv").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["selec 1"], "syntax error"),
        (["from province_rankin"], 'Did you mean "province_rankings"?'),
        ([" "], "the statement is empty"),
        ([FIRST, "--format", "parquet"], "--output"),
        ([FIRST, "--output", "no/such/folder/x.csv"], "there is no folder"),
        (["select * from FIRST"], "does not exist"),
    ],
)
def test_a_wrong_question_is_told_in_two_lines(dx: Dx, arguments: list[str], told: str) -> None:
    answer = dx("query", *arguments)
    assert answer.code == 2
    assert told in answer.err
    assert len(answer.err.splitlines()) <= 2


def test_the_list_of_tables(dx: Dx) -> None:
    assert "province_rankings" in dx("tables").out
    listed = dx("tables", "--json").json["tables"]
    assert {"table", "title_vi", "title_en", "rows", "key"} == set(listed[0])


def test_a_table_described(dx: Dx) -> None:
    answer = dx("describe", "province_rankings")
    assert "Xếp hạng" in answer.out
    assert "province_id *" in answer.out
    columns = dx("describe", "province_rankings", "--json").json["columns"]
    assert columns[0]["column_name"] == "edition"
    assert columns[0]["meaning_vi"]


def test_a_misspelt_table_is_suggested(dx: Dx) -> None:
    answer = dx("describe", "province_ranking")
    assert answer.code == 2
    assert "Did you mean province_rankings" in answer.err


def test_export_copies_the_published_bytes(dx: Dx, published: Paths, tmp_path: Path) -> None:
    answer = dx("export", "--csv", str(tmp_path / "csv"), "--parquet", str(tmp_path / "parquet"), "--json")
    assert answer.code == 0
    assert len(answer.json["files"]) > 80
    copied, published = tmp_path / "csv" / "provinces.csv", published.marts / "csv" / "provinces.csv"
    assert copied.read_bytes() == published.read_bytes()


def test_export_does_not_replace_unasked(dx: Dx, tmp_path: Path) -> None:
    assert dx("export", "--csv", str(tmp_path)).code == 0
    again = dx("export", "--csv", str(tmp_path))
    assert again.code == 2
    assert "--force" in again.err
    assert dx("export", "--csv", str(tmp_path), "--force").code == 0


def test_export_needs_a_form(dx: Dx) -> None:
    assert dx("export").code == 2


def test_a_result_becomes_a_workbook_with_numbers_as_numbers(dx: Dx, tmp_path: Path) -> None:
    assert dx("query", FIRST, "-o", str(tmp_path / "a.xlsx")).code == 0
    rows = list(openpyxl.load_workbook(tmp_path / "a.xlsx").active.iter_rows(values_only=True))
    assert rows[0] == ("edition", "province_id", "score")
    assert isinstance(rows[1][2], float)


def test_an_ending_that_cannot_be_written_is_refused(dx: Dx, tmp_path: Path) -> None:
    for name in ("a.doc", "a", "dti.duckdb", "a.XLS"):
        answer = dx("query", FIRST, "-o", str(tmp_path / name))
        assert (answer.code, ".xlsx" in answer.err) == (2, True), name
        assert not list(tmp_path.iterdir())
    assert dx("export", "--xlsx", str(tmp_path / "a.csv")).code == 2


def test_nothing_is_overwritten_unasked(dx: Dx, published: Paths, tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    target.write_text("mine", encoding="utf-8")
    link = tmp_path / "link.csv"
    link.symlink_to(target)
    for path in (target, link):
        answer = dx("query", FIRST, "-o", str(path))
        assert (answer.code, "--force" in answer.err) == (2, True)
    assert target.read_text(encoding="utf-8") == "mine"
    assert dx("query", FIRST, "-o", str(target), "--force").code == 0
    assert target.read_text(encoding="utf-8").startswith("edition")
    before = (published.marts / "dti.duckdb").resolve()
    assert dx("query", FIRST, "-o", str(published.marts / "dti.duckdb"), "--format", "csv").code == 2
    assert (published.marts / "dti.duckdb").resolve() == before


def test_control_characters_never_reach_a_terminal(dx: Dx, monkeypatch: pytest.MonkeyPatch) -> None:
    evil = "select chr(27) || '[31mred' || chr(7) || chr(155) || chr(8238) || 'x' || chr(10) || chr(0x200b) as t"
    monkeypatch.setenv("COLUMNS", "60")
    for arguments in (["query", evil], ["query", evil, "--json"], ["rank", "\x1b[31mx"], ["describe", "\x1b]0;x\x07"]):
        answer = dx(*arguments)
        for character in ("\x1b", "\x07", "\x9b", "\u202e", "\u200b"):
            assert character not in answer.out + answer.err, arguments


def test_rows_are_limited_with_a_word(dx: Dx) -> None:
    answer = dx("query", "select * from range(500)", "--limit", "10")
    assert len(answer.out.splitlines()) == 11
    assert "first 10 rows" in answer.err
    assert dx("query", "select * from range(10)", "--limit", "10").err == ""


def test_numbers_are_rounded_for_the_eye_only(dx: Dx, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "0.3333333333" in dx("query", "select 1.0::double / 3 as third").out
    monkeypatch.setenv("COLUMNS", "60")
    assert dx("query", "select 1.0::double / 3 as third").out.split() == ["third", "0.333333"]
    assert "0.3333333333" in dx("query", "select 1.0::double / 3 as third", "--format", "csv").out
