"""The token bucket: never more than N calls of one connection in any period, and all N of them when wanted.

Each token returns exactly one period, plus a guard, after it was taken. The k-th call is granted at

    t(k) = max(now, t(k - N) + period + guard, floor)

so the state of a bucket is the ring of its last N grants and a floor that a 429 raises. Taking a token only
reserves a time; the caller sleeps until then outside the lock, first come, first served.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from connector.clock import Clock
from connector.errors import ThrottledError

_TRIES = 5
"""How often a caller that woke too late reserves again."""


@dataclass(frozen=True)
class Bucket:
    """One limit: never more than `calls` in any `period` seconds under this name."""

    name: str
    calls: int
    period: float

    @property
    def guard(self) -> float:
        """Seconds added to the period, because waking up and the way to the service are never exact."""
        return max(0.02, self.period / 240)


@dataclass(frozen=True)
class Reservation:
    """A call that may be made at a time of its own.

    Attributes:
        at: The granted time on the store's clock, in seconds.
        wait: Seconds from the reservation to that time.
        marks: Per bucket the sequence number of the grant, so that the newest can be given back.
        replaced: Per bucket the older grant whose place in the ring this one took.
        name: The reservation's own name, where the store knows it by one.
        server_at: The granted time on a server's clock, where there is one.
    """

    at: float
    wait: float
    marks: tuple[int, ...]
    replaced: tuple[float, ...]
    name: str = ""
    server_at: int = 0


class Store(Protocol):
    """Where buckets live: memory, a file, a server. Every method is one short critical section."""

    def reserve(self, buckets: Sequence[Bucket], max_wait: float) -> Reservation:
        """Take a token from every bucket, in one step.

        Raises:
            ThrottledError: The wait would be longer than `max_wait` seconds; nothing was taken.
        """

    def release(self, buckets: Sequence[Bucket], reservation: Reservation) -> None:
        """Give a reservation back that was not used; exact where it is still the newest."""

    def remaining(self, buckets: Sequence[Bucket], reservation: Reservation) -> float:
        """Seconds until the reserved time or the end of a pause; negative by how much it has passed."""

    def pause(self, bucket: Bucket, seconds: float) -> None:
        """Let nobody call for that many seconds: the service said so."""

    def look(self, bucket: Bucket) -> tuple[Ring, float]:
        """A bucket's ring as it is, not to be changed, and the time it is to be read at. Takes nothing."""

    def warnings(self) -> tuple[str, ...]:
        """What the user of a run should be told about the store's condition; empty when all is well."""


class Ring:
    """The last N grants of a bucket."""

    __slots__ = ("calls", "floor", "sequence", "span", "times")

    def __init__(self, bucket: Bucket) -> None:
        self.calls = bucket.calls
        self.span = bucket.period + bucket.guard
        self.times = [-math.inf] * bucket.calls
        self.sequence = 0
        self.floor = -math.inf

    def next(self, limit: int | None = None) -> float:
        """When the next token is there; in the past when it is there now.

        Args:
            limit: Keep to fewer calls than the bucket has.
        """
        if limit is not None and limit < self.calls:
            return max(self.times[(self.sequence - limit) % self.calls] + self.span, self.floor)
        return max(self.times[self.sequence % self.calls] + self.span, self.floor)

    def grant(self, at: float) -> float:
        """Take the next token at that time; the older grant whose place it takes."""
        place = self.sequence % self.calls
        older, self.times[place] = self.times[place], at
        self.sequence += 1
        return older

    def copy(self) -> Ring:
        """The same ring, for looking at."""
        twin = Ring(Bucket("", self.calls, 0))
        twin.span, twin.times, twin.sequence, twin.floor = self.span, list(self.times), self.sequence, self.floor
        return twin

    def due(self, count: int, now: float) -> float:
        """When the last of `count` further calls could be made, if they were all asked for at once."""
        rounds, place = divmod(count - 1, self.calls)
        first = self.times[(self.sequence + place) % self.calls] + self.span
        return max(now, first, self.floor) + rounds * self.span

    def undo(self, mark: int, older: float) -> None:
        """Give a grant back, if no other came after it; otherwise it stays spent, which is safe."""
        if self.sequence == mark:
            self.sequence -= 1
            self.times[self.sequence % self.calls] = older


