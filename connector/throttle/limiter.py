"""Waiting for the call limit: take a place in line, sleep outside any lock, and count the call when it leaves."""

from __future__ import annotations

import contextlib
import math
import random
import threading
from collections.abc import Callable, Sequence

from connector.clock import Clock
from connector.errors import ConnectorError, ThrottledError
from connector.throttle.bucket import RateLimit, Reservation
from connector.throttle.store import STORE_TIMEOUT, Store, throttled_error

_TRIES = 5
"""How often a caller that came too late for its place takes another."""

_LEAST_CHECK = 2.0
"""Seconds. A caller with longer to wait looks again half-way, and moves forward where others have left the line."""

_RNG = random.Random()  # noqa: S311 - spreads callers, hides nothing


class Permit:
    """A call that may leave. Made by `acquire`.

    What the limit counts is when a request leaves, so whoever sends it calls `departing` when the connection stands
    (name look-up, TCP and TLS are done) and directly before the first byte is written. Within half the safety margin
    of the grant that costs a look at the clock. Later, the grant moves to the time of departure in one short step of
    the store. Where that is impossible (a pause has begun, or the connection took longer than a whole period), it
    waits for another token.

    Attributes:
        waited: Seconds waited for the limit so far, in `acquire` and in `departing`.
    """

    __slots__ = (
        "_cancelled", "_clock", "_deadline", "_departed", "_limits", "_max_wait", "_on_wait", "_reservation", "_rng",
        "_store", "waited",
    )  # fmt: skip

    def __init__(
        self,
        store: Store,
        clock: Clock,
        limits: Sequence[RateLimit],
        max_wait: float,
        deadline: float,
        cancelled: threading.Event | None,
        on_wait: Callable[[float], None] | None,
        rng: random.Random,
    ) -> None:
        self._store = store
        self._clock = clock
        self._limits = limits
        self._max_wait = max_wait
        self._deadline = deadline
        self._cancelled = cancelled
        self._on_wait = on_wait
        self._rng = rng
        self._departed = False
        self.waited = 0.0

    def departing(self) -> float:
        """Wait, if need be, until the call may really leave. May be called again where the connection had to be remade.

        Returns:
            Seconds waited here; 0 nearly always. Look at the connection after a longer wait: it may have been closed.

        Raises:
            ThrottledError: The wait would be longer than `max_wait` or the deadline allow, or was cancelled; nothing
                is spent.
            ThrottleStoreError: The store did not respond in time.
        """
        before = self.waited
        tolerance = _safety_margin(self._limits) / 2
        while self._clock.monotonic() - self._reservation.since > tolerance:
            if self._store.depart(self._limits, self._reservation, self._timeout()):
                break
            self.release()
            self._take()
        self._departed = True
        return self.waited - before

    def release(self) -> None:
        """Give the token back, because the call is not made: the connection failed, or the run was cancelled.

        Does nothing once the call has departed. A token that cannot be given back stays spent, which is safe.
        """
        if not self._departed:
            with contextlib.suppress(ConnectorError):
                self._store.release(self._limits, self._reservation, min(1.0, self._timeout()))

    def _take(self, reservation: Reservation | None = None) -> None:
        """Wait for a token that was reserved, or for one that is reserved now."""
        clock, cancelled = self._clock, self._cancelled
        for _ in range(_TRIES):
            now = clock.monotonic()
            left = min(self._max_wait - self.waited, self._deadline - now)
            if reservation is None:
                reservation = self._store.reserve(self._limits, left if left > 0 else 0.0, self._timeout(now))
            self._reservation = reservation
            if reservation.wait <= 0 and (cancelled is None or not cancelled.is_set()):
                return
            try:
                if self._wait(reservation, now + left):
                    return
            except BaseException:
                # What ended the wait is what matters.
                self.release()
                raise
            finally:
                self.waited += clock.monotonic() - now
            reservation = None
        raise ThrottledError("This machine is too busy to keep to the call limit.", hint="Run it later.")

    def _wait(self, reservation: Reservation, until: float) -> bool:
        """Sleep until the time has come and no pause holds; whether the place was kept until then."""
        margin, left, paused = _safety_margin(self._limits), reservation.wait, reservation.paused
        expected = -math.inf
        while True:
            if self._cancelled is not None and self._cancelled.is_set():
                raise ThrottledError("The run was cancelled while it waited for the call limit.")
            now = self._clock.monotonic()
            if now + left > until + margin:
                raise throttled_error(left, max(0.0, until - now))
            if now + left > expected + margin:
                # Whoever has longer to wait than before is held by a pause that began meanwhile.
                paused = reservation.paused or expected > -math.inf
                expected = now + left
                if self._on_wait is not None:
                    self._on_wait(left)
            pause = max(left / 2, _LEAST_CHECK) if left > _LEAST_CHECK else left
            if paused and pause == left:
                pause += self._rng.uniform(0, margin / 2)
            self._clock.sleep(pause, self._cancelled)
            if self._cancelled is None or not self._cancelled.is_set():
                left = self._store.claim(self._limits, reservation, self._timeout())
                if left <= 0:
                    return left == 0

    def _timeout(self, now: float | None = None) -> float:
        """Seconds that the store may take."""
        if self._deadline == math.inf:
            return STORE_TIMEOUT
        left = self._deadline - (self._clock.monotonic() if now is None else now)
        return min(STORE_TIMEOUT, max(0.0, left))


def acquire(
    store: Store,
    clock: Clock,
    limits: Sequence[RateLimit],
    max_wait: float,
    cancelled: threading.Event | None = None,
    on_wait: Callable[[float], None] | None = None,
    rng: random.Random = _RNG,
    deadline: float = math.inf,
) -> Permit:
    """Take a token from every bucket, and wait until the call may be made.

    Args:
        store: Where the buckets live.
        clock: Where the waiting is done.
        limits: The limits the call counts against.
        max_wait: Longest total wait in seconds, here and in `Permit.departing`.
        cancelled: Set by somebody else to give the place up.
        on_wait: Called before a wait with how many seconds it takes.
        rng: Spreads those who wait for the end of one pause, within the safety margin.
        deadline: When the run must be over, on the clock's monotonic time. Waiting for locks and servers ends then too.

    Raises:
        ThrottledError: The wait would be too long, or was cancelled; nothing is spent.
        ThrottleStoreError: The store did not respond in time; no call may be made.
    """
    # A refusal needs no permit.
    started = clock.monotonic()
    left = min(max_wait, deadline - started)
    timeout = STORE_TIMEOUT if deadline == math.inf else min(STORE_TIMEOUT, max(0.0, deadline - started))
    reservation = store.reserve(limits, left if left > 0 else 0.0, timeout)
    permit = Permit(store, clock, limits, max_wait, deadline, cancelled, on_wait, rng)
    permit._take(reservation)
    return permit


def _safety_margin(limits: Sequence[RateLimit]) -> float:
    """Seconds by which a call may be late without harm to any of the limits."""
    return limits[0].safety_margin if len(limits) == 1 else min([limit.safety_margin for limit in limits])
