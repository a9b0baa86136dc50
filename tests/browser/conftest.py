"""A real Chromium on the site of the real tables; without one these tests are skipped, with a line on how to get it.

`DX_CHROMIUM` names the browser's program; by default the first of three usual names on the path.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

HOW_TO_GET_IT = "no Chromium: `apt-get install chromium`, or set DX_CHROMIUM to its program"
NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str | None:
    """The browser's program."""
    return os.environ.get("DX_CHROMIUM") or next((found for name in NAMES if (found := shutil.which(name))), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here not in item.path.parents:
            continue
        item.add_marker(pytest.mark.browser)
        item.add_marker(pytest.mark.enable_socket)
        if chromium() is None:
            item.add_marker(pytest.mark.skip(reason=HOW_TO_GET_IT))


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        opened = started.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield opened
        opened.close()


@pytest.fixture
def open_page(browser: Any, site: Path) -> Iterator[Callable[..., Any]]:
    """Open a page of the site; every console message and every request that is not for a file fails the test."""
    contexts: list[Any] = []
    troubles: list[str] = []

    def open_it(path: str, **context: Any) -> Any:
        contexts.append(browser.new_context(accept_downloads=True, **context))
        page = contexts[-1].new_page()
        page.on("console", lambda message: troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        ours = ("file:", "data:", "blob:")
        page.on("request", lambda request: request.url.startswith(ours) or troubles.append(request.url))
        name, _, query = path.partition("?")
        page.goto((site / name).as_uri() + (f"?{query}" if query else ""))
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert not troubles
