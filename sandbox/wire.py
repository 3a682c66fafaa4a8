"""HTTP on the socket: read a whole request, write a response in one piece.

``app`` decides what a request means. Nothing is printed or logged, because requests carry secrets.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

from . import welcome
from .protocol import MISDIRECTED, TOO_LARGE, ApiError, Request, Response

MAX_BODY_BYTES = 6 * 1024 * 1024  # bytes; the service refuses more with 413
_MAX_DRAINED_BYTES = 64 * 1024 * 1024
_CHUNK_BYTES = 64 * 1024
_IDLE_SECONDS = 300.0  # an idle connection is closed after this
_HEX = 16
_HTTP_PORT = 80


class _TooLargeError(Exception):
    """The body is over the limit. Has the number of bytes still to read, None if it is not known."""

    def __init__(self, rest: int | None) -> None:
        super().__init__()
        self.rest = rest


class _MalformedError(Exception):
    """The request cannot be read to its end, so the connection cannot be used any more."""


def own_authorities(address: str, port: int) -> set[str]:
    """The Host headers that mean a server on this address and port: the address or ``localhost``, with the port.

    A web page can have its own name resolve to 127.0.0.1 and so reach the sandbox past the browser's same-origin
    policy. The Host header still has the page's name.
    """
    names = {"localhost", f"[{address}]" if ":" in address else address}
    return {f"{name}:{port}" for name in names} | (names if port == _HTTP_PORT else set())


def handler_for(handle: Callable[[Request], Response]) -> type[BaseHTTPRequestHandler]:
    """A handler class that passes each request to ``handle``."""

    class Handler(_Connection):
        def _handle(self, request: Request) -> Response:
            return handle(request)

    return Handler


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "sandbox"
    sys_version = ""
    timeout = _IDLE_SECONDS
    disable_nagle_algorithm = True
    wbufsize = _CHUNK_BYTES  # head and body in one packet; a second one would wait for an acknowledgment

    def _handle(self, request: Request) -> Response:
        raise NotImplementedError

    def _serve(self) -> None:
        try:
            body = self._read_body()
        except _TooLargeError as excess:
            self.close_connection = True
            self._write(ApiError(TOO_LARGE, "Payload Too Large: the limit is 6 MB").response())
            self._drain(excess.rest)
            return
        except _MalformedError:
            self.close_connection = True
            self._write(ApiError(400, "Malformed request").response())
            return
        authority, target = self._split_target()
        own = own_authorities(*self.connection.getsockname()[:2])
        if authority is None:
            self._write(ApiError(400, "Malformed request: one valid Host is required").response())
        elif authority.lower() not in own:
            message = f"Misdirected Request: the host must be one of {', '.join(sorted(own))}"
            self._write(ApiError(MISDIRECTED, message).response())
        else:
            headers = {name.lower(): value for name, value in self.headers.items()}
            self._write(self._handle(Request(self.command, target, headers, body)))

    # The base class looks the method up by these names.
    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _serve  # noqa: N815

    def _split_target(self) -> tuple[str | None, str]:
        """The host of the request, None unless there is exactly one, and the path with its query."""
        hosts = self.headers.get_all("Host", [])
        host = hosts[0].strip() if len(hosts) == 1 else None
        if self.path.startswith("/"):
            return host, self.path
        try:
            absolute = urlsplit(self.path)  # the form for proxies; its host counts, not the header's
        except ValueError:
            return None, self.path
        path = f"{absolute.path}?{absolute.query}" if absolute.query else absolute.path
        return absolute.netloc or host, path

    def _read_body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._read_chunks()
        declared = self.headers.get("Content-Length", "0").strip()
        if not (declared.isascii() and declared.isdigit()):
            raise _MalformedError
        length = int(declared)
        if length > MAX_BODY_BYTES:
            raise _TooLargeError(length)
        body = self.rfile.read(length)
        if len(body) < length:
            raise _MalformedError
        return body

    def _read_chunks(self) -> bytes:
        body = bytearray()
        while True:
            try:
                size = int(self.rfile.readline(_CHUNK_BYTES).split(b";")[0], _HEX)
            except ValueError:
                raise _MalformedError from None
            if size <= 0:
                break
            if len(body) + size > MAX_BODY_BYTES:
                raise _TooLargeError(None)
            body += self.rfile.read(size)
            self.rfile.readline(_CHUNK_BYTES)
        while self.rfile.readline(_CHUNK_BYTES).strip():
            pass
        return bytes(body)

    def _drain(self, rest: int | None) -> None:
        # Closing a connection with unread bytes resets it, and the client loses the response.
        left = min(rest or _MAX_DRAINED_BYTES, _MAX_DRAINED_BYTES)
        with contextlib.suppress(OSError):
            self.wfile.flush()
            self.connection.settimeout(2.0)
            while left > 0 and (piece := self.rfile.read1(min(left, _CHUNK_BYTES))):
                left -= len(piece)

    def _write(self, response: Response) -> None:
        body = b"" if response.body is None else json.dumps(response.body).encode()
        kind = "application/json; charset=utf-8"
        if response.html is not None:
            body, kind = response.html.encode(), "text/html; charset=utf-8"
        self.send_response(response.status)
        if response.html is not None:
            self.send_header("Content-Security-Policy", welcome.POLICY)
            self.send_header("X-Content-Type-Options", "nosniff")
            self.send_header("Referrer-Policy", "no-referrer")
        if body:
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
        elif response.status != 204:  # noqa: PLR2004 - no content, and so no length
            self.send_header("Content-Length", "0")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def handle_expect_100(self) -> bool:
        """Send ``100 Continue`` at once: the client waits for it before it sends the body."""
        going_on = super().handle_expect_100()
        self.wfile.flush()
        return going_on

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Respond to what the HTTP parser could not read, in the service's form."""
        del explain
        self.close_connection = True
        self._write(ApiError(int(code), message or "Malformed request").response())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Log nothing."""
