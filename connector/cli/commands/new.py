"""`new`: an action from a template, ready for its author to complete."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

import click

from connector.catalogue.loader import load
from connector.cli import completers, console, context, options
from connector.definition.files import MANIFEST
from connector.scaffold import create_action


@click.command(
    help="""Create a new action: its definition, with a TODO for each text that only you know.

    With --from, operations of an OpenAPI 3 or Swagger 2 description become actions, under their own names.

    The connector folder is the current directory unless --dir or --connector is set.
    """
)
@click.argument("key", required=False)
@click.option("--group", metavar="GROUP", shell_complete=completers.groups, help="Group that the action belongs to.")
@click.option(
    "--method",
    type=click.Choice(["GET", "POST", "PUT", "PATCH", "DELETE"], case_sensitive=False),
    metavar="METHOD",
    help="HTTP method: GET, POST, PUT, PATCH or DELETE.",
    default="GET",
    show_default=True,
)
@click.option("--path", metavar="PATH", help="API path, such as /things/{thing_id}. Names in braces become inputs.")
@click.option("--summary", metavar="TEXT", help="Display name of the action. Made from KEY by default.")
@options.description
@click.option("--dir", "directory", type=click.Path(path_type=Path), help="The connector folder.")
@click.pass_obj
def new(  # noqa: PLR0913 - each is an option, and named
    connector_name: str | None,
    /,
    *,
    key: str | None,
    group: str | None,
    method: str,
    path: str | None,
    summary: str | None,
    description: Path | None,
    operations: Sequence[str],
    every: bool,
    directory: Path | None,
) -> None:
    """Create actions."""
    folder = directory or (context.connector_folder(connector_name) if connector_name else Path())
    if not (folder / MANIFEST).is_file():
        raise click.UsageError(f"“{folder.resolve()}” is not a connector folder. Choose one with --dir.")
    bundle = load(folder)
    if description is not None:
        if path is not None or summary is not None:
            raise click.UsageError("Use either --from, or --path and --summary, not both.")
        from connector.cli import new_from  # noqa: PLC0415 - reads descriptions; a single action needs none

        chosen = new_from.Options(key, group, description, operations, every)
        with context.usage_errors():
            written = new_from.execute(bundle, chosen)
    elif operations or every:
        raise click.UsageError("Name the description that has the operations with --from.")
    elif key is None:
        raise click.UsageError("KEY is required: the name of the action, such as get_item.")
    else:
        with context.usage_errors():
            written = create_action(
                bundle, key, context.chosen_group(bundle, group), method=method, path=path, summary=summary
            )
    for file in written:
        click.echo(file)
    console.message(f"Replace each TODO, then run:\n  {context.program_name()} check {shlex.quote(str(folder))}")
