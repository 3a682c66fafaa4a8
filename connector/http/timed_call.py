"""The call that a thread makes: when it must be over, and whether its request has left."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass
class TimedCall:
    """A call that this thread makes.

    Attributes:
        ends: When it must be over, on `time.monotonic`.
        departing: Called once, when the connection is established and before the first byte of the request leaves. It
            may raise to keep the request.
        sent: Called once, after the first bytes have been given to the connection, or could not be.
        observed: Whether the call came as far as a connection of this module; without one, nothing is known of it.
        departed: Whether a byte of the request may have left.
        connecting: Whether a connection is being made; what it sends to a proxy is not the request.
    """

    ends: float
    departing: Callable[[], None] | None = None
    sent: Callable[[], None] | None = None
    observed: bool = False
    departed: bool = False
    connecting: bool = False

    def depart(self) -> None:
        """Note that the request leaves now."""
        if self.departed or self.connecting:
            return
        if self.departing is not None:
            self.departing()
        self.departed = True

    def has_left(self) -> None:
        """Note that the first bytes have been given to the connection, or could not be."""
        if self.departed and self.sent is not None:
            sent, self.sent = self.sent, None
            sent()


_thread = threading.local()


@contextlib.contextmanager
def within(
    seconds: float, departing: Callable[[], None] | None = None, sent: Callable[[], None] | None = None
) -> Iterator[TimedCall]:
    """The call of this thread inside the block is over in that many seconds of real time."""
    call = _thread.call = TimedCall(time.monotonic() + seconds, departing, sent)
    try:
        yield call
    finally:
        del _thread.call


def current_call() -> TimedCall | None:
    """The call that this thread makes now."""
    return getattr(_thread, "call", None)


def time_left(most: float | None) -> float:
    """Seconds of the call's time that are left, `most` at most.

    Raises:
        TimeoutError: None are left.
    """
    call = current_call()
    times = [] if call is None else [call.ends - time.monotonic()]
    times += [] if most is None else [most]
    if times and min(times) <= 0:
        raise TimeoutError("the time of the call is over")
    return min(times, default=threading.TIMEOUT_MAX)


@contextlib.contextmanager
def connecting() -> Iterator[None]:
    """What is sent inside the block is not the request: the words of a proxy, of TLS."""
    call = current_call()
    if call is None:
        yield
        return
    call.connecting = True
    try:
        yield
    finally:
        call.connecting = False
