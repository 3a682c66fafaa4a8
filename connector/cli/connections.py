"""`connection`: store, list, test and forget accounts."""

from __future__ import annotations

import json
import sys

import click

from connector.bundle import Bundle
from connector.cli import accounts, app, render, talk
from connector.runtime import Connector

_LONGEST_SECRET = 10_000


@click.group(help="Keep accounts to run actions with. Secrets go to the system's keyring, never to a file.")
def connection() -> None:
    """The commands about connections."""


@connection.command(help="Store a connection called NAME. The secret is asked for, or read from stdin.")
@click.argument("name")
@click.option("--base-url", metavar="URL", help="Another address of the service: a proxy, a region, a sandbox.")
@click.option("--allow-insecure", is_flag=True, help="Accept an http:// address that is not this machine.")
@click.pass_obj
def add(connector_name: str | None, name: str, base_url: str | None, allow_insecure: bool) -> None:
    """Store a connection."""
    bundle = app.load_bundle(connector_name)
    accounts.add(bundle, name, _ask(bundle), base_url, allow_insecure=allow_insecure)
    talk.say(f"Stored. Try it: {app.program()} connection test {name}")


def _ask(bundle: Bundle) -> dict[str, str]:
    """The secrets, from a hidden prompt or a line of stdin each."""
    secrets: dict[str, str] = {}
    for field, declared in bundle.manifest.connection.properties.items():
        label = declared.title or field
        if sys.stdin.isatty():
            value = str(click.prompt(label, hide_input=declared.write_only, err=True))
        else:
            value = sys.stdin.readline(_LONGEST_SECRET)
        if not value.strip():
            raise click.UsageError(f"No {label} was given: type it at the prompt, or pipe it in.")
        secrets[field] = value.strip()
    return secrets


@connection.command("list", help="List the stored connections, without their secrets.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.pass_obj
def list_connections(connector_name: str | None, as_json: bool) -> None:
    """List connections."""
    bundle = app.load_bundle(connector_name)
    entries = [
        {"name": name, "base_url": entry.get("base_url") or bundle.manifest.base_url, "source": "keyring"}
        for name, entry in sorted(accounts.known(bundle).items())
    ]
    if accounts.from_environment(bundle):
        entries.insert(0, {"name": "(environment)", "base_url": bundle.manifest.base_url, "source": "environment"})
    if as_json:
        click.echo(json.dumps(entries, ensure_ascii=False, indent=2))
    elif entries:
        click.echo(render.grid(["Name", "Base URL", "Secret in"], [list(entry.values()) for entry in entries]))
    else:
        talk.say("No connection is stored.")


@connection.command(help="Call the service once with the connection NAME, or with the one that run would use.")
@click.argument("name", required=False)
@click.pass_obj
def test(connector_name: str | None, name: str | None) -> None:
    """Test a connection."""
    bundle = app.load_bundle(connector_name)
    with Connector(bundle) as connector:
        result = connector.test(accounts.stored_connection(bundle, name), on_wait=talk.Waiting())
    click.echo(f"The connection works ({result.meta.elapsed:.1f} s).")


@connection.command(help="Forget the connection NAME and its secret.")
@click.argument("name")
@click.pass_obj
def remove(connector_name: str | None, name: str) -> None:
    """Forget a connection."""
    accounts.remove(app.load_bundle(connector_name), name)
    talk.say(f"The connection “{name}” is forgotten.")
