"""`mcp`: the actions as tools of an agent host."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import click

from connector.cli import completers, console, context, hints, sandbox_service
from connector.errors import ConnectorError, ExitStatus

if TYPE_CHECKING:
    from mcp.server.lowlevel import Server

    from connector.catalogue.loader import Bundle
    from connector.connections.connection import Connection
    from connector.export.mcp.tools import ToolMode
    from connector.export.selection import ExportSelection
    from connector.mcp.settings import Confirm

_ADDRESS = "127.0.0.1"


class NotInstalledError(ConnectorError):
    """The extra that a command needs is not installed."""

    code = "not_installed"
    exit_status = ExitStatus.USAGE


@click.command(
    short_help="Serve the actions to agents as MCP tools.",
    help="""Serve the actions to an agent host as tools of the Model Context Protocol.

    Speaks stdio: the host starts this command, and ends it. With --http it listens instead, and prints its URL and the
    header with the token of this launch; a token in the environment variable CONNECTOR_TOKEN stays the same.

    All actions run with one connection: no tool takes a secret.
    """,
)
@click.option("--sandbox", "in_sandbox", is_flag=True, help="Run in the local sandbox. Needs no account.")
@click.option(
    "--connection",
    "connection_name",
    metavar="NAME",
    shell_complete=completers.connections,
    help="Use this stored connection.",
)
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
@click.option("--http", "over_http", is_flag=True, help="Listen on 127.0.0.1 for streamable HTTP instead of stdio.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    metavar="PORT",
    default=8_766,
    show_default=True,
    help="Port for --http; 0 picks a free one.",
)
@click.pass_obj
def mcp(
    connector_name: str | None,
    /,
    in_sandbox: bool,
    connection_name: str | None,
    tools: str,
    confirm: str,
    over_http: bool,
    port: int,
    **wanted: Any,
) -> int:
    """Serve the actions over MCP."""
    if in_sandbox and connection_name:
        raise click.UsageError("Use either --sandbox or --connection, not both.")
    bundle = context.load_bundle(connector_name)
    try:
        from connector.mcp.server import create_server  # noqa: PLC0415 - an extra, which takes a second to import
        from connector.mcp.settings import McpSettings  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise _not_installed(bundle, error) from None
    from connector.connector import Connector  # noqa: PLC0415

    selection = _selection(bundle, **wanted)
    program = context.program_name(connector_name)
    with contextlib.ExitStack() as stack:
        with hints.connection_errors(bundle.manifest, program, offer_sandbox=bundle.manifest.sandbox is not None):
            connection = _connection(bundle, stack, connection_name, in_sandbox=in_sandbox)
        connector = stack.enter_context(Connector(bundle))
        mode, when = cast("ToolMode", tools), cast("Confirm", confirm)
        server = create_server(McpSettings(connector, selection, connection, mode, when))
        _serve(server, stack, port if over_http else None)
    return ExitStatus.OK


def _selection(bundle: Bundle, groups: Sequence[str], only: str, *, read_only: bool) -> ExportSelection:
    from connector.export import Only, select  # noqa: PLC0415

    titles = {key: group.title for key, group in bundle.manifest.groups.items()}
    keys = [context.group_key(titles, group) for group in groups]
    with context.usage_errors():
        return select(bundle, keys, cast("Only", only), read_only=read_only)


def _connection(bundle: Bundle, stack: contextlib.ExitStack, name: str | None, *, in_sandbox: bool) -> Connection:
    from connector.connections import stored  # noqa: PLC0415
    from connector.connections.auth import secrets_of  # noqa: PLC0415

    if in_sandbox:
        return stack.enter_context(sandbox_service.connection(bundle))
    connection = stored.stored_connection(bundle.manifest, name)
    secrets_of(bundle.manifest, connection)  # a host shows why a server did not start, but not why every call fails
    return connection


def _serve(server: Server[Any], stack: contextlib.ExitStack, port: int | None) -> None:
    """Serve on a port of this machine, or over stdio if there is none."""
    from connector.mcp import transports  # noqa: PLC0415
    from connector.web import policy, serve  # noqa: PLC0415
    from connector.web.access_control import AccessControl  # noqa: PLC0415

    if port is None:
        transports.serve_stdio(server)
        return
    token = policy.chosen_token()
    listener = stack.enter_context(serve.listen(_ADDRESS, port))
    port = listener.getsockname()[1]
    access = policy.AccessPolicy(policy.host_names(_ADDRESS, port), port, token or policy.new_token())
    click.echo(f"http://{_ADDRESS}:{port}{transports.PATH}")
    if token is None:
        click.echo(f"Authorization: Bearer {access.token.reveal()}")
    console.message("The MCP server is running. Press Ctrl-C to stop it.")
    serve.serve(AccessControl(transports.http_app(server, access.max_body), access), listener)
    console.message("Server stopped.")


def _not_installed(bundle: Bundle, error: ModuleNotFoundError) -> ConnectorError:
    if (error.name or "").partition(".")[0] not in {"mcp", "mcp_types"}:
        raise error
    return NotInstalledError(
        "MCP support is not installed.", hint=f"Install it with: pip install '{bundle.manifest.key}-connector[mcp]'"
    )
