"""`run --code`: a run as code to copy."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest

from connector.cli.commands.run import run
from connector.export.code_samples import LANGUAGES
from tests.connector.cli.conftest import Cli

SEND = ("run", "send_message", "user_id=ada", "title=Hi", "body=There", "--sandbox", "--code")


def test_every_language_of_the_samples_can_be_asked_for() -> None:
    (option,) = [each for each in run.params if each.name == "language"]
    assert isinstance(option.type, click.Choice)
    assert list(option.type.choices) == list(LANGUAGES)


@pytest.mark.parametrize(
    ("language", "part"),
    [
        ("python", 'Connector.load("courier")'),
        ("command-line", " --connector courier run send_message --sandbox user_id=ada title=Hi body=There"),
        ("power-automate", '"operationId": "MessageSendPost"'),
        ("n8n", '"operation": "send_message"'),
        ("http", "/actions/send_message/run"),
    ],
)
def test_the_code_is_printed_and_nothing_is_run(cli: Cli, language: str, part: str) -> None:
    ran = cli("--connector", "courier", *SEND, language)
    assert (ran.status, ran.err) == (0, "")
    assert part in ran.out


def test_what_power_automate_shows_can_be_run_again(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "flow.json"
    file.write_text(cli("--connector", "courier", *SEND, "power-automate").out, encoding="utf-8")
    ran = cli("--connector", "courier", "run", "send_message", "--inputs", str(file), "--dry-run")
    assert json.loads(ran.out)["body"]["message"]["to"] == {"user_id": "ada"}


def test_wrong_inputs_have_no_code(cli: Cli) -> None:
    ran = cli("--connector", "courier", "run", "send_message", "usr_id=ada", "--code", "python")
    assert (ran.status, ran.out) == (3, "")
    assert "Did you mean “user_id”?" in ran.err


def test_a_run_that_the_language_lacks_is_a_wrong_option(cli: Cli) -> None:
    ran = cli("--connector", "courier", "run", "list_messages", "--example", "--code", "power-automate")
    assert (ran.status, ran.out) == (2, "")
    assert "--code power-automate: A flow has only one value for Statuses." in ran.err
