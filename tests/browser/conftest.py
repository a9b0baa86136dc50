"""A real Chromium on the site of the real tables; without one these tests are skipped, with a line on how to get it.

`DX_CHROMIUM` names the browser's program; by default the first of some usual names on the path. The one without a
window of its own does the same work in a third of the time.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

HOW_TO_GET_IT = "no Chromium: `apt-get install chromium-headless-shell`, or set DX_CHROMIUM to its program"
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


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


@pytest.fixture(scope="session")
def windows(browser: Any) -> dict[str, Any]:
    """A window for each set of options: a new one costs more than what the tests do in it."""
    return {}


@pytest.fixture
def open_page(browser: Any, site: Path, windows: dict[str, Any]) -> Iterator[Callable[..., Any]]:
    """Open a page of the site, in place of the last one with the same options.

    Every console message and every request that is not for a file fails the test.
    """
    troubles: list[str] = []
    ours = ("file:", "data:", "blob:")
    heard = {
        "console": lambda message: troubles.append(message.text),
        "pageerror": lambda error: troubles.append(str(error)),
        "request": lambda request: request.url.startswith(ours) or troubles.append(request.url),
    }
    listening: list[Any] = []

    def open_it(path: str, **options: Any) -> Any:
        window = windows.get(repr(options)) or browser.new_context(**options).new_page()
        windows[repr(options)] = window
        if window not in listening:
            listening.append(window)
            for event, hear in heard.items():
                window.on(event, hear)
        name, _, query = path.partition("?")
        window.mouse.move(0, 0)
        window.goto((site / name).as_uri() + (f"?{query}" if query else ""))
        return window

    yield open_it
    for window in listening:
        for event, hear in heard.items():
            window.remove_listener(event, hear)
    assert not troubles
