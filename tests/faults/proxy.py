"""A proxy on loopback: forwards plain requests and CONNECT tunnels to one server, whatever host is asked for."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from types import TracebackType
from typing import Self

_PIECE = 65_536


class Proxy:
    """A proxy on a free port of this machine.

    Args:
        port: The port of the server to which everything goes.
        tls: Certificate of a proxy that itself speaks TLS.
        refuses: What it says instead of making a tunnel; empty to close without a word.
    """

    def __init__(self, port: int, *, tls: ssl.SSLContext | None = None, refuses: bytes | None = None) -> None:
        self._target = port
        self._tls = tls
        self._refuses = refuses
        self.heard: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads: list[threading.Thread] = []
        self._open: list[socket.socket] = []

    @property
    def url(self) -> str:
        return f"http{'s' if self._tls else ''}://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._open:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)

    def _start(self, work: object, *args: object) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(sock)
            self._start(self._serve, sock)

    def _serve(self, sock: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError), contextlib.closing(sock):
            self._forward(self._tls.wrap_socket(sock, server_side=True) if self._tls else sock)

    def _forward(self, client: socket.socket) -> None:
        with contextlib.closing(client):
            data = b""
            while b"\r\n\r\n" not in data:
                more = client.recv(_PIECE)
                if not more:
                    return
                data += more
            self.heard.append(data.split(b"\r\n", 1)[0].decode("latin-1"))
            if self._refuses is not None:
                client.sendall(self._refuses)
                return
            server = socket.create_connection(("127.0.0.1", self._target), timeout=10)
            self._open.append(server)
            with contextlib.closing(server):
                self._pass_on(client, server, data)

    def _pass_on(self, client: socket.socket, server: socket.socket, data: bytes) -> None:
        """Send on what was read of the request, then everything both ways."""
        line, rest = data.split(b"\r\n", 1)
        method, target, version = line.split(b" ")
        if method == b"CONNECT":
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            path = b"/" + target.split(b"//", 1)[1].split(b"/", 1)[1]
            server.sendall(b" ".join([method, path, version]) + b"\r\n" + rest)
        self._start(self._relay, server, client)
        self._relay(client, server)

    def _relay(self, source: socket.socket, target: socket.socket) -> None:
        try:
            while piece := source.recv(_PIECE):
                target.sendall(piece)
        except OSError:
            pass
        for sock in (source, target):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()
