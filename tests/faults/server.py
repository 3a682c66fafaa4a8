"""A server that misbehaves: raw sockets on loopback, one thread per connection, every byte under a test's control."""

from __future__ import annotations

import contextlib
import json
import select
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

_PIECE = 65_536
_NO_LINGER = struct.pack("ii", 1, 0)

WELL = {"id": "news.weekly", "name": "Weekly", "jobId": "job-1", "requestId": "request-1"}
"""What the server answers when it does nothing wrong: it suits each of the actions that the faults are tried with."""


@dataclass(frozen=True)
class Heard:
    """A request that arrived whole."""

    line: str
    headers: dict[str, str]
    body: bytes


class Talk:
    """One connection to the server, as a fault sees it: the request is read, the answer is the fault's."""

    def __init__(self, sock: socket.socket, server: FaultServer, plain: socket.socket) -> None:
        self._sock = sock
        self._plain = plain
        self.server = server
        self.heard = Heard("", {}, b"")

    @property
    def echo(self) -> str:
        """The secret that came with the request, for answers that repeat it where they should not."""
        return self.heard.headers.get("authorization", "nothing")

    def send(self, *pieces: bytes) -> None:
        """Send bytes as they are."""
        for piece in pieces:
            self._sock.sendall(piece)

    def reply(
        self,
        content: bytes | None = None,
        *,
        status: str = "200 OK",
        headers: Iterable[str] = (),
        length: int | None = None,
    ) -> None:
        """A whole answer; `length` is for lies."""
        content = json.dumps(WELL).encode() if content is None else content
        lines = [
            f"HTTP/1.1 {status}",
            "Content-Type: application/json",
            f"Content-Length: {len(content) if length is None else length}",
            *headers,
        ]
        self.send("\r\n".join([*lines, "", ""]).encode("latin-1"), content)

    def drip(self, content: bytes, pause: float = 0.02) -> None:
        """Send byte by byte until the other side has enough."""
        for value in content:
            if self.server.over.wait(pause):
                return
            self.send(bytes([value]))

    def flood(self, total: int, piece: bytes = b" " * _PIECE) -> None:
        """Send that many bytes, or as many as the other side takes."""
        for _ in range(0, total, len(piece)):
            self.send(piece)

    def rest(self) -> None:
        """Give the other side the time to read what was sent, before something worse happens."""
        time.sleep(0.03)

    def listen(self) -> None:
        """Wait for the first bytes of the other side."""
        self._sock.recv(_PIECE)

    def stall(self) -> None:
        """Say nothing more until the other side goes away."""
        with contextlib.suppress(OSError):
            while self._sock.recv(_PIECE):
                pass

    def hang_up(self) -> None:
        """End the connection in good order."""
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)
        raise _Over

    def reset(self) -> None:
        """End the connection with a reset, as a crash or a firewall does."""
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        raise _Over

    def send_outside_tls(self, data: bytes) -> None:
        """Send bytes past the encryption, as a broken middlebox does."""
        self._plain.sendall(data)

    def _wait_until_heard(self) -> None:
        """Until something comes and the server takes it."""
        select.select([self._plain], [], [])
        while not self.server.hears and not self.server.over.is_set():
            time.sleep(0.005)

    def hear(self) -> bool:
        """Read the next request; whether there was one."""
        data = b""
        while b"\r\n\r\n" not in data:
            self._wait_until_heard()
            data += (more := self._sock.recv(_PIECE))
            if not more:
                return False
        head, _, body = data.partition(b"\r\n\r\n")
        line, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (text.partition(": ") for text in lines)}
        while len(body) < int(headers.get("content-length", 0)):
            body += (more := self._sock.recv(_PIECE))
            if not more:
                return False
        self.heard = Heard(line, headers, body)
        self.server.heard.append(self.heard)
        return True


class _Over(Exception):  # noqa: N818 - it ends a conversation, it is no error
    pass


Behaviour = Callable[[Talk], None]


def well(talk: Talk) -> None:
    """Nothing wrong."""
    talk.reply()


class FaultServer:
    """A server on a free port of this machine.

    Attributes:
        does: What it does with a request that arrived.
        greets: What it does with a connection before TLS and before it reads; None for nothing.
        hears: Whether it takes what is sent to it.
        tls: With which certificate it speaks; None for none.
        over: Set when the server stops.
        heard: The requests that arrived whole.
        accepted: How many connections were made.
        busy: How many answers it is at.
        neighbour: The port of another host, to send people to.
    """

    def __init__(self) -> None:
        self.does: Behaviour = well
        self.greets: Behaviour | None = None
        self.hears = True
        self.tls: ssl.SSLContext | None = None
        self.over = threading.Event()
        self.heard: list[Heard] = []
        self.accepted = 0
        self.neighbour = 0
        self.busy = 0
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._listening = False
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]

    @property
    def open(self) -> int:
        """Connections that neither side has ended."""
        with self._lock:
            return len(self._open)

    def listen(self) -> None:
        """Begin: until then, connections are refused."""
        self._listener.listen(64)
        self._listening = True
        self._start(self._accept)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.over.set()
        if self._listening:
            # The thread that waits for a connection is given one.
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                pass
        with self._lock:
            for sock in self._open:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        self._listener.close()

    def _start(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self.over.is_set():
            sock, _ = self._listener.accept()
            if self.over.is_set():
                sock.close()
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.accepted += 1
            with self._lock:
                self._open.add(sock)
            self._start(lambda sock=sock: self._serve(sock))  # type: ignore[misc]

    def _serve(self, sock: socket.socket) -> None:
        talking = sock
        with contextlib.suppress(OSError, _Over):
            if self.greets is not None:
                self.greets(Talk(sock, self, sock))
            if self.tls is not None:
                # The plain socket stays ours, so that what is counted and closed is one thing.
                talking = self.tls.wrap_socket(sock.dup(), server_side=True)
            talk = Talk(talking, self, sock)
            while talk.hear():
                with self._lock:
                    self.busy += 1
                try:
                    self.does(talk)
                except BaseException:
                    # Until the connection has ended, the fault is still at it.
                    self._end(sock, talking)
                    raise
                finally:
                    with self._lock:
                        self.busy -= 1
        self._end(sock, talking)

    def _end(self, sock: socket.socket, talking: socket.socket) -> None:
        if talking is not sock:
            with contextlib.suppress(OSError):
                talking.close()
        sock.close()
        with self._lock:
            self._open.discard(sock)
