"""Waiting for the call limit: take a place in line, sleep outside any lock, and count the call when it leaves."""

from __future__ import annotations

import contextlib
import math
import random
from collections.abc import Callable, Sequence
from typing import Any

from connector.clock import Clock, complete, pause
from connector.errors import ConnectorError, ThrottledError
from connector.throttle.bucket import RateLimit, Reservation
from connector.throttle.store import STORE_TIMEOUT, Store, throttled_error

_TRIES = 5
"""How often a caller that came too late for its place takes another."""

_LEAST_CHECK = 2.0
"""Seconds. A caller with longer to wait looks again half-way, and moves forward where others have left the line."""

_RNG = random.Random()  # noqa: S311 - spreads callers, hides nothing


class Permit:
    """A call that may leave, once `take` has returned.

    What the limit counts is when a request leaves, so whoever sends it calls `depart` when the connection is up
    (name look-up, TCP and TLS are done) and directly before the first byte is written, and `sent` after it. Within half
    the safety margin of the grant each costs a look at the clock. Later, the grant moves to the time of departure in
    one short step of the store. Where that is impossible (a pause has begun, or the connection took longer than a whole
    period), the call must take another token.

    Args:
        store: Where the buckets live.
        clock: Where the waiting is done.
        limits: The limits the call counts against.
        max_wait: Longest total wait in seconds, over all calls of `take`.
        deadline: When the run must be over, on the clock's monotonic time. Waiting for locks and servers ends then too.
        on_wait: Called before a wait with how many seconds it takes.
        rng: Spreads those who wait for the end of one pause, within the safety margin.

    Attributes:
        waited: Seconds waited for the limit so far.
    """

    __slots__ = (
        "_clock", "_deadline", "_departed", "_limits", "_max_wait", "_on_wait", "_reservation", "_rng", "_store",
        "waited",
    )  # fmt: skip

    def __init__(
        self,
        store: Store,
        clock: Clock,
        limits: Sequence[RateLimit],
        max_wait: float,
        deadline: float = math.inf,
        on_wait: Callable[[float], None] | None = None,
        rng: random.Random = _RNG,
    ) -> None:
        self._store = store
        self._clock = clock
        self._limits = limits
        self._max_wait = max_wait
        self._deadline = deadline
        self._on_wait = on_wait
        self._rng = rng
        self.waited = 0.0

    async def take(self) -> None:
        """Take a token from every bucket, and wait until the call may be made. Ended early, it gives its place back.

        Raises:
            ThrottledError: The wait would be longer than `max_wait` or the deadline allow; nothing is spent.
            ThrottleStoreError: The store did not respond in time; no call may be made.
        """
        clock, self._departed = self._clock, False
        for _ in range(_TRIES):
            now = clock.monotonic()
            left = min(self._max_wait - self.waited, self._deadline - now)
            reservation = self._store.reserve(self._limits, left if left > 0 else 0.0, self._timeout(now))
            self._reservation = reservation
            if reservation.wait <= 0:
                return
            try:
                if await self._wait(reservation, now + left):
                    return
            except BaseException:
                # What ended the wait is what matters.
                self.release()
                raise
            finally:
                self.waited += clock.monotonic() - now
        raise ThrottledError("This machine is too busy to keep to the call limit.", hint="Run it later.")

    def depart(self) -> bool:
        """Count the call from now. May be called again where the connection had to be remade.

        Returns:
            Whether it may leave. If not, nothing is spent, and it must `take` another token.

        Raises:
            ThrottleStoreError: The store did not respond in time.
        """
        late = self._clock.monotonic() - self._reservation.since > _safety_margin(self._limits) / 2
        if late and not self._store.depart(self._limits, self._reservation, self._timeout()):
            self.release()
            return False
        self._departed = True
        return True

    def sent(self) -> None:
        """Count the call from now if the way to here took long: it left at some time since `depart`.

        A busy machine may stop a thread between its last look at the clock and its first byte, for any time.
        """
        if self._clock.monotonic() - self._reservation.since > _safety_margin(self._limits) / 2:
            with contextlib.suppress(ConnectorError):
                self._store.stamp(self._limits, self._reservation, self._timeout())

    def release(self) -> None:
        """Give the token back, because the call is not made: the connection failed, or the run was cancelled.

        Does nothing once the call has departed. A token that cannot be given back stays spent, which is safe.
        """
        if not self._departed:
            with contextlib.suppress(ConnectorError):
                self._store.release(self._limits, self._reservation, min(1.0, self._timeout()))

    async def _wait(self, reservation: Reservation, until: float) -> bool:
        """Sleep until the time has come and no pause holds; whether the place was kept until then."""
        margin, left, paused = _safety_margin(self._limits), reservation.wait, reservation.paused
        expected = -math.inf
        while True:
            now = self._clock.monotonic()
            if now + left > until + margin:
                raise throttled_error(left, max(0.0, until - now))
            if now + left > expected + margin:
                # Whoever has longer to wait than before is held by a pause that began meanwhile.
                paused = reservation.paused or expected > -math.inf
                expected = now + left
                if self._on_wait is not None:
                    self._on_wait(left)
            seconds = max(left / 2, _LEAST_CHECK) if left > _LEAST_CHECK else left
            if paused and seconds == left:
                seconds += self._rng.uniform(0, margin / 2)
            await pause(seconds)
            left = self._store.claim(self._limits, reservation, self._timeout())
            if left <= 0:
                return left == 0

    def _timeout(self, now: float | None = None) -> float:
        """Seconds that the store may take."""
        if self._deadline == math.inf:
            return STORE_TIMEOUT
        left = self._deadline - (self._clock.monotonic() if now is None else now)
        return min(STORE_TIMEOUT, max(0.0, left))


def acquire(store: Store, clock: Clock, limits: Sequence[RateLimit], max_wait: float, **options: Any) -> Permit:
    """A permit that has taken its token; this thread waits. The arguments and the errors are those of `Permit`."""
    permit = Permit(store, clock, limits, max_wait, **options)
    complete(permit.take(), clock)
    return permit


def _safety_margin(limits: Sequence[RateLimit]) -> float:
    """Seconds by which a call may be late without harm to any of the limits."""
    return limits[0].safety_margin if len(limits) == 1 else min([limit.safety_margin for limit in limits])
