"""Shell completion: of commands, action names and input names."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from click.shell_completion import CompletionItem, get_completion_class

from connector.catalogue import Catalogue
from connector.cli import app
from connector.errors import ConnectorError


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


def action_names(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The keys that begin with what was typed."""
    try:
        catalogue = Catalogue(app.load_bundle(context.find_root().params.get("connector_name")))
    except ConnectorError:
        return []
    return [
        CompletionItem(action.key, help=action.summary) for action in catalogue if action.key.startswith(incomplete)
    ]


def input_names(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The inputs of the action on the line, as the beginnings of `name=value`."""
    try:
        catalogue = Catalogue(app.load_bundle(context.find_root().params.get("connector_name")))
        action = catalogue.find(context.params.get("action") or "")
    except ConnectorError:
        return []
    given = {item.partition("=")[0].removesuffix(":") for item in context.params.get("items") or ()}
    return [
        CompletionItem(f"{name}=", help=field.title)
        for name, field in action.definition.inputs.properties.items()
        if name.startswith(incomplete) and name not in given
    ]
