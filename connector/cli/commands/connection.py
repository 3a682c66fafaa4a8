"""`connection`: store, list, test and delete connections."""

from __future__ import annotations

import sys

import click

from connector.catalogue.loader import Bundle
from connector.cli import console, context, hints, output, progress
from connector.cli.app import HelpfulGroup
from connector.connections import stored
from connector.connector import Connector
from connector.errors import ConnectorError

_MAX_SECRET = 10_000
"""Characters."""


@click.group(
    cls=HelpfulGroup,
    help="Manage connections: the accounts that actions run with. Secrets are kept in the system keyring, never in a "
    "file.",
)
def connection() -> None:
    """The commands for connections."""


@connection.command(
    short_help="Store a connection.",
    help="Store a connection under NAME. Asks for the secret, or reads it from stdin.",
)
@click.argument("name")
@click.argument("surplus", nargs=-1, metavar="")
@click.option("--base-url", metavar="URL", help="Send requests to this address, such as a proxy or another region.")
@click.option("--allow-insecure", is_flag=True, help="Allow an http:// address on another machine.")
@click.pass_obj
def add(
    connector_name: str | None, name: str, surplus: tuple[str, ...], base_url: str | None, allow_insecure: bool
) -> None:
    """Store a connection."""
    if surplus:
        # It is most likely the secret. Other programs of this machine could read it already; print it nowhere.
        raise click.UsageError(
            "The secret is not an argument, because other programs can read arguments. Type it when asked, or pipe it "
            "in. If you just typed a secret, replace it with a new one."
        )
    bundle = context.load_bundle(connector_name)
    stored.check(bundle.manifest, name, base_url, allow_insecure=allow_insecure)
    replaced = stored.add(bundle.manifest, name, _read_secrets(bundle), base_url, allow_insecure=allow_insecure)
    console.message(
        f"Connection “{name}” {'replaced' if replaced else 'stored'}. To test it:\n"
        f"  {context.program_name(connector_name)} connection test {name}"
    )


def _read_secrets(bundle: Bundle) -> dict[str, str]:
    """The secrets, each from a hidden prompt or a line of stdin."""
    secrets: dict[str, str] = {}
    for field, declared in bundle.manifest.connection.properties.items():
        label = declared.title or field
        if console.is_terminal(sys.stdin):
            value = str(click.prompt(f"{label} (hidden)", hide_input=declared.write_only, err=True))
        else:
            value = _read_line()
        if not value.strip():
            raise click.UsageError(f"{label} is required. Type it when asked, or pipe it in.")
        if len(value) > _MAX_SECRET:
            raise click.UsageError(f"{label} is longer than {_MAX_SECRET} characters.")
        secrets[field] = value.strip()
    return secrets


def _read_line() -> str:
    try:
        return sys.stdin.readline(_MAX_SECRET + 1) if sys.stdin is not None else ""
    except ValueError:
        # The error itself would quote what it read.
        raise click.UsageError("stdin is not UTF-8 text.") from None


@connection.command("list", help="List the stored connections, without their secrets.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.pass_obj
def list_connections(connector_name: str | None, as_json: bool) -> None:
    """List connections."""
    bundle = context.load_bundle(connector_name)
    entries = [
        {"name": name, "base_url": entry.get("base_url") or bundle.manifest.base_url, "source": "keyring"}
        for name, entry in sorted(stored.known(bundle.manifest).items())
    ]
    if stored.from_environment(bundle.manifest):
        entries.insert(0, {"name": "(environment)", "base_url": bundle.manifest.base_url, "source": "environment"})
    if as_json:
        click.echo(output.to_json(entries))
    elif entries:
        click.echo(output.table(["Name", "Base URL", "Secret from"], [list(entry.values()) for entry in entries]))
    else:
        console.message(
            f"No connections stored. To add one:\n  {context.program_name(connector_name)} connection add NAME"
        )


@connection.command(
    short_help="Test a connection with one API call.",
    help="Test the connection NAME with one API call. Defaults to the connection that run uses.",
)
@click.argument("name", required=False)
@click.pass_obj
def test(connector_name: str | None, name: str | None) -> None:
    """Test a connection."""
    bundle = context.load_bundle(connector_name)
    try:
        with Connector(bundle) as connector:
            result = connector.test(stored.stored_connection(bundle.manifest, name), on_event=progress.show_event)
    except ConnectorError as error:
        raise hints.add_connection_hint(error, bundle.manifest, context.program_name(connector_name)) from None
    console.message(f"The connection works ({result.meta.elapsed:.1f} s).")


@connection.command(help="Delete the connection NAME and its secret.")
@click.argument("name")
@click.pass_obj
def remove(connector_name: str | None, name: str) -> None:
    """Delete a connection."""
    stored.remove(context.load_bundle(connector_name).manifest, name)
    console.message(f"Connection “{name}” deleted.")
