"""A batch in the page: a file, its columns, a check of its rows, its run, its results, the failed rows once more."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright", reason="playwright is not installed: pip install -e '.[browser]'")

from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.page.browser import serving, small_limit
from tests.page.conftest import Open
from tests.page.test_page import findings, no_sideways_scroll, reach, show, tab

pytestmark = pytest.mark.slow
expect.set_options(timeout=20_000)

HEAD = "user_id,First Name\n"
ROWS = HEAD + "".join(f"ada,Ada {number}\n" for number in range(4))
FORM = '#send_message?{"title":"Hi {First Name}","body":"There"}'


@pytest.fixture(scope="module")
def server(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server for these tests alone, whose call limit none of them waits for."""
    del browser
    folder = small_limit(tmp_path_factory.mktemp("ample") / "connector", calls=10_000, period=60)
    with serving(tmp_path_factory.mktemp("page"), folder) as url:
        yield url


def file(text: str, name: str = "people.csv") -> FilePayload:
    return {"name": name, "mimeType": "text/csv", "buffer": text.encode()}


def sent(page: Page, text: str = ROWS, width: int = 1440) -> Page:
    show(page, "Results", width)
    tab(page, "Batch").click()
    if page.get_by_role("button", name="All batches").count():
        page.get_by_role("button", name="All batches").click()
    page.get_by_label("File of rows").set_input_files(file(text))
    expect(page.get_by_role("heading", name="people.csv")).to_be_focused()
    return page


def panel(page: Page) -> Locator:
    return page.get_by_role("tabpanel", name="Batch")


def test_a_file_is_sent_checked_and_run_and_its_rows_are_downloaded(visit: Open) -> None:
    page = sent(visit(FORM))
    expect(page.get_by_role("combobox", name="Input for user_id")).to_have_value("user_id")
    expect(panel(page)).to_contain_text("From the form, for every row: Title, Body.")
    page.get_by_role("button", name="Check the rows").click()
    expect(panel(page)).to_contain_text("4 rows, all right")
    page.get_by_role("button", name="Run 4 rows").click()
    expect(panel(page)).to_contain_text("Finished")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download 4 done rows").click()
    assert download.value.suggested_filename == "people-success.csv"
    rows = list(csv.DictReader(Path(download.value.path()).read_text(encoding="utf-8").splitlines()))
    assert sorted(row["First Name"] for row in rows) == [f"Ada {number}" for number in range(4)]
    tab(page, "Sandbox").click()
    expect(page.get_by_role("article").filter(has_text="Hi Ada 3").first).to_be_visible()


def test_columns_that_are_no_inputs_are_mapped_or_ignored(visit: Open) -> None:
    page = sent(visit(FORM), "who,First Name,notes\nada,Ada,x\n")
    who = page.get_by_role("combobox", name="Input for who")
    expect(who).to_have_accessible_description(re.compile("“who” is not an input. Choose an input, or Ignore."))
    expect(page.get_by_role("button", name="Run all rows")).to_be_disabled()
    who.select_option(label="User ID")
    page.get_by_role("combobox", name="Input for notes").select_option(label="Ignore")
    page.get_by_role("button", name="Run all rows").click()
    expect(page.get_by_role("link", name="Download 1 done row")).to_be_visible()


def test_wrong_rows_are_listed_and_failed_ones_run_again(visit: Open) -> None:
    page = sent(visit(FORM), HEAD + "ada,Ada\n,Nobody\n,Neither\n")
    page.get_by_role("button", name="Check the rows").click()
    expect(panel(page)).to_contain_text("2 of 3 rows are wrong")
    expect(panel(page)).to_contain_text("2 rows: 2, 3")
    page.get_by_role("button", name="Run 3 rows").click()
    expect(page.get_by_role("link", name="Download 2 failed rows")).to_be_visible()
    page.get_by_role("button", name="Run 2 failed rows again").click()
    expect(page.get_by_role("heading", name="people.csv Failed rows")).to_be_visible()
    expect(page.get_by_role("link", name="Download 2 failed rows")).to_be_visible()
    page.get_by_role("button", name="All batches").click()
    expect(page.get_by_role("button", name=re.compile("people.csv.*3 of 3 rows finished"))).to_be_visible()


