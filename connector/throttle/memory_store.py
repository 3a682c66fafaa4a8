"""Buckets in the memory of one process."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Sequence

from connector.clock import Clock
from connector.throttle import bucket as rule
from connector.throttle.bucket import Bucket, RateLimit, Reservation
from connector.throttle.fork import renew_in_child
from connector.throttle.store import STORE_TIMEOUT, throttled_error

_LEAST_SWEEP = 64


class Buckets(dict[RateLimit, Bucket]):
    """Buckets by limit, made when first asked for; those that hold nothing any more are dropped now and then."""

    def __init__(self) -> None:
        super().__init__()
        self._sweep_at = _LEAST_SWEEP

    def of(self, limit: RateLimit, now: float) -> Bucket:
        """The bucket of a limit."""
        found = self.get(limit)
        if found is None:
            if len(self) >= self._sweep_at:
                for idle in [known for known, bucket in self.items() if bucket.forget_unused(now)]:
                    del self[idle]
                self._sweep_at = max(_LEAST_SWEEP, 2 * len(self))
            found = self[limit] = Bucket(limit)
        return found


class MemoryStore:
    """Buckets for the threads of one process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets = Buckets()
        self._names = itertools.count(1)
        renew_in_child(self)

    def reserve(self, limits: Sequence[RateLimit], max_wait: float, timeout: float = STORE_TIMEOUT) -> Reservation:
        """Take a token from every bucket, or a place in every line; see `Store.reserve`."""
        del timeout  # nobody holds the lock for long
        with self._lock:
            now = self._clock.monotonic()
            wait, paused = 0.0, False
            buckets = []
            for limit in limits:
                buckets.append(bucket := self._buckets.get(limit) or self._buckets.of(limit, now))
                due = bucket.ready_at(bucket.in_line(now) if bucket.waiting else 0, now)
                if due - now > wait:
                    wait, paused = due - now, due == bucket.paused_until
            if wait <= 0:
                for bucket in buckets:
                    bucket.grant(now)
                return Reservation(0.0, now, (now,) * len(buckets))
            if wait > max_wait:
                raise throttled_error(wait, max_wait)
            name = next(self._names)
            for bucket in buckets:
                bucket.waiting[name] = now + wait
            return Reservation(wait, now, (), name, paused)

    def claim(self, limits: Sequence[RateLimit], reservation: Reservation, timeout: float = STORE_TIMEOUT) -> float:
        """Let a waiting call leave if its time has come; see `Store.claim`."""
        del timeout
        with self._lock:
            now = self._clock.monotonic()
            return rule.claim(self._entries(limits, now), reservation, now)

    def depart(self, limits: Sequence[RateLimit], reservation: Reservation, timeout: float = STORE_TIMEOUT) -> bool:
        """Count a granted call from now; see `Store.depart`."""
        del timeout
        with self._lock:
            now = self._clock.monotonic()
            return rule.move(self._entries(limits, now), reservation, now)

    def stamp(self, limits: Sequence[RateLimit], reservation: Reservation, timeout: float = STORE_TIMEOUT) -> None:
        """Count a call from now that has left; see `Store.stamp`."""
        del timeout
        with self._lock:
            now = self._clock.monotonic()
            rule.stamp(self._entries(limits, now), reservation, now)

    def release(self, limits: Sequence[RateLimit], reservation: Reservation, timeout: float = STORE_TIMEOUT) -> None:
        """Give a reservation back whose call was not made."""
        del timeout
        with self._lock:
            rule.leave_line(self._entries(limits, self._clock.monotonic()), reservation)

    def pause(self, limit: RateLimit, seconds: float, timeout: float = STORE_TIMEOUT) -> None:
        """Let nobody call for that many seconds."""
        del timeout
        with self._lock:
            now = self._clock.monotonic()
            bucket = self._buckets.of(limit, now)
            bucket.paused_until = max(bucket.paused_until, now + seconds)

    def peek(self, limit: RateLimit, timeout: float = STORE_TIMEOUT) -> tuple[Bucket, float]:
        """A copy of the bucket, and the time now."""
        del timeout
        with self._lock:
            now = self._clock.monotonic()
            return (self._buckets.get(limit) or Bucket(limit)).copy(), now

    def warnings(self) -> tuple[str, ...]:
        """None: memory is always there."""
        return ()

    def close(self) -> None:
        """Nothing is open, and what was used stays used."""

    def start_over(self) -> None:
        """For a forked child; it counts on from what its parent had used, by itself."""
        self._lock = threading.Lock()

    def _entries(self, limits: Sequence[RateLimit], now: float) -> list[rule.Entry]:
        return [(self._buckets.of(limit, now), now) for limit in limits]
