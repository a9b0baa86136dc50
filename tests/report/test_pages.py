"""The site as a whole: which pages there are, that they lead to each other, and that they are built for everybody."""

from __future__ import annotations

import os
import re
import shutil
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

import duckdb
import lxml.html
import pytest

from dx_pipeline.errors import DxError
from dx_pipeline.report.maps import read_outlines
from dx_pipeline.report.page import profile_path
from dx_pipeline.report.site import build_site

#: files beside the site that a release has and this test has not; the ledger of releases is a table, never a file
OF_THE_RELEASE = re.compile(
    r"^(dti\.duckdb|dti\.xlsx|CHANGELOG\.md|DICTIONARY\.md|datapackage\.json|(csv|parquet)/(?!releases\.))"
)

REFERENCE = Path(__file__).resolve().parents[2] / "data" / "reference"


def test_every_province_has_a_profile_in_both_languages(site: Path) -> None:
    assert len(list((site / "63").glob("*.html"))) == 63
    assert len(list((site / "34").glob("*.html"))) == 34
    assert len(list((site / "en" / "63").glob("*.html"))) == 63
    assert len(list((site / "en" / "34").glob("*.html"))) == 34
    assert (site / profile_path(63, "hai-duong")).is_file()
    for page in ("compare", "what-if", "terms"):
        assert (site / f"{page}.html").is_file()
        assert (site / "en" / f"{page}.html").is_file()


def test_every_link_leads_somewhere(site: Path, documents: dict[Path, lxml.html.HtmlElement]) -> None:
    anchors = {path: set(page.xpath("//@id")) for path, page in documents.items()}
    for path, page in documents.items():
        for link in page.xpath("//a/@href | //link[@rel!='icon']/@href | //script/@src | //img/@src"):
            parts = urlsplit(link)
            if parts.scheme in ("http", "https"):
                continue
            assert not parts.scheme, f"{path.name}: {link}"
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            of_the_release = target == site / "quality.html" or target.parent == site / "notebooks"
            if of_the_release or OF_THE_RELEASE.match(str(target.relative_to(site.parent)) + "/"):
                continue
            if target.is_relative_to(site):
                assert target.is_file(), f"{path.relative_to(site)} leads to {link}, which does not exist"
                assert not parts.fragment or parts.fragment in anchors.get(target, {parts.fragment}), (
                    f"{path.name}: {link}"
                )
            else:
                assert OF_THE_RELEASE.match(str(target.relative_to(site.parent))), f"{path.name}: {link}"


def test_nothing_is_loaded_from_elsewhere(documents: dict[Path, lxml.html.HtmlElement]) -> None:
    for path, page in documents.items():
        loaded = page.xpath(
            "//link[@rel='stylesheet']/@href | //script/@src | //img/@src | //iframe/@src | //object/@data"
        )
        assert all(not urlsplit(each).scheme and not each.startswith("//") for each in loaded), path.name
        assert not page.xpath("//style | //@style | //script[not(@src)] | //*[@onclick or @onload or @onerror]"), (
            path.name
        )
        policy = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        assert "http" not in policy
        for link in page.xpath("//a[starts-with(@href, 'http')]"):
            assert "noopener" in link.get("rel"), path.name


def test_pages_read_well_aloud(documents: dict[Path, lxml.html.HtmlElement]) -> None:
    for path, page in documents.items():
        levels = [int(heading.tag[1]) for heading in page.xpath("//h1 | //h2 | //h3 | //h4")]
        assert levels[0] == 1, path.name
        assert levels.count(1) == 1, path.name
        assert all(after - before <= 1 for before, after in pairwise(levels)), path.name
        assert page.get("lang") == ("en" if "en" in path.parent.parts[-2:] else "vi"), path.name
        assert all(heading.get("scope") in ("col", "row") for heading in page.iter("th")), path.name
        assert all(table.find("caption") is not None for table in page.xpath("//div/table")), path.name
        assert all(drawing.get("aria-label") for drawing in page.xpath("//svg")), path.name
        assert all(link.get("aria-label") for link in page.xpath("//svg//a")), path.name
        assert all(picture.get("alt") for picture in page.xpath("//img")), path.name
        assert page.xpath("//a[@class='skip'][@href='#main']"), path.name
        ids = page.xpath("//@id")
        assert len(ids) == len(set(ids)), f"{path.name}: an id stands twice"


