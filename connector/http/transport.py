"""Sending one request and reading its response whole, within time and size. Only this package opens sockets.

It knows nothing of retries, throttles or definitions. The HTTP library's own retries, redirects, cookies and
`.netrc` are off: each would send something that nobody above decided to send.
"""

from __future__ import annotations

import os
import re
import threading
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol, cast
from urllib.parse import urlsplit

import requests
import urllib3
from requests.utils import select_proxy

from connector.clock import Clock
from connector.connections.auth import Auth
from connector.definition.base_url import is_loopback
from connector.errors import ConnectionLostError, NotSentError, UnavailableError
from connector.http.deadline import DeadlineAdapter
from connector.http.library_types import OutgoingHeaders, OutgoingRequest
from connector.http.network_settings import NetworkSettings
from connector.http.request import HttpRequest
from connector.http.response import HttpResponse
from connector.http.timed_call import TimedCall, within

_CHUNK = 65_536
_POOL = 100
"""Connections kept per host: as many as a connection may make calls in one burst."""

_ORIGINS = 1_000
"""Origins that are remembered as sound."""

_USUAL_URL = re.compile(r"(https?://[A-Za-z0-9.\-]+(?::[0-9]+)?)/[!\"$-~]*\Z")
"""A URL that is sent as it is: its origin, then a path and perhaps a query of visible characters."""

_PLAIN_HEADERS = re.compile(r"(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:(?:[!-~][ -~]*)?\n)*")

_BODILESS = frozenset({"GET", "HEAD"})
"""Methods that carry no length where there is no body."""


@dataclass(frozen=True)
class SendOptions:
    """Bounds of one call.

    Attributes:
        connect: Seconds to connect.
        read: Seconds between two bytes.
        deadline: When the call must be over, on the clock's monotonic time.
        response_bytes: Largest response that is read.
        departing: Called once, when the connection is established and before the first byte of the request leaves.
        sent: Called once, when the first bytes have left or could not leave.
    """

    connect: float
    read: float
    deadline: float
    response_bytes: int
    departing: Callable[[], None] | None = None
    sent: Callable[[], None] | None = None


class Transport(Protocol):
    """Sends a request and returns the response."""

    def send(self, request: HttpRequest, auth: Auth, options: SendOptions) -> HttpResponse:
        """Send once.

        Raises:
            NotSentError: Nothing left this machine.
            ConnectionLostError: Something left, and no complete response came back.
        """

    def close(self) -> None:
        """Give back what is held."""


def _unsigned(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Used where `requests` would otherwise look up `.netrc` and replace our header."""
    return request


class RequestsTransport:
    """A transport with one pool of connections for all threads.

    Args:
        clock: Where the deadline is read.
        user_agent: What the service sees as the caller.
        connections: How many are kept per host.
    """

    def __init__(self, clock: Clock, user_agent: str, connections: int = _POOL) -> None:
        self._clock = clock
        self._headers = {"User-Agent": user_agent, "Accept-Encoding": "gzip", "Connection": "keep-alive"}
        self._connections = max(_POOL, connections)
        self._lock = threading.Lock()
        self._opened: tuple[int, requests.Session] | None = None
        self._settings = NetworkSettings(self._environment)
        self._sound_origins: set[str] = set()

    @property
    def _session(self) -> requests.Session:
        """The session of this process: a forked child that used its parent's would read another's responses."""
        opened = self._opened
        if opened is None or opened[0] != os.getpid():
            # A new lock too: the parent's may have been held by another thread when the child was made.
            self._lock = threading.Lock() if opened is not None else self._lock
            with self._lock:
                opened = self._opened
                if opened is None or opened[0] != os.getpid():
                    opened = self._opened = (os.getpid(), self._new_session())
        return opened[1]

    def _new_session(self) -> requests.Session:
        session = requests.Session()
        adapter = DeadlineAdapter(pool_connections=_POOL, pool_maxsize=self._connections, max_retries=0)
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        return session

    def send(self, request: HttpRequest, auth: Auth, options: SendOptions) -> HttpResponse:
        """Send once; see `Transport.send`."""
        left = options.deadline - self._clock.monotonic()
        if left <= 0:
            raise NotSentError("The time for this run was used up before the call was made.")
        with within(left, options.departing, options.sent) as call:
            try:
                response = self._respond(request, auth, options, left)
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
                raise _translated(error, call) from None
            try:
                content = _read(response, options, self._clock.monotonic)
            except (TimeoutError, urllib3.exceptions.TimeoutError):
                if self._clock.monotonic() < options.deadline:
                    raise ConnectionLostError("The response stopped before it was complete.") from None
                raise ConnectionLostError("The response did not end within the time that this run has.") from None
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, zlib.error):
                raise ConnectionLostError("The connection broke while the response was being read.") from None
            finally:
                response.close()
        headers = {name.lower(): value for name, value in response.raw.headers.itermerged()}
        return HttpResponse(response.status_code, headers, content)

    def _respond(self, request: HttpRequest, auth: Auth, options: SendOptions, left: float) -> requests.Response:
        """The response, with its body unread. The session's own `send` would parse redirects, and read their bodies."""
        session = self._session
        url, headers = auth.sign(request)
        found = _USUAL_URL.match(url)
        origin = found.group(1) if found else ""
        prepared = self._prepared(request, url, {**self._headers, **headers}, origin)
        settings = self._settings.of(origin, url) if origin else self._environment(url)
        timeout = (min(options.connect, left), min(options.read, left))
        return session.get_adapter(url).send(prepared, stream=True, timeout=timeout, **settings)

    def _environment(self, url: str) -> dict[str, Any]:
        """The proxy and the certificates that this machine's environment asks for."""
        settings = self._session.merge_environment_settings(url, {}, True, None, None)
        # To loopback no proxy leads: it is another machine, would not find the service, and would see the secret.
        if is_loopback(urlsplit(url).hostname or "") or not select_proxy(url, settings["proxies"]):
            settings["proxies"] = {}
        return {name: settings[name] for name in ("proxies", "verify", "cert")}

    def _prepared(self, request: HttpRequest, url: str, headers: dict[str, str], origin: str) -> OutgoingRequest:
        """The request as it leaves. The library validates an origin once, and every header that is not plain text."""
        prepared, content = OutgoingRequest(), cast("bytes | None", request.content)  # or a stream of as many bytes
        plain = _PLAIN_HEADERS.fullmatch("".join([f"{name}:{value}\n" for name, value in headers.items()]))
        names = {name.lower() for name in headers} - {"content-length"}
        if plain and origin in self._sound_origins and len(names) == len(headers):
            prepared.method, prepared.body = request.method, content or None
            prepared.headers = OutgoingHeaders(headers)  # type: ignore[assignment]
            if content or request.method not in _BODILESS:
                prepared.headers["Content-Length"] = str(len(content or b""))
        else:
            prepared.prepare(request.method, url, headers, data=content, auth=_unsigned)
            if len(self._sound_origins) >= _ORIGINS:
                self._sound_origins.clear()
            self._sound_origins.update({origin} - {""})
        # Exactly as built: requests would decode and encode parts of it again.
        prepared.url, prepared.origin = url, origin
        return prepared

    def close(self) -> None:
        """Close every pooled connection."""
        opened = self._opened
        if opened is not None and opened[0] == os.getpid():
            self._opened = None
            opened[1].close()


def _read(response: requests.Response, options: SendOptions, now: Callable[[], float]) -> bytes:
    """The whole body, unpacked, within the bounds. A pooled connection that was read to its end can serve again."""
    packed = response.raw.headers.get("content-encoding", "").strip().lower()
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 32) if packed in {"gzip", "x-gzip", "deflate"} else None
    content = bytearray()
    taken = 0
    while chunk := response.raw.read(_CHUNK, decode_content=False):
        if now() > options.deadline:
            raise ConnectionLostError("The response did not end within the time that this run has.")
        part = options.response_bytes + 1 - len(content)
        content += unpack.decompress(chunk, part) if unpack else chunk
        taken += len(chunk)
        # What follows the end of a packed response is kept by the library, though nobody reads it.
        if max(taken, len(content)) > options.response_bytes:
            size = f"{options.response_bytes // 1_000_000} MB"
            raise ConnectionLostError(f"The response is larger than {size} and was not read.", code="response_size")
        if response.raw.length_remaining == 0:
            break
    if unpack is not None and content and not unpack.eof:
        raise ConnectionLostError("The response ended before it was complete.")
    return bytes(content)


