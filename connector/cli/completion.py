"""Shell completion: of commands, action names and input names."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from click.shell_completion import CompletionItem, get_completion_class

from connector.cli import app
from connector.errors import ConnectorError
from connector.folder import Outline, outline


@click.command(help="Print the completion script for SHELL: bash, zsh or fish.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print a completion script; what to do with it goes to stderr."""
    program = Path(sys.argv[0]).name
    variable = f"_{program}_COMPLETE".replace("-", "_").upper()
    made = get_completion_class(shell)
    if made is None:  # pragma: no cover - the choice above lists only shells that click knows
        raise click.UsageError(f"There is no completion for {shell}.")
    click.echo(made(app.cli, {}, program, variable).source())


def _outline(context: click.Context) -> Outline:
    """The connector at a glance; empty where there is none, for a shell wants no errors."""
    try:
        found = outline(app.folder_of(context.find_root().params.get("connector_name")))
    except ConnectorError:
        found = None
    return found or Outline({}, {})


def action_names(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The keys that begin with what was typed."""
    actions = _outline(context).actions
    return [
        CompletionItem(key, help=action["summary"]) for key, action in actions.items() if key.startswith(incomplete)
    ]


def input_names(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The inputs of the action on the line, as the beginnings of `name=value`."""
    action = _outline(context).actions.get(context.params.get("action") or "")
    given = {item.partition("=")[0].removesuffix(":") for item in context.params.get("given") or ()}
    fields = action["inputs"]["properties"] if action else {}
    return [
        CompletionItem(f"{name}=", help=str(field.get("title", "")))
        for name, field in fields.items()
        if name.startswith(incomplete) and name not in given
    ]
