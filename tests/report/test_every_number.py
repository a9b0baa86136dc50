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
from dx_pipeline.language.words import said
from dx_pipeline.report.wording import MISSING_CODES, doubts_of
from dx_pipeline.tables import Row
from dx_pipeline.vocabulary import load_vocabulary


class Marts:
    """Values by table, key and column, read on demand."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con
        self._rows: dict[str, dict[str, dict[str, object]]] = {}

    def value(self, origin: str, key: str) -> object:
        table, column = origin.split(".")
        return self.row(table, key)[column]

    def row(self, table: str, key: str) -> dict[str, object]:
        if table not in self._rows:
            contract = load_contract(table)
            answer = self._con.sql(f'SELECT * FROM "{table}"')
            rows = (dict(zip(answer.columns, line, strict=True)) for line in answer.fetchall())
            self._rows[table] = {",".join(str(row[name]) for name in contract.key): row for row in rows}
        return self._rows[table][key]


@pytest.fixture(scope="session")
def marts(con: duckdb.DuckDBPyConnection) -> Marts:
    return Marts(con)


@pytest.fixture(scope="session")
def pages(site: Path, documents: dict[Path, lxml.html.HtmlElement]) -> list[tuple[str, lxml.html.HtmlElement]]:
    return [(str(path.relative_to(site)), page) for path, page in documents.items()]


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
        if element.get("data-from"):
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
            # the mark of a figure in a chart stands in an element of its own
            shown, half = shown_number(element.text or "", language)
            if element.get("data-from").endswith("_effect"):  # a rise is a plus wherever it stands
                expected = -expected
            assert abs(shown - expected) <= half * (1 + 1e-9), f"{name}: shows {element.text_content()} for {expected}"
            count += 1
    assert count > 10_000


def test_every_quoted_text_is_the_marts(pages: list[tuple[str, lxml.html.HtmlElement]], marts: Marts) -> None:
    for name, page in pages:
        for element in page.xpath("//span[@data-from]"):
            expected = said(str(marts.value(element.get("data-from"), element.get("data-key"))), page.get("lang"))
            assert " ".join(element.text_content().split()) == " ".join(expected.split()), name


def test_no_digit_in_a_table_cell_without_an_origin(pages: list[tuple[str, lxml.html.HtmlElement]]) -> None:
    spoken = re.compile(r"±\s?25\s?%|\b1000\b|\b20[12]\d\b|\b63\b|\b34\b|\b15\b|\b4\b|Level-4")
    for name, page in pages:
        if name.endswith(("data.html", "terms.html")):
            continue
        for original in page.xpath("//td"):
            cell = copy.deepcopy(original)
            for element in cell.xpath(
                ".//data | .//span[@data-from] | .//span[@class='missing'] | .//a | .//code | .//sup"
            ):
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


def test_what_pages_compute_follows_from_the_tables(site: Path, con: duckdb.DuckDBPyConnection) -> None:
    """The two yardsticks of a summary, for every unit: gap to the median unit, mean gap to the peers."""
    parser = lxml.html.HTMLParser(encoding="utf-8")
    median = """SELECT indicator, median(score) FROM component_scores WHERE edition = 2024 AND unit_system = 34
        AND score IS NOT NULL GROUP BY indicator"""
    medians = dict(con.sql(median).fetchall())
    points = """SELECT province_id, indicator, score, points FROM component_scores
        WHERE edition = 2024 AND unit_system = 34 AND points IS NOT NULL"""
    rows = {(unit, part): (score, worth) for unit, part, score, worth in con.sql(points).fetchall()}
    found = 0
    for file in sorted((site / "34").glob("*.html")):
        page = lxml.html.parse(str(file), parser=parser).getroot()
        for element in page.xpath("//data[starts-with(@data-computed, 'median:')]"):
            part = element.get("data-computed").removeprefix("median:")
            score, worth = rows[file.stem, part]
            expected = worth / score * (score - medians[part])
            assert float(element.get("value")) == pytest.approx(expected, abs=0.02), (file.stem, part)
            found += 1
    assert found >= 2 * 34


def test_the_effort_of_a_way_is_that_of_all_components(site: Path, con: duckdb.DuckDBPyConnection) -> None:
    """For every unit and leading group, in the page's order: not the effort of its first component alone."""
    efforts: dict[tuple[str, str], list[float]] = {}
    for system, province, effort in con.sql(
        "SELECT unit_system, province_id, sum(cost_sd) FROM cheapest_paths WHERE edition = 2024"
        " GROUP BY unit_system, province_id, target_rank ORDER BY unit_system, province_id, target_rank"
    ).fetchall():
        efforts.setdefault((str(system), province), []).append(effort)
    parser = lxml.html.HTMLParser(encoding="utf-8")
    for (system, province), expected in efforts.items():
        page = lxml.html.parse(str(site / system / f"{province}.html"), parser=parser).getroot()
        shown = page.xpath("//data[@data-computed='sum:cheapest_paths.cost_sd']/@value")
        assert [float(value) for value in shown] == pytest.approx(expected), (system, province)
    assert len(efforts) == 63 + 34


