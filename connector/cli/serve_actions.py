"""What `serve` does: the connections that callers may name, the sandbox, and a server until Ctrl-C."""

from __future__ import annotations

import contextlib
import html
import webbrowser
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import click

from connector import state_dir
from connector.catalogue.loader import Bundle
from connector.catalogue.sandbox import connection_to
from connector.cli import console, context, hints, sandbox_service
from connector.connections import stored
from connector.connections.auth import Auth
from connector.connections.connection import Connection
from connector.connector import Connector
from connector.errors import ExitStatus
from connector.export.code_samples import Target
from connector.secrets import Secret
from connector.web.policy import AccessPolicy, chosen_token, host_names, new_token, with_port

_ENVIRONMENT = "environment"


@dataclass(frozen=True)
class Options:
    """The options of `serve`, under the names of its parameters."""

    port: int
    address: str
    host_names: Sequence[str]
    connections: Sequence[str]
    no_page: bool
    open_page: bool
    log: bool

    def check(self) -> None:
        """Make sure that the options can be used together.

        Raises:
            click.UsageError: They cannot.
        """
        context.check_host(self.address, self.host_names)
        if self.open_page and self.no_page:
            raise click.UsageError("Use either --open or --no-page, not both.")


def execute(connector_name: str | None, options: Options) -> int:
    """Serve a connector until Ctrl-C.

    Raises:
        click.UsageError: The command line is wrong, or the `server` extra is not installed.
        ConnectorError: The server cannot start.
    """
    try:
        from connector.server import ServedConnector, create_app  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise click.UsageError(
            f"Server support is not installed ({error.name}). Install it with “pip install starlette uvicorn”."
        ) from None
    from connector.web.access_control import AccessControl, AccessLog  # noqa: PLC0415
    from connector.web.serve import listen, serve  # noqa: PLC0415

    options.check()
    token = chosen_token() or new_token()
    bundle = context.load_bundle(connector_name)
    with contextlib.ExitStack() as stack:
        connections = _connections(bundle, context.program_name(connector_name), options.connections)
        service = stack.enter_context(sandbox_service.running(bundle))
        connections = {"sandbox": connection_to(bundle, service), **connections}
        listener = stack.enter_context(listen(options.address, options.port))
        port = listener.getsockname()[1]
        # Flat and escaped, inputs are longer than the body that they become.
        limit = 2 * bundle.manifest.limits.request_bytes
        policy = AccessPolicy(host_names(options.address, port, options.host_names), port, token, limit)
        connector = stack.enter_context(Connector(bundle))
        target = Target(context.program_name(connector_name), connector_name or bundle.manifest.key)
        served = ServedConnector(bundle, connector, connections, service, target)
        app = AccessControl(create_app(served, with_page=not options.no_page), policy)
        url = _url(options, port, token)
        click.echo(url)
        console.message(f"Actions run with: {', '.join(connections)}. Press Ctrl-C to stop.")
        if options.open_page:
            stack.enter_context(_opened(url, port))
        serve(AccessLog(app, console.message) if options.log else app, listener)
    console.message("Server stopped.")
    return ExitStatus.OK


def _connections(bundle: Bundle, program: str, lists: Sequence[str]) -> dict[str, Connection]:
    """The named connections, each with its secrets, so that a missing one is reported before anything is served.

    Raises:
        AuthorizationError: One does not exist, or lacks a secret.
    """
    known = stored.known(bundle.manifest)
    names = [name.strip() for each in lists for name in each.split(",") if name.strip()]
    found = {}
    with hints.connection_errors(bundle.manifest, program):
        for name in names:
            stored_name = None if name == _ENVIRONMENT and name not in known else name
            found[name] = stored.stored_connection(bundle.manifest, stored_name)
            Auth.of(bundle.manifest, found[name])
    return found


def _url(options: Options, port: int, token: Secret) -> str:
    name = options.host_names[0] if options.host_names else options.address
    return f"http://{with_port(name, port)}/?token={token.reveal()}"


@contextlib.contextmanager
def _opened(url: str, port: int) -> Iterator[None]:
    """Open a URL in the browser, through a private file that leads there.

    Other users of the machine can read the arguments that the browser is started with, and so the token in a URL.
    """
    page = state_dir.folder() / f"open-{port}.html"
    link = html.escape(url)
    content = f'<!doctype html><meta http-equiv="refresh" content="0; url={link}"><a href="{link}">Open</a>'
    state_dir.write_private(page, content.encode())
    try:
        if not webbrowser.open(page.as_uri()):
            console.message("No browser can be opened here. Open the URL above.")
        yield
    finally:
        page.unlink(missing_ok=True)
