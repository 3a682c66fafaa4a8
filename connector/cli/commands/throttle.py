"""`throttle`: how much of the limits of calls is used, before a run has to wait for them."""

from __future__ import annotations

from collections.abc import Sequence

import click

from connector.cli import app, console, output
from connector.cli.commands.completion import action_names
from connector.connections import stored
from connector.connections.auth import secrets_of
from connector.connector import Connector
from connector.errors import AuthorizationError
from connector.throttle.status import ThrottleStatus


@click.group(help="See how much of the limit of calls is used.")
def throttle() -> None:
    """The commands about the limits of calls."""


@throttle.command(help="Tell how the limits of a connection stand. Makes no call and takes nothing.")
@click.option("--connection", "connection_name", metavar="NAME", help="A stored connection; see: connection --help.")
@click.option("--base-url", metavar="URL", help="Another address of the service: a proxy, a region, a sandbox.")
@click.option("--action", metavar="ACTION", shell_complete=action_names, help="Also the limit of this action's own.")
@click.option("--calls", type=click.IntRange(min=1), default=1, metavar="N", help="Ask how long N calls would take.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def status(
    connector_name: str | None,
    connection_name: str | None,
    base_url: str | None,
    action: str | None,
    calls: int,
    as_json: bool,
) -> None:
    """Tell how the limits stand."""
    bundle = app.load_bundle(connector_name)
    try:
        connection = stored.stored_connection(bundle.manifest, connection_name, base_url=base_url)
        secrets_of(bundle.manifest, connection)  # without one there is no account whose limit could be told
        with Connector(bundle) as connector:
            key = connector.find(action).key if action is not None else None
            told = connector.throttle(connection, key, calls=calls)
    except AuthorizationError as error:
        raise stored.with_ways_to_connect(error, bundle.manifest, app.program(connector_name)) from None
    for warning in told[-1].warnings:
        console.say(f"Warning: {warning}", fg="yellow")
    names = ["the connection", f"the action {key}"]
    if as_json:
        click.echo(output.as_json([limit.model_dump() for limit in told]))
        return
    for name, limit in zip(names, told, strict=False):
        click.echo("\n".join(_sentences(name, limit)))
    if action is not None and len(told) == 1:
        click.echo(f"The action {key} has no limit of its own.")


def _sentences(name: str, limit: ThrottleStatus) -> Sequence[str]:
    period = f"{limit.renewal_period:g}"
    yet = "one is free" if limit.free == 1 else f"{limit.free or 'none'} are free"
    soon = "now" if limit.next_in == 0 else f"in {limit.next_in:.1f} seconds"
    asked = "1 call" if limit.asked == 1 else f"{limit.asked} calls"
    return [
        f"Limit of {name}: {limit.calls} calls in {period} seconds.",
        f"  Used in the last {period} seconds: {limit.used}; {yet}.",
        f"  The next call is possible: {soon}.",
        f"  {asked} would take {limit.asked_in:.1f} seconds of waiting.",
    ]