_CHECK_NETWORK = "Check the network and the base URL."
_Kinds = tuple[type[Exception], ...]
_BEFORE: list[tuple[_Kinds, str, str, str]] = [
    ((requests.exceptions.ProxyError,), "The proxy could not be reached.", _CHECK_NETWORK, "proxy"),
    (
        (requests.exceptions.SSLError,),
        "The service's certificate was not accepted, so nothing was sent.",
        "Check the base URL, the clock of this machine, and whether a proxy changes certificates.",
        "certificate",
    ),
    ((requests.exceptions.ConnectTimeout,), "The service could not be reached in time.", _CHECK_NETWORK, ""),
    (
        (urllib3.exceptions.NameResolutionError,),
        "The service's host name could not be found.",
        _CHECK_NETWORK,
        "unknown_host",
    ),
    (
        (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, urllib3.exceptions.LocationValueError),
        "The URL of the call is not valid.",
        "Check the base URL and the proxy settings of this machine.",
        "base_url",
    ),
    ((urllib3.exceptions.ClosedPoolError,), "The connector was closed before the call was made.", "", ""),
    ((requests.exceptions.InvalidHeader,), "A header of the call cannot be sent.", "", "header"),
]
"""What the HTTP library says before the request has left, and what it means; the first that fits counts."""

_AFTER: list[tuple[_Kinds, str]] = [
    ((urllib3.exceptions.InvalidHeader,), "The headers of the response contradict each other, so it was not read."),
    ((requests.exceptions.Timeout,), "The service did not respond in time."),
]
"""The same for a request that has left."""


def _translated(error: Exception, call: TimedCall) -> UnavailableError:
    """Our error for the library's; whether anything has left is known, not guessed from the library's error."""
    causes = (error, _root(error))
    if call.departed:
        for kinds, message in _AFTER:
            if any(isinstance(cause, kinds) for cause in causes):
                return ConnectionLostError(message)
        return ConnectionLostError("The connection broke before a response came.")
    for kinds, message, hint, code in _BEFORE:
        if any(isinstance(cause, kinds) for cause in causes):
            return NotSentError(message, hint=hint, code=code or None)
    if isinstance(error, OSError) and "TLS" in str(error):
        return NotSentError(
            "The certificates for checking the service could not be read, so nothing was sent.",
            hint="Check REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE.",
            code="certificate",
        )
    if isinstance(causes[1], urllib3.exceptions.NewConnectionError) or call.observed:
        return NotSentError("The service could not be reached.", hint=_CHECK_NETWORK)
    return _translated(error, replace(call, departed=True))


def _root(error: BaseException) -> BaseException:
    """The urllib3 error inside a `requests` error."""
    cause = error.args[0] if error.args and isinstance(error.args[0], BaseException) else error
    reason = getattr(cause, "reason", None)
    return reason if isinstance(reason, BaseException) else cause
