"""Numbers and ranks as tables print them."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dx_pipeline.conform.numbers import (
    NumberFormatError,
    parse_column,
    parse_number,
    parse_rank,
    parse_ranks,
)
from dx_pipeline.errors import DxError


@pytest.mark.parametrize(
    ("text", "decimal", "value", "decimals"),
    [
        ("0.7250", ".", 0.725, 4),
        ("0,4950", ",", 0.495, 4),
        ("0,727", None, 0.727, 3),  # no group of thousands begins with 0
        ("1.234", ".", 1.234, 3),
        ("1.234", ",", 1234.0, 0),
        ("1,234", ".", 1234.0, 0),
        ("8435.652", None, 8435.652, 3),  # a group has at most three digits before it
        ("1.234.567,8", ",", 1234567.8, 1),
        ("1,234.50", None, 1234.5, 2),
        ("1 234,5", ",", 1234.5, 1),
        ("1\u00a0234\u202f567", None, 1234567.0, 0),
        ("1\u2009234.5", ".", 1234.5, 1),
        ("1'234.50", ".", 1234.5, 2),
        ("−0.5", ".", -0.5, 1),
        ("–12", None, -12.0, 0),
        ("+3", None, 3.0, 0),
        (".75", ".", 0.75, 2),
        ("０.５", ".", 0.5, 1),
        ("0.70 (*)", ".", 0.7, 2),
        ("0.70*", ".", 0.7, 2),
        ("0.70¹", ".", 0.7, 2),
        ("\ufeff63", None, 63.0, 0),
    ],
)
def test_a_number_is_read_with_its_decimals(text: str, decimal: str | None, value: float, decimals: int) -> None:
    number = parse_number(text, decimal)
    assert (number.value, number.decimals) == (value, decimals)


def test_a_percentage_keeps_its_size() -> None:
    number = parse_number("57,3 %", ",")
    assert (number.value, number.decimals, number.percent) == (57.3, 1, True)


@pytest.mark.parametrize("text", ["", " ", None, "-", "–", "…", "...", "..", "n/a", "N/A", "NaN"])
def test_a_blank_is_a_figure_that_was_not_published(text: str | None) -> None:
    assert parse_number(text, ".") == (None, None, None)
    assert parse_rank(text) is None


@pytest.mark.parametrize(
    ("text", "decimal", "says"),
    [
        ("1.234", None, "1.234 or 1234"),
        ("892.723", None, "declared decimal mark"),
        ("0,727", ".", "is the source declared rightly"),
        ("12,34", ".", "is the source declared rightly"),
        ("1,23,456", ".", "before its decimals"),
        ("1.234,567.8", None, "one number"),
        ("75.", ".", "before its decimals"),
        ("12 34", None, "one number"),
        ("0.7 0.8", ".", "before its decimals"),
        ("0.5 (2)", ".", "before its decimals"),
        ("1e5", ".", "before its decimals"),
        ("abc", ".", "'abc'"),
        ("inf", ".", "'inf'"),
        ("٣", ".", "'٣'"),
    ],
)
def test_anything_else_is_an_error_that_names_it(text: str, decimal: str | None, says: str) -> None:
    with pytest.raises(NumberFormatError, match=says) as refused:
        parse_number(text, decimal)
    assert repr(text) in str(refused.value)


def test_an_unknown_decimal_mark_is_a_fault_of_the_caller() -> None:
    with pytest.raises(DxError, match="decimal is ';'"):
        parse_number("0.5", ";")


@given(st.floats(-1e6, 1e6), st.integers(0, 6), st.sampled_from([(".", ","), (",", "."), (".", " "), (",", "\u00a0")]))
def test_a_number_printed_with_groups_is_read_back(value: float, decimals: int, marks: tuple[str, str]) -> None:
    decimal, group = marks
    printed = f"{value:,.{decimals}f}"
    number = parse_number(printed.replace(",", "_").replace(".", decimal).replace("_", group), decimal)
    assert (number.value, number.decimals) == (float(printed.replace(",", "")), decimals)


@pytest.mark.parametrize(
    ("text", "rank"),
    [
        ("01", 1),
        ("15", 15),
        ("15.0", 15),
        ("15*", 15),
        ("15-16", 15),
        ("15 – 16", 15),
        ("=15", 15),
        ("15=", 15),
        ("1st", 1),
        ("22nd", 22),
        ("13th", 13),
        ("14/63", 14),
        ("Thứ 14", 14),
        ("Hạng 14/63", 14),
        ("01 (0,727)", 1),
        ("01 (0.727)", 1),
        ("1 ( 0,727 )", 1),
        ("15 [A]", 15),
    ],
)
def test_a_rank_is_read(text: str, rank: int) -> None:
    assert parse_rank(text) == rank


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "00",
        "16-15",
        "15-15",
        "64/63",
        "15/0",
        "2022-2023",
        "1.5",
        "15 (3)",
        "15 (1,234)",
        "15 16",
        "1th",
        "-3",
        "một",
    ],
)
def test_what_is_not_a_rank_is_refused(text: str) -> None:
    with pytest.raises(NumberFormatError) as refused:
        parse_rank(text)
    assert repr(text) in str(refused.value)


def test_a_column_keeps_values_decimals_and_bad_texts_apart() -> None:
    column = parse_column(pl.Series(["0.5", "0.50", None, "half"]), ".")
    assert column.values.to_list() == [0.5, 0.5, None, None]
    assert column.decimals.to_list() == [1, 2, None, None]
    assert list(column.bad) == ["half"]


def test_a_column_of_ranks() -> None:
    column = parse_ranks(pl.Series(["01", "15-16", "-", "first"]))
    assert column.values.to_list() == [1.0, 15.0, None, None]
    assert column.decimals.to_list() == [0, 0, None, None]
    assert list(column.bad) == ["first"]


def test_what_a_person_would_not_read_is_refused_and_never_guessed() -> None:
    refused = [
        "٠.٥",
        "1e3",
        "1E-2",
        "12₃",
        "①②",
        "1①",
        "½",
        "0x10",
        "1_000",
        "1" * 18,
        "0." + "1" * 18,
        "∞",
        "Infinity",
    ]
    refused += ["1,2,3", "1.2.3", "--5", "5-", "(5)", "5 6", "0 5"]
    read = []
    for text in refused:
        try:
            read.append((text, parse_number(text, ".").value))
        except NumberFormatError:
            continue
    assert read == []
    ranks = []
    for text in ["١٤", "⑭", "1e1", "14₂", "-14", "0", "1000"]:
        try:
            ranks.append((text, parse_rank(text)))
        except NumberFormatError:
            continue
    assert ranks == []


def test_what_a_person_would_read_is_read() -> None:
    meant = [
        ("\u22120,5", -0.5),
        ("１２,５", 12.5),
        ("1\u200b2", 12.0),
        ("1\u00a0234,5", 1234.5),
        ("\u202a0,5\u202c", 0.5),
    ]
    assert [(text, value) for text, value in meant if parse_number(text, ",").value != value] == []
    assert str(parse_number("-0", ".").value) == str(parse_number("-0.00", ".").value) == "0.0"
    assert parse_rank("１４") == 14
