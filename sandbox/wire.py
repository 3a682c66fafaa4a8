"""HTTP on the socket: reading a request whole, writing an answer in one piece.

What a request means is ``app``'s work. Nothing is printed and nothing logged: a request carries a secret.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

from .protocol import MISDIRECTED, TOO_LARGE, Answer, ApiError, Request

LARGEST_BODY = 6 * 1024 * 1024  # bytes; the service refuses more with 413
_MOST_DRAINED = 64 * 1024 * 1024
_PIECE = 64 * 1024
_PATIENCE = 300.0  # seconds that a silent connection is kept
_HEX = 16
_HTTP_PORT = 80


class _TooLargeError(Exception):
    """The body is over the limit; carries how many bytes of it are still to come, None when unknown."""

    def __init__(self, rest: int | None) -> None:
        super().__init__()
        self.rest = rest


class _MalformedError(Exception):
    """The request cannot be read to its end, so nothing after it on the connection can be either."""


def own_authorities(address: str, port: int) -> set[str]:
    """The Host headers that mean a server on this address and port: the address or ``localhost``, with the port.

    A web page can have its own name resolve to 127.0.0.1 and so reach the sandbox past the browser's same-origin
    policy. The Host header still has the page's name.
    """
    names = {"localhost", f"[{address}]" if ":" in address else address}
    return {f"{name}:{port}" for name in names} | (names if port == _HTTP_PORT else set())


def handler_for(handle: Callable[[Request], Answer]) -> type[BaseHTTPRequestHandler]:
    """The class of connection handlers that pass each request to ``handle``."""

    class Handler(_Connection):
        def _handle(self, request: Request) -> Answer:
            return handle(request)

    return Handler


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "sandbox"
    sys_version = ""
    timeout = _PATIENCE
    disable_nagle_algorithm = True
    wbufsize = _PIECE  # head and body leave together; in two packets the second waits for the first's receipt

    def _handle(self, request: Request) -> Answer:
        raise NotImplementedError

    def _serve(self) -> None:
        try:
            body = self._read_body()
        except _TooLargeError as excess:
            self.close_connection = True
            self._write(ApiError(TOO_LARGE, "Payload Too Large: the limit is 6 MB").answer())
            self._drain(excess.rest)
            return
        except _MalformedError:
            self.close_connection = True
            self._write(ApiError(400, "Malformed request").answer())
            return
        authority, target = self._split_target()
        own = own_authorities(*self.connection.getsockname()[:2])
        if authority is None:
            self._write(ApiError(400, "Malformed request: one valid Host is required").answer())
        elif authority.lower() not in own:
            message = f"Misdirected Request: the host must be one of {', '.join(sorted(own))}"
            self._write(ApiError(MISDIRECTED, message).answer())
        else:
            headers = {name.lower(): value for name, value in self.headers.items()}
            self._write(self._handle(Request(self.command, target, headers, body)))

    # The base class looks the method up by these names.
    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _serve  # noqa: N815

    def _split_target(self) -> tuple[str | None, str]:
        """The host that the request names, None without exactly one, and the path with its query."""
        hosts = self.headers.get_all("Host", [])
        host = hosts[0].strip() if len(hosts) == 1 else None
        if self.path.startswith("/"):
            return host, self.path
        try:
            absolute = urlsplit(self.path)  # the form a proxy is sent; its host counts, not the header's
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
        if length > LARGEST_BODY:
            raise _TooLargeError(length)
        body = self.rfile.read(length)
        if len(body) < length:
            raise _MalformedError
        return body

    def _read_chunks(self) -> bytes:
        body = bytearray()
        while True:
            try:
                size = int(self.rfile.readline(_PIECE).split(b";")[0], _HEX)
            except ValueError:
                raise _MalformedError from None
            if size <= 0:
                break
            if len(body) + size > LARGEST_BODY:
                raise _TooLargeError(None)
            body += self.rfile.read(size)
            self.rfile.readline(_PIECE)
        while self.rfile.readline(_PIECE).strip():
            pass
        return bytes(body)

    def _drain(self, rest: int | None) -> None:
        # A connection closed on unread bytes is reset, and the client never sees the answer that was sent.
        left = min(rest or _MOST_DRAINED, _MOST_DRAINED)
        with contextlib.suppress(OSError):
            self.wfile.flush()
            self.connection.settimeout(2.0)
            while left > 0 and (piece := self.rfile.read1(min(left, _PIECE))):
                left -= len(piece)

    def _write(self, answer: Answer) -> None:
        body = b"" if answer.body is None else json.dumps(answer.body).encode()
        self.send_response(answer.status)
        if answer.body is not None:
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
        elif answer.status != 204:  # noqa: PLR2004 - no content, and so no length
            self.send_header("Content-Length", "0")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def handle_expect_100(self) -> bool:
        """Tell a client that asks first to go on; it waits for this before it sends its body."""
        going_on = super().handle_expect_100()
        self.wfile.flush()
        return going_on

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse what the HTTP parser could not read, in the service's envelope."""
        del explain
        self.close_connection = True
        self._write(ApiError(int(code), message or "Malformed request").answer())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""