class MemoryStore:
    """Buckets for the threads of one process.

    Args:
        clock: Where the time comes from.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._rings: dict[tuple[str, int, float], Ring] = {}

    def _ring(self, bucket: Bucket) -> Ring:
        key = (bucket.name, bucket.calls, bucket.period)
        ring = self._rings.get(key)
        if ring is None:
            ring = self._rings[key] = Ring(bucket)
        return ring

    def reserve(self, buckets: Sequence[Bucket], max_wait: float) -> Reservation:
        """Take a token from every bucket, in one step; see `Store.reserve`."""
        with self._lock:
            now = self._clock.monotonic()
            rings = [self._ring(bucket) for bucket in buckets]
            at = max(now, *(ring.next() for ring in rings))
            if at - now > max_wait:
                raise refusal(at - now, max_wait)
            replaced = tuple(ring.grant(at) for ring in rings)
            return Reservation(at, at - now, tuple(ring.sequence for ring in rings), replaced)

    def release(self, buckets: Sequence[Bucket], reservation: Reservation) -> None:
        """Give the newest reservation back; an older one stays spent, which is safe."""
        with self._lock:
            rings = [self._ring(bucket) for bucket in buckets]
            for ring, mark, older in zip(rings, reservation.marks, reservation.replaced, strict=True):
                ring.undo(mark, older)

    def remaining(self, buckets: Sequence[Bucket], reservation: Reservation) -> float:
        """Seconds until the reserved time or the end of a pause; see `Store.remaining`."""
        with self._lock:
            floor = max(self._ring(bucket).floor for bucket in buckets)
            return max(reservation.at, floor) - self._clock.monotonic()

    def pause(self, bucket: Bucket, seconds: float) -> None:
        """Let nobody call for that many seconds."""
        with self._lock:
            ring = self._ring(bucket)
            ring.floor = max(ring.floor, self._clock.monotonic() + seconds)

    def look(self, bucket: Bucket) -> tuple[Ring, float]:
        """A copy of the bucket's ring, and the time now."""
        with self._lock:
            return self._ring(bucket).copy(), self._clock.monotonic()

    def warnings(self) -> tuple[str, ...]:
        """Nothing: memory has no condition."""
        return ()


def refusal(wait: float, max_wait: float) -> ThrottledError:
    """The error of a caller who may wait `max_wait` seconds where `wait` would be needed."""
    return ThrottledError(
        f"The limit of calls is used up: the next call is possible in {wait:.1f} seconds, "
        f"longer than the {max_wait:g} that this run may wait.",
        wait=wait,
        hint="Run it later, or allow a longer wait.",
    )


def acquire(
    store: Store,
    clock: Clock,
    buckets: Sequence[Bucket],
    max_wait: float,
    cancelled: threading.Event | None = None,
    tell: Callable[[str, float], None] = lambda _reason, _seconds: None,
) -> float:
    """Take a token from every bucket and wait for its time.

    Args:
        store: Where the buckets live.
        clock: Where the waiting is done.
        buckets: The limits the call counts against.
        max_wait: Longest total wait in seconds.
        cancelled: Set by somebody else to give the place up.
        tell: Told of a wait before it begins: what for, and how many seconds.

    Returns:
        Seconds waited.

    Raises:
        ThrottledError: The wait would be too long, or was cancelled; nothing is spent.
    """
    started = clock.monotonic()
    guard = min(bucket.guard for bucket in buckets)
    for _ in range(_TRIES):
        before = clock.monotonic()
        reservation = store.reserve(buckets, max_wait - (before - started))
        try:
            _wait(store, clock, buckets, reservation, started + max_wait, cancelled, tell)
        except BaseException:
            store.release(buckets, reservation)
            raise
        if clock.monotonic() - before - reservation.wait <= guard:
            return clock.monotonic() - started
        # Woken too late, or held by a pause: a call now could crowd the next window.
    raise ThrottledError("This machine is too busy to keep to the limit of calls.", hint="Run it later.")


def _wait(
    store: Store,
    clock: Clock,
    buckets: Sequence[Bucket],
    reservation: Reservation,
    deadline: float,
    cancelled: threading.Event | None,
    tell: Callable[[str, float], None],
) -> None:
    """Sleep until the reserved time has come and no pause holds; a sleep may end early, a pause may begin meanwhile."""
    told = 0.0
    while (left := store.remaining(buckets, reservation)) > 0:
        if clock.monotonic() + left > deadline + min(bucket.guard for bucket in buckets):
            raise refusal(left, max(0.0, deadline - clock.monotonic()))
        if left > told:
            tell("waiting for the limit of calls", left)
            told = left
        clock.sleep(left, cancelled)
        if cancelled is not None and cancelled.is_set():
            raise ThrottledError("The run was cancelled while it waited for its turn.")
