"""Waits for the bytes of a response are cut to what is left of its call's time."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from connector.http.deadline_response import _TimedBytes


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
