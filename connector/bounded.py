"""HTTP connections whose answers end in time: a deadline over all bytes, not only a pause between two of them.

The HTTP libraries bound each wait for bytes, so that a server that sends one byte now and then could hold a run
for ever. Here each wait is cut to what is left of the call's time.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import socket
import threading
import time
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

_MOST_INTERIM = 20
"""Interim answers (1xx) that are read before the real one."""

_call = threading.local()


@contextlib.contextmanager
def within(seconds: float) -> Iterator[None]:
    """The calls of this thread inside the block read their answers in that many seconds of real time."""
    _call.ends = time.monotonic() + seconds
    try:
        yield
    finally:
        del _call.ends


class _Timed(io.RawIOBase):
    """The bytes of a socket, each wait cut to the time that is left."""

    def __init__(self, sock: socket.socket, ends: float) -> None:
        self._sock = sock
        self._raw: Any = sock.makefile("rb", buffering=0)
        self._ends = ends

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time for the answer is over")
        pause = self._sock.gettimeout()
        self._sock.settimeout(left if pause is None else min(pause, left))
        try:
            count: int | None = self._raw.readinto(buffer)
        finally:
            self._sock.settimeout(pause)
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _BoundedResponse(http.client.HTTPResponse):
    """An answer that is read within the call's time; interim answers are passed over."""

    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        ends = getattr(_call, "ends", None)
        if ends is not None:
            self.fp.close()
            self.fp = io.BufferedReader(_Timed(sock, ends))

    def _read_status(self) -> tuple[str, int, str]:
        for _ in range(_MOST_INTERIM):
            found: tuple[str, int, str] = super()._read_status()  # type: ignore[misc]
            interim = HTTPStatus.CONTINUE < found[1] < HTTPStatus.OK and found[1] != HTTPStatus.SWITCHING_PROTOCOLS
            if not interim:
                return found
            http.client.parse_headers(self.fp)
        raise http.client.BadStatusLine("too many interim answers")


class _PlainConnection(HTTPConnection):
    response_class = _BoundedResponse


class _TlsConnection(HTTPSConnection):
    response_class = _BoundedResponse


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class BoundedAdapter(HTTPAdapter):
    """The adapter of `requests` over such connections."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Make the pools, of our connections."""
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TlsPool}

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """The pools behind a proxy, of our connections too."""
        manager = super().proxy_manager_for(proxy, **options)
        manager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TlsPool}
        return manager
