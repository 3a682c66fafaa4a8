"""A server on a port of this machine, for as long as a block lasts, and a client that sends what it is told."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connector.web.access_control import AccessControl, App
from connector.web.policy import AccessPolicy, host_names
from connector.web.serve import listen, make_server


@dataclass(frozen=True)
class Reply:
    """A response, read whole."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.content)


@dataclass(frozen=True)
class Site:
    """A running server."""

    access: AccessPolicy

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.access.port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.access.token.reveal()}"}

    def send(self, method: str, target: str, body: Any = None, *, token: bool = True, **headers: str) -> Reply:
        """Send a request; underscores in header names become hyphens. A body that is not bytes becomes JSON."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if body is not None:
            named = {"Content-Type": "application/json", **named}
        connection = http.client.HTTPConnection("127.0.0.1", self.access.port, timeout=20)
        with contextlib.closing(connection):
            connection.request(method, target, body, {**(self.bearer if token else {}), **named})
            response = connection.getresponse()
            replied = {name.lower(): value for name, value in response.getheaders()}
            return Reply(response.status, replied, response.read())

    def get(self, target: str, **headers: Any) -> Reply:
        return self.send("GET", target, **headers)

    def post(self, target: str, body: Any = None, **headers: Any) -> Reply:
        return self.send("POST", target, body, **headers)

    def raw(self, *lines: str, body: bytes = b"", end: bool = False) -> bytes:
        """What comes back for a request as it stands, until the server closes the connection.

        Args:
            *lines: The first line and the headers.
            body: The body.
            end: Say that nothing more comes.
        """
        with socket.create_connection(("127.0.0.1", self.access.port), timeout=20) as wire:
            wire.sendall("\r\n".join([*lines, "Connection: close", "", ""]).encode() + body)
            if end:
                wire.shutdown(socket.SHUT_WR)
            received = b""
            while piece := wire.recv(65_536):
                received += piece
        return received


@contextlib.contextmanager
def serving(app: App, *, wrap: Callable[[App], App] = lambda app: app, **policy: Any) -> Iterator[Site]:
    """An application behind access control, on a free port.

    Args:
        app: The application.
        wrap: What is put around both.
        **policy: As for `AccessPolicy`.
    """
    listener = listen("127.0.0.1", 0)
    port = listener.getsockname()[1]
    site = Site(AccessPolicy(host_names("127.0.0.1", port), port, **policy))
    server = make_server(wrap(AccessControl(app, site.access)))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive()
