"""`serve`: the actions over HTTP, and the page to try them in."""

from __future__ import annotations

import contextlib
import webbrowser
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from connector.cli import console, context, sandbox_service
from connector.errors import ExitStatus

if TYPE_CHECKING:
    from connector.catalogue.loader import Bundle
    from connector.connections.connection import Connection

_ENVIRONMENT = "environment"


@click.command(
    short_help="Serve the actions over HTTP, with a page to try them in.",
    help="""Serve the actions over HTTP until you press Ctrl-C, with a page in the browser to try them in.

    Prints the URL, which contains the token of this launch, as the first line of stdout. Actions run in the sandbox;
    name the connections that may be used as well with --connections. After Ctrl-C the exit status is 0.
    """,
)
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    metavar="PORT",
    default=8_765,
    show_default=True,
    help="Port to listen on; 0 picks a free one.",
)
@click.option(
    "--host", "address", metavar="ADDRESS", default="127.0.0.1", show_default=True, help="Address to listen on."
)
@click.option(
    "--host-name",
    "host_names",
    multiple=True,
    metavar="NAME",
    help="Name under which clients reach the server; required for an address that is not loopback. Can be repeated.",
)
@click.option(
    "--connections",
    multiple=True,
    metavar="NAME,...",
    help="Stored connections that callers may use; environment is the one from environment variables.",
)
@click.option("--no-page", is_flag=True, help="Serve the HTTP API only.")
@click.option("--open", "open_page", is_flag=True, help="Open the page in the browser.")
@click.pass_obj
def serve(
    connector_name: str | None,
    port: int,
    address: str,
    host_names: Sequence[str],
    connections: Sequence[str],
    no_page: bool,
    open_page: bool,
) -> int:
    """Serve the actions."""
    # An extra, and the models.
    from connector.catalogue.sandbox import connection_to  # noqa: PLC0415
    from connector.connections.connection import is_loopback  # noqa: PLC0415
    from connector.connector import Connector  # noqa: PLC0415
    from connector.server import ServedConnector, create_app  # noqa: PLC0415
    from connector.web import serve as web  # noqa: PLC0415
    from connector.web.access_control import AccessControl  # noqa: PLC0415
    from connector.web.policy import AccessPolicy  # noqa: PLC0415
    from connector.web.policy import host_names as all_names  # noqa: PLC0415

    if not is_loopback(address) and not host_names:
        raise click.UsageError("--host: name the host with --host-name, so that no other name reaches this server.")
    bundle = context.load_bundle(connector_name)
    with contextlib.ExitStack() as stack:
        named = _connections(bundle, [name for names in connections for name in names.split(",") if name])
        service = None
        if bundle.manifest.sandbox is not None:
            service = stack.enter_context(sandbox_service.running(bundle))
            named = {"sandbox": connection_to(bundle, service), **named}
        if not named:
            raise click.UsageError("This connector has no sandbox. Name a connection with --connections.")
        listener = stack.enter_context(web.listen(address, port))
        port = listener.getsockname()[1]
        access = AccessPolicy(
            all_names(address, port, host_names), port, max_body=2 * bundle.manifest.limits.request_bytes
        )
        connector = stack.enter_context(Connector(bundle))
        app = create_app(ServedConnector(bundle, connector, named, service), with_page=not no_page)
        url = f"http://{host_names[0] if host_names else address}:{port}/?token={access.token.reveal()}"
        click.echo(url)
        console.message(f"Serving {', '.join(named)}. Press Ctrl-C to stop.")
        if open_page:
            webbrowser.open(url)
        web.serve(AccessControl(app, access), listener)
    console.message("Server stopped.")
    return ExitStatus.OK


def _connections(bundle: Bundle, names: Sequence[str]) -> dict[str, Connection]:
    from connector.connections import stored  # noqa: PLC0415

    known = stored.known(bundle.manifest)
    return {
        name: stored.stored_connection(
            bundle.manifest, None if name == _ENVIRONMENT and _ENVIRONMENT not in known else name
        )
        for name in names
    }
