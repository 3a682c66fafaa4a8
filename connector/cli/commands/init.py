"""`init`: a connector folder to begin with."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from connector.cli import console, context
from connector.scaffold import create_connector


@click.command(
    help="""Create a connector folder that checks, runs and exports, to make your own connector of.

    It has three actions of an invented service, with examples that its sandbox responds with. The name of DIRECTORY
    makes the key and the title of the connector.
    """
)
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
@click.option("--title", metavar="TEXT", help="Display name of the connector. Made from DIRECTORY by default.")
@click.option("--base-url", metavar="URL", help="URL of the API.", default="https://api.example.com", show_default=True)
def init(directory: Path, title: str | None, base_url: str) -> None:
    """Create a connector folder."""
    with context.usage_errors():
        written = create_connector(directory, title=title, base_url=base_url)
    for file in written:
        click.echo(file)
    program = context.program_name(str(directory))
    console.message(
        f"To run an action in its sandbox:\n  {program} run list_items --example --sandbox\n"
        f"To check the folder after a change:\n  {context.program_name()} check {shlex.quote(str(directory))}"
    )
