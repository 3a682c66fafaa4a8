"""Each wait of a call, for a host's address, a connection and the response, is cut to what is left of its time."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any, cast

import pytest
from urllib3.connection import HTTPConnection
from urllib3.exceptions import (
    ConnectTimeoutError,
    LocationParseError,
    NameResolutionError,
    NewConnectionError,
    ReadTimeoutError,
)

from connector.http.deadline import _PIECE, _addresses, _connected, _send
from connector.http.deadline_response import _TimedBytes
from connector.http.timed_call import within


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


@pytest.mark.parametrize(
    ("pause", "left", "waits"), [(None, 2.0, [2.0, None]), (3.0, 2.0, [2.0, 3.0]), (2.0, 2.0, []), (1.0, 2.0, [])]
)
def test_a_wait_is_shortened_to_what_is_left_and_the_sockets_own_comes_back(
    pair: tuple[socket.socket, socket.socket],
    monkeypatch: pytest.MonkeyPatch,
    pause: float | None,
    left: float,
    waits: list[float | None],
) -> None:
    class Noted:
        def __init__(self, sock: socket.socket) -> None:
            self.makefile, self.gettimeout, self.set = sock.makefile, sock.gettimeout, sock.settimeout

        def settimeout(self, seconds: float | None) -> None:
            noted.append(seconds)
            self.set(seconds)

    noted: list[float | None] = []
    ours, theirs = pair
    theirs.sendall(b"abc")
    ours.settimeout(pause)
    monkeypatch.setattr(time, "monotonic", lambda: 10.0)
    buffer = bytearray(2)
    assert _TimedBytes(Noted(ours), 10.0 + left).readinto(buffer) == 2  # type: ignore[arg-type]
    assert (bytes(buffer), noted, ours.gettimeout()) == (b"ab", waits, pause)


@pytest.mark.parametrize("left", [0.0, -1.0])
def test_no_wait_begins_when_the_time_is_over(
    pair: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch, left: float
) -> None:
    ours, theirs = pair
    theirs.sendall(b"abc")
    monkeypatch.setattr(time, "monotonic", lambda: 10.0)
    with pytest.raises(TimeoutError):
        _TimedBytes(ours, 10.0 + left).readinto(bytearray(2))


def test_each_piece_of_a_request_may_take_what_is_left_of_the_calls_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now, waits, sent = [10.0], list[float](), list[int]()
    connection = SimpleNamespace(sock=SimpleNamespace(settimeout=waits.append), timeout=3.0)

    def send(data: bytes) -> None:
        sent.append(len(data))
        now[0] += 2

    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    with within(5), pytest.raises(ReadTimeoutError, match="the request was not taken in time"):
        _send(cast("HTTPConnection", connection), bytes(3 * _PIECE + 1), send)
    assert (waits, sent) == ([3.0, 3.0, 1.0], [_PIECE] * 3)


class Made:
    """A connection that is about to be made; `fails` are the addresses to which it cannot be."""

    def __init__(self, host: str, timeout: float | None = 5.0, fails: Mapping[str, Exception] | None = None) -> None:
        self.host, self.port, self.timeout = host, 443, timeout
        self.fails = fails or {}
        self.tried: list[tuple[str, float | None]] = []

    def connect(self) -> Any:
        self.tried.append((self.host, self.timeout))
        if self.host in self.fails:
            raise self.fails[self.host]
        return SimpleNamespace(settimeout=lambda seconds: self.tried.append(("settimeout", seconds)))


def found(monkeypatch: pytest.MonkeyPatch, *addresses: str | Exception) -> list[Any]:
    """What the system finds for any host; the questions that it was asked."""
    asked: list[Any] = []

    def look_up(*args: Any, **options: Any) -> list[Any]:
        asked.append((*args, options["type"]))
        for address in addresses:
            if isinstance(address, Exception):
                raise address
        return [(0, 0, 0, "", (address, 443)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


@pytest.mark.parametrize(
    ("host", "addresses"),
    [
        ("127.0.0.1", ["127.0.0.1"]),
        ("::1", ["::1"]),
        ("[::1]", ["::1"]),
        ("a.example", ["10.0.0.2", "::2", "10.0.0.1"]),
    ],
)
def test_a_host_has_the_addresses_that_the_system_finds_each_once_and_in_its_order(
    monkeypatch: pytest.MonkeyPatch, host: str, addresses: list[str]
) -> None:
    asked = found(monkeypatch, "10.0.0.2", "::2", "10.0.0.2", "10.0.0.1")
    assert _addresses(cast("HTTPConnection", Made(host))) == addresses
    assert asked == ([("a.example", 443, socket.SOCK_STREAM)] if host == "a.example" else [])


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (socket.gaierror(-2, "unknown"), NameResolutionError),
        (UnicodeError("label too long"), LocationParseError),
        (MemoryError(), MemoryError),
        (OSError("odd"), OSError),
    ],
)
def test_a_host_that_is_not_found_is_the_librarys_error(
    monkeypatch: pytest.MonkeyPatch, error: Exception, kind: type[Exception]
) -> None:
    found(monkeypatch, error)
    with pytest.raises(kind):
        _addresses(cast("HTTPConnection", Made("a.example")))


def test_a_search_for_a_host_takes_no_longer_than_the_time_to_connect(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait(30))
    made = Made("a.example", 0.01)
    with pytest.raises(ConnectTimeoutError, match="time to connect is over"):
        _connected(cast("HTTPConnection", made), made.connect)
    over.set()
    assert (made.tried, made.host, made.timeout) == ([], "a.example", 0.01)


@pytest.mark.parametrize(
    ("fails", "tried"), [([], ["10.0.0.1"]), (["10.0.0.1"], ["10.0.0.1", "10.0.0.2"]), (["10.0.0.1", "10.0.0.2"], None)]
)
def test_the_addresses_of_a_host_are_tried_until_one_takes_the_connection(
    monkeypatch: pytest.MonkeyPatch, fails: list[str], tried: list[str] | None
) -> None:
    found(monkeypatch, "10.0.0.1", "10.0.0.2")
    errors: dict[str, Exception] = {name: NewConnectionError(None, name) for name in fails}  # type: ignore[arg-type]
    made = Made("a.example", 5.0, errors)
    with within(2) as call:
        if tried is None:
            with pytest.raises(NewConnectionError, match=re.escape("10.0.0.2")):
                _connected(cast("HTTPConnection", made), made.connect)
        else:
            _connected(cast("HTTPConnection", made), made.connect)
            assert [address for address, _ in made.tried] == [*tried, "settimeout"]
        assert call.observed
    assert all(seconds is not None and seconds <= 2 for _, seconds in made.tried)
    assert (made.host, made.timeout) == ("a.example", 5.0)


def test_a_host_without_an_address_cannot_be_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    found(monkeypatch)
    made = Made("a.example")
    with pytest.raises(NewConnectionError, match="has no address"):
        _connected(cast("HTTPConnection", made), made.connect)
