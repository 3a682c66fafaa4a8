"""`connection`: store, list, test and delete connections."""

from __future__ import annotations

import sys

import click

from connector.catalogue.loader import Bundle
from connector.cli import completers, console, context, hints, options, output, progress
from connector.cli.app import HelpfulGroup
from connector.connections import environment, stored
from connector.connector import Connector

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
@options.base_url
@options.allow_insecure
@click.option("--replace", is_flag=True, help="Replace the connection of this name, if there is one.")
@click.pass_obj
def add(
    connector_name: str | None,
    name: str,
    surplus: tuple[str, ...],
    base_url: str | None,
    allow_insecure: bool,
    replace: bool,
) -> None:
    """Store a connection."""
    if surplus:
        # It is most likely the secret. Other programs of this machine could read it already; print it nowhere.
        raise click.UsageError(
            "The secret is not an argument, because other programs can read arguments. Type it when asked, or pipe it "
            "in. If you just typed a secret, replace it with a new one."
        )
    bundle = context.load_bundle(connector_name)
    with hints.connection_errors(bundle.manifest, context.program_name(connector_name)):
        stored.check(bundle.manifest, name, base_url, allow_insecure=allow_insecure)
    if name in stored.known(bundle.manifest) and not replace:
        _confirm_replacing(name)
    replaced = stored.add(bundle.manifest, name, _read_secrets(bundle), base_url, allow_insecure=allow_insecure)
    used = "\nIt is used when no connection is named." if stored.default_name(bundle.manifest) == name else ""
    console.message(
        f"Connection “{name}” {'replaced' if replaced else 'stored'}. To test it:\n"
        f"  {context.program_name(connector_name)} connection test {name}{used}"
    )


def _confirm_replacing(name: str) -> None:
    """Ask whether a connection may be replaced.

    Raises:
        click.UsageError: It may not, or nobody is there to ask.
    """
    exists = f"Connection “{name}” already exists."
    if not console.is_terminal(sys.stdin) or not click.confirm(f"{exists} Replace it?", err=True):
        raise click.UsageError(f"{exists} Choose another name, or add --replace.")


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
@options.as_json
@click.pass_obj
def list_connections(connector_name: str | None, as_json: bool) -> None:
    """List connections."""
    bundle = context.load_bundle(connector_name)
    default = stored.default_name(bundle.manifest)
    entries = [
        {
            "name": name,
            "base_url": entry.get("base_url") or bundle.manifest.base_url,
            "source": "keyring",
            "default": name == default,
        }
        for name, entry in sorted(stored.known(bundle.manifest).items())
    ]
    if source := environment.source(bundle.manifest):
        # It comes first when no connection is named.
        entries = [entry | {"default": False} for entry in entries]
        entries.insert(
            0, {"name": f"({source})", "base_url": bundle.manifest.base_url, "source": source, "default": True}
        )
    if as_json:
        click.echo(output.to_json(entries))
    elif entries:
        rows = [[*map(str, list(entry.values())[:-1]), "yes" if entry["default"] else ""] for entry in entries]
        click.echo(output.table(["Name", "Base URL", "Secret from", "Default"], rows))
    else:
        console.message(
            f"No connections stored. To add one:\n  {context.program_name(connector_name)} connection add NAME"
        )


@connection.command(
    short_help="Test a connection with one API call.",
    help="Test the connection NAME with one API call. Defaults to the connection that run uses.",
)
@click.argument("name", required=False, shell_complete=completers.connections)
@options.verbose
@click.pass_obj
def test(connector_name: str | None, name: str | None, verbose: bool) -> None:
    """Test a connection."""
    bundle = context.load_bundle(connector_name)
    program = context.program_name(connector_name)
    with hints.connection_errors(bundle.manifest, program), Connector(bundle) as connector:
        connection = stored.stored_connection(bundle.manifest, name)
        result = connector.test(connection, on_event=progress.Progress(verbose=verbose))
    console.message(f"The connection works ({result.meta.elapsed:.1f} s).")


@connection.command(
    short_help="Use a connection when none is named.",
    help="""Use the connection NAME when none is named. Without NAME, print which one that is.

    A connection named with --connection comes first, then environment variables, then a .env file in the current
    directory, then the default connection.
    """,
)
@click.argument("name", required=False, shell_complete=completers.connections)
@click.pass_obj
def default(connector_name: str | None, name: str | None) -> None:
    """Choose the default connection."""
    manifest = context.load_bundle(connector_name).manifest
    if name is not None:
        stored.set_default(manifest, name)
        console.message(f"Connection “{name}” is used when no connection is named.")
    elif found := stored.default_name(manifest):
        click.echo(found)
    else:
        console.message(
            f"No default connection. To set it:\n  {context.program_name(connector_name)} connection default NAME"
        )
    if source := environment.source(manifest):
        console.message(f"The key from {'the environment' if source == 'environment' else source} comes first.")


@connection.command(help="Delete the connection NAME and its secret.")
@click.argument("name", shell_complete=completers.connections)
@click.pass_obj
def remove(connector_name: str | None, name: str) -> None:
    """Delete a connection."""
    stored.remove(context.load_bundle(connector_name).manifest, name)
    console.message(f"Connection “{name}” deleted.")