def test_a_doubtful_figure_never_stands_without_its_mark(
    pages: list[tuple[str, lxml.html.HtmlElement]], marts: Marts
) -> None:
    """Every figure whose row has a doubt, or a basis with a mark, is followed by that mark; the page explains it."""
    marked = {code for code in load_vocabulary() if code.mark and code.kind != "missing"}
    count = 0
    for name, page in pages:
        notes = {element.text_content() for element in page.xpath("//section[@class='marks']//*[@class='sign']")}
        for text in page.xpath("//*[local-name()='text'][@data-from]"):
            row = Row("", "", marts.row(text.get("data-from").split(".")[0], text.get("data-key")))
            codes = marked.intersection(doubts_of(row, text.get("data-from").split(".")[1]))
            assert all(code.mark in text.text_content() for code in codes), (name, text.text_content(), codes)
        printed = "//data[@data-from] | //span[@data-from='figure_sources.value_text']"
        for element in page.xpath(printed):
            table, column = element.get("data-from").split(".")
            row = Row(table, "", marts.row(table, element.get("data-key")))
            for code in marked.intersection(doubts_of(row, column)):
                following = element.getnext()
                sign = following.text_content() if following is not None and following.tag == "sup" else ""
                assert code.mark in sign, f"{name}: {element.get('data-from')} {element.get('data-key')} {code.code}"
                assert code.mark in notes, f"{name}: no note for {code.code}"
                count += 1
    assert count > 100


def test_a_figure_printed_with_two_digits_shows_two(site: Path) -> None:
    """Kon Tum's overall of 2021 was printed as 0.33; four digits would be invented ones."""
    page = (site / "en" / "63" / "kon-tum.html").read_text(encoding="utf-8")
    assert ">0.33</data>" in page
    assert ">0.3300</data>" not in page
    pillar = (site / "en" / "63" / "ninh-binh.html").read_text(encoding="utf-8")
    assert ">0.377</data>" in pillar
    derived = (site / "en" / "63" / "lam-dong.html").read_text(encoding="utf-8")
    assert ">0.298</data>" in derived, "a score of 0.2979 that is known to 0.0005"
    assert ">0.2979</data>" not in derived


def test_the_known_story_is_on_the_page(site: Path) -> None:
    """Ranks of Hải Dương in the editions 2022 and 2023 (13, 26): 16.5 places up by itself, 29.5 down by the others."""
    page = (site / "63" / "hai-duong.html").read_text(encoding="utf-8")
    assert "+16,5</data>" in page
    assert "\N{MINUS SIGN}29,5</data>" in page
    english = (site / "en" / "63" / "hai-duong.html").read_text(encoding="utf-8")
    assert "+16.5</data>" in english


def test_reasons_lose_their_code_only() -> None:
    assert MISSING_CODES.sub("", "not_published: no source prints it") == "no source prints it"
    assert set(load_contracts()) >= {"province_rankings", "findings"}
