"""What a person at a terminal sees: tables, colours where they are wanted, and what the run waits for."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from connector.cli import console
from tests.connector.cli.conftest import SECRET, Cli
from tests.connector.cli.shop import Shop
from tests.connector.cli.terminal import Terminal

Start = Callable[..., Terminal]


def test_the_result_is_a_table_on_a_terminal(terminal: Start, shop_folder: Path, shop: Shop) -> None:
    screen = terminal("--connector", shop_folder, "run", "--base-url", shop.url, "get_thing", "thing_id=t1")
    assert screen.end() == 0
    assert screen.text == "id    t1\nname  Lamp\n"


def test_the_result_is_json_where_stdout_is_a_file(
    terminal: Start, shop_folder: Path, shop: Shop, tmp_path: Path
) -> None:
    shop.responds(200, {"id": 7})
    file = tmp_path / "out.json"
    screen = terminal(
        "--connector", shop_folder, "run", "--base-url", shop.url, "get_thing", "thing_id=t1", stdout=file
    )
    assert screen.end() == 0
    assert json.loads(file.read_text())["name"] is None
    assert screen.text.startswith("Warning: ")


def test_the_services_response_stays_json_on_a_terminal(shop_cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console, "is_terminal", lambda _stream: True)
    assert shop_cli("get_thing", "thing_id=t1").out == "id    t1\nname  Lamp\n"
    assert json.loads(shop_cli("get_thing", "thing_id=t1", "--raw").out) == {"id": "t1", "name": "Lamp"}
    assert json.loads(shop_cli("get_thing", "thing_id=t1", "--output", "json").out) == {"id": "t1", "name": "Lamp"}


@pytest.mark.parametrize(("env", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True)])
def test_colours_are_for_terminals_that_want_them(
    terminal: Start, shop_folder: Path, env: dict[str, str], coloured: bool
) -> None:
    page = terminal("--connector", shop_folder, "list", **env)
    assert page.end() == 0
    assert ("\x1b[" in page.raw) is coloured
    failure = terminal("--connector", shop_folder, "rum", **env)
    assert failure.end() == 2
    assert ("\x1b[31m" in failure.raw) is coloured


def test_a_wait_shows_its_reason_and_length_and_ctrl_c_ends_it(terminal: Start, shop_folder: Path, shop: Shop) -> None:
    shop.responds(503, {}, Retry_After="120")
    screen = terminal("--connector", shop_folder, "run", "--base-url", shop.url, "get_thing", "thing_id=t1")
    assert "The service responded with 503; trying again: 120 s. Press Ctrl-C to stop." in screen.wait_for("to stop.")
    screen.type("\x03")
    assert screen.end() == 130
    assert "Interrupted." in screen.text
    assert "Traceback" not in screen.text


def test_a_wait_for_the_call_limit_is_shown_too(terminal: Start, own_folder: Path, shop: Shop) -> None:
    path = own_folder / "definitions/connector.json"
    manifest = json.loads(path.read_text())
    manifest["throttle"] = {"calls": 1, "renewalPeriod": 90}
    path.write_text(json.dumps(manifest))
    shop.responds(200, {"things": [], "paging": {"cursor": "c2"}})
    screen = terminal("--connector", own_folder, "run", "--base-url", shop.url, "list_things", "--all-pages")
    assert "Waiting for the call limit: 90 s. Press Ctrl-C to stop." in screen.wait_for("to stop.")
    screen.type("\x03")
    assert screen.end() == 130


def test_errors_are_wrapped_at_the_width_of_the_terminal(
    terminal: Start, shop_folder: Path, shop: Shop, tmp_path: Path
) -> None:
    arguments = ["--connector", shop_folder, "run", "--base-url", shop.url, "make_thing", "count=many", "prise=1"]
    for out in (None, tmp_path / "out"):
        screen = terminal(*arguments, stdout=out, columns=44)
        assert screen.end() == 3
        lines = screen.text.splitlines()
        assert [line for line in lines if len(line) > 44] == []
        bullets = [number for number, line in enumerate(lines) if line.startswith("  - count: ")]
        assert lines[bullets[0] + 1].startswith("    "), "a second line is indented as the first"


def test_a_command_to_copy_stays_on_one_line(terminal: Start, shop_folder: Path) -> None:
    screen = terminal("--connector", shop_folder, "connection", "list", columns=30, SHOP_TOKEN="")
    assert screen.end() == 0
    assert screen.text.splitlines()[-1].endswith(f"--connector {shop_folder} connection add NAME")


def test_errors_are_not_wrapped_where_no_person_reads_them(shop_cli: Cli) -> None:
    ran = shop_cli("make_thing", f"count={'many ' * 30}", "name=x")
    assert max(map(len, ran.err.splitlines())) > 80


def test_the_secret_is_asked_for_without_showing_it(
    terminal: Start,
    program: Callable[..., subprocess.CompletedProcess[str]],
    shop_folder: Path,
    shop: Shop,
    tmp_path: Path,
) -> None:
    env = {
        "PYTHON_KEYRING_BACKEND": "tests.connector.cli.keyrings.FileKeyring",
        "TEST_KEYRING": str(tmp_path / "safe.json"),
    }
    screen = terminal("--connector", shop_folder, "connection", "add", "prod", "--base-url", shop.url, **env)
    assert screen.wait_for("API key (hidden): ").endswith(": ")
    screen.type("canary-typed\n")
    assert screen.end() == 0
    assert "Connection “prod” stored. To test it:" in screen.text
    assert "canary-typed" not in screen.text
    ran = program("--connector", shop_folder, "run", "get_thing", "thing_id=t1", "--connection", "prod", **env)
    assert ran.returncode == 0
    assert shop.requests[0].headers["authorization"] == "Bearer canary-typed"
    assert "canary-typed" not in ran.stdout + ran.stderr


def test_a_person_is_asked_before_a_connection_is_replaced(terminal: Start, shop_folder: Path, tmp_path: Path) -> None:
    env = {
        "PYTHON_KEYRING_BACKEND": "tests.connector.cli.keyrings.FileKeyring",
        "TEST_KEYRING": str(tmp_path / "safe.json"),
    }
    for typed, status in (("first", 0), ("n", 2), ("y", 0)):
        screen = terminal("--connector", shop_folder, "connection", "add", "prod", **env)
        if typed != "first":
            screen.wait_for("Connection “prod” already exists. Replace it? [y/N]: ")
            screen.type(f"{typed}\n")
        if status == 0:
            screen.wait_for("API key (hidden): ")
            screen.type(f"canary-{typed}\n")
        assert screen.end() == status
    assert json.loads((tmp_path / "safe.json").read_text()) == {"shop-connector prod/api_key": "canary-y"}


def test_ctrl_c_ends_a_prompt(terminal: Start, shop_folder: Path, tmp_path: Path) -> None:
    env = {
        "PYTHON_KEYRING_BACKEND": "tests.connector.cli.keyrings.FileKeyring",
        "TEST_KEYRING": str(tmp_path / "safe.json"),
    }
    screen = terminal("--connector", shop_folder, "connection", "add", "prod", **env)
    screen.wait_for("API key (hidden): ")
    screen.type("\x03")
    assert screen.end() == 130
    assert "Interrupted." in screen.text
    assert not (tmp_path / "safe.json").exists()


def test_inputs_can_be_typed_at_a_terminal(terminal: Start, shop_folder: Path, shop: Shop) -> None:
    screen = terminal("--connector", shop_folder, "run", "--base-url", shop.url, "make_thing", "--inputs", "-")
    screen.wait_for("Type the inputs as a JSON object, then press Ctrl-D.")
    screen.type('{"name": "Lamp"}\n\x04')
    assert screen.end() == 0
    assert shop.requests[0].json == {"name": "Lamp"}
    assert SECRET not in screen.text
