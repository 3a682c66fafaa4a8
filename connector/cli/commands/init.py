"""`init`: a connector folder to begin with."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

import click

from connector.cli import console, context, options
from connector.scaffold import create_connector

_BASE_URL = "https://api.example.com"


@click.command(
    help="""Create a connector folder that checks, runs and exports, to make your own connector of.

    It has three actions of an invented service, with examples that its sandbox responds with. The name of DIRECTORY
    makes the key and the title of the connector. With --from, it is for the service that an OpenAPI 3 or Swagger 2
    description describes, with a TODO for each text that the description lacks.
    """
)
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
@click.option("--title", metavar="TEXT", help="Display name of the connector. Made from DIRECTORY by default.")
@click.option("--base-url", metavar="URL", help=f"URL of the API.  [default: {_BASE_URL}]")
@options.description
def init(
    directory: Path,
    title: str | None,
    base_url: str | None,
    description: Path | None,
    operations: Sequence[str],
    every: bool,
) -> None:
    """Create a connector folder."""
    if description is not None and base_url is not None:
        raise click.UsageError("Use either --from or --base-url, not both.")
    if description is not None:
        from connector.cli import new_from  # noqa: PLC0415 - reads descriptions

        chosen = new_from.Options(None, None, description, operations, every)
        with context.usage_errors():
            written = new_from.create(directory, title, chosen)
    elif operations or every:
        raise click.UsageError("Name the description that has the operations with --from.")
    else:
        with context.usage_errors():
            written = create_connector(directory, title=title, base_url=base_url or _BASE_URL)
    for file in written:
        click.echo(file)
    program = context.program_name(str(directory))
    if description is not None:
        console.message(f"Replace each TODO, then run:\n  {context.program_name()} check {shlex.quote(str(directory))}")
        return
    console.message(
        f"To run an action in its sandbox:\n  {program} run list_items --example --sandbox\n"
        f"To check the folder after a change:\n  {context.program_name()} check {shlex.quote(str(directory))}"
    )