def test_the_two_languages_lead_to_each_other(site: Path, documents: dict[Path, lxml.html.HtmlElement]) -> None:
    for path, page in documents.items():
        (other,) = page.xpath("//nav//a[@hreflang]/@href")
        (back,) = documents[(path.parent / other).resolve()].xpath("//nav//a[@hreflang]/@href")
        assert (path.parent / other).resolve().parent / back
        assert ((path.parent / other).resolve().parent / back).resolve() == path


def test_outlines_are_the_declared_bytes(tmp_path: Path) -> None:
    shutil.copytree(REFERENCE / "geo", tmp_path / "geo")
    codes = (("01", "ha-noi"),)
    assert read_outlines(tmp_path, 34, codes) is not None
    file = tmp_path / "geo" / "provinces_63_simple.geojson"
    file.write_bytes(file.read_bytes() + b" ")
    with pytest.raises(DxError, match=r"provinces_63_simple\.geojson: expected sha256 [0-9a-f]{64}, found"):
        read_outlines(tmp_path, 63, codes)


@pytest.mark.skipif(not os.environ.get("DX_SOAK"), reason="long: make soak")
def test_two_builds_have_the_same_bytes(con: duckdb.DuckDBPyConnection, site: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    shown = (site / "assets" / "data.js").read_text(encoding="utf-8")
    build_site(con, again, re.findall(r'"release":"([^"]+)"', shown)[0], REFERENCE)
    files, expected = (
        {file.relative_to(folder): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
        for folder in (again, site)
    )
    assert files.keys() == expected.keys()
    assert not [path for path in files if files[path] != expected[path]]


def test_our_scripts_are_small(site: Path) -> None:
    own = [file for file in (site / "assets").glob("*.js") if file.name != "data.js"]
    assert sum(file.stat().st_size for file in own) < 120_000


def test_no_page_shows_a_code_or_the_name_of_a_table_in_a_sentence(
    documents: dict[Path, lxml.html.HtmlElement],
) -> None:
    codes = re.compile(r"\b(not_published|not_read|not_comparable|within_error|third_party_only|box25|hai-duong)\b")
    for path, page in documents.items():
        if path.name in ("data.html", "sources.html", "quality.html"):
            continue
        for element in page.xpath("//p | //dd | //dt | //h1 | //h2 | //h3 | //figcaption | //summary"):
            text = "".join(element.xpath(".//text()[not(ancestor::code) and not(ancestor::a)]"))
            assert not codes.search(text), f"{path.name}: {text.strip()[:120]}"


def test_national_means_in_conflict_are_named_in_words(documents: dict[Path, lxml.html.HtmlElement]) -> None:
    for path, page in documents.items():
        if path.name == "sources.html":
            cells = {cell.text_content().strip() for cell in page.xpath("//table//tbody//th")}
            assert "viet-nam" not in cells
            assert cells & {"Cả nước", "Viet Nam"}


def test_the_site_is_small(site: Path) -> None:
    assert sum(file.stat().st_size for file in site.rglob("*") if file.is_file()) < 40_000_000


def test_a_cheapest_path_never_stands_without_the_moving_threshold(
    documents: dict[Path, lxml.html.HtmlElement],
) -> None:
    shown = 0
    for page in documents.values():
        for table in page.xpath("//table[.//data[starts-with(@data-from, 'cheapest_paths.')]]"):
            shown += 1
            assert table.xpath(".//data[starts-with(@data-from, 'threshold_paths.')]")
    assert shown > 10
