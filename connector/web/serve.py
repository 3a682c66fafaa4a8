"""Opening a port, and running an application on it until Ctrl-C or SIGTERM."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import socket
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from connector.errors import ConnectorError, ExitStatus

if TYPE_CHECKING:
    from connector.web.access_control import App

_GRACE_SECONDS = 3
_BACKLOG = 2048
_IDLE_SECONDS = 75


class PortError(ConnectorError):
    """The server cannot listen there."""

    code = "port"
    exit_status = ExitStatus.USAGE


def listen(address: str, port: int) -> socket.socket:
    """A socket that listens.

    Args:
        address: An IP address or host name of this machine.
        port: TCP port; 0 takes a free one.

    Raises:
        PortError: The port is in use, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        listener = socket.create_server((address, port), family=family, backlog=_BACKLOG)
    except (OSError, OverflowError) as error:
        number = getattr(error, "errno", None) or 0
        if number == errno.EADDRINUSE:
            raise PortError(f"Port {port} is in use.", hint="Choose another --port; 0 picks a free one.") from None
        # Python adds to the text what it tried, and a look-up of a name has negative numbers.
        text = os.strerror(number) if number > 0 else getattr(error, "strerror", str(error))
        raise PortError(f"Cannot listen on {address}, port {port}: {text}.") from None
    # Its connections inherit this; asyncio sets it only on sockets that name their protocol. Without it a response that
    # is written in two pieces waits 40 ms for the client's acknowledgement of the first.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def serve(app: App, listener: socket.socket) -> None:
    """Serve an application until Ctrl-C or SIGTERM.

    Requests that are being served then have three seconds to finish. A second Ctrl-C ends them at once.

    Args:
        app: The ASGI application.
        listener: A socket that listens; it is closed.
    """
    server = make_server(app)
    server.run(sockets=[listener])


def make_server(app: App) -> Any:
    """A uvicorn server for an application; `should_exit` ends it."""
    import uvicorn  # noqa: PLC0415 - an extra

    class Server(uvicorn.Server):
        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            """End on a signal, and keep it from ending the program: what the caller opened has to be closed."""
            if threading.current_thread() is not threading.main_thread():
                yield
                return
            previous = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
            try:
                yield
            finally:
                for number, handler in previous.items():
                    signal.signal(number, handler)

    # Its own parser in Python everywhere, so that a request is read alike wherever this runs. No access log: the token
    # would be in it.
    return Server(
        uvicorn.Config(
            app,
            http="h11",
            ws="none",
            loop="asyncio",
            access_log=False,
            log_config=None,
            log_level="critical",
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
            timeout_keep_alive=_IDLE_SECONDS,
        )
    )
