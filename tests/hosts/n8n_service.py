"""A server on the loopback that plays the service for n8n: what it gets, and what a function of a test responds."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


@dataclass(frozen=True)
class Received:
    """A request as it arrived.

    Attributes:
        account: The key that it is signed with.
        method: Its method.
        path: Its path, decoded.
        query: Its query parameters, sorted.
        body: The value of its JSON; None for no body.
        headers: By name in lower case.
        at: Seconds on a clock that never goes back.
    """

    account: str
    method: str
    path: str
    query: list[tuple[str, str]]
    body: Any
    headers: dict[str, str]
    at: float


@dataclass(frozen=True)
class Reply:
    """A response: status, headers and text."""

    status: int
    text: str = "{}"
    headers: tuple[tuple[str, str], ...] = ()


class Service:
    """The server, as a context manager.

    Args:
        respond: What to respond to a request; None closes the connection without a response. One call at a time.
    """

    def __init__(self, respond: Callable[[Received], Reply | None]) -> None:
        lock = threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def play(self) -> None:
                content = self.rfile.read(int(self.headers.get("content-length") or 0))
                parts = urlsplit(self.path)
                received = Received(
                    (self.headers["authorization"] or "").removeprefix("Bearer "),
                    self.command,
                    unquote(parts.path),
                    sorted(parse_qsl(parts.query, keep_blank_values=True)),
                    json.loads(content) if content else None,
                    {name.lower(): value for name, value in self.headers.items()},
                    time.monotonic(),
                )
                with lock:
                    reply = respond(received)
                if reply is None:
                    self.close_connection = True
                    return
                self.send_response(reply.status)
                for name, value in reply.headers:
                    self.send_header(name, value)
                self.send_header("content-length", str(len(reply.text.encode())))
                self.end_headers()
                self.wfile.write(reply.text.encode())

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = play  # noqa: N815 - http.server's names

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def address(self) -> str:
        """Its base URL."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Service:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
