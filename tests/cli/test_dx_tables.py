"""Asking the published tables: read-only, in four forms, with a hint when the question is wrong."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import polars as pl
import pytest
from dx_answers import Dx

from dx_pipeline.paths import Paths

FIRST = "select edition, province_id, score from province_rankings where edition = 2023 order by rank limit 2"


def test_a_table_for_a_person(dx: Dx) -> None:
    answer = dx("query", FIRST)
    assert answer.code == 0
    assert answer.out.splitlines()[0].split() == ["edition", "province_id", "score"]
    assert len(answer.out.splitlines()) == 3


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
