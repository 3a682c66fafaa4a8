"""The help of every command: there, within 80 columns, on stdout, and true."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from connector.cli.app import cli as root
from connector.errors import ExitStatus
from tests.connector.cli.conftest import Cli


def commands() -> Iterator[list[str]]:
    context = root.make_context("x", [], resilient_parsing=True)
    for name in root.list_commands(context):
        command = root.get_command(context, name)
        yield [name]
        if isinstance(command, click.Group):
            yield from ([name, inner] for inner in command.list_commands(context))


ALL = [[], *commands()]


@pytest.mark.parametrize("words", ALL, ids=" ".join)
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_every_command_explains_itself_within_eighty_columns(cli: Cli, words: list[str], option: str) -> None:
    ran = cli(*words, option)
    assert (ran.status, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[0].startswith(" ".join(["Usage: courier-connector", *words]))
    assert [line for line in lines if len(line) > 80] == []
    assert "..." not in ran.out.partition("Commands:")[2], "a summary that is cut off expected nothing"


@pytest.mark.parametrize("words", ALL[1:], ids=" ".join)
def test_every_option_says_what_it_is_for(words: list[str]) -> None:
    command: click.Command = root
    context: click.Context | None = None
    for word in words:
        assert isinstance(command, click.Group)
        # Below its parent: click remembers the names of a command's help option from its first context.
        context = command.make_context(command.name, [], parent=context, resilient_parsing=True)
        found = command.get_command(context, word)
        assert found is not None
        command = found
    assert command.help
    assert [option.name for option in command.params if isinstance(option, click.Option) and not option.help] == []


def test_every_exit_status_is_explained(cli: Cli) -> None:
    words = cli("--help").out.partition("Exit status:")[2].split()
    assert {str(int(status)) for status in ExitStatus} <= set(words)


def test_the_version_is_the_connectors(cli: Cli) -> None:
    ran = cli("--version")
    assert ran.status == 0
    assert ran.out.startswith("courier ")


def test_the_connector_may_be_named_before_and_after_the_command(cli: Cli, own_folder: Path) -> None:
    before = cli("--connector", str(own_folder), "list")
    assert before.status == 0
    assert cli("list", "--connector", str(own_folder)).out == before.out
    assert cli("list", f"--connector={own_folder}").out == before.out
    assert cli("list", "--connector").status == 2
