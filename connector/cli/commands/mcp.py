"""`mcp`: the actions as tools of an agent host."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import click

from connector.cli import completers, context, hints, sandbox_service
from connector.errors import ConnectorError, ExitStatus

if TYPE_CHECKING:
    from connector.catalogue.loader import Bundle
    from connector.connections.connection import Connection
    from connector.export.mcp.tools import ToolMode
    from connector.mcp.settings import Confirm


class NotInstalledError(ConnectorError):
    """The extra that a command needs is not installed."""

    code = "not_installed"
    exit_status = ExitStatus.USAGE


@click.command(
    short_help="Serve the actions to agents as MCP tools.",
    help="""Serve the actions to an agent host as tools of the Model Context Protocol.

    Speaks stdio: the host starts this command and ends it. All actions run with one connection; no tool takes a secret.
    """,
)
@click.option("--sandbox", "in_sandbox", is_flag=True, help="Run in the local sandbox. Needs no account.")
@click.option("--connection", "connection_name", metavar="NAME", help="Use this stored connection.")
@click.option(
    "--tools",
    type=click.Choice(["auto", "all", "meta"]),
    default="auto",
    show_default=True,
    help="all: one tool per action. meta: five tools that find, explain and run actions. auto: all, unless the list "
    "would take more than 15,000 tokens.",
)
@click.option(
    "--group",
    "groups",
    multiple=True,
    metavar="GROUP",
    shell_complete=completers.groups,
    help="Offer only the actions of this group. Can be repeated.",
)
@click.option(
    "--only",
    type=click.Choice(["all", "documented"]),
    default="all",
    show_default=True,
    help="Which actions to offer.",
)
@click.option("--read-only", is_flag=True, help="Offer only actions that change nothing.")
@click.option(
    "--confirm",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Ask before a destructive action. auto: if the client can ask. always: refuse it if the client cannot.",
)
@click.pass_obj
def mcp(
    connector_name: str | None,
    /,
    in_sandbox: bool,
    connection_name: str | None,
    tools: str,
    groups: Sequence[str],
    only: str,
    read_only: bool,
    confirm: str,
) -> int:
    """Serve the actions over MCP."""
    if in_sandbox and connection_name:
        raise click.UsageError("Use either --sandbox or --connection, not both.")
    bundle = context.load_bundle(connector_name)
    titles = {key: group.title for key, group in bundle.manifest.groups.items()}
    keys = [context.group_key(titles, group) for group in groups]
    try:
        from connector.mcp.server import create_server  # noqa: PLC0415 - an extra, which takes a second to import
        from connector.mcp.transports import serve_stdio  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise _not_installed(bundle, error) from None
    from connector.connector import Connector  # noqa: PLC0415
    from connector.export import Only, select  # noqa: PLC0415
    from connector.mcp.settings import McpSettings  # noqa: PLC0415

    with context.usage_errors():
        selection = select(bundle, keys, cast("Only", only), read_only=read_only)
    with contextlib.ExitStack() as stack:
        has_sandbox = bundle.manifest.sandbox is not None
        program = context.program_name(connector_name)
        with hints.connection_errors(bundle.manifest, program, offer_sandbox=has_sandbox):
            connection = _connection(bundle, stack, connection_name, in_sandbox=in_sandbox)
        connector = stack.enter_context(Connector(bundle))
        mode, when = cast("ToolMode", tools), cast("Confirm", confirm)
        server = create_server(McpSettings(connector, selection, connection, mode, when))
        serve_stdio(server)
    return ExitStatus.OK


def _connection(bundle: Bundle, stack: contextlib.ExitStack, name: str | None, *, in_sandbox: bool) -> Connection:
    from connector.connections import stored  # noqa: PLC0415
    from connector.connections.auth import secrets_of  # noqa: PLC0415

    if in_sandbox:
        return stack.enter_context(sandbox_service.connection(bundle))
    connection = stored.stored_connection(bundle.manifest, name)
    secrets_of(bundle.manifest, connection)  # a host shows why a server did not start, but not why every call fails
    return connection


def _not_installed(bundle: Bundle, error: ModuleNotFoundError) -> ConnectorError:
    if (error.name or "").partition(".")[0] not in {"mcp", "mcp_types"}:
        raise error
    return NotInstalledError(
        "MCP support is not installed.", hint=f"Install it with: pip install '{bundle.manifest.key}-connector[mcp]'"
    )