def test_a_file_that_cannot_be_read_says_why(browser: Any, server: str) -> None:
    page = browser.new_page()  # one that is refused is an error in the console, too
    page.goto(server)
    page.wait_for_url(server.split("?", maxsplit=1)[0])
    page.get_by_role("navigation", name="Actions").wait_for()
    page.goto(server.split("?", maxsplit=1)[0] + FORM)
    tab(page, "Batch").click()
    page.get_by_label("File of rows").set_input_files(file("user_id,user_id\n"))
    expect(page.get_by_role("alert")).to_contain_text("Two columns are called “user_id”.")
    expect(page.get_by_label("File of rows")).to_be_enabled()
    page.close()


def test_a_batch_that_waits_for_the_limit_is_watched_stopped_and_found_again(visit: Open, limited_server: str) -> None:
    rows = HEAD + "".join(f"user-{number},Ada {number}\n" for number in range(20))
    page = sent(visit(FORM, url=limited_server), rows)
    page.get_by_role("button", name="Run all rows").click()
    expect(panel(page)).to_contain_text("Calls used")
    expect(panel(page)).to_contain_text("of 2 per 10 s")
    expect(panel(page)).to_contain_text("Time left")
    page.reload()
    tab(page, "Batch").click()
    page.get_by_role("button", name="Stop").click()
    expect(panel(page)).to_contain_text("Stopped")
    expect(page.get_by_role("button", name=re.compile("Go on with 1[0-9] rows"))).to_be_enabled()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_label("File of rows")).to_be_visible()


def test_a_batch_of_a_destructive_action_asks_first(visit: Open) -> None:
    page = visit("#delete_list")
    tab(page, "Batch").click()
    page.get_by_label("File of rows").set_input_files(file("list_id\nnone.such\n", "people.csv"))
    page.get_by_role("button", name="Check the rows").click()
    page.get_by_role("button", name="Run 1 row").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Run 1 row")).to_be_visible()


def test_a_batch_by_keyboard_alone(visit: Open) -> None:
    page = visit(FORM)
    reach(page, tab(page, "Output"))
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(tab(page, "Batch")).to_be_focused()
    reach(page, page.get_by_label("File of rows"))
    page.get_by_label("File of rows").set_input_files(file(ROWS))  # the window to choose one is the browser's
    expect(page.get_by_role("heading", name="people.csv")).to_be_focused()
    expect(page.get_by_role("button", name="Check the rows")).to_be_enabled()
    reach(page, page.get_by_role("button", name="Check the rows"))
    page.keyboard.press("Enter")
    expect(panel(page)).to_contain_text("4 rows, all right")
    reach(page, page.get_by_role("button", name="Run 4 rows"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Download 4 done rows")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_axe_finds_nothing_in_a_batch_and_it_fits(visit: Open, width: int, scheme: str) -> None:
    page = sent(visit(FORM, width=width, color_scheme=scheme, reduced_motion="reduce"), HEAD + ",Ada\n", width)
    page.get_by_role("button", name="Check the rows").click()
    expect(panel(page)).to_contain_text("1 of 1 row are wrong")
    assert findings(page) == []
    assert no_sideways_scroll(page)
    page.get_by_role("button", name="Run 1 row").click()
    expect(page.get_by_role("link", name="Download 1 failed row")).to_be_visible()
    assert findings(page) == []
    assert no_sideways_scroll(page)
    page.get_by_role("button", name="All batches").click()
    page.get_by_label("File of rows").wait_for()
    assert findings(page) == []


def test_many_rows_are_offered_the_bulk_job_of_the_service(visit: Open) -> None:
    page = sent(
        visit(FORM.replace("{First Name}", "all")), "email\n" + "".join(f"u{n}@example.com\n" for n in range(101))
    )
    page.get_by_role("button", name="Check the rows").click()
    expect(panel(page)).to_contain_text("101 rows, all right")
    page.get_by_label("Use the service's bulk job").check()
    page.get_by_role("button", name="Run 101 rows").click()
    expect(page.get_by_role("link", name="Download 101 done rows")).to_be_visible(timeout=60_000)


def test_each_row_runs_with_the_connection_that_it_names(visit: Open, tmp_path: Path) -> None:
    folder = small_limit(tmp_path / "connector", calls=100, period=60)
    with serving(tmp_path / "state", folder, "--connections", "environment", COURIER_API_KEY="key-very-secret") as url:
        page = sent(visit(FORM, url=url), "account,user_id,First Name\nsandbox,ada,Ada\n")
        page.get_by_label("Connection of each row").select_option(label="Named in account")
        page.get_by_role("button", name="Run all rows").click()
        expect(page.get_by_role("link", name="Download 1 done row")).to_be_visible()
        page.goto("about:blank")
