"""`connection`: store, list, test and delete connections."""

from __future__ import annotations

import sys

import click

from connector.cli import completers, console, context, hints, options, output, progress
from connector.cli.app import HelpfulGroup
from connector.connections import environment, stored
from connector.connections.kinds import kind_named
from connector.connector import Connector
from connector.definition.connection import ConnectionKind
from connector.definition.service import ConnectorDefinition

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
    help="Store a connection under NAME. Asks for its fields, or reads them from stdin, one per line.",
)
@click.argument("name")
@click.argument("surplus", nargs=-1, metavar="")
@options.base_url
@options.allow_insecure
@click.option("--kind", metavar="KEY", help="Kind of connection, if the connector has several.")
@click.option("--replace", is_flag=True, help="Replace the connection of this name, if there is one.")
@click.pass_obj
def add(
    connector_name: str | None,
    name: str,
    surplus: tuple[str, ...],
    base_url: str | None,
    allow_insecure: bool,
    kind: str | None,
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
    chosen = _chosen_kind(bundle.manifest, kind)
    values = _read_values(bundle.manifest, chosen)
    replaced = stored.add(bundle.manifest, name, values, base_url, allow_insecure=allow_insecure, kind=chosen.key)
    used = "\nIt is used when no connection is named." if stored.default_name(bundle.manifest) == name else ""
    console.message(
        f"Connection “{name}” {'replaced' if replaced else 'stored'}. To test it:\n"
        f"  {context.program_name(connector_name)} connection test {name}{used}"
    )


def _confirm_replacing(name: str) -> None:
    """Ask whether a connection may be replaced."""
    exists = f"Connection “{name}” already exists."
    if not console.is_terminal(sys.stdin) or not click.confirm(f"{exists} Replace it?", err=True):
        raise click.UsageError(f"{exists} Choose another name, or add --replace.")


def _chosen_kind(manifest: ConnectorDefinition, key: str | None) -> ConnectionKind:
    """The kind of connection to store.

    Raises:
        AuthorizationError: There is none of that key.
        click.UsageError: There are several, and nobody is there to ask.
    """
    if key:
        return kind_named(manifest, key)
    if len(manifest.kinds) == 1:
        return manifest.kinds[0]
    keys = [kind.key for kind in manifest.kinds]
    if not console.is_terminal(sys.stdin):
        raise click.UsageError(f"Choose the kind of connection with --kind: {', '.join(keys)}.")
    for kind in manifest.kinds:
        console.message(f"  {kind.key}: {kind.title}")
    return kind_named(manifest, str(click.prompt("Kind of connection", type=click.Choice(keys), err=True)))


def _read_values(manifest: ConnectorDefinition, kind: ConnectionKind) -> dict[str, str]:
    """The fields, each from a prompt, which is hidden for a secret, or from a line of stdin."""
    values: dict[str, str] = {}
    for field in kind.fields:
        declared = manifest.connection.properties[field]
        label, is_required = declared.title or field, field in kind.required
        notes = [note for note, holds in (("optional", not is_required), ("hidden", declared.write_only)) if holds]
        if console.is_terminal(sys.stdin):
            shown = f"{label} ({', '.join(notes)})" if notes else label
            default = None if is_required else ""
            value = str(click.prompt(shown, default, declared.write_only, show_default=False, err=True))
        else:
            value = _read_line()
        if not value.strip() and is_required:
            raise click.UsageError(f"{label} is required. Type it when asked, or pipe it in.")
        if len(value) > _MAX_SECRET:
            raise click.UsageError(f"{label} is longer than {_MAX_SECRET} characters.")
        if value.strip():
            values[field] = value.strip()
    return values


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
            **({"kind": entry.get("kind", "")} if bundle.manifest.connection.kinds else {}),
            "default": name == default,
        }
        for name, entry in sorted(stored.known(bundle.manifest).items())
    ]
    if source := environment.source(bundle.manifest):
        # It comes first when no connection is named.
        entries = [entry | {"default": False} for entry in entries]
        entries.insert(
            0,
            {
                "name": f"({source})",
                "base_url": bundle.manifest.base_url,
                "source": source,
                **({"kind": ""} if bundle.manifest.connection.kinds else {}),
                "default": True,
            },
        )
    if as_json:
        click.echo(output.to_json(entries))
    elif entries:
        rows = [[*map(str, list(entry.values())[:-1]), "yes" if entry["default"] else ""] for entry in entries]
        kind = ["Kind"] if bundle.manifest.connection.kinds else []
        click.echo(output.table(["Name", "Base URL", "Secret from", *kind, "Default"], rows))
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
