"""The only module that opens sockets: one request out, one answer read whole, within time and size.

It knows nothing of retries, throttles or definitions. The HTTP library's own retries, redirects, cookies and
`.netrc` are off: each would send something that nobody above decided to send.
"""

from __future__ import annotations

import http.cookiejar
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests
import urllib3

from connector.clock import Clock
from connector.connections.connection import is_loopback
from connector.errors import ConnectionLostError, NotSentError, UnavailableError
from connector.http.deadline import DeadlineAdapter, within
from connector.http.request import HttpRequest
from connector.http.response import HttpResponse

_CHUNK = 65_536
_POOL = 100
"""Connections kept per host: as many as a connection may make calls in one burst."""


@dataclass(frozen=True)
class SendOptions:
    """Bounds of one call: seconds to connect, between two bytes, and until `deadline` on the clock; bytes to read."""

    connect: float
    read: float
    deadline: float
    response_bytes: int


class Transport(Protocol):
    """Sends a request and returns the answer."""

    def send(self, request: HttpRequest, secret_headers: Mapping[str, str], options: SendOptions) -> HttpResponse:
        """Send once.

        Raises:
            NotSentError: Nothing left this machine.
            ConnectionLostError: Something left, and no whole answer came back.
        """

    def close(self) -> None:
        """Give back what is held."""


class _Refuse(http.cookiejar.DefaultCookiePolicy):
    """No cookie in, no cookie out: one session serves many accounts."""

    def set_ok(self, *_: object) -> bool:
        return False

    def return_ok(self, *_: object) -> bool:
        return False


def _unsigned(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Stands where `requests` would otherwise look up `.netrc` and replace our header."""
    return request


class RequestsTransport:
    """A transport with one pool of connections for all threads.

    Args:
        clock: Where the deadline is read.
        user_agent: What the service sees as the caller.
    """

    def __init__(self, clock: Clock, user_agent: str) -> None:
        self._clock = clock
        self._session = requests.Session()
        self._session.headers.clear()
        self._session.headers.update({"User-Agent": user_agent, "Accept-Encoding": "gzip", "Connection": "keep-alive"})
        self._session.cookies.set_policy(_Refuse())
        adapter = DeadlineAdapter(pool_connections=_POOL, pool_maxsize=_POOL, max_retries=0)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def send(self, request: HttpRequest, secret_headers: Mapping[str, str], options: SendOptions) -> HttpResponse:
        """Send once; see `Transport.send`."""
        left = options.deadline - self._clock.monotonic()
        if left <= 0:
            raise NotSentError("The time for this run was used up before the call was made.")
        with within(left):
            return self._exchanged(request, secret_headers, options, left)

    def _exchanged(
        self, request: HttpRequest, secret_headers: Mapping[str, str], options: SendOptions, left: float
    ) -> HttpResponse:
        try:
            answer = self._session.send(
                self._prepared(request, secret_headers),
                timeout=(min(options.connect, left), min(options.read, left)),
                allow_redirects=False,
                **self._surroundings(request.url),
            )
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise _translated(error) from None
        try:
            content = _read(answer, options, self._clock.monotonic)
        except (TimeoutError, urllib3.exceptions.TimeoutError):
            if self._clock.monotonic() < options.deadline:
                raise ConnectionLostError("The answer stopped before it was complete.") from None
            raise ConnectionLostError("The answer did not end in the time that this run has.") from None
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, zlib.error):
            raise ConnectionLostError("The connection broke while the answer was being read.") from None
        finally:
            answer.close()
        return HttpResponse(
            answer.status_code, {name.lower(): value for name, value in answer.headers.items()}, content
        )

    def _surroundings(self, url: str) -> dict[str, Any]:
        """The proxy and the certificates that this machine's environment asks for."""
        settings: dict[str, Any] = {**self._session.merge_environment_settings(url, {}, True, None, None)}
        if is_loopback(urlsplit(url).hostname or ""):
            # A proxy is another machine: it would not find the service, and it would see the secret.
            settings["proxies"] = {}
        return settings

    def _prepared(self, request: HttpRequest, secret_headers: Mapping[str, str]) -> requests.PreparedRequest:
        prepared = self._session.prepare_request(
            requests.Request(
                request.method,
                request.url,
                headers={**request.headers, **secret_headers},
                data=request.content,
                auth=_unsigned,
            )
        )
        # requests would undo the encoding of dot segments, and make `/lists/..` another resource.
        prepared.url = request.url
        return prepared

    def close(self) -> None:
        """Close every pooled connection."""
        self._session.close()


def _read(answer: requests.Response, options: SendOptions, now: Callable[[], float]) -> bytes:
    """The whole body, unpacked, within the bounds. A pooled connection that was read to its end can serve again."""
    packed = answer.headers.get("content-encoding", "").strip().lower()
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 32) if packed in {"gzip", "x-gzip", "deflate"} else None
    content = bytearray()
    taken = 0
    while chunk := answer.raw.read(_CHUNK, decode_content=False):
        if now() > options.deadline:
            raise ConnectionLostError("The answer did not end in the time that this run has.")
        room = options.response_bytes + 1 - len(content)
        content += unpack.decompress(chunk, room) if unpack else chunk
        taken += len(chunk)
        # What follows the end of a packed answer is kept by the library, though nobody reads it.
        if max(taken, len(content)) > options.response_bytes:
            size = f"{options.response_bytes // 1_000_000} MB"
            raise ConnectionLostError(f"The answer is larger than {size} and was not read.", code="response_size")
    if unpack is not None and content and not unpack.eof:
        raise ConnectionLostError("The answer ended before it was complete.")
    return bytes(content)


