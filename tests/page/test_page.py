"""Somebody who has never seen the product uses the page, in a real browser, against a real server and its sandbox."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright", reason="playwright is not installed: pip install -e '.[browser]'")

from playwright.sync_api import Locator, Page, expect

from connector.lint.sample_folder import ACTION, write
from tests.page.browser import serving
from tests.page.conftest import Open

pytestmark = pytest.mark.slow
expect.set_options(timeout=20_000)  # on a busy machine a browser takes its time


def run_button(page: Page) -> Locator:
    return page.get_by_role("button", name=re.compile("^Run"))


def tab(page: Page, name: str) -> Locator:
    return page.get_by_role("tab", name=re.compile(f"^{name}"))


def field(page: Page, name: str) -> Locator:
    return page.locator("#inputs").get_by_label(name, exact=True)


def choice(page: Page, name: str) -> Locator:
    return page.get_by_role("combobox", name=name, exact=True)


def options(page: Page, name: str) -> Locator:
    return page.get_by_role("listbox", name=name).get_by_role("option")


def output(page: Page) -> Locator:
    return page.get_by_role("tabpanel", name="Output")


def test_a_newcomer_sends_a_message_and_sees_it_arrive(visit: Open) -> None:
    page = visit()
    page.get_by_role("button", name="Open with an example").click()
    run_button(page).click()
    expect(output(page)).to_contain_text("Succeeded")
    message = page.get_by_role("article", name="Email to ada")
    expect(message).to_contain_text("Your order is on its way")
    expect(message).to_contain_text("Order 1042 has left the harbour.")


def test_an_action_is_found_with_the_slash_key_and_opened_by_enter(visit: Open) -> None:
    page = visit()
    page.keyboard.press("/")
    page.keyboard.type("audience members")
    expect(page.get_by_role("navigation", name="Actions").get_by_role("link")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="List audience members", level=2)).to_be_visible()


def test_a_choice_shows_the_fields_of_its_option_and_sends_no_others(visit: Open) -> None:
    page = visit("#send_message")
    field(page, "User ID").fill("ada")
    choice(page, "Send to").select_option(label="Slack")
    expect(field(page, "User ID")).to_have_count(0)
    secret = field(page, "Slack: Access Token")
    expect(secret).to_have_attribute("type", "password")
    secret.fill("xoxb-very-secret")
    choice(page, "Slack target").select_option(label="A person, by email")
    field(page, "Slack: Email").fill("ada@example.com")
    field(page, "Title").fill("Hi")
    field(page, "Body").fill("There")
    tab(page, "Request").click()
    request = page.get_by_role("tabpanel", name="Request")
    expect(request).to_contain_text('"email": "ada@example.com"')
    expect(request).not_to_contain_text("user_id")
    assert "xoxb-very-secret" not in page.locator("body").inner_text()


def test_all_problems_are_beside_their_fields_and_the_first_has_the_focus(visit: Open) -> None:
    page = visit("#send_message")
    field(page, "Title").fill("Hi")
    expect(page.locator(".problem")).to_have_count(0)
    run_button(page).click()
    expect(field(page, "User ID")).to_be_focused()
    expect(field(page, "User ID")).to_have_attribute("aria-invalid", "true")
    expect(field(page, "User ID")).to_have_accessible_description(re.compile("No recipient: fill in User ID"))
    expect(field(page, "Body")).to_have_accessible_description(re.compile("Body is required when Title is filled in"))
    expect(output(page).get_by_role("alert")).to_contain_text("2 problems with the inputs. Nothing was sent.")
    output(page).get_by_role("button", name="Body").click()
    expect(field(page, "Body")).to_be_focused()
    page.keyboard.type("There")
    expect(output(page).get_by_role("alert")).to_contain_text("1 problem")
    field(page, "User ID").fill("ada")
    expect(page.locator(".problem")).to_have_count(0)


def test_rows_keep_their_numbers_while_others_are_empty(visit: Open) -> None:
    page = visit("#send_message")
    choice(page, "Send to").select_option(label="Several recipients")
    for _ in range(2):
        page.get_by_role("button", name="Add a row to Recipients").click()
    page.keyboard.type("ada")
    second = page.get_by_role("region", name="Recipients, row 2")
    expect(second.get_by_label("User ID")).to_have_value("ada")
    choice(page, "Message").select_option(label="Elements")
    page.get_by_role("button", name="Add a row to Elements").click()
    page.get_by_role("button", name="Add a row to Elements").click()
    rows = page.get_by_role("region", name=re.compile("^Elements, row"))
    rows.nth(0).get_by_label("Type").select_option("text")
    rows.nth(0).get_by_label("Content").fill("Hello")
    rows.nth(1).get_by_label("Type").select_option("image")
    run_button(page).click()
    expect(rows.nth(1).get_by_label("Image URL")).to_be_focused()
    expect(output(page)).to_contain_text("Elements, row 2, Image URL: Image URL is required when Type is image.")
    rows.nth(1).get_by_role("button", name="Remove Elements, row 2", exact=True).click()
    run_button(page).click()
    expect(output(page)).to_contain_text("Succeeded")
    expect(page.get_by_role("article", name="Email to ada")).to_contain_text("Hello")


def test_a_drop_down_searches_takes_free_text_and_refreshes(visit: Open) -> None:
    page = visit("#get_list")
    combobox = page.get_by_role("combobox", name="List ID")
    combobox.click()
    found = options(page, "List ID")
    expect(found.first).to_be_visible()
    everything = found.count()
    combobox.press_sequentially("weekly")
    expect(found).to_have_count(1)
    assert everything > 1
    combobox.press("ArrowDown")
    expect(combobox).to_have_attribute("aria-activedescendant", re.compile(".+-0$"))
    combobox.press("Enter")
    expect(combobox).to_have_value("news.weekly")
    expect(combobox).to_have_attribute("aria-expanded", "false")
    combobox.fill("no.such.list")
    expect(page.get_by_text("What you typed is used as it is.")).to_be_visible()
    with page.expect_response(lambda response: "/choices/list_id?refresh=1" in response.url):
        page.get_by_role("button", name="Refresh the choices of List ID").click()
    combobox.press("Escape")
    run_button(page).click()
    expect(output(page).get_by_role("alert")).to_contain_text("404")


def test_added_fields_can_be_found_filled_in_and_removed(visit: Open) -> None:
    page = visit("#send_message")
    page.get_by_role("button", name=re.compile("^Add one of 2")).click()
    page.get_by_label("Find a field").fill("trace")
    page.get_by_role("button", name="Trace ID").click()
    expect(field(page, "Trace ID")).to_be_focused()
    page.keyboard.type("order-1042")
    tab(page, "JSON").click()
    page.get_by_role("button", name="Remove Trace ID").click()
    expect(field(page, "Trace ID")).to_have_count(0)


def test_rows_of_a_result_are_a_table_with_readable_times(visit: Open) -> None:
    page = visit("#list_messages", timezone_id="Europe/Berlin", locale="en-GB")
    run_button(page).click()
    table = output(page).get_by_role("table")
    expect(table.get_by_role("columnheader", name="Status")).to_be_visible()
    expect(table.get_by_role("row").nth(1)).to_contain_text(re.compile(r"\d+ \w+ 20\d\d, \d\d:\d\d:\d\d"))
    expect(output(page).locator("code", has_text="paging.cursor").first).to_be_visible()
    page.get_by_label("All pages").check()
    run_button(page).click()
    expect(output(page)).to_contain_text("Pages")


def test_a_number_of_rows_that_is_none_goes_back_to_the_last_that_was_one(visit: Open) -> None:
    page = visit("#list_messages")
    page.get_by_label("Up to").check()
    most = page.get_by_label("Largest number of rows")
    most.fill("3")
    for wrong in ("0", "-5", "1.5", ""):
        most.fill(wrong)
        most.blur()
        expect(most).to_have_value("3")
    run_button(page).click()
    expect(output(page)).to_contain_text("3 rows")


def test_outputs_are_described_before_the_first_run(visit: Open) -> None:
    page = visit("#get_profile")
    expect(output(page).get_by_role("heading", name="What it returns")).to_be_visible()
    expect(output(page)).to_contain_text("Phone Number")


def test_a_destructive_action_asks_first_and_cancel_sends_nothing(visit: Open) -> None:
    page = visit('#delete_list?{"list_id":"news.daily"}')
    run_button(page).click()
    dialog = page.get_by_role("dialog", name="Delete a list?")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(output(page)).not_to_contain_text("Succeeded")
    run_button(page).click()
    dialog.get_by_role("button", name="Delete a list").click()
    expect(output(page)).to_contain_text("Succeeded")


def test_python_code_runs_when_copied(visit: Open) -> None:
    page = visit("#send_message")
    page.get_by_role("button", name="Example").click()
    tab(page, "Code").click()
    tab(page, "Python").click()
    panel = page.get_by_role("tabpanel", name="Python")
    expect(panel).to_contain_text("Order 1042 has left the harbour.")
    panel.get_by_role("button", name="Copy").click()
    expect(panel.get_by_role("button", name="Copied")).to_be_visible()
    code = page.evaluate("navigator.clipboard.readText()")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert re.search(r"1-[0-9a-f]{8}-", done.stdout)


def test_the_call_limit_is_counted_down_and_a_wait_can_be_stopped(visit: Open, limited_server: str) -> None:
    page = visit("#list_brands", url=limited_server)
    for _ in range(2):
        run_button(page).click()
        expect(output(page)).to_contain_text("Succeeded")
        page.get_by_role("button", name="Clear").click()
    expect(page.get_by_text(re.compile("0 of 2"))).to_be_visible()
    run_button(page).click()
    expect(output(page)).to_contain_text("Waiting for the call limit")
    expect(output(page).locator(".count")).to_have_text(re.compile(r"^(10|[1-9]) s$"))
    page.get_by_role("button", name="Stop").click()
    expect(output(page)).to_contain_text("Stopped. Nothing was sent.")
    run_button(page).click()
    expect(output(page)).to_contain_text("Waiting for the call limit")
    expect(output(page)).to_contain_text("Waited", timeout=25_000)


def test_history_holds_no_secret_and_opens_a_run_again(visit: Open) -> None:
    page = visit("#send_message")
    choice(page, "Send to").select_option(label="Slack")
    field(page, "Slack: Access Token").fill("xoxb-very-secret")
    field(page, "Slack: Channel").fill("orders")
    field(page, "Title").fill("Remember me")
    field(page, "Body").fill("There")
    run_button(page).click()
    expect(output(page)).to_contain_text("Succeeded")
    stored = page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")
    assert "Remember me" in stored
    assert "xoxb" not in stored
    page.get_by_role("link", name="List brands").click()
    tab(page, "History").click()
    page.get_by_role("button", name=re.compile("Send a message.*Remember me")).first.click()
    expect(field(page, "Title")).to_have_value("Remember me")
    expect(field(page, "Slack: Channel")).to_have_value("orders")
    expect(field(page, "Slack: Access Token")).to_have_value("")


def test_a_link_fills_in_the_form_and_never_holds_a_secret(visit: Open) -> None:
    page = visit("#send_message")
    field(page, "User ID").fill("ada")
    choice(page, "Send to").select_option(label="Slack")
    field(page, "Slack: Access Token").fill("xoxb-very-secret")
    field(page, "Slack: Channel").fill("orders")
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    assert "xoxb" not in link
    assert "token=" not in link
    page.goto("about:blank")
    page.goto(link)
    expect(field(page, "Slack: Channel")).to_have_value("orders")
    expect(page).to_have_url(re.compile("#send_message$"))


def test_the_sandbox_shows_messages_and_requests_and_is_reset_after_a_question(visit: Open) -> None:
    page = visit('#send_message?{"phone_number":"+14155550123","title":"Hi","body":"Your code is 1234"}')
    run_button(page).click()
    expect(output(page)).to_contain_text("Succeeded")
    tab(page, "Sandbox").click()
    expect(page.get_by_role("article", name="SMS to +14155550123").first).to_contain_text("Your code is 1234")
    tab(page, "Requests").click()
    entry = page.get_by_role("group").filter(has_text="POST /send").first
    entry.click()
    expect(entry).to_contain_text("Your code is 1234")
    page.get_by_role("button", name="Reset the sandbox").click()
    page.get_by_role("button", name="Reset", exact=True).click()
    tab(page, "Messages").click()
    expect(page.get_by_text("Your code is 1234")).to_have_count(0)


def test_the_whole_way_by_keyboard_alone(visit: Open) -> None:
    page = visit()
    page.keyboard.press("/")
    page.keyboard.type("send a message")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Send a message", level=2)).to_be_focused()
    reach(page, choice(page, "Send to"))
    page.keyboard.type("A list")
    reach(page, page.get_by_role("combobox", name="List ID"))
    page.keyboard.press("ArrowDown")
    expect(options(page, "List ID").first).to_be_visible()
    page.keyboard.type("news.weekly")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    reach(page, field(page, "Title"))
    page.keyboard.type("Hi")
    reach(page, field(page, "Body"))
    page.keyboard.type("There")
    page.keyboard.press("Control+Enter")
    expect(output(page)).to_contain_text("Succeeded")
    reach(page, tab(page, "Output"))
    page.keyboard.press("ArrowRight")
    expect(tab(page, "JSON")).to_be_focused()
    expect(page.get_by_role("tabpanel", name="JSON")).to_contain_text("requestId")


def reach(page: Page, target: Locator) -> None:
    """Press Tab until it has the focus, as somebody without a mouse does."""
    for _ in range(60):
        if target.evaluate("node => node === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the Tab key does not reach {target}")


def test_everything_fits_and_works_at_390_pixels(visit: Open) -> None:
    page = visit(width=390, height=844, has_touch=True)
    page.get_by_role("button", name="Open with an example").tap()
    expect(page.get_by_role("heading", name="Send a message", level=2)).to_be_visible()
    assert no_sideways_scroll(page)
    run_button(page).tap()
    expect(page.get_by_role("article", name="Email to ada")).to_be_visible()
    assert no_sideways_scroll(page)
    page.get_by_role("button", name="Actions", exact=True).tap()
    page.get_by_role("link", name="List messages").tap()
    expect(page.get_by_role("heading", name="List messages", level=2)).to_be_visible()
    page.get_by_role("button", name="Inputs", exact=True).tap()
    run_button(page).tap()
    expect(output(page).get_by_role("table")).to_be_visible()
    assert no_sideways_scroll(page)


def no_sideways_scroll(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing(visit: Open, scheme: str, width: int) -> None:
    page = visit(width=width, color_scheme=scheme, reduced_motion="reduce")
    assert findings(page) == []
    page.goto(page.url.split("#")[0] + '#send_message?{"recipients":[{"user_id":"ada"},{}],"data":{"order":"1"}}')
    field(page, "Recipients").wait_for()
    page.get_by_role("button", name=re.compile("^Add one of")).last.click()
    run_button(page).click()
    page.locator(".problem").first.wait_for(state="attached")
    assert findings(page) == []
    show(page, "Results", width)
    assert findings(page) == []
    for name in ("Request", "Code", "History", "Sandbox"):
        tab(page, name).click()
        page.get_by_role("tabpanel", name=name).locator(":scope > *").first.wait_for()
        assert findings(page) == [], name
    page.goto(page.url.split("#")[0] + "#list_messages")
    page.get_by_role("heading", name="List messages", level=2).wait_for()
    run_button(page).click()
    output(page).get_by_role("table").first.wait_for()
    assert findings(page) == []
    page.goto(page.url.split("#")[0] + '#get_brand?{"brand_id":"harbour-events"}')
    show(page, "Inputs", width)
    page.get_by_role("combobox", name="Brand ID").click()
    options(page, "Brand ID").first.wait_for()
    assert findings(page) == []


def show(page: Page, pane: str, width: int) -> None:
    if width < 1120:
        page.get_by_role("button", name=pane, exact=True).click()


def findings(page: Page) -> list[str]:
    """What axe finds, a line each."""
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 - only here

    violations: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {json.dumps(node['target'])} {node['failureSummary']}"
        for each in violations
        for node in each["nodes"]
    ]


def test_dark_is_dark_and_motion_can_be_reduced(visit: Open) -> None:
    page = visit(color_scheme="dark", reduced_motion="reduce")
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert max(map(int, re.findall(r"\d+", background))) < 60
    duration = page.evaluate("getComputedStyle(document.querySelector('button')).transitionDuration")
    assert max(float(part) for part in re.findall(r"[\d.e-]+(?=s)", duration)) < 0.001


def test_choices_that_depend_on_another_field_say_so_and_follow_it(visit: Open) -> None:
    page = visit("#get_user_preference")
    topic = page.get_by_role("combobox", name="Topic ID")
    topic.click()
    expect(page.get_by_text("Fill in User ID first: the choices depend on it.")).to_be_visible()
    field(page, "User ID").fill("ada")
    topic.click()
    expect(options(page, "Topic ID").first).to_be_visible()


def test_the_html_of_an_email_is_shown_without_its_scripts_styles_and_remote_pictures(visit: Open) -> None:
    hostile = (
        '<style>body{display:none}</style><p style="position:fixed">Fine <b>bold</b></p>'
        "<script>window.hacked=1</script>"
        '<img src="x" onerror="window.hacked=1" alt="Logo"><a href="javascript:window.hacked=1">Click</a>'
        '<iframe src="https://example.com"></iframe><form action="/sandbox/reset"><button>Go</button></form>'
    )
    page = visit(
        "#send_message?" + json.dumps({"email": "a@example.com", "elements": [{"type": "html", "content": hostile}]})
    )
    run_button(page).click()
    message = page.get_by_role("article", name="Email to a@example.com")
    expect(message.locator("b")).to_have_text("bold")
    expect(message).to_contain_text("Logo")
    assert message.locator("script, style, img, a, iframe, form, button, [style], [onerror]").count() == 0
    assert page.evaluate("window.hacked") is None


def test_a_list_says_that_it_is_only_the_first_of_many(visit: Open) -> None:
    page = visit()
    body = json.dumps({"choices": [{"value": "a", "label": "A"}], "complete": False, "age": 0})
    page.route("**/choices/**", lambda route: route.fulfill(status=200, content_type="application/json", body=body))
    page.goto(page.url + "#get_list")
    page.get_by_role("combobox", name="List ID").click()
    expect(page.get_by_text("Only the first 1 are listed; any other ID can be typed.")).to_be_visible()


def test_after_an_unknown_outcome_a_run_is_repeated_under_its_key(visit: Open) -> None:
    page = visit('#send_message?{"user_id":"ada","title":"Hi","body":"There"}')
    error = {
        "code": "outcome_unknown",
        "message": "The service did not respond.",
        "hint": "Check whether it happened before you run it again.",
        "idempotency_key": "key-1",
        "retryable": False,
    }
    event = json.dumps({"type": "error", "error": error})
    body = f"event: error\ndata: {event}\n\n"
    page.route(
        "**/run?*", lambda route: route.fulfill(status=200, content_type="text/event-stream", body=body), times=1
    )
    run_button(page).click()
    expect(output(page).get_by_role("alert")).to_contain_text("It is not known whether it happened")
    with page.expect_request("**/run?*") as request:
        page.get_by_role("button", name="Run again with the same idempotency key").click()
    assert request.value.headers["idempotency-key"] == "key-1"
    expect(output(page)).to_contain_text("Succeeded")


UNUSUAL = {
    "request": {"method": "POST", "path": "/things/{thing_id}"},
    "effects": {"destructive": False},
    "inputs": {
        "properties": {
            "First name": {"title": "First Name", "description": "As in a passport.", "x-pointer": "/first"},
            "size.width": {"type": "number", "title": "Width", "description": "In meters.", "x-pointer": "/size/width"},
            "photo": {"title": "Photo", "description": "A picture.", "format": "byte", "x-pointer": "/photo"},
            "fragile": {
                "type": "boolean",
                "title": "Fragile",
                "description": "Handle with care.",
                "x-pointer": "/fragile",
            },
            "counts": {
                "type": "object",
                "title": "Counts",
                "description": "By color.",
                "additionalProperties": {"type": "integer"},
                "x-pointer": "/counts",
            },
        },
        "required": ["First name"],
    },
}


def test_it_works_for_any_connector_folder(visit: Open, tmp_path: Path) -> None:
    folder = write(tmp_path / "sample", {ACTION: UNUSUAL})
    with serving(tmp_path / "state", folder, "--connections", "environment", SAMPLE_KEY="key-very-secret") as url:
        page = visit("#get_thing", url=url)
        expect(page.get_by_role("heading", name="Sample", level=1)).to_be_visible()
        expect(tab(page, "Sandbox")).to_have_count(1)  # made of the examples
        expect(page.get_by_label("Run in")).to_have_value("sandbox")
        page.get_by_label("Run in").select_option("environment")
        run_button(page).click()
        expect(field(page, "Thing ID")).to_be_focused()
        expect(field(page, "First Name")).to_have_accessible_description(re.compile("First Name is required"))
        field(page, "Thing ID").fill("t 1")
        field(page, "First Name").fill("Ada")
        field(page, "Width").fill("1.5")
        field(page, "Photo").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": b"\x89PNG"})
        page.get_by_role("group", name="Fragile").get_by_label("No").check()
        page.get_by_role("button", name="Add a value to Counts").click()
        page.keyboard.type("red")
        page.get_by_label("Counts, value 1").fill("3")
        tab(page, "Request").click()
        expect(page.get_by_role("tabpanel", name="Request")).to_contain_text("https://api.example.com/things/t%201")
        expect(page.get_by_role("region", name="Body")).to_contain_text('"red": 3')
        body = json.loads(page.get_by_role("region", name="Body").inner_text())
        page.goto("about:blank")  # it asks for the call limit now and then, and its server ends here
    assert body == {
        "first": "Ada",
        "size": {"width": 1.5},
        "photo": "iVBORw==",
        "fragile": False,
        "counts": {"red": 3},
    }


@pytest.mark.parametrize("width", [1280, 390])
def test_a_command_to_copy_is_shown_whole(visit: Open, width: int) -> None:
    page = visit('#send_message?{"user_id":"ada","title":"Hi","body":"There"}', width=width)
    show(page, "Results", width)
    tab(page, "Request").click()
    command = page.get_by_role("region", name="curl")
    expect(command).to_contain_text("--data-raw")
    assert command.evaluate("element => element.scrollWidth <= element.clientWidth")
