"""What holds of every page: nothing leaves its place, axe finds no violation, a profile prints on one sheet.

With DX_SOAK every page is opened, else a few of each kind.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

PAGES = (
    "index.html", "34/hai-phong.html", "34/thai-nguyen.html", "63/hai-duong.html", "63/kon-tum.html", "compare.html",
    "what-if.html", "methods.html", "terms.html", "sources.html", "data.html",
)  # fmt: skip
EVERY_PAGE = (*PAGES, *(f"en/{page}" for page in PAGES))
ALL = bool(os.environ.get("DX_SOAK"))
FEW = ("34/hai-phong.html", "what-if.html", "en/compare.html", "en/63/hai-duong.html")
DESKTOP, PHONE = {"width": 1400, "height": 900}, {"width": 390, "height": 844}
#: texts of one chart that cover each other, or leave their chart
COVERED = """() => {
    const found = [];
    for (const svg of document.querySelectorAll('svg.chart')) {
        if (!svg.getClientRects().length) continue;
        const frame = svg.getBoundingClientRect();
        const texts = [...svg.querySelectorAll('text')].map(text => [text.textContent, text.getBBox(), text])
            .filter(([, box]) => box.width);
        for (const [words, , text] of texts) {
            const a = text.getBoundingClientRect();
            const across = a.left < frame.left - 1 || a.right > frame.right + 1;
            if (across || a.top < frame.top - 1 || a.bottom > frame.bottom + 1)
                found.push(`${words} leaves its chart`);
        }
        for (let i = 0; i < texts.length; i++) for (let k = 0; k < i; k++) {
            const [p, a] = texts[i], [q, b] = texts[k];
            const across = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
            const down = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
            if (across > 1 && down > 5) found.push(`${p} covers ${q}`);
        }
    }
    return found;
}"""


def profiles(site: Path, pattern: str, step: int) -> list[Path]:
    """Profiles in order: all, or every so-many-th."""
    found = sorted(site.glob(pattern))
    return found if ALL else found[::step]


def test_nothing_runs_over_the_edge(open_page: Callable[..., Any]) -> None:
    wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    for viewport in (DESKTOP, PHONE):
        for path in EVERY_PAGE if ALL else FEW:
            page = open_page(path, viewport=viewport)
            assert page.evaluate(wider) == 0, (path, viewport)


def test_axe_finds_no_violation_at_all(open_page: Callable[..., Any]) -> None:
    from axe_playwright_python.sync_playwright import Axe

    axe, found = Axe(), []
    # in make test: a profile in light on a desk, and a tool in dark on a phone
    light, dark = (EVERY_PAGE, EVERY_PAGE) if ALL else (FEW[:1], FEW[2:3])
    for scheme, viewport, paths in (("light", DESKTOP, light), ("dark", PHONE, dark)):
        for path in paths:
            page = open_page(path, color_scheme=scheme, viewport=viewport, bypass_csp=True)
            if ALL:
                page.evaluate("document.querySelectorAll('details.fold').forEach(one => one.open = true)")
            for violation in axe.run(page, options={"preload": False}).response["violations"]:
                found.append((path, scheme, violation["id"], [node["html"][:160] for node in violation["nodes"][:3]]))
    assert not found, found


def test_labels_of_charts_never_cover_each_other(open_page: Callable[..., Any], site: Path) -> None:
    """On every profile, with every detail open: in Vietnamese on a desk, in English on a phone."""
    for viewport, files in ((DESKTOP, "[0-9]*/*.html"), (PHONE, "en/[0-9]*/*.html")):
        page = open_page("index.html", viewport=viewport)
        for file in profiles(site, files, 32):
            page.goto(file.as_uri())
            page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            covered = page.evaluate(COVERED)
            assert not covered, (str(file.relative_to(site)), viewport["width"], covered)


def test_every_profile_prints_on_one_sheet_with_its_charts(open_page: Callable[..., Any], site: Path) -> None:
    page = open_page("index.html")
    for file in [*profiles(site, "[0-9]*/*.html", 40), *profiles(site, "en/[0-9]*/*.html", 60)]:
        page.goto(file.as_uri())
        printed = page.pdf(prefer_css_page_size=True)
        sheets = len(re.findall(rb"/Type\s*/Page\b", printed))
        assert sheets == 1, f"{file.relative_to(site)} needs {sheets} sheets"
    page.goto((site / "34" / "hai-phong.html").as_uri())
    page.emulate_media(media="print")
    assert page.locator("svg.chart:visible").count() >= 1
    page.emulate_media(media="screen")


def test_a_phone_shows_the_message_within_five_screens(open_page: Callable[..., Any], site: Path) -> None:
    page = open_page("index.html", viewport=PHONE)
    for file in profiles(site, "[0-9]*/*.html", 24):
        page.goto(file.as_uri())
        top = page.evaluate("document.querySelector('.details').getBoundingClientRect().top")
        assert top <= 5 * PHONE["height"], (file.name, top)


def test_the_message_stands_above_the_fold_of_every_profile(open_page: Callable[..., Any], site: Path) -> None:
    """Rank, movement, weakest component, firmness, next step: where they are known, without scrolling."""
    page, low = open_page("index.html", viewport=DESKTOP), []
    for file in [*profiles(site, "[0-9]*/*.html", 48), *profiles(site, "en/[0-9]*/*.html", 48)]:
        page.goto(file.as_uri())
        ends = page.evaluate("[...document.querySelectorAll('.key')].map(one => one.getBoundingClientRect().bottom)")
        names = page.evaluate("[...document.querySelectorAll('.key')].map(one => one.id)")
        assert {"key-rank", "key-move", "key-weak", "key-firm"} <= set(names), file.name
        if max(ends) > DESKTOP["height"]:
            low.append((str(file.relative_to(site)), max(ends)))
    assert not low


def test_dark_follows_the_system(open_page: Callable[..., Any]) -> None:
    light, dark = (open_page("index.html", color_scheme=scheme) for scheme in ("light", "dark"))
    ground = "getComputedStyle(document.body).backgroundColor"
    assert light.evaluate(ground) == "rgb(255, 255, 255)"
    assert dark.evaluate(ground) == "rgb(18, 22, 27)"


def test_the_first_tab_leads_past_the_menu(open_page: Callable[..., Any]) -> None:
    page = open_page("63/hai-duong.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
