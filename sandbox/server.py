"""Starting, stopping and resetting a sandbox on this machine."""

from __future__ import annotations

import errno
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Any

from .app import App
from .protocol import JsonObject
from .seed import seed
from .store import Store
from .wire import handler_for

HOST = "127.0.0.1"
_SHUTDOWN_SECONDS = 2.0


class PortTakenError(OSError):
    """The port is in use, or may not be used."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    allow_reuse_address = True

    def __init__(self, port: int, app: App) -> None:
        self._open: dict[socket.socket, Thread] = {}
        self._open_lock = Lock()
        self._stopping = Event()
        super().__init__((HOST, port), handler_for(app.handle))

    def server_bind(self) -> None:
        """Bind without the base class's look-up of the host's name, which can take seconds."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = HOST, self.server_address[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection in its own thread, which ``close_connections`` can find."""
        thread = Thread(target=self.process_request_thread, args=(request, client_address), daemon=True)
        with self._open_lock:
            self._open[request] = thread
        thread.start()

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve one connection to its end."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._open_lock:
                self._open.pop(request, None)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that disconnect."""

    def serve(self) -> None:
        """Accept connections until ``stop``; unlike the base class's loop, without polling."""
        while not self._stopping.is_set():
            self.handle_request()

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Refuse the connection that ``stop`` makes."""
        del request, client_address
        return not self._stopping.is_set()

    def stop(self) -> None:
        """End ``serve``, which waits for a connection, by making one."""
        self._stopping.set()
        with suppress(OSError), socket.create_connection((HOST, self.server_port), _SHUTDOWN_SECONDS):
            pass

    def close_connections(self) -> None:
        """Close the connections that clients keep open, and wait for their threads."""
        with self._open_lock:
            remaining = dict(self._open)
        for connection in remaining:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        deadline = time.monotonic() + _SHUTDOWN_SECONDS
        for thread in remaining.values():
            thread.join(max(0.0, deadline - time.monotonic()))


class Sandbox:
    """A running sandbox, made by ``start``. A context manager that closes it at the end."""

    def __init__(self, server: _Server, store: Store, app: App) -> None:
        self._server = server
        self._store = store
        self._app = app
        self._closed = Event()
        self._thread = Thread(target=server.serve, name="sandbox", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """The base URL, without a slash at the end."""
        return f"http://{HOST}:{self._server.server_port}"

    def reset(self) -> None:
        """Delete all data and restore the original data."""
        self._app.reset()

    def messages(self) -> list[JsonObject]:
        """The last messages as their receivers see them, newest first.

        Each has ``id``, ``time`` (ISO 8601), ``status``, ``recipient``, ``channel``, ``to``, ``title``, ``text``,
        ``html`` and ``reason``.
        """
        return self._app.sent()

    def requests(self) -> list[JsonObject]:
        """The last requests, newest first, without headers and with secrets masked.

        Each has ``time`` (ISO 8601), ``method``, ``path``, ``status``, ``seconds``, ``request`` and ``response``.
        """
        return self._app.log.entries()

    def wait(self) -> None:
        """Block until the sandbox is closed, or until Ctrl-C, which closes it."""
        try:
            self._closed.wait()
        except KeyboardInterrupt:
            self.close()

    def close(self) -> None:
        """Stop listening, close open connections and the database. Closing twice is fine."""
        if self._closed.is_set():
            return
        self._server.stop()
        self._thread.join()
        self._server.close_connections()
        self._server.server_close()
        self._store.close()
        self._closed.set()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def start(
    *,
    port: int = 0,
    database: Path | None = None,
    page_size: int = 5,
    now: Callable[[], float] = time.time,
    on_request: Callable[[JsonObject], None] | None = None,
) -> Sandbox:
    """Start a sandbox on the loopback interface.

    Args:
        port: where to listen; 0 for any free port.
        database: the SQLite file for all data, created if it is missing; None for a private database
            that ends with the sandbox.
        page_size: the number of items on a page, small so that there are several pages.
        now: the clock, in epoch seconds.
        on_request: called after each request with its entry in ``Sandbox.requests``, in the request's thread.

    Returns:
        The running sandbox.

    Raises:
        PortTakenError: another program listens on the port.
        DatabaseFileError: the file is damaged, belongs to another program, or cannot be opened.
        ValueError: the page size is below 1.
    """
    if page_size < 1:
        raise ValueError(f"page_size must be 1 or more, not {page_size}")
    store = Store(database, lambda db: seed(db, int(now() * 1000)))
    app = App(store, now, page_size, on_request)
    try:
        server = _Server(port, app)
    except OSError as error:
        store.close()
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            raise PortTakenError(error.errno, f"port {port} of {HOST} cannot be used: {error.strerror}") from error
        raise
    except BaseException:
        store.close()
        raise
    return Sandbox(server, store, app)
