"""Responses that are read whole or not at all, within the time of their call.

The library takes the end of a connection for the end of what was sent. Here every line and every chunk must be
complete, each wait is cut to the time that is left, and interim responses are skipped.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import math
import socket
import ssl
import time
from http import HTTPStatus
from typing import Any

from connector.http.timed_call import current_call

_MOST_INTERIM = 20
"""Interim responses (1xx) that are read before the real one."""


class _TimedBytes(io.RawIOBase):
    """The bytes of a socket, each wait cut to the time that is left."""

    def __init__(self, sock: socket.socket, ends: float) -> None:
        self._sock = sock
        self._raw: Any = sock.makefile("rb", buffering=0)
        self._ends = ends
        self.dry = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self.dry:
            return 0
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time for the response is over")
        pause = self._sock.gettimeout()
        shorter = pause is None or left < pause
        if shorter:
            self._sock.settimeout(left)
        try:
            count: int | None = self._raw.readinto(buffer)
        except ssl.SSLError as error:
            # Not a rejected certificate: the request has left.
            raise ConnectionAbortedError("the encryption broke") from error
        finally:
            if shorter:
                self._sock.settimeout(pause)
        return count

    def makefile(self, mode: str) -> _Reader:
        """What the library reads a response from, as a socket's own method of this name returns it."""
        del mode
        return _Reader(self)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Reader(io.BufferedReader):
    """The bytes of a response; every line must be whole, and the head must end before the connection does."""

    in_head = False

    def readline(self, size: int | None = -1, /) -> bytes:
        """A line; one without a line break means that the connection was closed too early."""
        line = super().readline(size)
        if (line or self.in_head) and not line.endswith(b"\n") and len(line) != size:
            # The library would take the end of the connection for the end of the head.
            raise http.client.IncompleteRead(line)
        return line


class DeadlineResponse(http.client.HTTPResponse):
    """A response that is read within the call's time; interim responses are skipped."""

    fp: _Reader

    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        call = current_call()
        self._sock, self._timed = sock, _TimedBytes(sock, math.inf if call is None else call.ends)
        super().__init__(self._timed, *args, **options)  # type: ignore[arg-type]

    def begin(self) -> None:
        """Read the head of the response. The library would log lines that are not headers, whatever they contain."""
        super().begin()
        self.fp.in_head = False
        self.headers.defects.clear()
        self.headers.set_payload("")

    def _close_conn(self) -> None:
        """Let go of the connection; it serves no other request where more came than the response."""
        if not self.fp.closed:
            self._timed.dry = True
            if self.fp.peek(1):
                with contextlib.suppress(OSError):
                    self._sock.shutdown(socket.SHUT_RDWR)
        super()._close_conn()  # type: ignore[misc]

    def _read_next_chunk_size(self) -> int:
        size: int = super()._read_next_chunk_size()  # type: ignore[misc]
        if size < 0:
            # Read as a size it would mean everything until the end of the connection.
            raise ValueError("a chunk has a negative size")
        return size

    def _read_status(self) -> tuple[str, int, str]:
        for _ in range(_MOST_INTERIM):
            found: tuple[str, int, str] = super()._read_status()  # type: ignore[misc]
            interim = HTTPStatus.CONTINUE < found[1] < HTTPStatus.OK and found[1] != HTTPStatus.SWITCHING_PROTOCOLS
            self.fp.in_head = True
            if not interim:
                return found
            http.client.parse_headers(self.fp)
        raise http.client.BadStatusLine("too many interim responses")
