"""`show`: everything about one action."""

from __future__ import annotations

import click

from connector.cli import app, output
from connector.cli.commands.completion import action_names


@click.command(help="Show the inputs, outputs, an example and the known errors of ACTION.")
@click.argument("action", shell_complete=action_names)
@click.option("--json", "as_json", is_flag=True, help="Print the whole definition as JSON.")
@click.pass_obj
def show(connector_name: str | None, action: str, as_json: bool) -> None:
    """Show one action."""
    # The models; completing a name in a shell does without them.
    from connector.catalogue.catalogue import Catalogue  # noqa: PLC0415
    from connector.cli import action_page  # noqa: PLC0415

    found = Catalogue(app.load_bundle(connector_name)).find(action)
    if as_json:
        click.echo(output.as_json(found.document))
    else:
        action_page.show(found, app.program(connector_name))
