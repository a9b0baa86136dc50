"""Every number on every page is read back and compared with the table it names."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import lxml.html
import pytest

from dx_pipeline.contracts import load_contract, load_contracts
from dx_pipeline.report.wording import MISSING_CODES


class Marts:
    """Values by table, key and column, read on demand."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con
        self._rows: dict[str, dict[str, dict[str, object]]] = {}

    def value(self, origin: str, key: str) -> object:
        table, column = origin.split(".")
        if table not in self._rows:
            contract = load_contract(table)
            answer = self._con.sql(f'SELECT * FROM "{table}"')
            rows = (dict(zip(answer.columns, line, strict=True)) for line in answer.fetchall())
            self._rows[table] = {",".join(str(row[name]) for name in contract.key): row for row in rows}
        return self._rows[table][key][column]


@pytest.fixture(scope="session")
def marts(con: duckdb.DuckDBPyConnection) -> Marts:
    return Marts(con)


@pytest.fixture(scope="session")
def pages(site: Path) -> list[tuple[str, lxml.html.HtmlElement]]:
    parser = lxml.html.HTMLParser(encoding="utf-8")
    return [
        (str(path.relative_to(site)), lxml.html.parse(str(path), parser=parser).getroot())
        for path in sorted(site.rglob("*.html"))
    ]


def shown_number(text: str, language: str) -> tuple[float, float]:
    """The number a reader sees, and half a unit of its last digit."""
    plain = text.replace("\N{MINUS SIGN}", "-").lstrip("+\N{PLUS-MINUS SIGN}")
    share = plain.endswith("%")
    plain = plain.rstrip("%").strip()
    thousands, decimal = (".", ",") if language == "vi" else (",", ".")
    assert re.fullmatch(rf"-?\d{{1,3}}({re.escape(thousands)}\d{{3}})*({decimal}\d+)?|-?\d+({decimal}\d+)?", plain), (
        text
    )
    plain = plain.replace(thousands, "").replace(decimal, ".")
    digits = len(plain.partition(".")[2])
    scale = 100 if share else 1
    return float(plain) / scale, 0.5 * 10**-digits / scale


def figures(page: lxml.html.HtmlElement) -> Iterator[tuple[str, lxml.html.HtmlElement]]:
    for element in page.iter("data"):
        yield element.get("value"), element
    for element in page.xpath("//*[@data-value]"):
        yield element.get("data-value"), element


def test_every_number_is_the_marts(pages: list[tuple[str, lxml.html.HtmlElement]], marts: Marts) -> None:
    count = 0
    for name, page in pages:
        language = page.get("lang")
        for value, element in figures(page):
            expected = marts.value(element.get("data-from"), element.get("data-key"))
            assert isinstance(expected, int | float), f"{name}: {element.get('data-from')} {element.get('data-key')}"
            assert value == repr(expected), f"{name}: {element.get('data-from')} {element.get('data-key')}"
            shown, half = shown_number(element.text_content(), language)
            assert abs(shown - expected) <= half * (1 + 1e-9), f"{name}: shows {element.text_content()} for {expected}"
            count += 1
    assert count > 50_000


def test_every_quoted_text_is_the_marts(pages: list[tuple[str, lxml.html.HtmlElement]], marts: Marts) -> None:
    for name, page in pages:
        for element in page.xpath("//span[@data-from]"):
            expected = str(marts.value(element.get("data-from"), element.get("data-key")))
            assert " ".join(element.text_content().split()) == " ".join(expected.split()), name


def test_no_digit_in_a_table_cell_without_an_origin(pages: list[tuple[str, lxml.html.HtmlElement]]) -> None:
    spoken = re.compile(r"±\s?25\s?%|\b1000\b|\b20[12]\d\b|\b63\b|\b34\b|\b15\b|\b4\b|Level-4")
    for name, page in pages:
        if name.endswith("data.html"):
            continue
        for original in page.xpath("//td"):
            cell = copy.deepcopy(original)
            for element in cell.xpath(".//data | .//span[@data-from] | .//span[@class='missing'] | .//a | .//code"):
                element.text, tail = "", element.tail
                for child in list(element):
                    element.remove(child)
                element.tail = tail
            left = spoken.sub("", cell.text_content())
            assert not re.search(r"\d", left), f"{name}: {left.strip()!r} has no origin"


def test_what_is_missing_is_said_in_words(pages: list[tuple[str, lxml.html.HtmlElement]]) -> None:
    for name, page in pages:
        for cell in page.xpath("//td[not(ancestor::*[@class='paper'])]"):
            text = cell.text_content().strip()
            if "n" in (cell.get("class") or "").split():
                assert text, f"{name}: an empty cell of a column of numbers"
                assert re.search(r"\w", text), f"{name}: {text!r} is no reason"
        texts = {(element.text or "").strip() for element in page.iter() if isinstance(element.tag, str)}
        assert not texts & {"None", "nan", "NaN", "not_published", "not_comparable", "\N{EN DASH}", "-"}, name


def test_the_known_story_is_on_the_page(site: Path) -> None:
    """Ranks of Hải Dương in the editions 2022 and 2023, and its own and the others' part (13, 26, -16.5, +29.5)."""
    page = (site / "63" / "hai-duong.html").read_text(encoding="utf-8")
    assert "\N{MINUS SIGN}16,5</data>" in page
    assert "+29,5</data>" in page
    english = (site / "en" / "63" / "hai-duong.html").read_text(encoding="utf-8")
    assert "\N{MINUS SIGN}16.5</data>" in english


def test_reasons_lose_their_code_only() -> None:
    assert MISSING_CODES.sub("", "not_published: no source prints it") == "no source prints it"
    assert set(load_contracts()) >= {"province_rankings", "findings"}
