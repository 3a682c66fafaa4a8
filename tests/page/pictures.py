"""Take the pictures of the page in docs/pictures: `python -m tests.page.pictures`.

They look best where the fonts Inter and JetBrains Mono are installed.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Browser, FilePayload, Page

from tests.page.browser import ROOT, chromium, serving, small_limit

FOLDER = ROOT / "docs" / "pictures"
_LARGEST = 150_000
_WIDE, _NARROW = (1200, 700), (390, 780)
_HELLO = {"user_id": "ada", "title": "Your order is on its way", "body": "Order 1042 has left the harbour."}


def start(page: Page) -> None:
    page.get_by_role("button", name="Open with an example").wait_for()


def run(page: Page) -> None:
    fill(page, "send_message", _HELLO)
    page.get_by_role("button", name=re.compile("^Run")).click()
    page.get_by_role("article", name="Email to ada").get_by_text("Delivered").wait_for()


def problems(page: Page) -> None:
    rows = [{"user_id": "ada"}, {"list_id": "news.weekly"}]
    fill(page, "send_message", {"recipients": rows, "elements": [{"type": "text"}, {"type": "image"}]})
    page.get_by_role("button", name=re.compile("^Run")).click()
    page.get_by_role("alert").wait_for()
    page.wait_for_timeout(800)


def choices(page: Page) -> None:
    fill(page, "send_message", {"list_id": "", **_HELLO, "user_id": None})
    page.get_by_role("combobox", name="Send to").select_option(label="A list")
    page.get_by_role("tab", name="Request").click()
    page.get_by_role("combobox", name="List ID").click()
    page.get_by_role("listbox", name="List ID").get_by_role("option").nth(4).click()
    page.get_by_role("region", name="curl").wait_for()
    page.get_by_role("combobox", name="List ID").click()


def table(page: Page) -> None:
    fill(page, "list_messages", {})
    page.get_by_role("button", name=re.compile("^Run")).click()
    page.get_by_role("table").wait_for()


def code(page: Page) -> None:
    fill(page, "send_message", _HELLO)
    page.get_by_role("tab", name="Code").click()
    page.get_by_role("tabpanel", name="Python").locator("pre").wait_for()


def batch(page: Page) -> None:
    fill(page, "send_message", {"title": "{first_name}, your order is on its way", "body": "It arrives today."})
    page.get_by_role("tab", name="Batch").click()
    rows = "".join(f"user-{number},Ada {number}\n" for number in range(1_000))
    content = f"user_id,first_name\n{rows}".encode()
    file = FilePayload(name="people.csv", mimeType="text/csv", buffer=content)
    page.get_by_label("File of rows").set_input_files([file])
    page.get_by_role("button", name="Check the rows").click()
    page.get_by_text("all right").wait_for()


def waiting(page: Page) -> None:
    fill(page, "list_brands", {})
    for _ in range(3):
        page.get_by_role("button", name=re.compile("^Run")).click()
        page.get_by_text(re.compile("Succeeded|Waiting for")).wait_for()
        page.wait_for_timeout(400)
    page.get_by_text("Waiting for the call limit").wait_for()


STATES: dict[str, tuple[Callable[[Page], None], tuple[int, int], str]] = {
    "start": (start, _WIDE, "light"),
    "run": (run, _WIDE, "light"),
    "problems": (problems, _WIDE, "light"),
    "choices": (choices, (1200, 680), "light"),
    "table-dark": (table, _WIDE, "dark"),
    "code": (code, _WIDE, "light"),
    "batch": (batch, _WIDE, "light"),
    "waiting": (waiting, _WIDE, "light"),
    "phone": (run, _NARROW, "light"),
}
"""By name: how a picture's state is reached, the size of the window, and light or dark."""


def fill(page: Page, action: str, inputs: Mapping[str, object]) -> None:
    """Open an action with inputs filled in."""
    page.goto(f"{page.url.split('#')[0]}#{action}?{quote(json.dumps(inputs))}")
    page.get_by_role("button", name=re.compile("^Run")).wait_for()


def take(browser: Browser, url: str, name: str) -> int:
    """Take one picture and return its size in bytes."""
    reach, (width, height), scheme = STATES[name]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
        locale="en-GB",
        timezone_id="Europe/Berlin",
    )
    page = context.new_page()
    page.goto(url)
    page.wait_for_url(url.split("?", maxsplit=1)[0])
    page.get_by_role("heading", level=1).wait_for()
    reach(page)
    page.wait_for_timeout(300)
    size = len(page.screenshot(path=FOLDER / f"{name}.png"))
    context.close()
    return size


def main() -> None:
    """Take all pictures; each must be small."""
    with tempfile.TemporaryDirectory() as scratch, chromium() as browser:
        folder = small_limit(Path(scratch) / "connector", calls=2, period=60)
        with serving(Path(scratch) / "state") as url, serving(Path(scratch) / "limited", folder) as limited:
            for name in STATES:
                size = take(browser, limited if name == "waiting" else url, name)
                print(f"{name}.png: {size:,} bytes")  # noqa: T201 - a script
                if size > _LARGEST:
                    raise SystemExit(f"{name}.png is larger than {_LARGEST:,} bytes.")


if __name__ == "__main__":
    main()
