"""Somebody tests a connection in the page and reads in words what came of it."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="playwright is not installed: pip install -e '.[browser]'")

from playwright.sync_api import Locator, Page, expect

from connector.lint.sample_folder import CONNECTOR, write
from tests.connector.cli.shop import open_shop
from tests.page.browser import serving
from tests.page.conftest import Open
from tests.page.test_page import findings, no_sideways_scroll

pytestmark = pytest.mark.slow
SECRET = "key-very-secret"  # noqa: S105 - nobody's


def outcome(page: Page) -> Locator:
    """What the page says once the connection was tested."""
    page.get_by_role("button", name="Test the connection").click()
    found = page.get_by_role("banner").get_by_role("status")
    expect(found).not_to_be_empty()
    return found


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_a_connection_works_is_refused_fails_or_is_not_reached(
    visit: Open, tmp_path: Path, width: int, scheme: str
) -> None:
    with open_shop() as shop:
        for status in (200, 401, 500, 500):
            shop.responds(status, {"things": [], "message": "no"})
        quick = {"attempts": 2, "base": 0.001, "cap": 0.001}
        folder = write(tmp_path / "sample", {CONNECTOR: {"baseUrl": shop.url, "retry": quick}})
        with serving(tmp_path / "state", folder, "--connections", "environment", SAMPLE_KEY=SECRET) as url:
            page = visit("#get_thing", url=url, width=width, color_scheme=scheme)
            page.get_by_label("Run in").select_option("environment")
            expect(outcome(page)).to_contain_text("The connection works (")
            assert shop.requests[0].headers["authorization"] == f"Bearer {SECRET}"
            assert findings(page) == []
            refused = outcome(page)
            expect(refused).to_contain_text("The service refused the connection.")
            expect(refused).not_to_contain_text(SECRET)
            assert findings(page) == []
            assert no_sideways_scroll(page)
            expect(outcome(page)).to_contain_text("The service was reached, but failed.")
            page.get_by_role("button", name="Close").click()
            expect(page.get_by_role("banner").get_by_role("status")).to_be_empty()
            page.goto("about:blank")


def test_a_service_that_is_not_there_is_not_reached_and_the_sandbox_works(visit: Open, tmp_path: Path) -> None:
    with open_shop() as gone:
        url = gone.url
    folder = write(tmp_path / "sample", {CONNECTOR: {"baseUrl": url, "retry": {"attempts": 1}}})
    with serving(tmp_path / "state", folder, "--connections", "environment", SAMPLE_KEY=SECRET) as site:
        page = visit("#get_thing", url=site)
        page.get_by_label("Run in").select_option("environment")
        expect(outcome(page)).to_contain_text("The service was not reached.")
        page.get_by_label("Run in").select_option("sandbox")
        expect(page.get_by_role("banner").get_by_role("status")).to_be_empty()
        expect(outcome(page)).to_contain_text("The connection works (")
        page.goto("about:blank")
