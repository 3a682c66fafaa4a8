"""`show`: everything about one action."""

from __future__ import annotations

import click

from connector.cli import completers, console, context, output


@click.command(help="Show the inputs, outputs, example and errors of ACTION.")
@click.argument("action", shell_complete=completers.actions)
@click.option("--all", "everything", is_flag=True, help="Describe the advanced inputs and every output, too.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole definition as JSON.")
@click.pass_obj
def show(connector_name: str | None, action: str, everything: bool, as_json: bool) -> None:
    """Show an action."""
    # The models; completing the name of an action works without them.
    from connector.catalogue.catalogue import Catalogue  # noqa: PLC0415
    from connector.cli import action_help  # noqa: PLC0415

    found = Catalogue(context.load_bundle(connector_name)).find(action)
    if as_json:
        click.echo(output.to_json(found.document))
    else:
        lines = action_help.page(found, context.program_name(connector_name), everything=everything)
        click.echo("\n".join(lines), color=console.use_color())
