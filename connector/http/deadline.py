"""HTTP connections that end in time and know whether a request has left.

The HTTP libraries bound each wait for bytes and each address of a host, and name resolution not at all, so that a
server that sends one byte now and then could hold a run for ever. Here each wait is cut to what is left of the call's
time. And the libraries' errors do not show whether the request had left; here it is noted before its first byte, when
the connection is established: after name resolution, TCP, proxy and TLS.
"""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import queue
import socket
import ssl
import threading
from collections.abc import Callable
from typing import Any

import requests
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

from connector.http.deadline_response import DeadlineResponse
from connector.http.library_types import OutgoingHeaders, UnreadResponse
from connector.http.timed_call import connecting, current_call, time_left

_ORIGINS = 1_000
"""Origins whose pools are remembered."""

_PIECE = 65_536
"""Bytes that are sent at once; each piece has the time to itself that a connection has to be made."""


class _Timed:
    """What a connection does differently: read and send within the call's time, and note when the request leaves."""

    response_class: Any = DeadlineResponse
    _held: bytearray | None = None
    _is_plain = False

    def request(self, *args: Any, **options: Any) -> None:
        """Send a request. What the library sends in parts, head and body, leaves in one write where it is small."""
        self._held = bytearray()
        self._is_plain = isinstance(options.get("headers"), OutgoingHeaders)
        try:
            super().request(*args, **options)  # type: ignore[misc]
            held, self._held = self._held, None
            if held:
                self.send(held)
        finally:
            self._held = None

    def putheader(self, header: Any, *values: Any) -> None:
        """Add a header; the library would look at each letter of one that is known to be plain text."""
        if self._is_plain and len(values) == 1 and type(values[0]) is str:
            self._output(f"{header}: {values[0]}".encode("latin-1"))  # type: ignore[attr-defined]
        else:
            super().putheader(header, *values)  # type: ignore[misc]

    def send(self, data: Any) -> None:
        """Send bytes within the call's time."""
        if self._held is not None:
            self._held += data
            if len(self._held) < _PIECE:
                return
            data, self._held = self._held, None
        _send(self, data, super().send)  # type: ignore[misc,arg-type]


class _TimedTls(_Timed):
    """The same for a connection that speaks TLS."""

    def connect(self) -> None:
        """Connect and agree on the encryption. Whatever goes wrong here, nothing of the request has left."""
        try:
            with connecting():
                super().connect()  # type: ignore[misc]
            if self.sock.version() is None:  # type: ignore[attr-defined]
                # Python makes no handshake on a socket whose other end is gone, and would send the request in the open.
                raise ConnectionAbortedError("there is no encryption")
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
    with contextlib.suppress(ValueError):
        return [str(ipaddress.ip_address(connection.host.strip("[]")))]
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
    """The adapter of `requests` over such connections. What it finds out for an origin it finds out once."""

    _origin_pools: dict[tuple[str, Any], Any]

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Make the pools, of our connections."""
        super().init_poolmanager(*args, **options)
        self._origin_pools = {}
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TlsPool}

    def get_connection_with_tls_context(
        self, request: requests.PreparedRequest, verify: Any, proxies: Any = None, cert: Any = None
    ) -> Any:
        """The pool of connections for a request."""
        key = (getattr(request, "origin", ""), verify)
        if proxies or cert or not key[0]:
            return super().get_connection_with_tls_context(request, verify, proxies, cert)
        pool = self._origin_pools.get(key)
        if pool is None or pool.pool is None:  # the library closes those that were used longest ago
            if len(self._origin_pools) >= _ORIGINS:
                self._origin_pools.clear()
            pool = self._origin_pools[key] = super().get_connection_with_tls_context(request, verify, proxies, cert)
        return pool

    def request_url(self, request: requests.PreparedRequest, proxies: Any) -> str:
        """The target in the request line."""
        origin = getattr(request, "origin", "")
        return super().request_url(request, proxies) if proxies or not origin else str(request.url)[len(origin) :]

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        """The response; what the library adds for others, a jar of cookies and a copy of the headers, takes time."""
        response = UnreadResponse()
        response.status_code, response.raw, response.headers = resp.status, resp, resp.headers
        response.request, response.url, response.reason = req, str(req.url), resp.reason
        return response

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


class _NoCalls(logging.Filter):
    """Drops what the library would log of our calls: its lines have the URL, and a URL may have a secret."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is of somebody else."""
        del record
        return current_call() is None


logging.getLogger("urllib3.connectionpool").addFilter(_NoCalls())
