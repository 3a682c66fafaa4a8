"""`run`: one action from a command line, against a service on this machine."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.connector.cli.conftest import SECRET, Cli
from tests.connector.cli.shop import Shop

PAGES: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"things": [{"id": "t1", "name": "Lamp"}, {"id": "t2", "name": "Bank"}], "paging": {"cursor": "c2"}}, {}),
    ({"things": [{"id": "t3", "name": "Tür"}], "paging": {}}, {}),
]


@pytest.fixture
def pages(shop: Shop) -> Shop:
    for body, _ in PAGES:
        shop.responds(200, body)
    return shop


def test_the_result_is_json_on_stdout_and_nothing_else_is_printed(shop_cli: Cli, shop: Shop) -> None:
    ran = shop_cli("get_thing", "thing_id=a/b ü")
    assert (ran.status, ran.out, ran.err) == (0, '{\n  "id": "t1",\n  "name": "Lamp"\n}\n', "")
    assert shop.requests[0].target == "/things/a%2Fb%20%C3%BC"
    assert shop.requests[0].headers["authorization"] == f"Bearer {SECRET}"


def test_warnings_go_to_stderr(shop_cli: Cli, shop: Shop) -> None:
    shop.responds(200, {"id": 7, "name": "Lamp"})
    ran = shop_cli("get_thing", "thing_id=t1")
    assert ran.status == 0
    assert json.loads(ran.out)["name"] == "Lamp"
    assert ran.err.startswith("Warning: ")


@pytest.mark.parametrize("name", ["ThingGet", "get a thing", "GET_THING"])
def test_an_action_goes_by_any_of_its_names(shop_cli: Cli, name: str) -> None:
    assert shop_cli(name, "thing_id=t1").status == 0


def test_a_mistyped_action_gets_the_nearest_and_the_way_to_all(shop_cli: Cli, shop: Shop) -> None:
    ran = shop_cli("get_thng", "thing_id=t1")
    assert (ran.status, ran.out, shop.requests) == (3, "", [])
    assert "There is no action “get_thng”. Did you mean “get_thing”" in ran.err
    assert "To list all actions: courier-connector --connector" in ran.err


def test_a_dry_run_shows_the_request_without_its_secret_and_sends_nothing(shop_cli: Cli, shop: Shop) -> None:
    ran = shop_cli("make_thing", "name=Lamp", "pin=1234", "--dry-run")
    assert json.loads(ran.out) == {
        "method": "POST",
        "url": f"{shop.url}/things",
        "headers": {
            "Accept": "application/json",
            "Content-Type": "application/json",
            "Authorization": "Bearer ••••••",
        },
        "body": {"name": "Lamp", "pin": "••••••"},
    }
    assert shop.requests == []


def test_a_dry_run_needs_no_secret_and_validates_the_inputs(
    cli: Cli, shop_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SHOP_TOKEN")
    ran = cli("--connector", shop_folder, "run", "get_thing", "thing_id=t1", "--dry-run")
    assert json.loads(ran.out)["url"] == "https://api.shop.example/things/t1"
    assert cli("--connector", shop_folder, "run", "get_thing", "--dry-run").status == 3


def test_a_dry_run_in_the_sandbox_explains_why_the_address_is_the_services(cli: Cli, shop_folder: Path) -> None:
    ran = cli("--connector", shop_folder, "run", "get_thing", "thing_id=t1", "--dry-run", "--sandbox")
    assert json.loads(ran.out)["url"].startswith("https://api.shop.example/")
    assert "The sandbox has an address only while it runs" in ran.err


@pytest.mark.skipif(not shutil.which("curl") or not shutil.which("bash"), reason="needs curl and bash")
@pytest.mark.parametrize(
    "arguments",
    [
        ["get_thing", "thing_id=a/../b?c#d e'f\"g$(id)`id`{x}[1]ü"],
        ["list_things", "colour=red", "cursor=a&b=c d+e%"],
        ["make_thing", 'name=it\'s "quoted" $HOME `id` \\ !', "note=line\nbreak", 'data:={"ü": ["🎉", null]}'],
        ["delete_thing", "thing_id=..."],
    ],
)
def test_the_curl_command_sends_the_same_request(shop_cli: Cli, shop: Shop, arguments: list[str]) -> None:
    assert shop_cli(*arguments).status == 0
    ran = shop_cli(*arguments, "--curl")
    assert ran.status == 0
    assert len(ran.out.splitlines()) == 1
    assert SECRET not in ran.out
    assert len(shop.requests) == 1
    done = subprocess.run(["bash", "-c", ran.out], capture_output=True, check=False, timeout=20)
    assert done.returncode == 0, done.stderr
    ours, theirs = shop.requests
    assert (theirs.method, theirs.target) == (ours.method, ours.target)
    names = ["authorization", "accept", "content-type"]
    assert [theirs.headers.get(name) for name in names] == [ours.headers.get(name) for name in names]
    assert (theirs.json if theirs.body else None) == (ours.json if ours.body else None)


@pytest.mark.skipif(not shutil.which("curl") or not shutil.which("bash"), reason="needs curl and bash")
def test_the_curl_command_sends_nothing_if_the_secret_is_not_set(shop_cli: Cli, shop: Shop) -> None:
    line = shop_cli("get_thing", "thing_id=t1", "--curl").out
    done = subprocess.run(
        ["bash", "-c", line],
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin"},
        check=False,
        timeout=20,
    )
    assert done.returncode != 0
    assert "SHOP_TOKEN" in done.stderr
    assert shop.requests == []


def test_the_curl_command_names_the_variable_that_is_set(shop_cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHOP_TOKEN")
    monkeypatch.setenv("SHOP_KEY", SECRET)
    assert '-H "Authorization: Bearer ${SHOP_KEY:?}"' in shop_cli("get_thing", "thing_id=t1", "--curl").out


def test_the_example_sets_the_inputs_that_are_not_set(shop_cli: Cli, shop: Shop) -> None:
    assert shop_cli("get_thing", "--example").status == 0
    assert shop_cli("get_thing", "--example", "thing_id=t9").status == 0
    assert [request.target for request in shop.requests] == ["/things/t1", "/things/t9"]


def test_an_action_without_an_example_is_a_warning(shop_cli: Cli) -> None:
    ran = shop_cli("make_thing", "--example", "name=Lamp")
    assert ran.status == 0
    assert "Warning: “make_thing” has no example" in ran.err


def test_one_page_is_read_by_default_with_the_cursor_to_go_on(shop_cli: Cli, pages: Shop) -> None:
    result = json.loads(shop_cli("list_things").out)
    assert result["paging.cursor"] == "c2"
    assert len(result["things"]) == 2
    assert len(pages.requests) == 1


def test_all_pages_are_collected_on_request(shop_cli: Cli, pages: Shop) -> None:
    result = json.loads(shop_cli("list_things", "--all-pages").out)
    assert [row["id"] for row in result["things"]] == ["t1", "t2", "t3"]
    assert [request.target for request in pages.requests] == ["/things", "/things?cursor=c2"]


def test_a_run_over_all_pages_is_sent_as_any_other_run(shop_cli: Cli, pages: Shop) -> None:
    shop_cli("list_things")
    shop_cli("list_things", "--all-pages", "cursor=c2")
    assert pages.requests[0].headers == pages.requests[1].headers


def test_a_run_over_all_pages_counts_against_the_same_call_limit(cli: Cli, own_folder: Path, pages: Shop) -> None:
    path = own_folder / "definitions/connector.json"
    manifest = json.loads(path.read_text())
    manifest["throttle"] = {"calls": 1, "renewalPeriod": 90}
    path.write_text(json.dumps(manifest))
    command = ["--connector", str(own_folder), "run", "list_things", "--base-url", pages.url, "--max-wait", "0"]
    assert cli(*command, "cursor=c2").status == 0
    ran = cli(*command, "--all-pages")
    assert (ran.status, ran.out, len(pages.requests)) == (6, "", 1)


@pytest.mark.usefixtures("pages")
def test_a_limit_of_rows_ends_the_run_and_warns_that_there_are_more(shop_cli: Cli) -> None:
    ran = shop_cli("list_things", "--max-items", "1")
    assert [row["id"] for row in json.loads(ran.out)["things"]] == ["t1"]
    assert "Warning: There are more rows; only 1" in ran.err


def test_an_action_without_pages_refuses_all_pages(shop_cli: Cli, shop: Shop) -> None:
    ran = shop_cli("get_thing", "thing_id=t1", "--all-pages")
    assert (ran.status, shop.requests) == (2, [])
    assert "--all-pages: get_thing has no pages to read" in ran.err


@pytest.mark.usefixtures("pages")
@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("paging.cursor", {"paging.cursor": "c2"}),
        ("name", [{"name": "Lamp"}, {"name": "Bank"}]),
        (" name , id ", [{"name": "Lamp", "id": "t1"}, {"name": "Bank", "id": "t2"}]),
        ("things.id", [{"id": "t1"}, {"id": "t2"}]),
        ("things[].id", [{"id": "t1"}, {"id": "t2"}]),
    ],
)
def test_only_the_wanted_fields_are_printed(shop_cli: Cli, fields: str, expected: Any) -> None:
    assert json.loads(shop_cli("list_things", "--fields", fields).out) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("nmae", "--fields: Unknown field “nmae”. Did you mean “name”?"),
        ("paging.cursor,id", "Use fields of the result, or fields in the rows of one list, not both."),
        ("", "--fields: Name at least one field. Fields: paging.cursor, things, id, name."),
        ("xyzzy", "--fields: Unknown field “xyzzy”. Fields: paging.cursor, things, id, name."),
    ],
)
def test_a_wrong_field_is_refused_before_anything_is_sent(
    shop_cli: Cli, shop: Shop, fields: str, expected: str
) -> None:
    ran = shop_cli("list_things", "--fields", fields)
    assert (ran.status, ran.out, shop.requests) == (2, "", [])
    assert expected in ran.err


@pytest.mark.usefixtures("pages")
def test_a_table_is_printed_on_request(shop_cli: Cli) -> None:
    ran = shop_cli("list_things", "--output", "table")
    assert ran.out == "paging.cursor  c2\n\nthings (2)\nid  name\n--  ----\nt1  Lamp\nt2  Bank\n"


def test_the_services_response_is_printed_on_request(shop_cli: Cli, shop: Shop) -> None:
    shop.responds(200, {"id": "t1", "name": "Lamp", "secret_of_the_wire": [1]})
    assert json.loads(shop_cli("get_thing", "thing_id=t1", "--raw").out)["secret_of_the_wire"] == [1]
    shop.responses.clear()
    shop.responds(200, "no JSON at all")
    assert json.loads(shop_cli("delete_thing", "thing_id=t1", "--raw").out) == "no JSON at all"


def test_what_happened_is_printed_beside_the_fields(shop_cli: Cli, shop: Shop) -> None:
    shop.responds(503, {})
    shop.responds(200, {"id": "t1", "name": "Lamp"}, x_request_id="r-77")
    ran = json.loads(shop_cli("get_thing", "thing_id=t1", "--meta").out)
    assert ran["fields"] == {"id": "t1", "name": "Lamp"}
    meta = ran["meta"]
    assert (meta["action"], meta["status"], meta["pages"], meta["request_id"]) == ("get_thing", 200, 1, "r-77")
    assert [attempt["status"] for attempt in meta["attempts"]] == [503, 200]


def test_raw_and_meta_go_together_under_the_name_raw(shop_cli: Cli) -> None:
    ran = json.loads(shop_cli("get_thing", "thing_id=t1", "--meta", "--raw").out)
    assert ran["raw"] == {"id": "t1", "name": "Lamp"}


def test_meta_as_a_table_is_below_the_fields(shop_cli: Cli) -> None:
    out = shop_cli("get_thing", "thing_id=t1", "--meta", "--output", "table").out
    assert out.startswith("id    t1\nname  Lamp\n\naction           get_thing\n")


@pytest.mark.parametrize(
    "options",
    [
        ["--sandbox", "--connection", "prod"],
        ["--raw", "--fields", "id"],
        ["--dry-run", "--curl"],
    ],
)
def test_options_that_contradict_each_other_are_refused_before_anything_is_sent(
    cli: Cli, shop_folder: Path, options: list[str]
) -> None:
    ran = cli("--connector", shop_folder, "run", "get_thing", "thing_id=t1", *options)
    assert (ran.status, ran.out) == (2, "")
    assert "not both." in ran.err


@pytest.mark.parametrize("option", [["--timeout", "0"], ["--timeout", "x"], ["--max-wait", "-1"], ["--max-items", "x"]])
def test_an_invalid_limit_is_a_usage_error(shop_cli: Cli, shop: Shop, option: list[str]) -> None:
    assert shop_cli("list_things", *option).status == 2
    assert shop.requests == []


def test_the_whole_run_ends_in_time(shop_cli: Cli, shop: Shop) -> None:
    shop.responds(503, {}, Retry_After="3600")
    ran = shop_cli("get_thing", "thing_id=t1", "--timeout", "5")
    assert (ran.status, ran.out) == (7, "")
    assert len(shop.requests) == 1


def test_a_pause_that_the_service_asks_for_is_not_waited_out_beyond_the_longest_wait(shop_cli: Cli, shop: Shop) -> None:
    shop.responds(429, {}, Retry_After="1800")
    ran = shop_cli("get_thing", "thing_id=t1", "--max-wait", "0", "--timeout", "60")
    assert (ran.status, ran.out) == (6, "")


def test_an_insecure_address_is_refused_until_it_is_allowed_by_name(cli: Cli, shop_folder: Path) -> None:
    arguments = [
        "--connector",
        str(shop_folder),
        "run",
        "get_thing",
        "thing_id=t1",
        "--base-url",
        "http://shop.example",
    ]
    ran = cli(*arguments, "--dry-run")
    assert ran.status == 2
    assert "unencrypted. Use https://, or add --allow-insecure." in ran.err
    assert cli(*arguments, "--dry-run", "--allow-insecure").status == 0


def test_a_secret_as_an_argument_is_refused_without_printing_it(shop_cli: Cli, shop: Shop) -> None:
    ran = shop_cli("get_thing", "thing_id=t1", "api_key=hunter2")
    assert (ran.status, ran.out, shop.requests) == (2, "", [])
    assert "“api_key” cannot be an argument, because other programs can read arguments." in ran.err
    assert "SHOP_TOKEN or SHOP_KEY" in ran.err
    assert "hunter2" not in ran.err


@pytest.mark.parametrize("arguments", [["make_thing", "--help"], ["-h", "ThingPost"], ["Make a thing", "name=x", "-h"]])
def test_help_after_an_action_shows_its_inputs(cli: Cli, shop_folder: Path, shop: Shop, arguments: list[str]) -> None:
    ran = cli("--connector", shop_folder, "run", *arguments)
    assert (ran.status, ran.err, shop.requests) == (0, "", [])
    assert "run [OPTIONS] make_thing [NAME=VALUE]...\n\nMake a thing\n" in ran.out
    assert "\nRequired inputs\n  name  Name  (text, required)\n" in ran.out
    assert "    parts[].label  Label  (text, required)\n" in ran.out
    assert "\nAdvanced inputs\n  pin\n" in ran.out
    assert "--all-pages" in ran.out
    assert "Outputs" not in ran.out


def test_help_after_an_action_ends_with_a_command_to_copy(cli: Cli, shop_folder: Path) -> None:
    ran = cli("--connector", shop_folder, "run", "get_thing", "--help")
    assert (
        f"\nExample: The first thing\ncourier-connector --connector {shop_folder} run get_thing thing_id=t1\n"
        in ran.out
    )


def test_help_after_an_unknown_action_suggests_the_nearest(cli: Cli, shop_folder: Path) -> None:
    ran = cli("--connector", shop_folder, "run", "make_thng", "--help")
    assert (ran.status, ran.out) == (3, "")
    assert "“make_thing”" in ran.err


def test_problems_name_the_key_to_type(shop_cli: Cli) -> None:
    ran = shop_cli("make_thing", "count=many", 'parts:=[{"label": 7}]')
    assert ran.status == 3
    lines = ran.err.splitlines()
    assert [line.partition(": ")[0] for line in lines if line.startswith("  - ")] == [
        "  - name",
        "  - count",
        "  - parts[0].label",
    ]
