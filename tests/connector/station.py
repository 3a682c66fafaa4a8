"""A web server of its own for the few promises that only bytes on a socket can show."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True)
class Seen:
    """A request as it stood on the wire: the target is not decoded."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    peer: tuple[str, int]


Reply = Callable[["Conversation"], None]


class Conversation(BaseHTTPRequestHandler):
    """One connection to the station."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def say(self, status: int, content: bytes = b"", **headers: str) -> None:
        """A whole answer; underscores in header names become hyphens."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def hang_up(self) -> None:
        """End the connection after this answer, whole or not."""
        self.close_connection = True

    def _hear(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        station = self.server.station
        headers = {name.lower(): value for name, value in self.headers.items()}
        station.seen.append(Seen(self.command, self.path, headers, content, self.client_address))
        reply = station.replies.pop(0) if station.replies else Conversation.content_free
        reply(self)

    def content_free(self) -> None:
        self.say(200, b"{}", Content_Type="application/json")

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _hear  # noqa: N815 - the library's names

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    station: Station


class Station:
    """Answers in the order of `answers`, then with an empty object; `seen` is what it was asked."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.seen: list[Seen] = []
        self._server = _Server(("127.0.0.1", 0), Conversation)
        self._server.station = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
