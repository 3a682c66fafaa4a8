"""Buckets in the memory of one process."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from connector.clock import Clock
from connector.throttle.bucket import Bucket, RateLimit
from connector.throttle.store import Reservation, throttled_error


class MemoryStore:
    """Buckets for the threads of one process.

    Args:
        clock: Where the time comes from.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: dict[RateLimit, Bucket] = {}

    def _bucket(self, limit: RateLimit) -> Bucket:
        return self._buckets.get(limit) or self._buckets.setdefault(limit, Bucket(limit))

    def reserve(self, limits: Sequence[RateLimit], max_wait: float) -> Reservation:
        """Take a token from every bucket, in one step; see `Store.reserve`."""
        with self._lock:
            at = now = self._clock.monotonic()
            paused = False
            buckets = []
            for limit in limits:
                buckets.append(bucket := self._bucket(limit))
                if (due := bucket.next_at()) > at:
                    at, paused = due, due == bucket.paused_until
            if at - now > max_wait:
                raise throttled_error(at - now, max_wait)
            marks, replaced = [], []
            for bucket in buckets:
                replaced.append(bucket.grant(at))
                marks.append(bucket.sequence)
            return Reservation(at, at - now, now, tuple(marks), tuple(replaced), paused)

    def release(self, limits: Sequence[RateLimit], reservation: Reservation) -> None:
        """Give the newest reservation back; an older one stays spent, which is safe."""
        with self._lock:
            buckets = [self._bucket(limit) for limit in limits]
            for bucket, mark, older in zip(buckets, reservation.marks, reservation.replaced, strict=True):
                bucket.undo(mark, older)

    def remaining(self, limits: Sequence[RateLimit], reservation: Reservation) -> float:
        """Seconds until the reserved time or the end of a pause; see `Store.remaining`."""
        with self._lock:
            paused_until = max(self._bucket(limit).paused_until for limit in limits)
            return max(reservation.at, paused_until) - self._clock.monotonic()

    def pause(self, limit: RateLimit, seconds: float) -> None:
        """Let nobody call for that many seconds."""
        with self._lock:
            bucket = self._bucket(limit)
            bucket.paused_until = max(bucket.paused_until, self._clock.monotonic() + seconds)

    def peek(self, limit: RateLimit) -> tuple[Bucket, float]:
        """A copy of the bucket, and the time now."""
        with self._lock:
            return self._bucket(limit).copy(), self._clock.monotonic()

    def warnings(self) -> tuple[str, ...]:
        """None: memory has no condition."""
        return ()
