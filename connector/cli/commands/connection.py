"""`connection`: store, list, test and forget accounts."""

from __future__ import annotations

import sys

import click

from connector.catalogue.loader import Bundle
from connector.cli import app, console, output
from connector.connections import stored
from connector.connector import Connector
from connector.errors import ConnectorError

_LONGEST_SECRET = 10_000


@click.group(
    cls=app.HelpfulGroup, help="Keep accounts to run actions with. Secrets go to the system's keyring, never to a file."
)
def connection() -> None:
    """The commands about connections."""


@connection.command(help="Store a connection called NAME. The secret is asked for, or read from stdin.")
@click.argument("name")
@click.argument("surplus", nargs=-1, metavar="")
@click.option("--base-url", metavar="URL", help="Another address of the service: a proxy, a region, a sandbox.")
@click.option("--allow-insecure", is_flag=True, help="Accept an http:// address that is not this machine.")
@click.pass_obj
def add(
    connector_name: str | None, name: str, surplus: tuple[str, ...], base_url: str | None, allow_insecure: bool
) -> None:
    """Store a connection."""
    if surplus:
        # It is most likely the secret: other programs of this machine could have seen it; nobody else shall.
        raise click.UsageError(
            "Only the name is an argument; the secret never is, because others could see it. "
            "Type it when asked, or pipe it in. If this was a secret, replace it with a new one.",
            click.get_current_context(),
        )
    bundle = app.load_bundle(connector_name)
    stored.check(bundle.manifest, name, base_url, allow_insecure=allow_insecure)
    replaced = stored.add(bundle.manifest, name, _ask(bundle), base_url, allow_insecure=allow_insecure)
    console.say(f"{'Replaced' if replaced else 'Stored'}. Try it: {app.program(connector_name)} connection test {name}")


def _ask(bundle: Bundle) -> dict[str, str]:
    """The secrets, from a hidden prompt or a line of stdin each."""
    secrets: dict[str, str] = {}
    for field, declared in bundle.manifest.connection.properties.items():
        label = declared.title or field
        if console.is_terminal(sys.stdin):
            value = str(click.prompt(f"{label} (hidden)", hide_input=declared.write_only, err=True))
        else:
            value = _line()
        if not value.strip():
            raise click.UsageError(f"No {label} was given: type it at the prompt, or pipe it in.")
        if len(value) > _LONGEST_SECRET:
            raise click.UsageError(f"The {label} is longer than {_LONGEST_SECRET} characters.")
        secrets[field] = value.strip()
    return secrets


def _line() -> str:
    try:
        return sys.stdin.readline(_LONGEST_SECRET + 1) if sys.stdin is not None else ""
    except ValueError:
        # The error itself would quote what it read.
        raise click.UsageError("What stdin gives is not text in UTF-8.") from None


@connection.command("list", help="List the stored connections, without their secrets.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.pass_obj
def list_connections(connector_name: str | None, as_json: bool) -> None:
    """List connections."""
    bundle = app.load_bundle(connector_name)
    entries = [
        {"name": name, "base_url": entry.get("base_url") or bundle.manifest.base_url, "source": "keyring"}
        for name, entry in sorted(stored.known(bundle.manifest).items())
    ]
    if stored.from_environment(bundle.manifest):
        entries.insert(0, {"name": "(environment)", "base_url": bundle.manifest.base_url, "source": "environment"})
    if as_json:
        click.echo(output.as_json(entries))
    elif entries:
        click.echo(output.grid(["Name", "Base URL", "Secret in"], [list(entry.values()) for entry in entries]))
    else:
        console.say(f"No connection is stored. Add one: {app.program(connector_name)} connection add NAME")


@connection.command(
    short_help="Call the service once, to see whether it works.",
    help="Call the service once with the connection NAME, or with the one that run would use.",
)
@click.argument("name", required=False)
@click.pass_obj
def test(connector_name: str | None, name: str | None) -> None:
    """Test a connection."""
    bundle = app.load_bundle(connector_name)
    try:
        with Connector(bundle) as connector:
            result = connector.test(stored.stored_connection(bundle.manifest, name), on_wait=console.Waiting())
    except ConnectorError as error:
        raise stored.with_ways_to_connect(error, bundle.manifest, app.program(connector_name)) from None
    console.say(f"The connection works ({result.meta.elapsed:.1f} s).")


@connection.command(help="Forget the connection NAME and its secret.")
@click.argument("name")
@click.pass_obj
def remove(connector_name: str | None, name: str) -> None:
    """Forget a connection."""
    stored.remove(app.load_bundle(connector_name).manifest, name)
    console.say(f"The connection “{name}” is forgotten.")