_LOOK = "Check the network and the base URL."
_KINDS: list[tuple[type[Exception] | tuple[type[Exception], ...], type[UnavailableError], str, str, str]] = [
    (requests.exceptions.ProxyError, NotSentError, "The proxy could not be reached.", _LOOK, "proxy"),
    (
        requests.exceptions.SSLError,
        NotSentError,
        "The service's certificate was not accepted, so nothing was sent.",
        "Check the base URL, the clock of this machine, and whether a proxy changes certificates.",
        "certificate",
    ),
    (requests.exceptions.ConnectTimeout, NotSentError, "The service could not be reached in time.", _LOOK, ""),
    (
        urllib3.exceptions.NameResolutionError,
        NotSentError,
        "The service's host name could not be found.",
        _LOOK,
        "unknown_host",
    ),
    (urllib3.exceptions.NewConnectionError, NotSentError, "The service could not be reached.", _LOOK, ""),
    (
        (
            requests.exceptions.InvalidURL,
            requests.exceptions.InvalidSchema,
            urllib3.exceptions.LocationValueError,
        ),
        NotSentError,
        "The address of the call is not a valid web address.",
        "Check the base URL.",
        "base_url",
    ),
    (
        urllib3.exceptions.InvalidHeader,
        ConnectionLostError,
        "The header of the answer contradicts itself, so it was not read.",
        "",
        "",
    ),
    (urllib3.exceptions.ClosedPoolError, NotSentError, "The connector was closed before the call was made.", "", ""),
    (requests.exceptions.InvalidHeader, NotSentError, "A header of the call cannot be sent.", "", "header"),
    (requests.exceptions.Timeout, ConnectionLostError, "The service did not answer in time.", "", ""),
]
"""What the HTTP library says, and what it means: did anything leave this machine? The first that fits counts."""


def _translated(error: Exception) -> UnavailableError:
    """Our error for the library's."""
    cause = _root(error)
    for kinds, ours, message, hint, code in _KINDS:
        if isinstance(error, kinds) or isinstance(cause, kinds):
            return ours(message, hint=hint, code=code or None)
    return ConnectionLostError("The connection broke before an answer came.")


def _root(error: BaseException) -> BaseException:
    """The urllib3 error inside a `requests` error."""
    cause = error.args[0] if error.args and isinstance(error.args[0], BaseException) else error
    reason = getattr(cause, "reason", None)
    return reason if isinstance(reason, BaseException) else cause
