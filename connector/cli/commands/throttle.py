"""`throttle`: how much of the call limits is used, before a run has to wait for them."""

from __future__ import annotations

from collections.abc import Sequence

import click

from connector.cli import completers, console, context, hints, options, output
from connector.cli.app import HelpfulGroup
from connector.connections import stored
from connector.connections.auth import Auth
from connector.connector import Connector
from connector.throttle.status import ThrottleStatus


@click.group(cls=HelpfulGroup, help="Show how much of the call limit is used.")
def throttle() -> None:
    """The commands for call limits."""


@throttle.command(help="Show how much of a connection's call limit is used. Makes no API call.")
@options.connection
@click.option("--base-url", metavar="URL", help="Base URL of the runs, such as a proxy or another region.")
@click.option("--action", metavar="ACTION", shell_complete=completers.actions, help="Also show this action's limit.")
@click.option(
    "--calls",
    type=options.number(1, whole=True),
    default=1,
    metavar="N",
    help="Also show when the last of N calls could be made.",
)
@options.as_json
@click.pass_obj
def status(
    connector_name: str | None,
    connection_name: str | None,
    base_url: str | None,
    action: str | None,
    calls: int,
    as_json: bool,
) -> None:
    """Show the status of the limits."""
    bundle = context.load_bundle(connector_name)
    program = context.program_name(connector_name)
    with hints.connection_errors(bundle.manifest, program):
        connection = stored.stored_connection(bundle.manifest, connection_name, base_url=base_url)
        Auth.of(bundle.manifest, connection)  # raises if one is missing: the limit belongs to an account
        with Connector(bundle) as connector:
            key = connector.find(action).key if action is not None else None
            limits = connector.throttle(connection, key, calls=calls)
    for warning in limits[-1].warnings:
        console.warning(warning)
    if as_json:
        click.echo(output.to_json([limit.model_dump() for limit in limits]))
        return
    for title, limit in zip(["Connection", f"Action {key}"], limits, strict=False):
        click.echo("\n".join(_lines(title, limit)))
    if action is not None and len(limits) == 1:
        click.echo(f"Action {key}: no limit of its own.")


def _lines(title: str, limit: ThrottleStatus) -> Sequence[str]:
    period = f"{limit.renewal_period:g} seconds"
    lines = [
        f"{title}: {limit.calls} calls per {period}",
        f"  Used in the last {period}: {limit.used} ({limit.free} available)",
        f"  Next call: {_wait(limit.next_in)}",
    ]
    # One call is the next call.
    return lines if limit.asked == 1 else [*lines, f"  Last of {limit.asked} calls: {_wait(limit.asked_in)}"]


def _wait(seconds: float) -> str:
    return "now" if seconds == 0 else f"in {seconds:.1f} seconds"
