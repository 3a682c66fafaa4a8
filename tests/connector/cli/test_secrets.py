"""A secret from the environment or the keyring appears in no output of any command."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from connector.cli.app import cli as root
from tests.connector.cli.conftest import SECRET, Cli
from tests.connector.cli.shop import Shop

Program = Callable[..., subprocess.CompletedProcess[str]]

LINES = [
    "list",
    "show get_thing",
    "run get_thing thing_id=t1",
    "run get_thing thing_id=t1 --meta --raw",
    "run get_thing thing_id=t1 --dry-run",
    "run get_thing thing_id=t1 --curl",
    "run get_thing thing_id=t1 --output json",
    "run get_thing thing_id=t1 --output table --meta",
    "run get_thing",
    "run list_things --all-pages",
    "connection list",
    "connection test",
    "connection test prod",
    "check",
]


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 409, 429, 500])
def test_a_service_that_repeats_the_secret_everywhere_does_not_get_it_printed(
    shop_cli: Cli, shop: Shop, status: int
) -> None:
    words = f"Bearer {SECRET} is odd, {SECRET[:-1]}x {SECRET}"
    shop.responds(status, {"message": words, "type": SECRET})
    for more in ([], ["--output", "json"], ["--output", "table", "--meta"]):
        ran = shop_cli("get_thing", "thing_id=t1", "--max-wait", "0", *more)
        assert SECRET not in ran.out + ran.err


@pytest.mark.parametrize("line", LINES)
def test_no_command_prints_the_secret(
    cli: Cli, shop_folder: Path, shop: Shop, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.responds(404, {"message": "no"})
    command, *rest = line.split()
    options = ["--base-url", shop.url] if command == "run" else []
    monkeypatch.setenv("HTTPS_PROXY", shop.url)
    ran = cli("--connector", shop_folder, command, *rest[:1], *options, *rest[1:])
    assert SECRET not in ran.out + ran.err


def test_a_fault_of_our_own_shows_no_secret_in_its_traceback(program: Program, own_folder: Path, shop: Shop) -> None:
    code = (own_folder / "actions/things.py").read_text().replace("get_thing = send\n", "")
    (own_folder / "actions/things.py").write_text(
        f"{code}\n\nasync def get_thing(call):\n    await call.send()\n    return 1 / 0\n"
    )
    ran = program("--connector", own_folder, "run", "--base-url", shop.url, "get_thing", "thing_id=t1")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "ZeroDivisionError" in ran.stderr
    assert SECRET not in ran.stderr
    assert shop.requests


def test_no_command_has_an_option_or_an_argument_for_a_secret(shop_folder: Path) -> None:
    manifest = json.loads((shop_folder / "definitions/connector.json").read_text())
    secrets = set(manifest["connection"]["properties"]) | {"token", "secret", "password", "key_value"}
    context = root.make_context("x", [], resilient_parsing=True)
    for name in root.list_commands(context):
        command = root.get_command(context, name)
        assert command is not None
        assert not {parameter.name for parameter in command.params} & secrets
