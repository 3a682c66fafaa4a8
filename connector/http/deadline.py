"""HTTP connections that end in time and know whether a request has left.

The HTTP libraries bound each wait for bytes and each address of a host, and name resolution not at all, so that a
server that sends one byte now and then could hold a run for ever. Here each wait is cut to what is left of the call's
time. And the libraries' errors do not show whether the request had left; here it is noted before its first byte, when
the connection is established: after name resolution, TCP, proxy and TLS.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import math
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import (
    ConnectTimeoutError,
    LocationParseError,
    NameResolutionError,
    NewConnectionError,
    ReadTimeoutError,
)

from connector.http.timed_call import connecting, current_call, time_left

_MOST_INTERIM = 20
"""Interim responses (1xx) that are read before the real one."""

_PIECE = 65_536
"""Bytes that are sent at once; each piece has the time to itself that a connection has to be made."""


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
        self._sock.settimeout(left if pause is None else min(pause, left))
        try:
            count: int | None = self._raw.readinto(buffer)
        except ssl.SSLError as error:
            # Not a rejected certificate: the request has left.
            raise ConnectionAbortedError("the encryption broke") from error
        finally:
            self._sock.settimeout(pause)
        return count

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


class _DeadlineResponse(http.client.HTTPResponse):
    """A response that is read within the call's time; interim responses are skipped."""

    fp: _Reader

    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self._sock = sock
        call = current_call()
        self.fp.close()
        self._timed = _TimedBytes(sock, math.inf if call is None else call.ends)
        self.fp = _Reader(self._timed)

    def begin(self) -> None:
        """Read the head of the response. The library would log lines that are not headers, whatever they contain."""
        super().begin()
        if self.fp is not None:
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
            self.fp.in_head = False
        raise http.client.BadStatusLine("too many interim responses")


class _Timed:
    """What a connection does differently: read and send within the call's time, and note when the request leaves."""

    response_class: Any = _DeadlineResponse

    def send(self, data: Any) -> None:
        """Send bytes within the call's time."""
        _send(self, data, super().send)  # type: ignore[misc,arg-type]


class _TimedTls(_Timed):
    """The same for a connection that speaks TLS."""

    def connect(self) -> None:
        """Connect and agree on the encryption. Whatever goes wrong here, nothing of the request has left."""
        try:
            with connecting():
                super().connect()  # type: ignore[misc]
        except TimeoutError as error:
            raise ConnectTimeoutError(self, "the handshake took too long") from error
        except (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError) as error:
            raise NewConnectionError(self, "the handshake broke off") from error  # type: ignore[arg-type]


class _PlainConnection(_Timed, HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _connected(self, super()._new_conn)


class _TlsConnection(_TimedTls, HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _connected(self, super()._new_conn)


def _connected(connection: HTTPConnection, connect: Callable[[], socket.socket]) -> socket.socket:
    """A socket to the first address of the host that takes one, all of them tried within the call's time."""
    call = current_call()
    if call is not None:
        call.observed = True
    host, timeout = connection.host, connection.timeout
    failure: Exception = NewConnectionError(connection, "the host has no address")
    try:
        for address in _addresses(connection):
            # The library's own way to connect, with its errors, to this one address.
            connection.host, connection.timeout = address, time_left(timeout)
            try:
                sock = connect()
            except (NewConnectionError, ConnectTimeoutError) as error:
                failure = error
            else:
                sock.settimeout(time_left(timeout))
                return sock
    except TimeoutError as error:
        raise ConnectTimeoutError(connection, "the time to connect is over") from error
    finally:
        connection.host, connection.timeout = host, timeout
    raise failure


def _addresses(connection: HTTPConnection) -> list[str]:
    """The addresses of the connection's host, each once, in the system's order.

    The system's search cannot be stopped; a thread of its own is left to it where it takes too long.
    """
    found: queue.SimpleQueue[list[Any] | Exception] = queue.SimpleQueue()

    def search() -> None:
        try:
            found.put(socket.getaddrinfo(connection.host.strip("[]"), connection.port, type=socket.SOCK_STREAM))
        except Exception as error:
            found.put(error)

    threading.Thread(target=search, name="connector-lookup", daemon=True).start()
    try:
        reply = found.get(timeout=time_left(connection.timeout))
    except queue.Empty:
        raise TimeoutError("the host's name was not found in time") from None
    if isinstance(reply, socket.gaierror):
        raise NameResolutionError(connection.host, connection, reply) from reply
    if isinstance(reply, UnicodeError):
        raise LocationParseError(connection.host) from reply
    if isinstance(reply, Exception):
        raise reply
    return list(dict.fromkeys(entry[4][0] for entry in reply))


def _send(connection: HTTPConnection, data: Any, send: Callable[[Any], None]) -> None:
    """Send in pieces, so that a service that takes them slowly, or not at all, holds nobody longer than the call."""
    call = current_call()
    if call is not None:
        call.observed = True
    if connection.sock is None:
        connection.connect()
    if call is not None:
        call.depart()
    try:
        for start in range(0, len(data), _PIECE):
            connection.sock.settimeout(time_left(connection.timeout))
            try:
                send(data[start : start + _PIECE])
            finally:
                if call is not None:
                    call.has_left()
    except TimeoutError as error:
        raise ReadTimeoutError(None, "", "the request was not taken in time") from error  # type: ignore[arg-type]
    except ssl.SSLError as error:
        raise ConnectionAbortedError("the encryption broke") from error


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


def _timed_pool(pool: Any, timed: type[_Timed]) -> Any:
    """A pool of the same connections, which keep to the call's time."""
    if issubclass(pool.ConnectionCls, _Timed):
        return pool
    connection = type(pool.ConnectionCls.__name__, (timed, pool.ConnectionCls), {})
    return type(pool.__name__, (pool,), {"ConnectionCls": connection})


class DeadlineAdapter(HTTPAdapter):
    """The adapter of `requests` over such connections."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Make the pools, of our connections."""
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TlsPool}

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Check certificates wherever TLS is spoken; the library leaves out a proxy's for a plain request."""
        super().cert_verify(conn, "https:" if conn.scheme == "https" else url, verify, cert)  # type: ignore[no-untyped-call]

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """The pools behind a proxy, of our connections too."""
        manager = super().proxy_manager_for(proxy, **options)
        if proxy.lower().startswith("socks"):
            # The proxy looks the host up, so a connection to it is the library's own way to connect.
            manager.pool_classes_by_scheme = {
                "http": _timed_pool(manager.pool_classes_by_scheme["http"], _Timed),
                "https": _timed_pool(manager.pool_classes_by_scheme["https"], _TimedTls),
            }
        else:
            manager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TlsPool}
        return manager

    def close(self) -> None:
        """Close the connections now; left to itself, the library does so when memory is cleaned up."""
        for manager in (self.poolmanager, *self.proxy_manager.values()):
            for key in manager.pools.keys():  # noqa: SIM118 - it is not a dict
                with contextlib.suppress(KeyError):
                    manager.pools[key].close()
        super().close()
