"""The pages in a real browser: no console errors, no request but for files, accessible, usable by keyboard, one sheet.

Needs a Chromium (`DX_CHROMIUM`, by default the one on the path); without one these tests are skipped. Playwright and
axe-core come with the tests' tools; nothing is downloaded. The browser speaks over pipes.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from playwright import sync_api as playwright

from dx_pipeline.paths import Paths
from dx_pipeline.report import build_site
from dx_pipeline.warehouse import connect

CHROMIUM = os.environ.get("DX_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
AXE = files("axe_playwright_python") / "axe.min.js"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium: `apt-get install chromium`, or set DX_CHROMIUM to one"),
    pytest.mark.enable_socket,
]

PAGES = ("index.html", "63/hai-duong.html", "63/thai-nguyen.html", "compare/hai-duong-beside-thai-nguyen.html")
OTHER_PAGES = ("34/hai-phong.html", "methods.html", "sources.html", "data.html")
EVERY_PAGE = (*PAGES, *(f"en/{page}" for page in PAGES), *OTHER_PAGES)
#: profiles tried in print; printing takes a quarter of a second each
PRINTED = 16
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def folder(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("release") / "site"
    with connect(Paths(built)) as con:
        build_site(con, target, "1.2.3")
    return target


@pytest.fixture(scope="module")
def browser() -> Iterator:
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser, folder: Path) -> Iterator:
    """Open a page of the site; every console message and every request that is not for a file fails the test."""
    contexts, troubles = [], []

    def open_it(path: str, **context):
        contexts.append(browser.new_context(**context))
        page = contexts[-1].new_page()
        page.on("console", lambda message: troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("request", lambda request: request.url.startswith(("file:", "data:")) or troubles.append(request.url))
        page.goto((folder / path).as_uri())
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert not troubles


def test_nothing_runs_over_the_edge(open_page, folder: Path) -> None:
    wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    # text of a chart must lie inside the chart
    outside = """() => [...document.querySelectorAll('svg text')].filter(text => {
        const a = text.getBoundingClientRect(), b = text.ownerSVGElement.getBoundingClientRect();
        const inside = a.left >= b.left - 1 && a.right <= b.right + 1 && a.top >= b.top - 1 && a.bottom <= b.bottom + 1;
        return a.width && !inside;
    }).map(text => text.textContent)"""
    troubles = []
    for viewport in (DESKTOP, PHONE):
        page = open_page("index.html", viewport=viewport)
        for path in EVERY_PAGE:
            page.goto((folder / path).as_uri())
            found = (page.evaluate(wider), page.evaluate(outside))
            troubles += [(path, viewport, found)] if found != (0, []) else []
    assert troubles == []


def test_axe_finds_nothing_serious(open_page) -> None:
    """Every template once, in light or in dark; the two languages share theirs."""
    dark_phone = {"color_scheme": "dark", "viewport": PHONE}
    light = {"color_scheme": "light", "viewport": DESKTOP}
    looks = [*((page, light) for page in OTHER_PAGES), ("index.html", dark_phone), ("63/hai-duong.html", light)]
    looks += [(PAGES[-1], dark_phone), ("en/63/thai-nguyen.html", dark_phone)]
    serious = []
    for path, look in looks:
        page = open_page(path, bypass_csp=True, **look)
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("axe.run(document, {preload: false})")["violations"]
        serious += [
            (path, look, one["id"], [node["html"][:200] for node in one["nodes"][:3]])
            for one in found
            if one["impact"] in ("serious", "critical")
        ]
    assert serious == []


def test_search_ignores_accents_and_says_how_many(open_page) -> None:
    page = open_page("index.html")
    page.keyboard.press("Tab")
    page.get_by_label("Tìm tỉnh").focus()
    page.keyboard.type("da n")
    shown = page.locator("section.ranking:visible tbody tr:visible th")
    assert shown.all_text_contents() == ["Đà Nẵng"]
    assert page.locator("#count").text_content() == "Hiện 1 trong số 63 đơn vị"
    page.keyboard.press("Control+A")
    page.keyboard.type("HẢI DƯƠNG")
    assert shown.all_text_contents() == ["Hải Dương"]


def test_columns_are_sorted_with_the_keyboard(open_page) -> None:
    page = open_page("index.html")
    table = page.locator("section.ranking:visible table")
    button = table.get_by_role("button", name=re.compile("Điểm"))
    button.focus()
    page.keyboard.press("Enter")
    assert table.locator("th[aria-sort]").get_attribute("aria-sort") == "ascending"
    scores = [
        float(value)
        for value in table.locator("tbody tr td:nth-child(3) data").evaluate_all("e => e.map(x => x.value)")
    ]
    assert scores == sorted(scores)
    page.keyboard.press("Space")
    assert table.locator("th[aria-sort]").get_attribute("aria-sort") == "descending"
    assert page.evaluate("document.activeElement.tagName") == "BUTTON"


def test_missing_ranks_stay_last_whichever_way(open_page) -> None:
    page = open_page("index.html")
    page.get_by_label("Kỳ đánh giá").select_option("e2020-63")
    table = page.locator("section.ranking:visible table")
    for _ in range(2):
        table.get_by_role("button", name=re.compile("Hạng")).click()
        cells = table.locator("tbody td:first-child").all_text_contents()
        known = [cell.isdigit() for cell in cells]
        assert known == sorted(known, reverse=True)


def test_choosing_an_edition_shows_its_table_only(open_page) -> None:
    page = open_page("en/index.html")
    page.locator("#edition").select_option("e2024-34")
    assert page.locator("section.ranking:visible").count() == 1
    assert page.locator("section.ranking:visible tbody tr").count() == 34


def test_without_scripts_every_table_is_there(open_page) -> None:
    page = open_page("index.html", java_script_enabled=False)
    assert page.locator("section.ranking:visible").count() == page.locator("section.ranking").count() > 1
    assert page.locator("#tools").is_hidden()


def test_the_first_tab_leads_past_the_menu(open_page) -> None:
    page = open_page("63/hai-duong.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_dark_follows_the_system(open_page) -> None:
    light, dark = (open_page("index.html", color_scheme=scheme) for scheme in ("light", "dark"))
    ground = "getComputedStyle(document.body).backgroundColor"
    assert light.evaluate(ground) == "rgb(255, 255, 255)"
    assert dark.evaluate(ground) == "rgb(20, 23, 27)"


def test_a_profile_prints_on_one_sheet(open_page, folder: Path) -> None:
    """The largest profiles, which are the first to need a second sheet."""
    profiles = [*folder.glob("[36]*/*.html"), *folder.glob("en/[36]*/*.html")]
    profiles.sort(key=lambda path: (-path.stat().st_size, path))
    page = open_page("index.html")
    longer = []
    for path in profiles[:PRINTED]:
        page.goto(path.as_uri())
        printed = page.pdf(prefer_css_page_size=True)
        if len(re.findall(rb"/Type\s*/Page\b", printed)) != 1:
            longer.append(str(path.relative_to(folder)))
    assert longer == []
