"""Every kind of failure: its exit status, its message on stderr, nothing on stdout and no traceback."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from connector.cli.app import cli as root
from connector.connector import Connector
from connector.errors import ExitStatus
from tests.connector.cli.conftest import ROOT, SECRET, Cli, Ran, child_environment
from tests.connector.cli.shop import Shop

Program = Callable[..., subprocess.CompletedProcess[str]]


def failed(ran: Ran, status: ExitStatus, *expected: str) -> None:
    assert ran.status == status, ran.err
    assert ran.out == ""
    assert "Traceback" not in ran.err
    for text in expected:
        assert text in ran.err


def test_a_wrong_command_is_2(cli: Cli) -> None:
    failed(cli("rum"), ExitStatus.USAGE, "Unknown command “rum”. Did you mean “run”?", "--help")
    failed(cli("frobnicate"), ExitStatus.USAGE, "Commands: list, show, run")
    failed(cli("run"), ExitStatus.USAGE, "ACTION")
    failed(cli("--connecter", "x", "list"), ExitStatus.USAGE)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["export", "foo"], "“foo”"),
        (["export", "opnapi"], "Did you mean “openapi”?"),
        (["export", "openapi", "--group", "thigns"], "--group: unknown group “thigns”. Did you mean “things”?"),
        (["list", "--group", "thigns"], "--group: unknown group “thigns”. Did you mean “things”?"),
        (["new", "get_cart", "--group", "thigns"], "--group: unknown group “thigns”. Did you mean “things”?"),
        (["run", "list_things", "--max-items", "0"], "--max-items"),
    ],
)
def test_a_wrong_argument_is_2_in_every_command(
    cli: Cli, own_folder: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], expected: str
) -> None:
    monkeypatch.chdir(own_folder)
    failed(cli("--connector", own_folder, *arguments), ExitStatus.USAGE, expected)


def test_an_action_typed_as_a_command_shows_how_to_run_it(cli: Cli, shop_folder: Path) -> None:
    for name in ("get_thing", "ThingGet", "get a thing"):
        ran = cli("--connector", shop_folder, name, "thing_id=t1")
        failed(ran, ExitStatus.USAGE, f"Unknown command “{name}”. It is an action. To run it:\n  courier-connector --")
    failed(cli("--connector", shop_folder / "none", "get_thing"), ExitStatus.USAGE, "Commands: list, show")
    failed(cli("connection", "lst"), ExitStatus.USAGE, "Unknown command “lst”. Did you mean “list”?")


def test_the_word_help_shows_help(cli: Cli) -> None:
    assert cli("help").out == cli("--help").out
    assert cli("help", "run").out == cli("run", "--help").out
    assert cli("connection", "help", "add").out == cli("connection", "add", "--help").out
    failed(cli("help", "rum"), ExitStatus.USAGE, "Did you mean “run”?")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["run", "get_thing", "--timeout", "soon"], "--timeout must be a number above 0, not “soon”."),
        (["run", "get_thing", "--timeout", "0"], "--timeout must be a number above 0, not “0”."),
        (["run", "get_thing", "--timeout", "inf"], "--timeout must be a number above 0, not “inf”."),
        (["run", "get_thing", "--max-wait", "-1"], "--max-wait must be a number of 0 or more, not “-1”."),
        (["run", "list_things", "--max-items", "1.5"], "--max-items must be a whole number of 1 or more, not “1.5”."),
        (["sandbox", "--port", "65536"], "--port must be a whole number from 0 to 65535, not “65536”."),
        (["run", "get_thing", "--output", "xml"], "--output: choose one of json, "),
        (["completion"], "SHELL is required: bash, zsh, fish."),
        (["completion", "tcsh"], "SHELL: choose one of bash, zsh, fish."),
        (["show"], "ACTION is required."),
        (["list", "--grop", "x"], "Unknown option “--grop”. Did you mean “--group”?"),
        (["list", "-x"], "Unknown option “-x”."),
        (["list", "-search", "x"], "Unknown option “-s”. Did you mean “--search”?"),
        (["run", "get_thing", "--format", "csv"], "Unknown option “--format”. Did you mean “--output”?"),
        (["run", "get_thing", "--limit=3"], "Unknown option “--limit”. Did you mean “--max-items”?"),
        (["list", "--limit=3"], "Unknown option “--limit”.\n"),
        (["sandbox", "start"], "Unexpected argument “start”."),
        (["list", "--json=x"], "Option '--json' does not take a value."),
    ],
)
def test_what_is_wrong_on_the_command_line_is_said_in_plain_sentences(
    cli: Cli, shop_folder: Path, arguments: list[str], expected: str
) -> None:
    failed(cli("--connector", shop_folder, *arguments), ExitStatus.USAGE, expected)


def test_a_folder_that_cannot_be_written_is_2_and_names_the_option(cli: Cli, shop_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for out in (tmp_path / "file", tmp_path / "file" / "below"):
        ran = cli("--connector", shop_folder, "export", "openapi", "--out", out)
        failed(ran, ExitStatus.USAGE, "--out", str(out))


def test_a_group_of_an_export_is_named_by_key_or_title(cli: Cli, shop_folder: Path, tmp_path: Path) -> None:
    for number, group in enumerate(["old", "Old stock", "OLD"]):
        out = tmp_path / str(number)
        ran = cli("--connector", shop_folder, "export", "openapi", "--group", group, "--out", out)
        assert ran.status == 0, ran.err
        assert "delete_thing" in "".join(file.read_text() for file in out.iterdir())


def test_no_command_at_all_shows_the_help_and_is_2(cli: Cli) -> None:
    failed(cli(), ExitStatus.USAGE, "Get started:", "Exit status:")
    failed(cli("connection"), ExitStatus.USAGE, "add", "test")


def test_wrong_inputs_are_3(shop_cli: Cli, cli: Cli, shop_folder: Path, shop: Shop) -> None:
    failed(shop_cli("get_thing"), ExitStatus.INPUT, "Thing ID is required", "For example: t1")
    unknown = ["There is no action “no_such_action”", "To list all actions: courier-connector"]
    failed(shop_cli("no_such_action"), ExitStatus.INPUT, *unknown)
    failed(cli("--connector", shop_folder, "show", "no_such_action"), ExitStatus.INPUT, *unknown)
    assert shop.requests == []


def test_a_missing_secret_is_4_and_shows_every_way_to_provide_one(
    shop_cli: Cli, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SHOP_TOKEN")
    ran = shop_cli("get_thing", "thing_id=t1")
    failed(
        ran,
        ExitStatus.CONNECTION,
        "The connection has no API key.",
        "Set SHOP_TOKEN or SHOP_KEY, or store a connection:",
    )
    assert "connection add NAME" in ran.err
    assert shop.requests == []


def test_without_an_account_the_sandbox_is_offered(cli: Cli) -> None:
    ran = cli("run", "get_list", "list_id=x")
    failed(
        ran,
        ExitStatus.CONNECTION,
        "COURIER_AUTH_TOKEN or COURIER_API_KEY",
        "To try it without an account, add --sandbox.",
    )


@pytest.mark.parametrize("variable", ["COURIER_AUTH_TOKEN", "COURIER_API_KEY"])
def test_the_secret_comes_from_either_environment_variable(
    cli: Cli, shop: Shop, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "Bearer canary-from-env")
    assert cli("run", "get_list", "list_id=x", "--base-url", shop.url).status == 0
    assert shop.requests[0].headers["authorization"] == "Bearer canary-from-env"


def test_a_refused_secret_is_4(shop_cli: Cli, shop: Shop) -> None:
    shop.responds(401, {"message": "bad key"})
    failed(shop_cli("get_thing", "thing_id=t1"), ExitStatus.CONNECTION, "The API key was not accepted.", "bad key")


def test_a_secret_that_cannot_travel_is_4_and_not_shown(
    shop_cli: Cli, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_TOKEN", "two words-of-secret")
    ran = shop_cli("get_thing", "thing_id=t1")
    failed(ran, ExitStatus.CONNECTION, "such as a space or a line break")
    assert "words-of-secret" not in ran.err
    assert shop.requests == []


def test_a_refusal_is_5_and_names_the_input(shop_cli: Cli, shop: Shop) -> None:
    shop.responds(404, {"message": "no"}, x_request_id="r-1")
    ran = shop_cli("get_thing", "thing_id=t9")
    failed(ran, ExitStatus.REFUSED, "There is no thing “t9”.", "Look at the list", "Input: thing_id", "Request ID: r-1")


def test_too_many_calls_are_6(shop_cli: Cli, shop: Shop) -> None:
    shop.responds(429, {"message": "slow down"})
    failed(shop_cli("get_thing", "thing_id=t1", "--max-wait", "0"), ExitStatus.WAIT, "call limit")


def test_a_fault_of_the_service_is_7(shop_cli: Cli, shop: Shop) -> None:
    shop.responds(500, "<html>oops</html>")
    failed(shop_cli("get_thing", "thing_id=t1"), ExitStatus.LATER, "The service failed (500")
    assert len(shop.requests) == 2


def test_a_service_that_cannot_be_reached_is_7(cli: Cli, shop_folder: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        ran = cli("--connector", shop_folder, "run", "make_thing", "name=x", "--base-url", url)
    failed(ran, ExitStatus.LATER, "could not be reached", "Check the network and the base URL.")


def test_a_response_that_does_not_match_the_definition_is_8(shop_cli: Cli, shop: Shop) -> None:
    shop.responds(200, {"things": [], "paging": {"cursor": "again"}})
    failed(shop_cli("list_things", "--all-pages"), ExitStatus.OUTPUT, "already read")


def test_a_broken_connector_is_9(cli: Cli, own_folder: Path, tmp_path: Path) -> None:
    failed(cli("--connector", tmp_path, "list"), ExitStatus.USAGE, "There is no connector")
    (own_folder / "actions/things.py").write_text("def get_thing(:\n")
    ran = cli("--connector", own_folder, "run", "get_thing", "thing_id=t1")
    failed(ran, ExitStatus.DEFINITION, "actions/things.py cannot be imported")
    (own_folder / "definitions/things/get_thing.json").write_text("{")
    failed(cli("--connector", own_folder, "list"), ExitStatus.DEFINITION, "get_thing.json: not JSON", "line 1")
    failed(cli("--connector", own_folder, "show", "get_thing"), ExitStatus.DEFINITION, "get_thing.json: not JSON")


def test_a_state_folder_that_cannot_be_used_is_explained(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CONNECTOR_STATE_DIR", str(tmp_path / "file"))
    failed(cli("run", "get_list", "list_id=x", "--sandbox"), ExitStatus.UNEXPECTED, str(tmp_path / "file"))


def test_what_the_system_refuses_is_explained(cli: Cli, own_folder: Path) -> None:
    (own_folder / "definitions/things/new_thing.json").symlink_to("/proc/nowhere/x")
    ran = cli("new", "new_thing", "--group", "things", "--dir", own_folder)
    assert ran.status != 0
    assert "Traceback" not in ran.err


def test_interruption_is_130(shop_cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Connector, "run", interrupted)
    failed(shop_cli("get_thing", "thing_id=t1"), ExitStatus.INTERRUPTED, "Interrupted.")


def test_an_interruption_after_sending_says_that_the_call_may_have_been_carried_out(
    shop_cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any, **__: Any) -> None:
        stopped = KeyboardInterrupt()
        stopped.add_note("The call had been sent. Its idempotency key was k-1.")
        raise stopped

    monkeypatch.setattr(Connector, "run", interrupted)
    ran = shop_cli("make_thing", "name=Lamp")
    failed(ran, ExitStatus.INTERRUPTED, "Interrupted.\nThe call had been sent. Its idempotency key was k-1.\n")


def test_a_failure_is_json_on_stderr_where_json_is_asked_for(shop_cli: Cli, shop: Shop) -> None:
    shop.responds(404, {"message": "no\x1b[31m"})
    ran = shop_cli("get_thing", "thing_id=t9", "--output", "json")
    failed(ran, ExitStatus.REFUSED)
    error = json.loads(ran.err)
    assert (error["code"], error["field"], error["retryable"]) == ("thing_not_found", "thing_id", False)
    ran = shop_cli("make_thing", "count=x", "--output", "json")
    assert [problem["field"] for problem in json.loads(ran.err)["problems"]] == ["name", "count"]


def test_a_reader_that_goes_away_is_not_an_error(shop_folder: Path) -> None:
    started = subprocess.Popen(
        [sys.executable, "-m", "connector", "--connector", str(shop_folder), "show", "make_thing"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=child_environment(PYTHONUNBUFFERED="1"),
        text=True,
    )
    assert started.stdout
    assert started.stderr
    started.stdout.close()
    with started.stderr as errors:
        assert errors.read() == ""
    assert started.wait(20) == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a full device")
def test_a_full_disk_is_explained(shop_folder: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "connector", "--connector", str(shop_folder), "list"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=child_environment(),
            check=False,
            timeout=20,
        )
    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_encoding_that_lacks_letters_still_gives_the_result(program: Program, shop_folder: Path, shop: Shop) -> None:
    shop.responds(200, {"id": "t1", "name": "🎉"})
    arguments = ["--connector", shop_folder, "run", "--base-url", shop.url, "get_thing", "thing_id=t1"]
    ran = program(*arguments, "--output", "table", PYTHONIOENCODING="latin-1")
    assert (ran.returncode, ran.stdout) == (0, "id    t1\nname  ?\n")


def test_the_program_is_called_by_its_installed_name(tmp_path: Path) -> None:
    installed = Path(sys.executable).with_name("courier-connector")
    if not installed.exists():
        pytest.skip("the program is not installed beside this Python")
    done = subprocess.run(
        [installed, "--help"], capture_output=True, text=True, env=child_environment(), cwd=tmp_path, check=True
    )
    assert done.stdout.startswith("Usage: courier-connector [OPTIONS] COMMAND")
    assert SECRET not in done.stdout


def test_a_signal_from_outside_ends_the_run_cleanly(shop_folder: Path, shop: Shop) -> None:
    shop.responds(503, {}, Retry_After="200")
    started = subprocess.Popen(
        [
            *[sys.executable, "-m", "connector", "--connector", str(shop_folder), "run"],
            *["--base-url", shop.url, "get_thing", "thing_id=t1"],
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=child_environment(),
        text=True,
        cwd=ROOT,
    )
    while not shop.requests:
        assert started.poll() is None
        os.sched_yield()
    started.send_signal(signal.SIGINT)
    out, err = started.communicate(timeout=60)
    assert (started.returncode, out) == (130, "")
    # The response is still under way, or has come and the wait before the next attempt has begun.
    in_flight = "The call had been sent and may have been carried out.\n"
    assert err in {"\nInterrupted.\n", f"\nInterrupted.\n{in_flight}"}


COMMANDS = {
    "list": [],
    "show": ["get_thing"],
    "run": ["get_thing", "thing_id=t1"],
    "docs": [],
    "connection list": [],
    "connection add": ["x"],
    "connection test": [],
    "connection default": [],
    "connection remove": ["x"],
    "throttle status": [],
    "batch run": ["get_thing", "rows.csv"],
    "batch retry": ["folder"],
    "batch status": ["folder"],
    "serve": ["--port", "0"],
    "mcp": [],
    "sandbox": ["--port", "0"],
    "check": [],
    "import": ["package"],
    "init": ["my-connector"],
    "new": ["get_cart", "--group", "things"],
    "export": ["openapi"],
    "completion": ["bash"],
}
"""Every command, with arguments that it takes."""
NEED_NO_CONNECTOR = {"completion", "import", "init", "batch retry", "batch status"}
"""Those that work without one, or look at their own folder first."""


def leaves() -> set[str]:
    context = root.make_context("x", [], resilient_parsing=True)
    found = set()
    for name in root.list_commands(context):
        command = root.get_command(context, name)
        found |= {f"{name} {inner}" for inner in command.commands} if isinstance(command, click.Group) else {name}
    return found


def test_the_tests_of_every_command_leave_none_out() -> None:
    assert leaves() == COMMANDS.keys()


@pytest.mark.parametrize("command", COMMANDS)
def test_an_unknown_option_is_2_in_every_command(cli: Cli, command: str) -> None:
    help_line = f"For help: courier-connector {command} --help"
    failed(cli(*command.split(), "--nonsense"), ExitStatus.USAGE, "Unknown option “--nonsense”.", help_line)


@pytest.mark.parametrize("command", sorted(COMMANDS.keys() - NEED_NO_CONNECTOR))
def test_a_connector_that_does_not_exist_is_2_in_every_command(cli: Cli, command: str, tmp_path: Path) -> None:
    ran = cli("--connector", tmp_path / "none", *command.split(), *COMMANDS[command])
    failed(ran, ExitStatus.USAGE, "--connector: There is no connector")


@pytest.mark.parametrize("command", sorted(COMMANDS.keys() - NEED_NO_CONNECTOR))
def test_a_connector_whose_definition_is_wrong_is_9_in_every_command(cli: Cli, own_folder: Path, command: str) -> None:
    (own_folder / "definitions/connector.json").write_text("{}")
    ran = cli("--connector", own_folder, *command.split(), *COMMANDS[command])
    assert ran.status == ExitStatus.DEFINITION, ran.err
    assert "connector.json" in ran.out + ran.err
    assert "Traceback" not in ran.err
