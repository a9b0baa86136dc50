"""A large source is rows and a source.toml: read by the project's own rules, every row a figure or left out by name."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from benchmarks.made_up_communes import commune
from dx_pipeline.conform.numbers import NumberFormatError, parse_column, parse_number
from dx_pipeline.conform.reference import Reference
from dx_pipeline.errors import DxError
from dx_pipeline.large.store import build_large
from dx_pipeline.sources.errors import ChecksumError
from dx_pipeline.sources.periods import PeriodError, parse_period
from dx_pipeline.sources.spec import load_source
from tests.large.made_up import MARCH, large_source

PERIODS = {
    "2025": ("2025", "Năm 2025", " năm 2025 "),
    "2025-Q1": ("Q1/2025", "2025-Q1", "2025Q1", "Quý I/2025", "quý 1 năm 2025", "QUÝ I NĂM 2025"),
    "2025-03": ("03/2025", "3/2025", "2025-03", "2025-M03", "Tháng 3/2025", "tháng 03 năm 2025", "T3/2025", "03-2025"),
}
NO_PERIODS = ("", None, "x", "13/2025", "2025-00", "Q5/2025", "01/03/2025", "6 tháng 2025", "2025-2026", "20251")


def test_one_parser_reads_every_spelling_of_a_period() -> None:
    wrong = [(text, name) for name, texts in PERIODS.items() for text in texts if str(parse_period(text)) != name]
    assert wrong == []
    for text in NO_PERIODS:
        with pytest.raises(PeriodError):
            parse_period(text)
    with pytest.raises(PeriodError, match="expected a month"):
        parse_period("2025", "month")


def test_columns_are_read_as_single_numbers_are() -> None:
    random.seed(1)
    letters = "0123456789" * 3 + ",.-+% "
    texts = ["".join(random.choices(letters, k=random.randint(0, 9))) for _ in range(20_000)]
    texts += [f"{random.randrange(10 ** random.randint(1, 13)):,}{end}" for end in ("", ".5", "%", ".25 %") * 500]
    differing = []
    for mark in (",", ".", None):
        read = parse_column(pl.Series(texts), mark)  # type: ignore[arg-type]
        for text, *found in zip(texts, read.values, read.decimals, read.percent, strict=True):
            try:
                one = parse_number(text, mark)  # type: ignore[arg-type]
                expected = [one.value, one.decimals, None if one.value is None else one.percent]
            except NumberFormatError:
                expected = [None, None, None] if text in read.bad else ["refused"]
            if found != expected:
                differing.append((mark, text, found, expected))
    assert differing == []


def test_every_row_is_a_figure_or_left_out_with_its_reason(tmp_path: Path, reference: Reference) -> None:
    source = large_source(tmp_path / "a", {"3.csv": ("2025-03", MARCH)}, rejected="rejected = 0.5")
    (stored,) = build_large(source, reference, tmp_path / "out")
    assert stored.counts == {"rows": 12, "figures": 5, "left_out": 7, "means": 2, "checks": 6}
    folder = tmp_path / "out" / "period=2025-03"
    figures = pl.read_parquet(folder / "figures.parquet").with_columns(
        pl.col("province_id").cast(pl.String).str.tail(1)
    )
    assert figures.select(
        "province_id", pl.col("indicator").cast(pl.String), "value", "decimals", "rank", "row"
    ).rows() == [
        ("1", "share", 0.573, 3, 2, 2),
        ("2", "share", 0.573, 3, 2, 3),
        ("3", "share", 1.0, 0, 1, 4),
        ("1", "days", 1234.5, 1, 2, 6),
        ("2", "days", 12.0, 0, 1, 7),
    ]
    left_out = pl.read_parquet(folder / "left_out.parquet")
    assert dict(left_out.select("row", pl.col("reason").cast(pl.String)).iter_rows()) == {
        5: "blank", 8: "equal_duplicate", 9: "rival", 10: "unknown_unit", 11: "unknown_indicator", 12: "other_period",
        13: "unreadable_value",
    }  # fmt: skip
    means = pl.read_parquet(folder / "means.parquet")
    assert means.select("units", "published", "blank", "missing", "complete", "mean").rows() == [
        (4, 3, 1, 0, False, pytest.approx(2.146 / 3)),
        (4, 2, 0, 2, False, 623.25),
    ]
    assert build_large(source, reference, tmp_path / "out") == [stored], "what would come out alike stays"


def test_a_file_of_many_periods_comes_out_as_files_of_one_do(tmp_path: Path, reference: Reference) -> None:
    lines = [f"{commune(n)};share;{month:02d}/2025;0,{n}{month:02d}\n" for n in (1, 2, 3, 4) for month in (1, 2, 12)]
    whole = large_source(tmp_path / "whole", {"2025.csv": ("", "".join(lines))})
    parted = {
        f"{m}.csv": (f"2025-{m}", "".join(line for line in lines if f"{m}/2025" in line)) for m in ("01", "02", "12")
    }
    apart = large_source(tmp_path / "apart", parted)
    found = []
    for source in (whole, apart):
        folder = tmp_path / f"out-{source.source_id}"
        assert [one.period for one in build_large(source, reference, folder)] == ["2025-01", "2025-02", "2025-12"]
        found.append(pl.read_parquet(folder / "*" / "figures.parquet", hive_partitioning=True).drop("file", "row"))
    assert found[0].equals(found[1])


def test_what_cannot_be_used_stops_the_period_and_names_file_row_and_text(tmp_path: Path, reference: Reference) -> None:
    source = large_source(tmp_path / "b", {"3.csv": ("2025-03", MARCH)}, rejected="", duplicates="")
    with pytest.raises(DxError) as refused:
        build_large(source, reference, tmp_path / "out-b")
    message = str(refused.value)
    unsaid = [
        told
        for told in (
            "data/raw/b/3.csv, row 10, unknown unit", "found 'Xã Giả Định 9'", "row 11, unknown indicator",
            "row 12, other period", "row 13, unreadable value", "row 9, rival", "rows_can_be_used", "figures_agree",
        )
        if told not in message
    ]  # fmt: skip
    assert unsaid == [], message
    assert not list((tmp_path / "out-b").glob("period=*"))


def test_a_file_that_is_no_table_is_refused_by_name(tmp_path: Path, reference: Reference) -> None:
    good = "Đơn vị;Chỉ số;Kỳ;Giá trị\nXã Giả Định 0001;share;2025-03;1\n"
    cases = {
        "ragged": good + "a;b;c;d;e;f\n",
        "no column": good.replace("Kỳ", "Tháng"),
        "empty": "",
    }
    unclear = []
    for name, text in cases.items():
        for period in ("2025-03", ""):
            source = large_source(tmp_path / "c", {"3.csv": (period, "")})
            (tmp_path / "c" / "3.csv").write_text(text, encoding="utf-8")
            digest = hashlib.sha256(text.encode()).hexdigest()
            source = replace(source, files=(replace(source.files[0], sha256=digest),))
            try:
                build_large(source, reference, tmp_path / "out-c")
            except DxError as error:
                if "data/raw/c/3.csv: expected" not in str(error):
                    unclear.append((name, period, str(error)))
            else:
                unclear.append((name, period, "read"))
    assert unclear == []


def test_a_declaration_says_what_a_large_source_lacks(tmp_path: Path) -> None:
    cases = {
        ('every = "month"', 'every = "week"'): "large.every",
        ('province = "Đơn vị"', ""): "roles.province",
        ('value = "Giá trị"', ""): "roles.value",
        ("unit_system = 3321", ""): "unit_system",
        ('decimal = ","', 'decimal = ","\nheading_row = 2'): "heading_row",
        ('period = "2025-03"', 'period = "2025"'): "period: expected a month",
        ('period = "2025-03"', 'period = "soon"'): "no such period",
        ("rejected = 0.01", "rejected = 2.0"): "large.rejected",
        ("[roles]", '[codes.indicator]\n"x" = "unknown"\n[roles]'): "add [indicators.unknown]",
    }
    large_source(tmp_path / "d", {"3.csv": ("2025-03", MARCH)})
    declared = tmp_path / "d" / "source.toml"
    right = declared.read_text(encoding="utf-8")
    unclear = []
    for (old, new), told in cases.items():
        assert old in right
        declared.write_text(right.replace(old, new), encoding="utf-8")
        try:
            load_source(tmp_path / "d")
        except DxError as error:
            if told not in str(error):
                unclear.append((new, str(error)))
        else:
            unclear.append((new, "accepted"))
    assert unclear == []


def test_typed_numbers_of_parquet_are_themselves(tmp_path: Path, reference: Reference) -> None:
    values = [0.1, 1e-7, 1234.5, 3.0]
    source = large_source(tmp_path / "p", {"3.csv": ("2025-03", "")})
    path = tmp_path / "p" / "3.parquet"
    names = [commune(n) for n in (1, 2, 3, 4)]
    pl.DataFrame({"Đơn vị": names, "Chỉ số": "share", "Kỳ": "2025-03", "Giá trị": values}).write_parquet(path)
    file = replace(source.files[0], path=path, form="parquet", sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    file = replace(file, tables=(replace(file.tables[0], decimal="."),))
    build_large(replace(source, files=(file,)), reference, tmp_path / "out-p")
    figures = pl.read_parquet(tmp_path / "out-p" / "period=2025-03" / "figures.parquet")
    assert figures["value"].to_list() == values
    assert figures["rank"].to_list() == [3, 4, 1, 2]


def test_a_file_that_changed_since_it_was_declared_is_refused(tmp_path: Path, reference: Reference) -> None:
    for number, period in enumerate(("2025-03", "")):  # read as it lies, and taken apart by period
        source = large_source(tmp_path / f"s{number}", {"3.csv": (period, MARCH)})
        with source.files[0].path.open("a", encoding="utf-8") as file:
            file.write("\n")
        with pytest.raises(ChecksumError, match=r"expected sha256 .*edited or truncated"):
            build_large(source, reference, tmp_path / f"out{number}")
