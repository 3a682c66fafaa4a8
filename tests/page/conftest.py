"""A browser and a server for the tests of this folder, and pages on which nothing may go wrong unseen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.page.browser import CHROMIUM, chromium, serving, small_limit

Open = Callable[..., Any]


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    pytest.importorskip("playwright", reason="playwright is not installed: pip install -e '.[browser]'")
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on the PATH")
    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def server(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    del browser  # without one, no server either
    with serving(tmp_path_factory.mktemp("page")) as url:
        yield url


@pytest.fixture(scope="session")
def limited_server(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server whose connector allows two calls in ten seconds."""
    del browser
    folder = small_limit(tmp_path_factory.mktemp("limited") / "connector", calls=2, period=10)
    with serving(tmp_path_factory.mktemp("page"), folder) as url:
        yield url


@pytest.fixture
def visit(browser: Any, server: str) -> Iterator[Open]:
    """Open the page, `visit(fragment, url=…, width=…, …)`; nothing may be logged as an error in the end."""
    contexts: list[Any] = []
    errors: list[str] = []

    def visit(fragment: str = "", url: str = server, width: int = 1440, height: int = 900, **options: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        context.set_default_timeout(20_000)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.extend([message.text] if message.type == "error" else []))
        page.goto(url)
        page.wait_for_url(url.split("?", maxsplit=1)[0])
        page.get_by_role("navigation", name="Actions").wait_for()
        if fragment:
            page.goto(url.split("?", maxsplit=1)[0] + fragment)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert errors == []
