"""The sandbox of a connector that brings none: its examples as a service on this machine."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from connector.catalogue.example_responses import ExampleResponses, Received
from connector.catalogue.loader import Bundle
from connector.definition.example import SampleResponse
from connector.validation.text_values import json_text

_LOOPBACK = "127.0.0.1"
_REMEMBERED = 100


class ExampleSandbox:
    """A running service that responds as the examples show; it keeps nothing but the last requests.

    Args:
        bundle: The connector folder.
        port: TCP port on loopback; 0 takes a free one.
        on_request: Called after each request with its entry in `requests`.

    Raises:
        OSError: The port is taken.
    """

    def __init__(
        self, bundle: Bundle, port: int = 0, on_request: Callable[[dict[str, Any]], None] | None = None
    ) -> None:
        self._responses = ExampleResponses(bundle)
        self._on_request = on_request
        self._entries: deque[dict[str, Any]] = deque(maxlen=_REMEMBERED)
        self._lock = threading.Lock()
        self._base_url = bundle.manifest.base_url
        self._limit = bundle.manifest.limits.request_bytes
        self._server = _Server((_LOOPBACK, port), self)
        self.url = f"http://{_LOOPBACK}:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def reset(self) -> None:
        """Forget the requests."""
        with self._lock:
            self._entries.clear()

    def requests(self) -> list[dict[str, Any]]:
        """The last requests, newest first, as `connector.catalogue.sandbox.ObservableService` describes them."""
        with self._lock:
            return list(reversed(self._entries))

    def respond(
        self, method: str, target: str, content: bytes, content_type: str = ""
    ) -> tuple[int, dict[str, str], bytes]:
        """The status, the headers and the body of the response to a request."""
        started = time.monotonic()
        received = Received.of(method, target, content, content_type)
        if len(content) > self._limit:
            response = SampleResponse(status=413, body={"message": "The request is too large."})
        else:
            response = self._responses.response_to(received)
        path, body = self._responses.masked(received)
        entry = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "method": method,
            "path": path,
            "status": response.status,
            "seconds": time.monotonic() - started,
            "request": body if isinstance(body, dict | list) else None,
            "response": response.body,
        }
        with self._lock:
            self._entries.append(entry)
        if self._on_request is not None:
            self._on_request(entry)
        return self._sent(response)

    def _sent(self, response: SampleResponse) -> tuple[int, dict[str, str], bytes]:
        """The response with this service's address in place of the real one's, as in links to the next page."""
        kind = "text/plain; charset=utf-8" if response.text is not None else "application/json"
        text = response.text if response.text is not None else ""
        if response.text is None and response.body is not None:
            text = json_text(response.body)
        headers = {"Content-Type": kind, **response.headers}
        own = {name: value.replace(self._base_url, self.url) for name, value in headers.items()}
        return response.status, own, text.replace(self._base_url, self.url).encode()


class _Server(ThreadingHTTPServer):
    """The listening socket, and who responds."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], sandbox: ExampleSandbox) -> None:
        self.sandbox = sandbox
        super().__init__(address, _Handler)

    def handle_error(self, *_: object) -> None:
        """Ignore a caller that hangs up."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # the whole response at once
    server: _Server

    def log_message(self, *_: object) -> None:
        """The sandbox reports requests itself."""

    def _reply(self) -> None:
        kind = self.headers.get("Content-Type", "")
        status, headers, content = self.server.sandbox.respond(self.command, self.path, self._content(), kind)
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() != "content-length":
                self.send_header(name, value)
        if status not in {204, 304}:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD" and status not in {204, 304}:
            self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _reply  # noqa: N815 - names of http.server

    def _content(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", "").lower():
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(parts)
