"""What `mcp` does: the actions and the connection that it offers, and a server until the host or Ctrl-C ends it."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from connector.catalogue.loader import Bundle
from connector.cli import console, context, hints, sandbox_service
from connector.connections import stored
from connector.connections.auth import Auth
from connector.connections.connection import Connection
from connector.connector import Connector
from connector.definition.files import importer_of
from connector.errors import ExitStatus
from connector.export import ExportSelection, Only, leave_out, select
from connector.export.mcp.tools import tool_list
from connector.web.access_control import AccessControl
from connector.web.policy import AccessPolicy, chosen_token, host_names, new_token, with_port
from connector.web.serve import listen, serve

if TYPE_CHECKING:
    from mcp.server.lowlevel import Server

    from connector.export.mcp.tools import ToolMode
    from connector.mcp.settings import Confirm


@dataclass(frozen=True)
class Options:
    """The options of `mcp`, under the names of its parameters."""

    in_sandbox: bool
    connection_name: str | None
    tools: ToolMode
    groups: Sequence[str]
    only: Only
    read_only: bool
    confirm: Confirm
    over_http: bool
    port: int
    address: str
    host_names: Sequence[str]

    def check(self) -> None:
        """Make sure that the options can be used together.

        Raises:
            click.UsageError: They cannot.
        """
        if self.in_sandbox and self.connection_name:
            raise click.UsageError("Use either --sandbox or --connection, not both.")
        context.check_host(self.address, self.host_names)


def execute(connector_name: str | None, options: Options) -> int:
    """Serve a connector until the host closes stdin, or until Ctrl-C.

    Raises:
        click.UsageError: The command line is wrong, or the `mcp` extra is not installed.
        ConnectorError: The server cannot start.
    """
    options.check()
    try:
        from connector.mcp.server import create_server  # noqa: PLC0415 - an extra, which takes a second to import
        from connector.mcp.settings import McpSettings  # noqa: PLC0415
    except ImportError as error:
        raise click.UsageError(
            f"MCP support is not installed ({error.name}). Install it with “pip install mcp”."
        ) from None
    bundle = context.load_bundle(connector_name)
    selection = _selection(bundle, options)
    program = context.program_name(connector_name)
    with contextlib.ExitStack() as stack:
        with hints.connection_errors(bundle.manifest, program, offer_sandbox=True):
            connection = _connection(bundle, stack, options)
        connector = stack.enter_context(Connector(bundle))
        server = create_server(McpSettings(connector, selection, connection, options.tools, options.confirm))
        if options.over_http:
            _serve_http(server, stack, options)
        else:
            _serve_stdio(server)
    return ExitStatus.OK


def _selection(bundle: Bundle, options: Options) -> ExportSelection:
    keys = [context.chosen_group(bundle, group) for group in options.groups]
    with context.usage_errors():
        selection = select(bundle, keys, options.only, read_only=options.read_only)
        if importer_of(bundle.folder) is not None and options.tools != "meta":
            left_out: dict[str, str] = {}  # nobody here can change the definitions of a package
            selection, _ = leave_out(selection, tool_list, left_out)
            for reason in left_out.values():
                console.warning(f"{reason} It is left out.")
    return selection


def _connection(bundle: Bundle, stack: contextlib.ExitStack, options: Options) -> Connection:
    if options.in_sandbox:
        return stack.enter_context(sandbox_service.connection(bundle))
    connection = stored.stored_connection(bundle.manifest, options.connection_name)
    Auth.of(bundle.manifest, connection)  # a host shows why a server did not start, but not why every call fails
    return connection


def _serve_stdio(server: Server[Any]) -> None:
    from connector.mcp.transports import serve_stdio  # noqa: PLC0415 - an extra

    serve_stdio(server)


def _serve_http(server: Server[Any], stack: contextlib.ExitStack, options: Options) -> None:
    from connector.mcp.transports import PATH, http_app  # noqa: PLC0415 - an extra

    token = chosen_token()
    listener = stack.enter_context(listen(options.address, options.port))
    port = listener.getsockname()[1]
    policy = AccessPolicy(host_names(options.address, port, options.host_names), port, token or new_token())
    click.echo(f"http://{with_port(options.address, port)}{PATH}")
    if token is None:
        click.echo(f"Authorization: Bearer {policy.token.reveal()}")
    console.message("The MCP server is running. Press Ctrl-C to stop it.")
    serve(AccessControl(http_app(server, policy.max_body), policy), listener)
    console.message("Server stopped.")
